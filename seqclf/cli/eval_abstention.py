"""``seqclf eval`` of a run that abstains: what that leads to on the measured texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqclf.cli.calibration_report import Answered, in_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.measurable import MeasurableClassifier


def abstention_on(
    classifier: MeasurableClassifier, texts: EncodedTexts, probabilities: NDArray[np.floating]
) -> Answered | None:
    """How many texts the classifier answers, and how often it is wrong then; None if it answers all.

    ``probabilities``: of ``texts``, ``[texts, labels]``.
    """
    import numpy as np

    from seqclf.calibration.operating_points import Share
    from seqclf.decisions import Decider
    from seqclf.evaluation.slices import correct_texts

    abstention = None if classifier.calibration is None else classifier.calibration.abstention
    if abstention is None or not abstention.below:
        return None
    decider = Decider(classifier.labels, classifier.thresholds, abstain_below=abstention.below)
    wrong = ~correct_texts(probabilities, texts, classifier.thresholds)
    given = texts.relative_weights
    weights = np.ones(len(texts)) if given is None else given.astype(np.float64)
    answered = weights * decider.answered(probabilities)
    coverage = Share.of(answered, weights)
    assert coverage is not None, "a split without weight cannot be measured"
    return Answered(Share.of(answered * wrong, answered), coverage, abstention.below)


def sentence(found: Answered) -> str:
    """For the screen and Markdown."""
    error = "" if found.error is None else f", and {in_words(found.error)} of its answers are wrong"
    return (
        f"The scores are those of all answers. The run abstains below a confidence of {found.below:.4g}: it answers "
        f"{in_words(found.coverage)} of these texts{error}."
    )
