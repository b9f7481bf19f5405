"""``seqclf eval``: a file of predictions, and texts that the run has seen in training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.config import Config
    from seqclf.data.source import LabelledTexts
    from seqclf.evaluation.classifier import Classifier
    from seqclf.inference.bulk.job import Target
    from seqclf.runs import Run


def checked_target(path: Path, data: Path | None, *, overwrite: bool) -> Target:
    """The file of ``--predictions``. Raises ``InputError`` where it could not be written."""
    from seqclf.errors import InputError
    from seqclf.evaluation.predictions import predictions_target

    if data is not None and path.absolute().resolve() == data.absolute().resolve():
        raise InputError(f"{path}: holds the texts of --data; name another file for --predictions")
    return predictions_target(path, overwrite=overwrite)


def write_predictions_of(
    classifier: Classifier, probabilities: NDArray[np.floating], texts: LabelledTexts, target: Target, config: Config
) -> None:
    """Write what the classifier says of the texts, but those that ``data.unknown_labels`` drops, and say how many."""
    from seqclf.data.label_sets import label_ids
    from seqclf.decisions import Decider
    from seqclf.evaluation.predictions import write_predictions

    kept = label_ids(texts, classifier.labels, config.data.unknown_labels).kept
    texts = texts if kept is None else texts.chosen(kept)
    decider = Decider(classifier.labels, classifier.thresholds)
    separator = getattr(config.data, "label_separator", None) or "|"
    right = write_predictions(target, texts, probabilities, decider, separator)
    click.echo(f"{len(texts):,} predictions, {right:,} of them right -> {target.path}", err=True)


def texts_seen(run: Run, texts: LabelledTexts) -> dict[str, Any]:
    """How many of the texts the run has seen in training, as entries of the metrics; standard error says so."""
    from seqclf.config import load_config
    from seqclf.data.seen import seen_in_training

    seen = seen_in_training(load_config(run.config), run.manifest["data_fingerprint"], texts)
    if seen is None:
        return {"trained_on": None, "validated_on": None}
    if (sentence := seen.sentence()) is not None:
        click.echo(f"{'warning' if seen.matters else 'note'}: {sentence}", err=True)
    return {"trained_on": seen.trained_on, "validated_on": seen.validated_on}
