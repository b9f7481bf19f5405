"""The number sequences: balanced, reproducible, unambiguous, and new in the test part."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from statistics import median

import pytest

from seqclf.sources.sample import SampleSource
from seqclf.sources.sample.numbers import LABELS, ROWS, SHOWN, NumberSequence, continued, kind_of, sequences
from seqclf.sources.texts import UNLABELLED


@cache
def _all() -> list[NumberSequence]:
    return [*sequences("train"), *sequences("test")]


def _follows(kind: str, terms: tuple[int, ...]) -> bool:
    """Whether numbers are a sequence of the kind, by its definition."""
    steps = [after - before for before, after in pairwise(terms)]
    if kind == "arithmetic":
        return steps[0] > 0 and len(set(steps)) == 1
    if kind == "geometric":
        return terms[1] > terms[0] and all(a * terms[1] == b * terms[0] for a, b in pairwise(terms))
    if kind == "fibonacci":
        return all(a + b == c for a, b, c in zip(terms, terms[1:], terms[2:], strict=False))
    roots = [round(term**0.5) for term in terms]
    return [root**2 for root in roots] == list(terms) and _follows("arithmetic", tuple(roots))


def _runs(all_of: list[NumberSequence]) -> set[tuple[int, ...]]:
    """All that stands in a row: the numbers that are shown and the one that is asked for."""
    return {one.terms[i : i + SHOWN + 1] for one in all_of for i in range(len(one.terms) - SHOWN)}


def test_the_first_four_numbers_tell_the_kind_and_what_follows() -> None:
    for sequence in _all():
        shown = sequence.terms[:SHOWN]
        assert [kind for kind in LABELS if _follows(kind, shown)] == [sequence.kind] == [kind_of(shown)]
        assert _follows(sequence.kind, sequence.terms)
        assert continued(shown, len(sequence.terms) - SHOWN) == sequence.terms[SHOWN:]


def test_sequences_are_varied() -> None:
    assert {len(sequence.terms) for sequence in _all()} == {5, 6, 7, 8}
    assert max(max(sequence.terms) for sequence in _all()) > 45_000
    assert all(0 < term < 50_000 for sequence in _all() for term in sequence.terms)
    for kind in LABELS:
        starts = {sequence.terms[:2] for sequence in _all() if sequence.kind == kind}
        assert len(starts) >= 3_000
        assert len({first for first, _ in starts}) >= 100


def test_small_numbers_are_more_frequent() -> None:
    for kind in LABELS:
        fifth = [sequence.terms[SHOWN] for sequence in _all() if sequence.kind == kind]
        assert median(fifth) < max(fifth) / 2
    small = Counter(sequence.terms[:2] for sequence in sequences("train") if sequence.kind == "geometric")
    assert 2 * small[2, 4] > 10 * (small[1001, 2002] + small[1002, 2004])


def test_they_are_balanced_and_the_same_every_time() -> None:
    train, test = SampleSource("numbers").read("train"), SampleSource("numbers").read("test")
    assert (len(train), len(test)) == (ROWS["train"], ROWS["test"])
    assert Counter(train.labels) == dict.fromkeys(LABELS, ROWS["train"] // 4)
    assert Counter(test.labels) == dict.fromkeys(LABELS, ROWS["test"] // 4)
    assert len(set(test.texts)) == len(test)
    assert not set(train.texts) & set(test.texts)
    assert train.label_names == LABELS
    assert train.origin == "synthetic number sequences, train"
    assert SampleSource("numbers").fingerprint("train") == (
        "a9753779e4c5e04c1b69e418577e806ea16f64a702e983152584b51dd5815ea2"
    ), "the sequences change what a run was trained on: they stay as they are"


def test_the_numbers_asked_for_do_not_follow_in_training() -> None:
    trained = _runs(sequences("train"))
    assert not [sequence for sequence in sequences("test") if sequence.terms[: SHOWN + 1] in trained]


def test_four_numbers_of_no_kind_are_not_continued() -> None:
    assert kind_of((2, 4, 8)) is None
    assert kind_of((2, 4, 8, 15)) is None
    assert kind_of((0, 0, 0, 1)) is None
    assert (kind_of((2, 4, 8, 16)), continued((2, 4, 8, 16), 2)) == ("geometric", (32, 64))
    assert (kind_of((1, 1, 2, 3)), continued((1, 1, 2, 3), 2)) == ("fibonacci", (5, 8))
    for terms in ((2, 4, 8), (5, 4, 3, 2), (-4, -1, 2, 7)):
        with pytest.raises(ValueError, match="no sequence of the kinds"):
            continued(terms, 1)


def test_they_can_be_read_without_labels() -> None:
    from seqclf.sources.sample import SampleData

    read = SampleData(source="sample", dataset="numbers").open(with_labels=False).read("test")
    assert read.texts[0] == sequences("test")[0].text
    assert set(read.labels) == {UNLABELLED}
