"""``benchmarks/streaming.py``: its corpus, its configs, and what it measures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import streaming

from seqclf.config import checked_config
from seqclf.data.prepare import prepare


def test_a_corpus_has_its_size_in_parts_and_is_always_the_same(tmp_path: Path) -> None:
    counts = [streaming.write_corpus(tmp_path / name, 60_000, 3, 20) for name in ("a", "b")]
    parts = sorted((tmp_path / "a").iterdir())
    assert [part.name for part in parts] == ["part-00000.csv", "part-00001.csv", "part-00002.csv"]
    assert all(20_000 <= part.stat().st_size <= 22_000 for part in parts)
    assert [part.read_bytes() for part in parts] == [part.read_bytes() for part in sorted((tmp_path / "b").iterdir())]
    assert counts[0] == counts[1] == sum(len(part.read_text().splitlines()) - 1 for part in parts)


def test_its_configs_are_valid_and_have_no_unknown_words(tmp_path: Path) -> None:
    streaming.write_corpus(tmp_path, 60_000, 2, 20)
    for units in (0, 4):
        data = prepare(checked_config(streaming.config_of(tmp_path, units)))
        assert set(data.labels) == {"no", "yes"}
        assert not data.train.counts(data.tokenizer.vocabulary_size)[data.tokenizer.unknown_id]
        assert 19 < data.train.lengths.mean() < 40


def test_memory_is_that_of_all_processes() -> None:
    block = "import time; block = b'x' * 60_000_000; print(len(block), flush=True); time.sleep(60)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {block!r}])"
    alone = streaming.memory_of(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as one:
        assert one.stdout is not None and one.stdout.readline() == "60000000\n"
        together = streaming.memory_of(os.getpid())
        os.killpg(one.pid, 9)
    assert together - alone > 60_000_000
