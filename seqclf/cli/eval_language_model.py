"""``seqclf eval`` of a language model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.eval_form import Form, print_as_json, print_scores
from seqclf.cli.eval_source import unlabelled_source_of
from seqclf.cli.wrap import say
from seqclf.labels import NO_LABELS
from seqclf.metrics.language_model import LanguageModelScores
from seqclf.metrics.scores import number_of, words_of
from seqclf.run_choice import named_with_status

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.language_model import KerasLanguageModel
    from seqclf.metrics.language_model import LanguageModelMetrics
    from seqclf.runs import Run
    from seqclf.sources.texts import LabelledTexts


@dataclass(frozen=True)
class TextsToMeasure:
    """The split, or the texts of ``--data`` with its options."""

    split: str
    data: Path | None
    text: tuple[str, ...] = ()
    encoding: str | None = None


def eval_language_model(run: Run, config: Config, texts: TextsToMeasure, *, threads: int | str, form: Form) -> None:
    """Measure a language model on a split or other texts, and print its metrics."""
    from seqclf.tensorflow_startup import start_tensorflow

    split, data = texts.split, texts.data
    form = form.among(tuple(LanguageModelScores.marks()))
    external = None
    if data is not None:
        external = unlabelled_source_of(data, config, text=texts.text, encoding=texts.encoding).read(str(data))
    start_tensorflow(config, threads)
    from seqclf.evaluation.language_model import KerasLanguageModel

    model = KerasLanguageModel.load(run)
    metrics = model.evaluate(_encoded(run, config, model, split if external is None else external))
    where = str(data or config.data.describe(split))
    if external is None:
        run.write_metrics(split, {"data": where, **metrics.to_json()})
    if form.scores:
        print_scores(form.scores, metrics.values_of(LanguageModelScores))
    elif form.as_json:
        print_as_json(run.name, split if external is None else None, {"data": where, **metrics.to_json()})
    else:
        _show(named_with_status(run), where if external is not None else f"{split} ({where})", metrics, form)


def _encoded(run: Run, config: Config, model: KerasLanguageModel, scored: str | LabelledTexts) -> EncodedTexts:
    from seqclf.data.prepare import encode_texts, prepare_split

    if not isinstance(scored, str):
        return encode_texts(scored, model.tokenizer, NO_LABELS)
    known = run.manifest["data_fingerprint"]
    return prepare_split(config, scored, model.tokenizer, NO_LABELS, known, on_stage=lambda stage: say(stage, err=True))


def _show(name: str, where: str, metrics: LanguageModelMetrics, form: Form) -> None:
    texts = f"{metrics.texts:,} text{'' if metrics.texts == 1 else 's'}"
    amounts = ", ".join(f"{getattr(metrics, what):,} {what}" for what in ("tokens", "words", "characters"))
    values = [(words_of(score), number_of(score, metrics.value(score))) for score in metrics.shown()]
    title = f"{name} on {where}: {texts}, {amounts}"
    if form.markdown:
        from seqclf.cli.grids import Report, Values

        click.echo(Report(title, [Values(values)]).markdown())
        return
    say(title)
    say("   ".join(f"{score} {value}" for score, value in values))
