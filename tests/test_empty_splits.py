"""Random splits that would have no texts: the message says why, and names fractions that work."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.data.splits import _by_label, folded, partition
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts


def _texts(labels: list[Any], **more: Any) -> LabelledTexts:
    return LabelledTexts([str(i) for i in range(len(labels))], labels, "here", **more)


def _message(texts: LabelledTexts, validation: float, test: float, sets: list[int] | None) -> str:
    with pytest.raises(InputError) as raised:
        partition(texts, validation=validation, test=test, seed=0, sets=None if sets is None else np.array(sets))
    return str(raised.value)


def test_four_texts_that_each_occur_six_times() -> None:
    labels, sets = ["a", "b"] * 12, [0, 1, 2, 3] * 6
    assert _message(_texts(labels), 0.1, 0, sets) == (
        "data.validation: 0.1 of 24 texts leaves none for validation: equal texts stay together (different texts: 4, "
        "the most frequent one 6 times); set data.validation to 0.25, remove repeated texts, add others, or give "
        "separate validation texts"
    )
    for fraction in (0.25, 0.2):  # the closest that is possible
        found = partition(_texts(labels), validation=fraction, test=0, seed=0, sets=np.array(sets))
        assert len(found["validation"]) == 6


def test_groups_are_named_where_there_are_groups() -> None:
    texts = _texts(["a", "b"] * 12, groups=np.ones(24, np.uint64))
    message = _message(texts, 0.2, 0, [0] * 24)
    assert "equal texts and texts of one data.group stay together (sets: 1, the largest of 24 texts)" in message
    assert "; add texts of other groups, group by another column, or give separate validation texts" in message


def test_labels_with_few_texts() -> None:
    message = _message(_texts(["a", "b"] * 3), 0.1, 0.1, None)
    assert message.startswith("data.validation: 0.1 of 6 texts leaves none for validation: it is less than one text of")
    assert "; set data.validation to 0.2 and data.test to 0.2, add texts" in message


def test_a_fraction_that_leaves_no_training_texts() -> None:
    message = _message(_texts(["a", "b"] * 2), 0.9, 0, None)
    assert message.startswith("data.validation: 0.1 of 4 texts leaves none for train: it is less than one text of each")
    assert "; set data.validation to 0.5, add texts" in message
    assert _message(_texts(["a", "b"]), 0, 0.9, None).startswith("data.test: 0.1 of 2 texts leaves none for train")


@given(
    sizes=st.lists(st.integers(1, 8), min_size=1, max_size=8),
    shares=st.sampled_from([(0.1, 0.0), (0.2, 0.2), (0.0, 0.1), (0.9, 0.0), (0.3, 0.6)]),
    multi=st.booleans(),
)
def test_every_split_has_texts_or_the_named_fractions_work(
    sizes: list[int], shares: tuple[float, float], multi: bool
) -> None:
    sets = np.repeat(np.arange(len(sizes)), sizes)
    names = [f"{number % 2}" for number in sets]
    texts = _texts([(name,) for name in names] if multi else names, multi=multi)
    given_sets = None if max(sizes) == 1 else sets
    validation, test = shares
    try:
        splits = partition(texts, validation=validation, test=test, seed=1, sets=given_sets)
    except InputError as error:
        found = {name: float(value) for name, value in re.findall(r"data\.(\w+) to ([\d.]+)", str(error))}
        if not found:
            return
        fractions = {"validation": validation, "test": test} | found
        splits = partition(texts, **fractions, seed=1, sets=given_sets)
    wanted = [name for name, share in zip(("train", "validation", "test"), (1, *shares), strict=True) if share]
    assert all(len(splits[name]) for name in wanted)


def test_folds_need_no_fraction_of_validation_texts() -> None:
    """Each label has a text for each fold, and half of the texts are test texts."""
    texts = _texts(["a", "b"] * 4)
    parts = [folded(texts, fold, 2, validation=0.5, test=0.5, seed=0) for fold in (1, 2)]
    assert [len(part["validation"]) for part in parts] == [2, 2]
    assert parts[0]["validation"].tolist() == parts[1]["train"].tolist()


def test_folds_without_texts_are_an_error() -> None:
    texts = _texts([("a",), ("a", "b"), ()], multi=True)
    with pytest.raises(InputError, match="data.folds: 2 of 5 folds would have no texts; use fewer"):
        folded(texts, 1, 5, validation=0.2, test=0, seed=0)
    with pytest.raises(InputError, match="data.test: 0.1 of 2 texts leaves none for train"):
        folded(_texts(["a", "b"]), 1, 2, validation=0.5, test=0.9, seed=0)


@given(labels=st.lists(st.sampled_from(["b", "a", "é", "10", ""]), max_size=40))
def test_texts_by_label(labels: list[str]) -> None:
    found = {name: places.tolist() for name, places in _by_label(labels).items()}
    expected = {name: [at for at, label in enumerate(labels) if label == name] for name in sorted(set(labels))}
    assert found == expected and list(found) == list(expected)


@pytest.mark.parametrize("multi", [False, True])
def test_a_label_for_each_text_is_reported_at_once(multi: bool) -> None:
    """As when a column of ids is named as the label: neither time nor memory grows with the square of the labels."""
    names = [f"{number}" for number in range(10_000)]
    texts = _texts([(name,) for name in names] if multi else names, multi=multi)
    began = time.process_time()
    assert "it is less than one text of each label (labels: 10,000)" in _message(texts, 0.1, 0, None)
    assert time.process_time() - began < 30, "half a minute at most, where it was many"
