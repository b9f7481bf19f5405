"""Accuracy on parts of the texts, compared with scikit-learn and with values by hand."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score

from seqclf.cli.eval_slices import slice_parts
from seqclf.cli.grids import Grid
from seqclf.data.encoded import EncodedTexts
from seqclf.evaluation.slices import (
    Group,
    Slice,
    bins,
    by_label,
    by_length,
    by_values,
    correct_texts,
    sliced,
    slices_to_json,
)
from seqclf.labels import Labels

NUMBERS = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")), st.integers(0, 5).map(float))


def names_of(groups: list[Group]) -> dict[str, list[int]]:
    return {group.name: group.places.tolist() for group in groups}


def encoded(labels: Any, weights: Any = None) -> EncodedTexts:
    """Texts of one token each."""
    texts = len(labels)
    return EncodedTexts(np.ones(texts, np.int32), np.arange(texts + 1), np.asarray(labels), weights=weights)


# --- scores -----------------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 1_000), texts=st.integers(1, 60), weighted=st.booleans())
def test_the_accuracy_of_a_slice_is_that_of_scikit_learn(seed: int, texts: int, weighted: bool) -> None:
    draw = np.random.default_rng(seed)
    truth, predicted = draw.integers(0, 3, (2, texts))
    weights = draw.integers(0, 3, texts).astype(float) if weighted else None
    values = draw.choice(["a", "b"], texts)
    counted = np.ones(texts) if weights is None else weights
    for one in sliced(by_values(values.tolist()), truth == predicted, weights):
        chosen = (values == one.group.name) & (counted > 0)
        assert one.texts == chosen.sum() > 0
        expected = accuracy_score(truth[chosen], predicted[chosen], sample_weight=counted[chosen])
        assert one.accuracy == pytest.approx(expected)
        if not weighted:
            interval = binomtest(int((truth == predicted)[chosen].sum()), one.texts).proportion_ci(method="wilson")
            assert (one.low, one.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
        assert one.low <= one.accuracy <= one.high


def test_the_worst_slice_is_first_and_small_ones_are_last() -> None:
    sizes = {"good": (40, 36), "bad": (30, 3), "one": (1, 0), "none": (0, 0), "few": (29, 29)}
    groups, correct, start = [], [], 0
    for name, (texts, right) in sizes.items():
        groups.append(Group(name, np.arange(start, start + texts)))
        correct += [True] * right + [False] * (texts - right)
        start += texts
    found = sliced(groups, np.array(correct))
    assert [one.group.name for one in found] == ["bad", "good", "one", "few"]
    assert [one.is_small for one in found] == [False, False, True, True]
    assert (found[2].accuracy, found[2].low, round(found[2].high, 4)) == (0, 0, 0.7935)  # z^2 / (1 + z^2)


def test_texts_of_weight_0_are_in_no_slice() -> None:
    found = sliced(
        [Group("a", np.arange(3)), Group("b", np.arange(3, 4))], np.array([1, 0, 0, 1], bool), np.array([1.0, 3, 0, 0])
    )
    assert [(one.group.name, one.texts, one.accuracy) for one in found] == [("a", 2, 0.25)]


def test_correct_texts() -> None:
    single = np.array([[0.6, 0.4], [0.2, 0.8], [0.9, 0.1]])
    assert correct_texts(single, encoded([0, 0, 2]), None).tolist() == [True, False, False]
    assert correct_texts(single, encoded([0, 0, 2]), (0.3,)).tolist() == [False, False, False]
    assert correct_texts(single, encoded([1, 0, 0]), (0.3,)).tolist() == [True, False, True]
    truth = np.array([[True, False, False], [True, True, False], [False, False, True]])  # the last label is unknown
    several = np.array([[0.6, 0.4], [0.6, 0.4], [0.1, 0.1]])
    assert correct_texts(several, encoded(truth), (0.5, 0.5)).tolist() == [True, False, False]
    assert correct_texts(several, encoded(truth), (0.5, 0.3)).tolist() == [False, True, False]


# --- groups -----------------------------------------------------------------------------------------------------------


@given(st.lists(NUMBERS, min_size=1, max_size=80))
def test_every_number_is_in_one_bin(values: list[float]) -> None:
    numbers = np.array(values)
    groups = bins(numbers)
    places = np.concatenate([group.places for group in groups]) if groups else np.array([])
    assert sorted(places) == np.flatnonzero(~np.isnan(numbers)).tolist()
    assert len(groups) <= 5
    for one, following in itertools.pairwise(groups):
        assert one.low is not None and one.high is not None and following.low is not None
        assert one.low <= one.high < following.low


def test_bins_have_about_as_many_texts_each() -> None:
    assert [len(group.places) for group in bins(np.arange(100.0))] == [20] * 5
    assert [(group.low, group.high) for group in bins(np.arange(10.0))] == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]
    skewed = bins(np.array([1.0] * 50 + [2.0, 3.0, 4.0]))
    assert [group.name for group in skewed] == ["1", "2 to 4"]
    assert bins(np.array([7.0]))[0].name == "7" and bins(np.array([np.nan])) == []


def test_texts_that_are_cut_are_apart() -> None:
    groups = by_length(np.arange(1, 101), 90)
    assert [group.name for group in groups] == ["1 to 20", "21 to 40", "41 to 60", "61 to 80", "81 to 90", "91 to 100"]
    assert len(by_length(np.arange(1, 101), 500)) == 5


def test_values_of_a_column() -> None:
    assert names_of(by_values(["de", "fr", "", None, "de", " de "])) == {
        "de": [0, 4, 5],
        "(missing)": [2, 3],
        "fr": [1],
    }
    assert names_of(by_values([1, "1", 1.0, True, [1, "ä"]])) == {"1": [0, 1, 2], "true": [3], '[1, "ä"]': [4]}
    few = by_values([str(place % 10) for place in range(40)])
    assert {group.low for group in few} == {None} and len(few) == 10, "ten different numbers are values"
    many = by_values([*(str(place) for place in range(100)), "", "n/a"])
    assert [group.name for group in many] == ["0 to 19", "20 to 39", "40 to 59", "60 to 79", "80 to 99", "(missing)"]
    assert names_of(by_values([None, ""])) == {"(missing)": [0, 1]}
    assert by_values(["x"])[0].places.tolist() == [0]


def test_rare_values_are_together() -> None:
    groups = by_values(["often"] * 3 + [f"id-{place}" for place in range(2_000)])
    assert len(groups) == 1_001
    assert groups[0].name == "often"
    assert (groups[-1].name, groups[-1].values, len(groups[-1].places)) == ("1,001 rarer values", 1_001, 1_001)
    assert sorted(np.concatenate([group.places for group in groups])) == list(range(2_003))


def test_labels() -> None:
    assert names_of(by_label(encoded([1, 0, 1]), Labels(("a", "b")))) == {"a": [1], "b": [0, 2]}
    truth = np.array([[True, True], [False, True], [False, False]])
    found = names_of(by_label(encoded(truth), Labels(("a", "b"), True)))
    assert found == {"a": [0], "b": [0, 1], "(no label)": [2]}


# --- output -----------------------------------------------------------------------------------------------------------


def made_slices(number: int) -> list[Slice]:
    groups = [Group(f"value {place}", np.arange(place * 25, place * 25 + 25 + place)) for place in range(number)]
    return sliced(groups, np.random.default_rng(0).random(number * 60) < 0.7)


def test_a_table_of_many_values_is_short() -> None:
    slices = made_slices(50)
    sentence, grid = [part for part in slice_parts("country", slices, accuracy=0.7, multi=False) if part]
    assert sentence == "Accuracy by country, the worst first (all texts: 0.7000):"
    assert isinstance(grid, Grid) and len(grid.rows) == 21
    assert grid.rows[-1][:2] == ["30 more (--json has all)", f"{sum(one.texts for one in slices[20:]):,}"]
    few = list(slice_parts("column:length", made_slices(3), accuracy=1.0, multi=False))
    assert few[1] == "Accuracy by length, the worst first (all texts: 1.0000; *: fewer than 30 texts, listed last):"
    assert isinstance(few[2], Grid) and all(row[0].endswith(" *") for row in few[2].rows)
    assert few[2].headings[0] == "length"
    assert "counts for each of its labels" in str(list(slice_parts("label", slices, accuracy=1.0, multi=True))[-1])


def test_slices_as_json() -> None:
    numbers = np.arange(100.0)
    found = slices_to_json({"price": sliced(by_values(numbers.tolist()), numbers < 50)})
    first = json.loads(json.dumps(found))["price"][0]
    assert (first["value"], first["from"], first["to"], first["texts"], first["accuracy"]) == (
        "60 to 79",
        60,
        79,
        20,
        0,
    )
    assert first["small"] is True and first["accuracy_high"] == pytest.approx(0.1611, abs=5e-5)
