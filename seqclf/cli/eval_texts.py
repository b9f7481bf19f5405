"""``seqclf eval``: the file of predictions, and the count of texts seen in training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.wrap import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.cli.given_texts import GivenTexts
    from seqclf.config import Config
    from seqclf.evaluation.input_rows import InputRows
    from seqclf.evaluation.measurable import MeasurableClassifier
    from seqclf.evaluation.predictions import Predictions
    from seqclf.inference.bulk.target import Target
    from seqclf.metrics.measured import Measured, SeenTexts
    from seqclf.runs import Run
    from seqclf.sources.texts import LabelledTexts


def checked_target(path: Path, data: Path | None, config: Config, *, overwrite: bool) -> Target:
    """The file of ``--predictions``. Raises ``InputError`` if it cannot be written or contains the config's texts."""
    from seqclf.errors import InputError
    from seqclf.evaluation.predictions import predictions_target

    parts = {"--data": data, **{f"data.{name}": part for name, part in config.data.parts().items()}}
    for name, part in parts.items():
        if part is not None and path.absolute().resolve() in _resolved(part):
            raise InputError(f"{path}: contains the texts of {name}; name another file for --predictions")
    return predictions_target(path, overwrite=overwrite)


def _resolved(part: str | float | Path) -> list[Path]:
    """The files of a part, if it consists of files."""
    from seqclf.errors import InputError
    from seqclf.sources.table.files import files_of

    try:
        return [file.absolute().resolve() for file in files_of(str(part))]
    except InputError:  # it will be reported when it is read
        return []


def predictions_of(
    classifier: MeasurableClassifier, target: Target, config: Config, rows: InputRows | None, *, prefix: str
) -> Predictions:
    """A writer of predictions. Raises ``InputError`` as ``Predictions.check`` does."""
    from seqclf.decisions import Decider
    from seqclf.evaluation.predictions import Predictions

    decider = Decider(classifier.labels, classifier.thresholds)
    columns = config.data.table_columns
    separator = (columns.separator if columns else None) or "|"
    predictions = Predictions(target, decider, separator, prefix, config.data.fields)
    predictions.check(rows)
    return predictions


def write_predictions(predictions: Predictions, probabilities: NDArray[np.floating], given: GivenTexts) -> None:
    """Write the predictions and print their number; skips texts that ``data.unknown_labels`` drops."""
    from seqclf.data.label_spelling import spelled_alike

    labels = predictions.decider.labels
    texts, rows = spelled_alike(given.texts, labels.names)[0], given.rows
    if (kept := given.kept(labels)) is not None:
        texts, rows = texts.chosen(kept), None if rows is None else rows.chosen(kept)
    correct = predictions.write(texts, probabilities, rows)
    say(f"{len(texts):,} predictions, {correct:,} of them correct -> {predictions.target.path}", err=True)


def texts_seen(run: Run, texts: LabelledTexts, *, validation: bool = False) -> SeenTexts:
    """Count the texts that the run has seen in training, and report them on standard error.

    Args:
        validation: the texts are the run's validation texts, so only those that it was trained on matter.
    """
    from dataclasses import replace

    from seqclf.data.seen import seen_in_training
    from seqclf.ensemble_recipe import trainings_of
    from seqclf.metrics.measured import SeenTexts

    seen = seen_in_training(trainings_of(run), texts)
    if seen is None:
        return SeenTexts(None, None)
    if validation:
        seen = replace(seen, validated_on=0)
    if (sentence := seen.sentence()) is not None:
        say(f"{'warning' if seen.matters else 'note'}: {sentence}", err=True)
    return SeenTexts(seen.trained_on, seen.validated_on)


def texts_seen_of_split(run: Run, given: GivenTexts, split: str) -> SeenTexts | None:
    """``texts_seen`` of a split with a file of its own; None for others, whose texts are apart from the training's.

    Also reports on standard error if the run's teachers knew texts of the split.
    """
    from seqclf.data.corpus import Corpus
    from seqclf.run_members import shares_validation
    from seqclf.run_teachers import known_to_teachers

    if run.has_manifest and (known := known_to_teachers(run.manifest).get(split)) is not None:
        say(f"warning: {run.name}: {known.sentence(split)}", err=True)
    data = given.config.data
    unshared = split == "validation" and not shares_validation(run)
    if unshared or (split != "train" and not data.is_published and Corpus(given.config).has_own_part(split)):
        return texts_seen(run, given.texts, validation=split == "validation")
    return None


def seen_by_ngrams(measured: Measured) -> Measured:
    """Add that the n-grams were fitted to the validation texts (``ngrams.refit``), and report it on standard error.

    Omits the baseline, which has not seen these texts.
    """
    from dataclasses import replace

    from seqclf.metrics.measured import SeenTexts

    say(
        "warning: the n-grams were fitted to these texts, too, at the end of the training (ngrams.refit), so these "
        "scores say little about new texts. metrics.json keeps the scores before the refit.",
        err=True,
    )
    return replace(measured, baseline=None, is_comparable=False, seen=SeenTexts(measured.metrics.texts, 0))
