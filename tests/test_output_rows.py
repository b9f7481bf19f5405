"""An output layer that goes on with other labels: what it knew, it still says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from seqclf.data.label_spelling import counterparts
from seqclf.labels import Labels
from seqclf.tasks.classification.output_rows import OutputWeights, has_output_for, output_for

NAMES = "abcdef"
single = st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True).map(tuple).map(Labels)
multi = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True).map(
    lambda names: Labels(tuple(names), multi=True)
)

WIDTH = 4
_INPUTS = np.random.default_rng(7).normal(size=(20, WIDTH)).astype(np.float32)


def _weights(labels: Labels, seed: int) -> OutputWeights:
    random = np.random.default_rng(seed)
    kernel = random.normal(scale=2, size=(WIDTH, labels.units)).astype(np.float32)
    return OutputWeights(kernel, random.normal(size=labels.units).astype(np.float32))


def _logits(weights: OutputWeights) -> NDArray[np.float64]:
    return _INPUTS.astype(np.float64) @ weights.kernel + weights.bias


def _probabilities(weights: OutputWeights, labels: Labels) -> dict[str, NDArray[np.float64]]:
    """The probability of each label for each input, computed as the model does."""
    logits = _logits(weights)
    if labels.multi:
        found = 1 / (1 + np.exp(-logits))
    elif labels.units == 1:
        second = 1 / (1 + np.exp(-logits))
        found = np.hstack([1 - second, second])
    else:
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        found = powers / powers.sum(axis=1, keepdims=True)
    return dict(zip(labels, found.T, strict=True))


@given(single, single, st.integers(0, 99))
@example(Labels(("a", "b")), Labels(("a", "b", "c")), 0)
@example(Labels(("a", "b")), Labels(("c", "b", "a")), 0)
@example(Labels(("a", "b", "c")), Labels(("c", "a")), 0)
@example(Labels(("a", "b")), Labels(("b", "a")), 0)
def test_labels_of_both_keep_their_odds(labels: Labels, new_labels: Labels, seed: int) -> None:
    common = sorted(set(labels) & set(new_labels))
    old = _weights(labels, seed)
    new = output_for(old, labels, new_labels)
    if not common:
        assert new is None
        return
    assert new is not None
    assert new.kernel.dtype == new.bias.dtype == np.float32
    assert new.kernel.shape == (WIDTH, new_labels.units)
    before, after = _probabilities(old, labels), _probabilities(new, new_labels)
    for one in common:
        for other in common:
            np.testing.assert_allclose(
                before[one] / (before[one] + before[other]), after[one] / (after[one] + after[other]), atol=1e-5
            )


@given(single, single, st.integers(0, 99))
def test_a_new_label_is_never_the_most_likely_at_first(labels: Labels, more: Labels, seed: int) -> None:
    new_labels = Labels((*labels, *(label for label in more if label not in labels)))
    new = output_for(_weights(labels, seed), labels, new_labels)
    assert new is not None
    found = _probabilities(new, new_labels)
    best = np.max([found[label] for label in labels], axis=0)
    for label in set(new_labels) - set(labels):
        assert (found[label] <= best + 1e-6).all()
        assert (found[label] <= 1 / (1 + len(labels)) + 1e-6).all()


@given(single, single, st.integers(0, 99), st.floats(-5, 5))
def test_what_a_softmax_ignores_changes_nothing(labels: Labels, new_labels: Labels, seed: int, shift: float) -> None:
    assume(len(labels) > 2)
    old = _weights(labels, seed)
    moved = OutputWeights(old.kernel + np.float32(shift), old.bias - np.float32(shift))
    one, other = output_for(old, labels, new_labels), output_for(moved, labels, new_labels)
    if one is None or other is None:
        assert one is other
        return
    before, after = _probabilities(one, new_labels), _probabilities(other, new_labels)
    for label in new_labels:
        np.testing.assert_allclose(before[label], after[label], atol=1e-4)


@given(multi, multi, st.integers(0, 99))
def test_sigmoids_of_labels_that_both_have_stay(labels: Labels, new_labels: Labels, seed: int) -> None:
    old = _weights(labels, seed)
    new = output_for(old, labels, new_labels)
    common = set(labels) & set(new_labels)
    assert (new is None) == (not common)
    if new is None:
        return
    before, after = _probabilities(old, labels), _probabilities(new, new_labels)
    for label in new_labels:
        expected = before[label] if label in common else 1 / (1 + np.exp(-_logits(old).mean(axis=1)))
        np.testing.assert_allclose(after[label], expected, atol=1e-5)


@given(st.integers(0, 99))
def test_two_labels_become_two_sigmoids(seed: int) -> None:
    labels, new_labels = Labels(("a", "b")), Labels(("c", "b", "a"), multi=True)
    old = _weights(labels, seed)
    new = output_for(old, labels, new_labels)
    assert new is not None
    before, after = _probabilities(old, labels), _probabilities(new, new_labels)
    for label in labels:
        np.testing.assert_allclose(after[label], before[label], atol=1e-6)
    np.testing.assert_allclose(after["c"], 0.5, atol=1e-6)


def test_the_same_labels_keep_the_same_weights() -> None:
    for labels in (Labels(("a", "b")), Labels(("a", "b", "c")), Labels(("a",), multi=True)):
        old = _weights(labels, 1)
        new = output_for(old, labels, labels)
        assert new is not None
        np.testing.assert_array_equal(new.kernel, old.kernel)
        np.testing.assert_array_equal(new.bias, old.bias)


def test_a_softmax_and_sigmoids_share_no_weights() -> None:
    several = Labels(("a", "b", "c"), multi=True)
    assert output_for(_weights(Labels(several.names), 1), Labels(several.names), several) is None
    assert output_for(_weights(several, 1), several, Labels(several.names)) is None
    alone = Labels(("a",), multi=True)
    assert output_for(_weights(alone, 1), alone, Labels(("a", "b"))) is None


def test_weights_of_other_labels_are_refused() -> None:
    labels = Labels(("a", "b", "c"))
    with pytest.raises(ValueError, match="expected 3 units for 3 labels"):
        output_for(_weights(Labels(("a", "b")), 1), labels, labels)


SPELLINGS = [
    (("0", "1"), ("0.0", "1.0"), {"0.0": "0", "1.0": "1"}),
    (("True", "False"), ("false", "true"), {"false": "False", "true": "True"}),
    (("0", "1"), ("False", "True"), {"False": "0", "True": "1"}),
    (("1", "2"), ("1.0", "2", "3"), {"1.0": "1", "2": "2"}),
    (("1", "1.0", "2"), ("1.00", "2.0"), {"2.0": "2"}),
    (("1", "2"), ("1.0", "1.00", "2"), {"2": "2"}),
    (("1", "2"), ("1", "1.0"), {"1": "1"}),
    (("a", "b"), ("c", "d"), {}),
]


@pytest.mark.parametrize(("labels", "new_labels", "expected"), SPELLINGS)
def test_a_label_in_another_spelling_keeps_its_weights(
    labels: tuple[str, ...], new_labels: tuple[str, ...], expected: dict[str, str]
) -> None:
    """One that may be several labels, or one of several that may be the same one, is new."""
    old, new = Labels(labels), Labels(new_labels)
    assert counterparts(old, new) == expected
    assert has_output_for(old, new) == bool(expected)
    found = output_for(weights := _weights(old, 3), old, new)
    assert (found is None) == (not expected)
    if found is not None and len(expected) > 1:
        before, after = _probabilities(weights, old), _probabilities(found, new)
        [(one, its), (other, others)] = list(expected.items())[:2]
        np.testing.assert_allclose(after[one] / after[other], before[its] / before[others], rtol=1e-4)
