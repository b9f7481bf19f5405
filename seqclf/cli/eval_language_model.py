"""``seqclf eval`` of a language model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.eval_source import unlabelled_source_of
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say
from seqclf.labels import NO_LABELS
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


def eval_language_model(run: Run, config: Config, texts: TextsToMeasure, *, threads: int | str, as_json: bool) -> None:
    """Measure a language model on a split or other texts, and print its metrics."""
    from seqclf.tensorflow_startup import start_tensorflow

    split, data = texts.split, texts.data
    external = None
    if data is not None:
        external = unlabelled_source_of(data, config, text=texts.text, encoding=texts.encoding).read(str(data))
    start_tensorflow(config, threads)
    from seqclf.evaluation.language_model import KerasLanguageModel

    model = KerasLanguageModel.load(run)
    metrics = model.evaluate(_encoded(run, config, model, split if external is None else external))
    where = str(data or config.data.describe(split))
    which = {} if external is not None else {"split": split}
    if external is None:
        run.write_metrics(split, {"data": where, **metrics.to_json()})
    if as_json:
        print_json({"run": run.name, **which, "data": where, **metrics.to_json()})
        return
    _show(named_with_status(run), where if external is not None else f"{split} ({where})", metrics)


def _encoded(run: Run, config: Config, model: KerasLanguageModel, scored: str | LabelledTexts) -> EncodedTexts:
    from seqclf.data.prepare import encode_texts, prepare_split

    if not isinstance(scored, str):
        return encode_texts(scored, model.tokenizer, NO_LABELS)
    known = run.manifest["data_fingerprint"]
    return prepare_split(config, scored, model.tokenizer, NO_LABELS, known, on_stage=lambda stage: say(stage, err=True))


def _show(name: str, where: str, metrics: LanguageModelMetrics) -> None:
    texts = f"{metrics.texts:,} text{'' if metrics.texts == 1 else 's'}"
    amounts = ", ".join(f"{getattr(metrics, what):,} {what}" for what in ("tokens", "words", "characters"))
    say(f"{name} on {where}: {texts}, {amounts}")
    say("   ".join(f"{words_of(score)} {number_of(score, metrics.value(score))}" for score in metrics.shown()))
