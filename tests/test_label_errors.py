"""Confident learning, compared with cleanlab and with values by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_error_examples import RANKED, RANKED_BY_LABEL, multi, single

from seqclf.metrics.label_errors import label_errors, multi_label_errors, well_known


@pytest.mark.parametrize("seed", RANKED)
def test_suspects_and_their_order_are_those_of_cleanlab(seed: int) -> None:
    assert label_errors(*single(seed)).places.tolist() == RANKED[seed]


@pytest.mark.parametrize("seed", RANKED_BY_LABEL)
def test_suspects_of_each_label_are_those_of_cleanlab(seed: int) -> None:
    found = multi_label_errors(*multi(seed))
    by_label = [found.places[found.labels == label].tolist() for label in range(4)]
    assert by_label == RANKED_BY_LABEL[seed]
    assert (np.diff(found.margins) >= 0).all()


def test_thresholds_by_hand() -> None:
    # The mean probability of label 0 for its texts is 0.6, of label 1 0.5.
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.6, 0.4], [0.8, 0.2], [0.5, 0.5], [0.2, 0.8]])
    ids = np.array([0, 0, 0, 1, 1, 1])
    found = label_errors(probabilities, ids)
    assert found.places.tolist() == [3, 1]
    assert found.given.tolist() == [1, 0]
    assert found.suggested.tolist() == [0, 1]
    assert found.given_probability == pytest.approx([0.2, 0.3])
    assert found.suggested_probability == pytest.approx([0.8, 0.7])
    assert found.margins == pytest.approx([0.2, 0.3])


def test_a_more_probable_label_below_its_threshold_is_no_contradiction() -> None:
    # Label 0 always has a high probability; 0.6 is little for it.
    probabilities = np.array([[0.99, 0.01], [0.97, 0.03], [0.6, 0.4], [0.5, 0.5]])
    assert label_errors(probabilities, np.array([0, 0, 1, 1])).places.tolist() == []
    assert label_errors(probabilities[:3], np.array([0, 0, 1])).places.tolist() == []


def test_weights_count_for_thresholds() -> None:
    probabilities = np.array([[0.9, 0.1], [0.7, 0.3], [0.8, 0.2], [0.1, 0.9]])
    ids = np.array([0, 0, 1, 1])
    assert label_errors(probabilities, ids).places.tolist() == [2]  # threshold 0.8
    assert label_errors(probabilities, ids, np.array([3.0, 1, 1, 1])).places.tolist() == []  # threshold 0.85
    assert label_errors(probabilities, ids, np.array([0.0, 1, 1, 1])).places.tolist() == [2]  # threshold 0.7


@pytest.mark.parametrize(
    ("probabilities", "ids"),
    [
        ([[0.1, 0.9]], [0]),  # one row: label 1 has no text, and so no threshold
        ([[1.0], [1.0]], [0, 0]),  # one label
        ([[0.5, 0.5]] * 4, [0, 1, 1, 0]),  # equal probabilities
        ([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1]], [0, 0, 1]),  # the probable label has no texts
        (np.empty((0, 2)), []),
        (np.empty((0, 0)), []),
    ],
)
def test_degenerate_texts_give_no_suspects(probabilities: list[list[float]], ids: list[int]) -> None:
    found = label_errors(np.array(probabilities, np.float32), np.array(ids, np.int32))
    assert len(found) == 0 and found.margins.shape == (0,)
    assert found.places.dtype == found.given.dtype == found.suggested.dtype == np.int64


def test_a_label_of_all_texts_or_of_none_gives_no_suspects() -> None:
    probabilities = np.array([[0.1, 0.9, 0.9], [0.2, 0.8, 0.1], [0.9, 0.1, 0.9375]])
    truth = np.array([[True, False, True], [True, False, False], [True, False, False]])
    found = multi_label_errors(probabilities, truth)
    assert (found.places.tolist(), found.labels.tolist(), found.given.tolist()) == ([2], [2], [False])
    assert found.given_probability == pytest.approx([0.0625])
    assert len(multi_label_errors(probabilities[:0], truth[:0])) == 0


@pytest.mark.parametrize(
    ("shape", "ids"), [((2, 2), [0]), ((2,), [0, 1]), ((2, 2), [0, 2]), ((2, 2), [-1, 0]), ((2, 2), [[0], [1]])]
)
def test_arrays_that_do_not_fit_are_refused(shape: tuple[int, ...], ids: list[int]) -> None:
    with pytest.raises(ValueError, match="shape|ids"):
        label_errors(np.full(shape, 0.5), np.array(ids))


def test_truth_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        multi_label_errors(np.full((2, 2), 0.5), np.array([True, False]))


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(2, 5))
def test_suspects_are_contradicted_and_do_not_depend_on_the_order(seed: int, texts: int, labels: int) -> None:
    draw = np.random.default_rng(seed)
    probabilities = draw.dirichlet(np.ones(labels), texts)
    ids = draw.integers(0, labels, texts)
    found = label_errors(probabilities, ids)
    assert (found.given_probability < found.suggested_probability).all()
    assert (found.given == ids[found.places]).all()
    assert (found.suggested == probabilities[found.places].argmax(axis=1)).all()
    assert (np.diff(found.margins) >= 0).all() and (found.margins < 0.5).all() and (found.margins >= 0).all()
    order = draw.permutation(texts)
    assert sorted(order[label_errors(probabilities[order], ids[order]).places]) == sorted(found.places)


def test_more_texts_than_a_block_are_found_at_their_places() -> None:
    probabilities = np.tile([[0.9, 0.1], [0.1, 0.9]], (5_000, 1))
    ids = np.tile([0, 1], 5_000)
    ids[[17, 9_000]] = 0, 1
    assert label_errors(probabilities, ids).places.tolist() == [17, 9_000]


def test_two_labels_decided_apart_are_two_suspects_of_a_text() -> None:
    probabilities = np.tile([[0.75, 0.25], [0.25, 0.75]], (10, 1))
    truth = probabilities > 0.5
    truth[3] = ~truth[3]
    found = multi_label_errors(probabilities, truth)
    assert (found.places.tolist(), found.labels.tolist()) == ([3, 3], [0, 1])
    assert found.given.tolist() == [True, False]


@pytest.mark.parametrize("seed", RANKED_BY_LABEL)
def test_the_first_of_each_label_are_the_least_usual(seed: int) -> None:
    probabilities, truth = multi(seed)
    found = multi_label_errors(probabilities, truth)
    own = np.where(truth, probabilities, 1 - probabilities)
    for place, label, is_given, usual in zip(found.places, found.labels, found.given, found.usual, strict=True):
        assert usual == pytest.approx(own[truth[:, label] == is_given, label].mean())
        assert is_given == truth[place, label]
    assert sorted(found.first_of_each(np.full(4, 100))) == list(range(len(found))), "all of them"
    chosen = found.first_of_each(np.array([1, 2, 0, 1]))
    assert (np.diff(found.shares[chosen]) >= 0).all()
    for label, most in enumerate([1, 2, 0, 1]):
        for is_given in (False, True):
            of_kind = np.flatnonzero((found.labels == label) & (found.given == is_given))
            mine = [place for place in chosen if place in of_kind]
            assert len(mine) == min(most, len(of_kind))
            assert found.shares[mine] == pytest.approx(np.sort(found.shares[of_kind])[: len(mine)])


def test_labels_that_the_model_hardly_ever_finds_are_not_well_known() -> None:
    truth = np.tile([True, True, False], (10, 1))
    probabilities = np.full((10, 3), 0.9)
    probabilities[4:, 1] = 0.5
    assert well_known(probabilities, truth).tolist() == [True, False, False]
    probabilities[4, 1] = 0.6
    assert well_known(probabilities, truth).tolist() == [True, True, False]
    assert well_known(probabilities[:0], truth[:0]).tolist() == [False] * 3
    with pytest.raises(ValueError, match="shape"):
        well_known(probabilities, truth[:, 0])
