"""Encoded texts, the cache, batches."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cache import cached
from seqclf.data.batches import Batches
from seqclf.data.encoded import EncodedTexts
from seqclf.errors import SeqclfError
from seqclf.text.truncation import truncate_ids


def _texts(lengths: list[int]) -> EncodedTexts:
    generator = np.random.default_rng(1)
    rows = [generator.integers(1, 100, length).astype(np.int32) for length in lengths]
    return EncodedTexts.collect(rows, np.arange(len(rows), dtype=np.int32) % 3, vocabulary_size=100)


lengths = st.lists(st.integers(1, 30), min_size=1, max_size=60)


@given(lengths, st.integers(1, 9), st.integers(1, 20), st.sampled_from(["head", "tail", "middle"]))
def test_batches_hold_every_text_once_padded_right(sizes: list[int], batch_size: int, most: int, cut: str) -> None:
    texts = _texts(sizes)
    batches = Batches(texts, batch_size, most, cut)  # type: ignore[arg-type]
    for plan in (batches.shuffled(seed=3, epoch=1), batches.by_length()):
        assert sorted(np.concatenate(plan).tolist()) == list(range(len(sizes)))
        assert len(plan) == -(-len(sizes) // batch_size)
        for indices, (ids, labels) in zip(plan, batches.stream(plan), strict=True):
            assert ids.dtype == np.int32
            assert ids.shape == (len(indices), batches.lengths[indices].max())
            assert np.array_equal(labels, texts.labels[indices])
            for row, index in zip(ids, indices, strict=True):
                expected = truncate_ids(texts[index], most, cut)  # type: ignore[arg-type]
                assert row[: len(expected)].tolist() == expected.tolist()
                assert not row[len(expected) :].any()


@given(lengths, st.integers(1, 9), st.integers(1, 20), st.integers(0, 60))
def test_a_budget_of_tokens_bounds_every_batch(sizes: list[int], batch_size: int, most: int, more: int) -> None:
    texts = _texts(sizes)
    batches = Batches(texts, batch_size, most, "tail", batch_tokens=most + more)
    for plan in (batches.shuffled(seed=3, epoch=1), batches.by_length()):
        assert sorted(np.concatenate(plan).tolist()) == list(range(len(sizes)))
        for ids, _ in batches.stream(plan):
            assert len(ids) <= batch_size
            assert ids.size <= most + more
    together = [ids.shape for ids, _ in batches.stream(batches.by_length())]
    for (rows, _), (_, longer) in itertools.pairwise(together):
        assert rows == batch_size or (rows + 1) * longer > most, "no batch is smaller than it must be"


def test_order_depends_on_seed_and_epoch_alone() -> None:
    batches = Batches(_texts(list(range(1, 30)) * 8), 8, 20, "tail")
    plans = {key: np.concatenate(batches.shuffled(*key)).tolist() for key in [(1, 1), (1, 2), (2, 1)]}
    assert len({tuple(plan) for plan in plans.values()}) == 3
    assert np.concatenate(batches.shuffled(1, 2)).tolist() == plans[1, 2]


def test_batches_hold_little_padding() -> None:
    sizes = np.random.default_rng(0).lognormal(5.5, 0.6, 5_000).astype(int) + 1
    batches = Batches(_texts(sizes.tolist()), 64, 512, "middle")
    cells = sum(ids.size for ids, _ in batches.stream(batches.shuffled(0, 1)))
    assert 1 - batches.lengths.sum() / cells < 0.05


def test_large_vocabularies_fit() -> None:
    rows = [np.array([1, 70_000], dtype=np.int32)]
    texts = EncodedTexts.collect(rows, np.zeros(1, np.int32), vocabulary_size=70_001)
    assert texts[0].tolist() == [1, 70_000]


def test_encoded_texts_survive_the_disk(tmp_path: Path) -> None:
    texts = _texts([3, 1, 4])
    EncodedTexts.write(tmp_path, texts, texts.labels, vocabulary_size=100)
    loaded = EncodedTexts.load(tmp_path)
    assert [row.tolist() for row in loaded] == [row.tolist() for row in texts]
    assert loaded.labels.tolist() == texts.labels.tolist()


def test_cache_makes_an_entry_once_and_completely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path))
    calls = []

    def broken(folder: Path) -> None:
        (folder / "half").touch()
        raise RuntimeError("power cut")

    def whole(folder: Path) -> None:
        calls.append(folder)
        (folder / "all").touch()

    with pytest.raises(RuntimeError):
        cached("kind", "key", broken)
    assert list((tmp_path / "kind").iterdir()) == []
    for _ in range(2):
        assert [path.name for path in cached("kind", "key", whole).iterdir()] == ["all"]
    assert len(calls) == 1


def test_an_unwritable_cache_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "file"))
    with pytest.raises(SeqclfError, match="set SEQCLF_CACHE"):
        cached("kind", "key", lambda folder: None)
