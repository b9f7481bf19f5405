"""Thresholds by the precision or recall that they reach: the computation alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_curve, precision_score, recall_score

from seqclf.calibration.operating_points import Decisions, Measure, Share, Unreachable, between
from seqclf.calibration.scored import Scored
from seqclf.calibration.wish import Wish, fulfilled
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.metrics.intervals import wilson

PROBABILITIES = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
TRUTH = [1, 1, 0, 1, 0, 1, 0, 0]


def decisions(probabilities: list[float], truth: list[int], weights: list[float] | None = None) -> Decisions:
    column = np.array(probabilities, float)[:, None]
    given = None if weights is None else np.array(weights, float)
    return Decisions(column, np.array(truth, bool)[:, None], given)


@pytest.mark.parametrize(
    ("measure", "least", "threshold", "precision", "recall"),
    [
        ("precision", 1.0, 0.75, 1, 2 / 4),
        ("precision", 0.75, 0.5, 3 / 4, 3 / 4),
        ("precision", 0.5, 0.25, 4 / 6, 4 / 4),  # recall cannot grow, so the most precise threshold with it
        ("recall", 0.5, 0.75, 1, 2 / 4),
        ("recall", 0.6, 0.5, 3 / 4, 3 / 4),
        ("recall", 1.0, 0.25, 4 / 6, 1),
    ],
)
def test_thresholds_computed_by_hand(
    measure: Measure, least: float, threshold: float, precision: float, recall: float
) -> None:
    found = decisions(PROBABILITIES, TRUTH)
    reached = found.curve().reaching(measure, least)
    assert reached == pytest.approx(threshold)
    point = found.at(reached)
    assert point.precision is not None and point.recall is not None
    assert (point.precision.value, point.recall.value) == (pytest.approx(precision), pytest.approx(recall))
    assert point.recall.interval == wilson(recall, 4)
    flagged = sum(one > threshold for one in PROBABILITIES)
    assert point.precision.interval == wilson(precision, flagged)
    assert (point.flagged_count, point.flagged.value) == (flagged, flagged / 8)
    assert point.flagged.interval == wilson(flagged / 8, 8)


def test_a_threshold_is_between_equal_probabilities_of_other_texts() -> None:
    found = decisions([0.9, 0.5, 0.5, 0.5, 0.2], [1, 1, 0, 1, 0])
    assert found.curve().precision.tolist() == [1, 3 / 4, 3 / 5]
    assert 0.2 < found.curve().reaching("recall", 0.4) < 0.5


some = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), st.booleans(), st.integers(1, 3)), min_size=1
)


@given(some, st.sampled_from(["precision", "recall"]), st.floats(0.05, 1))
def test_no_other_threshold_is_better(rows: list[tuple[float, bool, int]], measure: Measure, least: float) -> None:
    """Compared with scikit-learn's scores at every threshold that makes a difference."""
    probabilities, truth, weights = map(list, zip(*rows, strict=True))
    assume(any(truth))
    other: Measure = "recall" if measure == "precision" else "precision"
    tried = sorted({0.0, *probabilities})
    scores = {"precision": precision_score, "recall": recall_score}
    fulfil = []
    for threshold in tried:
        flagged = [one > threshold for one in probabilities]
        if any(flagged):
            values = {name: score(truth, flagged, sample_weight=weights) for name, score in scores.items()}
            if values[measure] >= least - 1e-9:
                fulfil.append(values[other])
    found = decisions(probabilities, truth, weights)  # type: ignore[arg-type]
    if not fulfil:
        with pytest.raises(Unreachable):
            found.curve().reaching(measure, least)
        return
    point = found.at(found.curve().reaching(measure, least))
    reached, cost = point.share(measure), point.share(other)
    assert reached is not None and cost is not None
    assert reached.value >= least - 1e-9
    assert cost.value == pytest.approx(max(fulfil))


def test_the_curve_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(2)
    truth, weights = draw.random(300) < 0.3, draw.random(300) + 0.1
    probabilities = np.round(np.clip(draw.normal(0.3 + 0.3 * truth, 0.2), 0.01, 0.99), 2)
    ours = Decisions(probabilities[:, None], truth[:, None], weights).curve()
    precision, recall, thresholds = precision_recall_curve(truth, probabilities, sample_weight=weights)
    np.testing.assert_allclose(ours.above[::-1], thresholds)
    np.testing.assert_allclose(ours.precision[::-1], precision[:-1])
    np.testing.assert_allclose(ours.recall[::-1], recall[:-1])


def test_all_labels_together_count_each_decision() -> None:
    """Precision and recall are scikit-learn's micro average; the decisions on a text count as one for the interval."""
    probabilities = np.array([[0.9, 0.8], [0.7, 0.2], [0.6, 0.1]])
    truth = np.array([[True, False], [True, True], [False, False]])
    point = Decisions(probabilities, truth).at(0.5)
    found = probabilities > 0.5
    assert point.precision is not None and point.recall is not None
    assert point.precision.value == pytest.approx(precision_score(truth, found, average="micro"))
    assert point.recall.value == pytest.approx(recall_score(truth, found, average="micro"))
    assert point.precision.interval == wilson(0.5, 4**2 / (2**2 + 1 + 1))
    assert point.flagged_count == 4


