"""Pairs and groups of similar texts, compared with a search of all pairs."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tricky_texts import tricky

from seqclf.sources.texts import LabelledTexts
from seqclf.suspects.duplicates import Group, duplicate_groups
from seqclf.suspects.near_duplicates import bands, similar_pairs, similarities
from seqclf.suspects.shingles import shingles_of
from seqclf.suspects.splits import Split

WORDS = [f"word{number}" for number in range(400)]


def _jaccard(one: str, other: str) -> float:
    first, second = (set(shingles_of("words")(text)) for text in (one, other))
    return len(first & second) / len(first | second) if first | second else 0.0


def _with_edits(seed: int) -> list[str]:
    """Texts of 30 words, most with a copy in which some words are others."""
    draw = random.Random(seed)
    texts = []
    for edits in range(60):
        words = draw.choices(WORDS, k=30)
        copy = list(words)
        for place in draw.sample(range(30), edits % 12):
            copy[place] = draw.choice(WORDS)
        texts += [" ".join(words), " ".join(copy)]
    draw.shuffle(texts)
    return texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("!?", []),
        ("Good", ["good"]),
        ("Good, film!", ["good film"]),
        ("a b c d", ["a b c", "b c d"]),
    ],
)
def test_shingles_of_words(text: str, expected: list[str]) -> None:
    assert shingles_of("words")(text) == expected


def test_shingles_of_characters_ignore_white_space_and_case() -> None:
    assert shingles_of("characters")("AC GT\tacg") == ["acgtac", "cgtacg"]
    assert shingles_of("characters")("acg") == ["acg"]


@pytest.mark.parametrize("least", [0.3, 0.5, 0.7, 0.9, 1.0])
def test_bands_find_texts_as_similar_as_asked_for(least: float) -> None:
    count, rows = bands(least)
    assert count * rows <= 128
    assert 1 - (1 - least**rows) ** count >= 0.99


@pytest.mark.parametrize("least", [0.5, 0.7, 0.9])
def test_all_similar_pairs_of_a_search_are_linked(least: float) -> None:
    texts = [text for seed in range(3) for text in _with_edits(seed)]
    pairs = similar_pairs(texts, "words", least)
    found = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    expected = {
        (one, other)
        for one, other in itertools.combinations(range(len(texts)), 2)
        if _jaccard(texts[one], texts[other]) >= least
    }
    assert len(expected) >= 15
    assert found <= expected
    assert len(found) >= 0.97 * len(expected)


def test_similarities_are_those_of_the_sets() -> None:
    texts = [*_with_edits(7)] + [*"\0\u0130\ufeff"]
    draw = np.random.default_rng(1)
    first, second = draw.integers(0, len(texts), (2, 500))
    expected = [_jaccard(texts[one], texts[other]) for one, other in zip(first, second, strict=True)]
    assert similarities(texts, "words", first, second) == pytest.approx(expected)


def test_the_same_texts_give_the_same_pairs() -> None:
    texts = _with_edits(3)
    once, again = (similar_pairs(texts, "words", 0.6) for _ in range(2))
    assert (once.first == again.first).all() and (once.second == again.second).all()


@pytest.mark.parametrize("texts", [[], [""], ["", "!"], ["one text"], ["a b c", "d e f"]])
def test_texts_without_similar_ones(texts: list[str]) -> None:
    assert len(similar_pairs(texts, "words", 0.7)) == 0


def test_many_texts_that_agree_give_few_pairs() -> None:
    texts = [f"the same long beginning of all these many texts, and then a number: {number}" for number in range(2_000)]
    pairs = similar_pairs(texts, "words", 0.7)
    assert 1_999 <= len(pairs) < 40_000


# --- groups -----------------------------------------------------------------------------------------------------------


def _split(name: str, rows: list[tuple[str, str]], *, labelled: bool = True) -> Split:
    texts = LabelledTexts([text for text, _ in rows], [label for _, label in rows], name)
    return Split(name, name, np.arange(len(rows)), texts, labelled)


def _rows(group: Group) -> list[tuple[int, int, bool, bool]]:
    return [(one.split, one.place, one.exact, one.contradicted) for one in group.members]


def test_equal_texts_of_all_splits_are_grouped() -> None:
    train = _split("train", [("A good film", "pos"), ("dull", "neg"), ("a  GOOD film", "neg"), ("Dull", "neg")])
    test = _split("test", [("other", ""), ("a good film ", "")], labelled=False)
    good, dull = duplicate_groups([train, test], None)
    assert _rows(good) == [(0, 0, True, True), (0, 2, True, True), (1, 1, True, False)]
    assert _rows(dull) == [(0, 1, True, False), (0, 3, True, False)]
    assert good.contradictory and good.splits == (0, 1) and good.exact and good.leaks
    assert not dull.contradictory and dull.splits == (0,) and not dull.leaks
    assert good.members[2].labels is None


def test_similar_texts_join_groups_of_equal_ones() -> None:
    long = " ".join(WORDS[:30])
    train = _split("train", [(long, "a"), ("something else", "a"), (f"{long} more", "b"), (long.upper(), "a")])
    (group,) = duplicate_groups([train], 0.7)
    assert _rows(group) == [(0, 0, True, False), (0, 2, False, True), (0, 3, True, False)]
    assert [one.similarity for one in group.members] == pytest.approx([1, 28 / 29, 1])
    assert not group.exact
    assert [_rows(one) for one in duplicate_groups([train], None)] == [[(0, 0, True, False), (0, 3, True, False)]]


def test_texts_that_differ_in_punctuation_are_similar_not_equal() -> None:
    (group,) = duplicate_groups([_split("train", [("Good film!", "a"), ("good film", "a")])], 1.0)
    assert [one.exact for one in group.members] == [False, False] and not group.exact


def test_two_texts_that_each_occur_twice_are_not_all_equal() -> None:
    """Their shingles are the same, so their similarity is 1."""
    rows = [("Good film!", "a"), ("good film", "a"), ("good film!", "a"), ("Good film", "a")]
    (group,) = duplicate_groups([_split("train", rows)], 0.7)
    assert all(one.exact and one.similarity == 1 for one in group.members) and not group.exact


def test_only_equal_texts_of_training_and_another_split_leak() -> None:
    train = _split("train", [("unlike the others", "a"), ("Good film!", "a")])
    validation = _split("validation", [("dull plot", "b"), ("good film", "a")])
    test = _split("test", [("dull plot", ""), ("good film", "")], labelled=False)
    found = duplicate_groups([train, validation, test], 0.7)
    assert [(len(group.members), group.exact, group.leaks) for group in found] == [(3, False, False), (2, True, False)]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["a", "A", "b", "ß", "SS", "a b c d", "a b c e", "\U0001f600"]) | tricky))
def test_every_text_with_an_equal_one_is_in_exactly_one_group(texts: list[str]) -> None:
    from seqclf.data.equal_texts import normalised

    groups = duplicate_groups([_split("train", [(text, "x") for text in texts])], 0.7)
    grouped = [one.place for group in groups for one in group.members]
    assert len(grouped) == len(set(grouped))
    forms = [normalised(text) for text in texts]
    equal = {place for place, form in enumerate(forms) if forms.count(form) > 1}
    assert {one.place for group in groups for one in group.members if one.exact} == equal
    assert all(len(group.members) > 1 for group in groups)
