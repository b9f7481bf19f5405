"""The temperature with the least log loss, and what it does to thresholds: the computation alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.metrics import log_loss

from seqclf.calibration.temperature import LEAST, MOST, best_temperature, fit_temperatures
from seqclf.labels import Labels
from seqclf.run_calibration import RunCalibration
from seqclf.tasks.classification.multi_label import sigmoid

TWO, THREE = Labels(("a", "b")), Labels(("a", "b", "c"))
SEVERAL = Labels(("a", "b", "c"), multi=True)


def column(*logits: float) -> Any:
    return np.array(logits, np.float32)[:, None]


def test_two_labels_by_hand() -> None:
    """Three of four equal texts are right: the best probability is 3/4, so sigmoid(2 / T) = 3/4."""
    fit = fit_temperatures(column(2, 2, 2, 2), np.array([1, 1, 1, 0]), TWO)
    assert fit.temperatures == (pytest.approx(2 / math.log(3)),)
    assert fit.note is None


@pytest.mark.parametrize("weighted", [False, True])
def test_three_labels_as_a_search_finds_it(weighted: bool) -> None:
    draw = np.random.default_rng(3)
    logits = draw.normal(0, 4, (400, 3)).astype(np.float32)
    truth = np.array([draw.choice(3, p=row) for row in softmax(logits / 2.5, axis=1)])
    weights = draw.random(400) + 0.1 if weighted else None

    def loss(temperature: float) -> float:
        return float(log_loss(truth, softmax(logits / temperature, axis=1), sample_weight=weights, labels=range(3)))

    (found,) = fit_temperatures(logits, truth, THREE, weights).temperatures
    assert found == pytest.approx(minimize_scalar(loss, bounds=(0.2, 10), method="bounded").x, rel=1e-4)
    assert loss(found) < loss(found * 1.01) and loss(found) < loss(found / 1.01)
    if not weighted:
        assert found == pytest.approx(2.5, rel=0.15), "the logits were made 2.5 times too large"


def test_probabilities_of_labels_are_a_target() -> None:
    """Two outputs, the target 3/4 for the first: softmax((2, 0) / T) = (3/4, 1/4)."""
    logits, shares = column(-2.0), np.array([[0.75, 0.25]])
    assert fit_temperatures(logits, shares, TWO).temperatures == (pytest.approx(2 / math.log(3)),)


def test_texts_with_labels_that_the_model_lacks_do_not_count() -> None:
    logits, truth = column(2, 2, 2, 2, -7), np.array([1, 1, 1, 0, 2])
    assert fit_temperatures(logits, truth, TWO).temperatures == (pytest.approx(2 / math.log(3)),)


def test_each_of_several_labels_has_its_own() -> None:
    """Label a: 6 of 8 texts right at a logit of 2. Label b: 15 of 20 at 4. Label c has too few texts."""
    logits, truth = np.zeros((20, 3), np.float32), np.zeros((20, 3), bool)
    logits[:, 0], truth[:, 0] = 2, [True] * 15 + [False] * 5
    logits[:, 1], truth[:, 1] = 4, [True] * 15 + [False] * 5
    logits[:, 2], truth[:, 2] = -1, [True] + [False] * 19
    fit = fit_temperatures(logits, truth, SEVERAL)
    together, why = best_temperature(
        np.stack([np.zeros(60), logits.ravel()], axis=1),
        np.stack([~truth.ravel(), truth.ravel()], axis=1).astype(float),
    )
    assert why is None
    assert fit.temperatures == pytest.approx((2 / math.log(3), 4 / math.log(3), together))
    assert fit.shared == 1


@pytest.mark.parametrize(
    ("logits", "truth", "expected", "why"),
    [
        (column(3.0), [1], 1.0, "no validation text is wrong"),
        (column(3.0), [0], MOST, "next to nothing"),
        (column(9, -9, 9), [1, 0, 1], 1.0, "no validation text is wrong"),
        (column(500, -500), [1, 0], 1.0, "no validation text is wrong"),
        (column(0, 0), [1, 0], 1.0, "all outputs of the model are equal"),
        (column(5, 4, 3), [1, 1, 1], 1.0, "no validation text is wrong"),
        (column(-1, 1), [1, 0], MOST, "next to nothing"),
        (column(0.001, 0.001, 0.001, 0.001), [1, 1, 1, 0], LEAST, "smaller ones are not tried"),
        (np.zeros((0, 1), np.float32), [], 1.0, "no validation text has a known token"),
    ],
    ids=["one right", "one wrong", "perfect", "certain", "equal", "one class", "all wrong", "tiny", "no texts"],
)
def test_the_temperature_stays_finite(logits: Any, truth: list[int], expected: float, why: str) -> None:
    fit = fit_temperatures(logits, np.array(truth, int), TWO)
    assert fit.temperatures == (expected,)
    assert fit.note is not None and why in fit.note


rows = st.lists(
    st.tuples(st.lists(st.floats(-30, 30, width=32), min_size=3, max_size=3), st.integers(0, 2)),
    min_size=1,
    max_size=20,
)


@given(rows)
def test_it_never_makes_the_log_loss_larger(rows: list[tuple[list[float], int]]) -> None:
    logits, truth = np.array([row for row, _ in rows], np.float32), np.array([label for _, label in rows])
    (found,) = fit_temperatures(logits, truth, THREE).temperatures
    assert LEAST <= found <= MOST

    def loss(temperature: float) -> float:
        scaled = logits.astype(np.float64) / temperature
        largest = scaled.max(axis=1, keepdims=True)
        of_truth = scaled[range(len(truth)), truth]
        return float((np.log(np.exp(scaled - largest).sum(axis=1)) + largest[:, 0] - of_truth).mean())

    assert loss(found) <= loss(1.0) + 1e-9


# --- thresholds -------------------------------------------------------------------------------------------------------


@given(st.floats(0.01, 0.99), st.floats(0.3, 5), st.lists(st.floats(-8, 8), min_size=1))
def test_moved_thresholds_decide_alike(threshold: float, temperature: float, logits: list[float]) -> None:
    calibration = RunCalibration((temperature,), None, 1)
    (moved,) = calibration.moved([threshold])
    assert calibration.moved_back([moved]) == (pytest.approx(threshold, rel=1e-6),)
    x = np.array(logits)
    x = x[np.abs(sigmoid(x) - threshold) > 1e-6]
    np.testing.assert_array_equal(sigmoid(x) > threshold, sigmoid(x / temperature) > moved)


def test_thresholds_at_the_ends_stay() -> None:
    calibration = RunCalibration((0.1, 2.0, 0.1), None, 1)
    assert calibration.moved((0, 1, 0.5)) == (0, 1, 0.5)
    (_, _, top) = calibration.moved((0.5, 0.5, 0.999))
    assert np.float32(top) < 1, "a probability of 1 exceeds it"


@pytest.mark.parametrize(
    ("labels", "calibration"),
    [
        (THREE, RunCalibration((1.5,), None, 9)),
        (TWO, RunCalibration((1.5,), (0.7,), 9)),
        (SEVERAL, RunCalibration((1.5, 1.0, 0.5), (0.1, 0.2, 0.3), 9)),
    ],
)
def test_a_stored_calibration_is_read_again(labels: Labels, calibration: RunCalibration) -> None:
    assert RunCalibration.from_json(calibration.to_json(labels), labels) == calibration


@pytest.mark.parametrize(
    "saved",
    [
        None,
        [],
        {"temperature": 1.0, "texts": 3},
        {"temperature": 0.0, "texts": 3, "thresholds": None},
        {"temperature": "x", "texts": 3, "thresholds": None},
        {"temperature": math.inf, "texts": 3, "thresholds": None},
        {"temperature": 1.0, "texts": 3, "thresholds": {"a": 0.5}},
        {"temperature": 10**400, "texts": 3, "thresholds": None},
    ],
)
def test_a_malformed_calibration_is_an_error(saved: Any) -> None:
    with pytest.raises(ValueError):
        RunCalibration.from_json(saved, TWO)