def test_labels_that_the_model_lacks_are_missed() -> None:
    found = Decisions(np.array([[0.9], [0.8]]), np.array([[True], [True]]), missed=np.array([0, 2]))
    assert found.positives == 4
    assert found.curve().recall.tolist() == [1 / 4, 2 / 4]


def test_weights_count_as_texts() -> None:
    share = Share.of(np.array([2.0, 0, 1]), np.array([2.0, 1, 1]))
    assert share is not None
    assert share.value == 3 / 4
    assert share.interval == wilson(3 / 4, 16 / 6)


def test_one_text_and_perfect_scores() -> None:
    assert 0 < decisions([1.0], [1]).curve().reaching("precision", 1) < 1
    assert decisions([1.0, 1.0, 0.0, 0.0], [1, 1, 0, 0]).curve().reaching("recall", 1) == 0.5
    with pytest.raises(Unreachable) as nothing:
        decisions([0.0, 0.0], [1, 0]).curve().reaching("recall", 0.1)
    assert nothing.value.best is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_short_number_lies_between(low: float, high: float) -> None:
    assume(low < high)
    assert low <= between(low, high) <= high
    if np.nextafter(np.nextafter(low, 1), 1) < high:
        assert low < between(low, high) < high
    assert len(str(between(0.1, 0.9))) == 3


def of_two(*logits: float, truth: list[int]) -> Scored:
    ids = np.array(truth)
    return Scored(Labels(("neg", "pos")), np.array(logits, np.float32)[:, None], ids, ids)


def test_the_first_of_two_labels_has_the_other_side_of_the_threshold() -> None:
    scored = of_two(2, 1, -1, -2, truth=[1, 0, 1, 0])
    labels = scored.labels
    found = fulfilled(Wish("precision", 1, "neg").checked(labels), scored, None)
    (threshold,) = found.thresholds
    assert found.point.threshold == pytest.approx(1 - threshold)
    assert (scored.probabilities[:, 1] <= threshold).tolist() == [False, False, False, True]
    assert found.before.threshold == 0.5
    second = fulfilled(Wish("precision", 1, None).checked(labels), scored, (0.7,))
    assert (second.wish.label, second.before.threshold) == ("pos", 0.7)
    assert (scored.probabilities[:, 1] > second.thresholds[0]).tolist() == [True, False, False, False]


def test_a_label_of_several_changes_its_own_threshold_alone() -> None:
    labels = Labels(("a", "b", "c"), multi=True)
    logits, truth = np.array([[2, 1, 0], [1, 2, 0]], np.float32), np.array([[1, 0, 0], [0, 1, 0]], bool)
    scored = Scored(labels, logits, truth, truth)
    found = fulfilled(Wish("precision", 1, "b").checked(labels), scored, (0.2, 0.3, 0.4))
    assert found.thresholds[::2] == (0.2, 0.4)
    assert found.before.threshold == 0.3
    together = fulfilled(Wish("precision", 1, None).checked(labels), scored, (0.2, 0.3, 0.4))
    assert len(set(together.thresholds)) == 1
    assert together.before.threshold is None
    with pytest.raises(InputError, match='no validation text has the label "c"'):
        fulfilled(Wish("precision", 1, "c"), scored, (0.2, 0.3, 0.4))


def test_an_unreachable_wish_names_what_can_be_had() -> None:
    scored = of_two(3, 2, 1, 0, truth=[0, 1, 1, 0])
    with pytest.raises(InputError) as refused:
        fulfilled(Wish("precision", 0.9, None).checked(scored.labels), scored, None)
    message = str(refused.value)
    assert 'a precision of 0.9 for "pos" on the 4 validation texts' in message
    assert "the best is 0.6666" in message and "a recall of 1.0000" in message
    assert "ask for --precision 0.6666 or less" in message
    assert fulfilled(Wish("precision", 0.6666, None).checked(scored.labels), scored, None)


def test_labels_that_no_threshold_decides() -> None:
    with pytest.raises(InputError, match="one of 3"):
        Wish("recall", 0.5, None).checked(Labels(("a", "b", "c")))
    with pytest.raises(InputError, match='no label "x"; its labels are "a", "b"'):
        Wish("recall", 0.5, "x").checked(Labels(("a", "b")))


def test_texts_of_weight_0_do_not_count() -> None:
    from seqclf.data.encoded import EncodedTexts

    texts = EncodedTexts(np.zeros(3, np.int32), np.arange(4), np.array([0, 1, 1], np.int32))
    for weights, kept in (([1.0, 0, 3], 2), ([0.0, 0, 2], 1)):
        weighted = EncodedTexts(texts.ids, texts.offsets, texts.labels, weights=np.array(weights, np.float32))
        scored = Scored.of(weighted, np.zeros((3, 1), np.float32), Labels(("a", "b")))
        assert len(scored) == kept
    nothing = EncodedTexts(texts.ids, texts.offsets, texts.labels, weights=np.zeros(3, np.float32))
    with pytest.raises(InputError, match="weight above 0"):
        Scored.of(nothing, np.zeros((3, 1), np.float32), Labels(("a", "b")))


def test_recall_grows_as_the_threshold_falls() -> None:
    draw = np.random.default_rng(0)
    curve = Decisions(draw.random((50, 1)), draw.random((50, 1)) < 0.4).curve()
    assert all(before <= after for before, after in pairwise(curve.recall))
    assert all(before > after for before, after in pairwise(curve.above))
