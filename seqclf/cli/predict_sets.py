"""``seqclf predict --set-coverage``: sets of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqclf.errors import InputError
from seqclf.files import shell_word

if TYPE_CHECKING:
    from seqclf.inference import TextClassifier
    from seqclf.run_calibration import LabelSets
    from seqclf.runs import Run


def label_sets(run: Run, classifier: TextClassifier, coverage: float) -> LabelSets:
    """What makes the sets of labels. Raises ``InputError`` if the run has no scores for it."""
    calibration = classifier.calibration
    if calibration is None or calibration.conformal is None:
        how = (
            f"calibrate it first: seqclf calibrate --run {shell_word(run.folder)}"
            if run.has_manifest
            else "calibrate the run it was exported from, and export it again"
        )
        raise InputError(f"--set-coverage: {run.folder} has no scores of validation texts; {how}")
    return calibration.conformal.sets(coverage, multi=classifier.labels.multi)
