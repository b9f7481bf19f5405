"""ROC curves and curves of precision and recall, compared with scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from seqclf.evaluation.evidence.content import LABEL, MACRO, MICRO, Curve
from seqclf.evaluation.evidence.curves import MOST_LABELS, MOST_POINTS, curves, most_frequent


def _drawn(texts: int, labels: int, seed: int = 3, steps: int = 1_000_000) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Truth and probabilities that know a little of it; with few ``steps`` there are ties."""
    draw = np.random.default_rng(seed)
    truth = draw.random((texts, labels)) < 0.3
    return truth, np.round((truth * 0.3 + draw.random((texts, labels))) / 1.3 * steps) / steps


def _area_of_steps(curve: Curve) -> float:
    recall, precision = np.array(curve.precision_recall).T
    return float(np.diff(recall, prepend=0) @ precision)


def _height(curve: Any, rates: NDArray[Any]) -> NDArray[Any]:
    """The true positive rate at false positive rates that no step of the curve has."""
    return np.interp(rates, *np.array(curve).T)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("texts", "steps"), [(7, 4), (60, 1_000_000), (60, 5), (3_000, 1_000_000)])
def test_the_curves_are_those_of_scikit_learn(texts: int, steps: int, weighted: bool) -> None:
    truth, probabilities = _drawn(texts, 1, steps=steps)
    weights = np.random.default_rng(1).random(texts) + 0.1 if weighted else None
    (curve,) = curves(truth, probabilities, ["a"], weights)
    y, p = truth[:, 0], probabilities[:, 0]
    false, true, _ = roc_curve(y, p, sample_weight=weights, drop_intermediate=False)
    rates = (np.unique(false)[1:] + np.unique(false)[:-1]) / 2
    few = texts <= 60
    assert np.allclose(_height(curve.roc, rates), np.interp(rates, false, true), atol=1e-9 if few else 0.02)
    assert curve.roc_auc == pytest.approx(roc_auc_score(y, p, sample_weight=weights))
    assert auc(*np.array(curve.roc).T) == pytest.approx(curve.roc_auc, abs=1e-9 if few else 0.003)
    assert curve.average_precision == pytest.approx(average_precision_score(y, p, sample_weight=weights))
    assert _area_of_steps(curve) == pytest.approx(curve.average_precision, abs=1e-9 if few else 0.01)
    precision, recall, _ = precision_recall_curve(y, p, sample_weight=weights)
    of_library = np.stack([recall, precision], axis=1)
    nearest = [np.abs(of_library - point).max(axis=1).min() for point in np.array(curve.precision_recall)]
    assert max(nearest) < 1e-9


@given(st.integers(1, 400), st.integers(1, 30), st.integers(0, 5))
def test_curves_are_short_and_go_from_end_to_end(texts: int, steps: int, seed: int) -> None:
    (curve,) = curves(*_drawn(texts, 1, seed, steps), ["a"])
    for points in (curve.roc, curve.precision_recall):
        assert len(points) <= MOST_POINTS
        assert all(0 <= value <= 1 for point in points for value in point)
        assert [x for x, _ in points] == sorted(x for x, _ in points)
    if curve.roc:
        assert curve.roc[0] == (0, 0) and curve.roc[-1] == (1, 1)
    if curve.precision_recall:
        assert curve.precision_recall[-1][0] == 1
    assert bool(curve.roc) == (curve.roc_auc is not None)
    assert bool(curve.precision_recall) == (curve.average_precision is not None)


@pytest.mark.parametrize(
    ("true", "roc", "precision"), [([0, 0], False, False), ([1, 1], False, True), ([1], False, True)]
)
def test_an_undefined_curve_is_empty(true: list[int], roc: bool, precision: bool) -> None:
    truth = np.array(true, np.bool_)[:, None]
    (curve,) = curves(truth, np.full(truth.shape, 0.5), ["a"])
    assert (bool(curve.roc), curve.roc_auc is not None) == (roc, roc)
    assert (bool(curve.precision_recall), curve.average_precision is not None) == (precision, precision)


def test_equal_scores_give_the_diagonal() -> None:
    (curve,) = curves(np.array([[True], [False], [False]]), np.full((3, 1), 0.4), ["a"])
    assert (curve.roc, curve.roc_auc) == (((0.0, 0.0), (1.0, 1.0)), 0.5)
    assert curve.precision_recall == ((1.0, 1 / 3),)


def test_several_labels_also_have_averages() -> None:
    truth, probabilities = _drawn(500, 3)
    truth[:, 2] = False
    *single, micro, macro = curves(truth, probabilities, ["a", "b", "c"])
    assert [one.kind for one in (*single, micro, macro)] == [LABEL] * 3 + [MICRO, MACRO]
    assert micro.roc_auc == pytest.approx(roc_auc_score(truth.ravel(), probabilities.ravel()))
    assert micro.texts == macro.texts == truth.sum()
    aucs = [roc_auc_score(truth[:, one], probabilities[:, one]) for one in (0, 1)]
    assert macro.roc_auc == pytest.approx(np.mean(aucs))
    assert auc(*np.array(macro.roc).T) == pytest.approx(np.mean(aucs), abs=0.003)
    assert macro.precision_recall == () and single[2].roc == ()


def test_the_most_frequent_labels_come_first_and_equals_in_their_order() -> None:
    assert most_frequent(np.array([1, 5, 0, 5])).tolist() == [1, 3, 0, 2]
    assert most_frequent(np.arange(1_000)).tolist() == list(range(999, 999 - MOST_LABELS, -1))
