"""Texts that do not fit into memory are read from disk, unchanged."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, write_csv
from hypothesis import given
from hypothesis import strategies as st

from seqclf import text_store
from seqclf.config import checked_config
from seqclf.data.prepare import prepare
from seqclf.errors import SeqclfError
from seqclf.text import bulk
from seqclf.text.counting import counted
from seqclf.text_store import Chosen, TextStore


@pytest.fixture
def _on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_store, "_BYTES_IN_MEMORY", 20)
    monkeypatch.setattr(text_store, "_BYTES_A_READ", 7)


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=12), max_size=20), st.data())
@pytest.mark.usefixtures("_on_disk")
def test_a_store_is_a_list(texts: list[str], data: st.DataObject) -> None:
    store = TextStore()
    store.extend(texts)
    assert list(store) == texts
    assert [store[place] for place in range(len(texts))] == texts
    assert store[1:5] == texts[1:5]
    assert [*store[::-2], *store[-3:]] == [*texts[::-2], *texts[-3:]]
    for place in (len(texts), -len(texts) - 1):
        with pytest.raises(IndexError):
            store[place]
    if texts:
        assert store[-1] == texts[-1]
        places = data.draw(st.lists(st.integers(0, len(texts) - 1)))
        chosen = Chosen(store, np.array(places, np.int64))
        assert list(chosen) == [texts[place] for place in places]
        assert chosen[:2] == [texts[place] for place in places][:2]


def _prepared(csv: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, **tokenizer: Any) -> list[Any]:
    monkeypatch.setenv("SEQCLF_CACHE", str(cache))
    data = prepare(checked_config(small_config(data__train=str(csv), **tokenizer)))
    assert data.validation is not None
    return [[row.tolist() for row in split] for split in (data.train, data.validation)]


def test_the_training_result_is_the_same(sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = _prepared(sample_csv, tmp_path / "a", monkeypatch)
    monkeypatch.setattr(text_store, "_BYTES_IN_MEMORY", 1_000)
    monkeypatch.setattr(text_store, "_BYTES_A_READ", 300)
    assert _prepared(sample_csv, tmp_path / "b", monkeypatch) == in_memory


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_store, "_BYTES_IN_MEMORY", 100_000)
    monkeypatch.setattr(bulk, "_CHUNKS_A_BLOCK", 10_000)
    filler = " ".join(f"word{i}" for i in range(400))
    rows = ((f"{filler} {' '.join(str(i))}", "np"[i % 2]) for i in range(4_000))  # few words, no two texts equal
    csv = write_csv(tmp_path / "t.csv", [("text", "label"), *rows])
    tracemalloc.start()
    train = prepare(checked_config(small_config(data__train=str(csv), tokenizer={"type": "word"}))).train
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert csv.stat().st_size > 10_000_000
    assert len(train) == 4_000 - 2 * 800
    assert peak < 8_000_000


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_store, "_BYTES_IN_MEMORY", 2)
    (tmp_path / "file").touch()
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "file"))
    with pytest.raises(SeqclfError, match="cannot store texts there .*; set SEQCLF_CACHE"):
        TextStore().append("long")


def test_counting_is_exact_while_there_is_room_and_bounded_after() -> None:
    groups = [["a", "a", str(i)] for i in range(1_000)]
    exact = counted(groups)
    assert len(exact) == 1_001
    bounded = counted(groups, most=100)
    assert len(bounded) <= 100
    assert bounded["a"] == exact["a"] == 2_000
