"""Splits: equal texts and groups stay in one split, labels keep their fractions."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqclf.data.equal_texts import joined, normalised, text_digest, text_digests
from seqclf.data.splits import folded, partition
from seqclf.data.statistics import size_warnings, text_statistics
from seqclf.errors import InputError
from seqclf.sources.texts import NO_GROUP, LabelledTexts, group_digest

NAMES = ("train", "validation", "test")


def _texts(labels: list[Any], multi: bool = False) -> LabelledTexts:
    return LabelledTexts([str(i) for i in range(len(labels))], labels, "here", multi=multi)


def _sides(splits: dict[str, np.ndarray[Any, Any]], texts: int) -> np.ndarray[Any, Any]:
    """The split of each text, which must be one."""
    places = np.concatenate([splits[name] for name in NAMES])
    assert sorted(places) == list(range(texts)), "each text is in one split"
    sides = np.empty(texts, np.int64)
    for number, name in enumerate(NAMES):
        sides[splits[name]] = number
    return sides


# --- which texts are equal --------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=())))
def test_normalisation_is_that_of_unicode(text: str) -> None:
    folded_ = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    assert normalised(text) == " ".join(folded_.split()).encode("utf-8", "surrogatepass")
    assert normalised(normalised(text).decode("utf-8", "surrogatepass")) == normalised(text)


@given(st.text("aAbB \t\n\x0b\x0c\r\x1c\x1f\x85\xa0éÉ"))
def test_white_space_and_case_do_not_count(text: str) -> None:
    assert text_digest(text) == text_digest(f" {text.upper()}\n") == text_digest(text.replace(" ", " \t "))


def test_equal_and_different_texts() -> None:
    same = ["Caf\u00e9 au  lait", " cafe\u0301\u00a0AU\nLAIT ", "CAFÉ au lait"]
    assert len(set(text_digests(same).tolist())) == 1
    assert len(set(text_digests(["a b", "ab", "a  bc", "STRASSE", "Strase"]).tolist())) == 5
    assert text_digest("straße") == text_digest("STRASSE")
    assert text_digest("") == text_digest(" \u2003\n")


def test_texts_are_joined_by_equality_and_groups() -> None:
    texts = text_digests(["a", "b", "A ", "c", "d", "e", "e"])
    assert joined(texts, None) is not None
    assert joined(texts, None).tolist() == [0, 1, 0, 2, 3, 4, 4]  # type: ignore[union-attr]
    assert joined(texts[[0, 1, 3]], None) is None
    groups = np.array([group_digest(value) for value in ("x", "y", None, "y", "", " x ", "z")], np.uint64)
    assert (groups[[2, 4]] == NO_GROUP).all()
    # 0, 2 by text; 0, 5 by group x; 5, 6 by text; 1, 3 by group y; 4 has none.
    assert joined(texts, groups).tolist() == [0, 1, 0, 1, 2, 0, 0]  # type: ignore[union-attr]
    assert joined(texts[[0, 1, 3]], np.zeros(3, np.uint64)) is None


def test_groups_are_equal_as_values() -> None:
    assert group_digest("7") == group_digest(7) != group_digest(8)
    assert group_digest({"b": 1, "a": 2}) == group_digest({"a": 2, "b": 1})
    assert NO_GROUP not in (group_digest(0), group_digest(False), group_digest([]))


# --- who goes where ---------------------------------------------------------------------------------------------------

_some_sets = st.lists(st.integers(0, 30), min_size=40, max_size=150)


@given(
    numbers=_some_sets, seed=st.integers(0, 99), shares=st.sampled_from([(0.2, 0.2), (0.3, 0.0)]), multi=st.booleans()
)
def test_a_set_stays_in_one_split(numbers: list[int], seed: int, shares: tuple[float, float], multi: bool) -> None:
    assume(max(Counter(numbers).values()) <= len(numbers) / 8)
    draw = np.random.default_rng(seed)
    labels: list[Any] = [str(draw.integers(3)) for _ in numbers]
    if multi:
        labels = [tuple(name for name in "abc" if draw.random() < 0.4) for _ in numbers]
    sets = np.unique(numbers, return_inverse=True)[1]
    texts = _texts(labels, multi)
    splits = partition(texts, validation=shares[0], test=shares[1], seed=seed, sets=sets)
    sides = _sides(splits, len(numbers))
    assert all(len(set(sides[sets == number])) == 1 for number in set(sets.tolist()))
    again = partition(texts, validation=shares[0], test=shares[1], seed=seed, sets=sets)
    assert all(np.array_equal(splits[name], again[name]) for name in NAMES)


@given(pairs=st.integers(20, 60), singles=st.integers(60, 150), seed=st.integers(0, 99))
def test_labels_keep_their_fractions(pairs: int, singles: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    sets = np.concatenate([np.repeat(np.arange(pairs), 2), pairs + np.arange(singles)])
    labels = [f"{draw.integers(3)}" for _ in sets]  # of two equal texts, too
    splits = partition(_texts(labels), validation=0.2, test=0.2, seed=seed, sets=sets)
    for label, count in Counter(labels).items():
        for name in ("validation", "test"):
            assert abs(sum(labels[i] == label for i in splits[name]) - 0.2 * count) <= 2


def test_authors_are_split_by_label() -> None:
    """60 authors with 5 to 40 texts and different labels."""
    draw = np.random.default_rng(5)
    authors = [(number, draw.dirichlet([0.5] * 4)) for number in range(60) for _ in range(1)]
    rows = [(n, str(draw.choice(4, p=p))) for n, p in authors for _ in range(int(draw.integers(5, 40)))]
    sets, labels = np.array([n for n, _ in rows]), [label for _, label in rows]
    splits = partition(_texts(labels), validation=0.2, test=0.1, seed=1, sets=sets)
    for label, count in Counter(labels).items():
        for name, share in (("validation", 0.2), ("test", 0.1)):
            assert sum(labels[i] == label for i in splits[name]) / count == pytest.approx(share, abs=0.04)


def test_small_labels_of_repeated_texts_still_leave_validation_texts() -> None:
    """A tenth of each label is less than one set, but a tenth of all labels together is not."""
    labels = [f"{label}" for label in range(100) for _ in range(20)]
    sets = np.repeat(np.arange(400), 5)
    splits = partition(_texts(labels), validation=0.1, test=0.1, seed=0, sets=sets)
    assert [len(splits[name]) for name in ("validation", "test")] == pytest.approx([200, 200], abs=50)


@given(numbers=_some_sets, seed=st.integers(0, 99), multi=st.booleans())
def test_sets_are_in_one_fold(numbers: list[int], seed: int, multi: bool) -> None:
    sets = np.unique(numbers, return_inverse=True)[1]
    draw = np.random.default_rng(seed)
    labels: list[Any] = ["one"] * len(sets)
    if multi:
        labels = [tuple(name for name in "abc" if draw.random() < 0.4) for _ in numbers]
    if len(set(numbers)) < 6:
        return
    shares = {"validation": 0.1, "test": 0.0}
    cut = [folded(_texts(labels, multi), fold, 3, **shares, seed=seed, sets=sets) for fold in (1, 2, 3)]
    fold_of = np.full(len(sets), -1)
    for number, splits in enumerate(cut):
        assert (fold_of[splits["validation"]] == -1).all(), "each text validates once"
        fold_of[splits["validation"]] = number
        _sides(splits, len(sets))
    assert (fold_of >= 0).all()
    assert all(len(set(fold_of[sets == number])) == 1 for number in set(sets.tolist()))


def test_folds_with_repeated_texts_are_even() -> None:
    labels = ["a", "b"] * 100
    sets = np.concatenate([np.repeat(np.arange(10), 4), 10 + np.arange(160)])
    for fold in range(1, 6):
        part = folded(_texts(labels), fold, 5, validation=0.1, test=0, seed=2, sets=sets)["validation"]
        assert len(part) == 40
        assert Counter(labels[i] for i in part) == {"a": 20, "b": 20}


def test_folds_need_a_set_of_every_label_each() -> None:
    labels, sets = ["a"] * 20 + ["b"] * 6, np.concatenate([np.arange(20), np.repeat([20, 21], 3)])
    with pytest.raises(
        InputError, match='3 folds need 3 sets of every label, but "b" has 2 sets .equal texts, and texts of'
    ):
        folded(_texts(labels), 1, 3, validation=0.1, test=0, seed=0, sets=sets)


def test_a_set_that_leaves_a_split_empty_is_reported() -> None:
    with pytest.raises(InputError, match="0.1 of 50 texts leaves none for validation: equal texts stay together .diff"):
        partition(_texts(["a", "b"] * 25), validation=0.1, test=0, seed=0, sets=np.zeros(50, np.int64))


def test_check_reports_a_split_far_from_its_fraction() -> None:
    labels, sets = ["a", "b"] * 60, np.repeat(np.arange(3), 40)
    splits = partition(_texts(labels), validation=0.2, test=0.0, seed=0, sets=sets)
    counts = {name: text_statistics(_texts([labels[i] for i in splits[name]])) for name in NAMES[:2]}
    (warning,) = size_warnings(counts, {"train": "t.csv", "validation": 0.2, "test": None})
    assert "data.validation: is 33.3% of the texts, not 20.0%" in str(warning)
    parts = {"train": "t.csv", "validation": 0.2, "test": 0.2}
    even = partition(_texts(labels), validation=0.2, test=0.2, seed=0)
    counts = {name: text_statistics(_texts([labels[i] for i in even[name]])) for name in NAMES}
    assert size_warnings(counts, parts) == []
    assert size_warnings(counts, {"train": "t.csv", "validation": "v.csv", "test": None}) == []


# --- splits that were drawn before stay as they are -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("multi", "expected"),
    [(False, "6816465fa8ac94ef"), (True, "c15f628d441cfe4e")],
)
def test_different_texts_are_split_as_ever(multi: bool, expected: str) -> None:
    draw = np.random.default_rng(11)
    labels: list[Any] = [f"{draw.integers(4)}" for _ in range(300)]
    if multi:
        labels = [tuple(name for name in "abcde" if draw.random() < 0.3) for _ in range(300)]
    found = [partition(_texts(labels, multi), validation=0.15, test=0.1, seed=4)]
    found += [folded(_texts(labels, multi), 2, 5, validation=0.1, test=0.1, seed=4)]
    places = [splits[name].tolist() for splits in found for name in NAMES]
    assert hashlib.sha256(repr(places).encode()).hexdigest()[:16] == expected
