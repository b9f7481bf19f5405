"""``seqclf eval`` of a language model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.eval_form import Form, print_as_json, print_scores
from seqclf.cli.eval_report import drop_outdated, keep_data_evidence, write_report
from seqclf.cli.eval_source import unlabelled_source_of
from seqclf.cli.wrap import say
from seqclf.labels import NO_LABELS
from seqclf.metrics.language_model import LanguageModelScores, MeasuredLanguageModel
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


def eval_language_model(
    run: Run, config: Config, texts: TextsToMeasure, *, threads: int | str, form: Form, report: bool = True
) -> None:
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
    scored = split if external is None else external
    encoded = _encoded(run, config, model, scored)
    metrics = model.evaluate(encoded)
    if external is not None:
        _warn_of_unknown(model, external, encoded)
    if form.scores and external is not None:  # nothing else would show the baseline
        print_scores(form.scores, metrics.values_of(LanguageModelScores))
        return
    unigram = _unigram(run, config, model, encoded, metrics)
    measured = MeasuredLanguageModel(str(data or config.data.describe(split)), metrics, unigram)
    before = None if external is not None else run.metrics.get(split)
    if external is None:
        run.write_metrics(split, measured.to_json())
    if form.scores:
        print_scores(form.scores, metrics.values_of(LanguageModelScores))
    elif form.as_json:
        print_as_json(run.name, split if external is None else None, measured.to_json())
    else:
        from seqclf.cli.eval_perplexity import show_language_model

        where = measured.data if external is not None else f"{split} ({measured.data})"
        show_language_model(named_with_status(run), where, measured, markdown=form.markdown)
    if report and external is None:
        keep_data_evidence(run, config, split, model.tokenizer, encoded)
        write_report(run, form)
    elif external is None and run.is_own:
        drop_outdated(run, split, before)


def _encoded(run: Run, config: Config, model: KerasLanguageModel, scored: str | LabelledTexts) -> EncodedTexts:
    from seqclf.data.encode import encode_texts
    from seqclf.data.prepare import prepare_split

    if not isinstance(scored, str):
        return encode_texts(scored, model.tokenizer, NO_LABELS)
    known = run.data_fingerprints
    return prepare_split(config, scored, model.tokenizer, NO_LABELS, known, on_stage=lambda stage: say(stage, err=True))


def _unigram(
    run: Run, config: Config, model: KerasLanguageModel, texts: EncodedTexts, metrics: LanguageModelMetrics
) -> LanguageModelScores | None:
    """The baseline's scores; None, and the reason on standard error, if the training texts cannot be read."""
    from seqclf.baseline.unigram import unigram_scores
    from seqclf.errors import InputError

    if not config.training.baseline:
        return None
    try:
        train = _encoded(run, config, model, "train")
    except (InputError, OSError) as error:
        say(f"No baseline to compare with: {error}", err=True)
        return None
    return unigram_scores(train, texts, model.tokenizer.vocabulary_size, metrics)


def _warn_of_unknown(model: KerasLanguageModel, texts: LabelledTexts, encoded: EncodedTexts) -> None:
    """Name what the model does not know of the texts of ``--data``."""
    from seqclf.text.unknown_parts import UnknownTally

    tally = UnknownTally(model.tokenizer)
    for place, text in enumerate(texts.texts):
        tally.add(text, int((encoded[place] == model.tokenizer.unknown_id).sum()))
    if (warning := tally.warning()) is not None:
        say(warning, err=True)
