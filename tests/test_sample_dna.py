"""The synthetic DNA: balanced, reproducible, and separable only by both boxes at their distance."""

from __future__ import annotations

import re
from collections import Counter

from seqclf.sources.sample import SampleSource
from seqclf.sources.sample.dna import sequences


def test_it_is_balanced_distinct_and_the_same_every_time() -> None:
    rows = sequences(3_000)
    assert rows == sequences(3_000)
    assert rows[:500] == sequences(500)
    assert Counter(label for _, label in rows) == {"promoter": 1_500, "other": 1_500}
    assert len({sequence for sequence, _ in rows}) == 3_000
    assert {len(sequence) for sequence, _ in rows} == {80}
    assert set("".join(sequence for sequence, _ in rows)) == set("ACGT")


def test_both_boxes_at_their_distance_tell() -> None:
    """About half of the sequences with one complete box are promoters; with both at 16 to 18 bases, nearly all."""

    def promoters(pattern: str) -> float:
        labels = [label for sequence, label in sequences(4_000) if re.search(pattern, sequence)]
        assert len(labels) > 100
        return labels.count("promoter") / len(labels)

    assert 0.4 < promoters("TTGACA") < 0.75
    assert 0.4 < promoters("TATAAT") < 0.75
    assert promoters("TTGACA.{16,18}TATAAT") > 0.95


def test_its_parts_share_nothing() -> None:
    source = SampleSource("dna")
    train, test = source.read("train"), source.read("test")
    assert (len(train), len(test)) == (4_000, 1_000)
    assert not set(train.texts) & set(test.texts)
    assert train.label_names == ("other", "promoter")
    assert source.fingerprint("train") not in (source.fingerprint("test"), SampleSource("reviews").fingerprint("train"))


def test_it_is_never_called_reviews() -> None:
    assert SampleSource("dna").read("test").origin == "synthetic DNA, test"
