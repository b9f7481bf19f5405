"""Texts that several processes encode: the same ids, shards that survive a kill, one writer."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, write_csv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqclf import cache, text_store
from seqclf.cache import cached, only_writer
from seqclf.config import checked_config
from seqclf.data import shards
from seqclf.data.prepare import prepare
from seqclf.data.shards import Shards, bounds_of
from seqclf.errors import InputError, SeqclfError
from seqclf.listener import telling
from seqclf.processes import Processes
from seqclf.sources.parts import part_of
from seqclf.sources.table import by_processes, one_file
from seqclf.sources.table.reader import TableSource
from seqclf.text.kinds.byte import ByteTokenizer
from seqclf.text_store import Chosen, StoredTexts, TextStore, read_texts, stored

TEXTS = [f"text {number} with some words" * (1 + number % 3) for number in range(200)]


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(text_store, "_BYTES_IN_MEMORY", 100)
    monkeypatch.setattr(text_store, "_BYTES_A_READ", 50)
    monkeypatch.setattr(shards, "BLOCK_BYTES", 1_000)
    monkeypatch.setattr(shards, "usable_cores", lambda: 2)


def _store(texts: list[str]) -> TextStore:
    store = TextStore()
    store.extend(texts)
    return store


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), max_size=30), st.data())
def test_the_places_of_texts_in_a_file(texts: list[str], data: st.DataObject) -> None:
    store = _store(texts)
    places = stored(store)
    if places is None:
        assert sum(map(len, texts)) <= 100
        return
    assert list(read_texts(places.file, places.spans)) == texts
    store.append("one more")
    assert list(store) == [*texts, "one more"]
    chosen = data.draw(st.lists(st.integers(0, len(texts))))
    some = stored(Chosen(Chosen(store, np.array(chosen, np.int64)), np.arange(len(chosen))))
    assert some is not None
    assert list(read_texts(some.file, some.spans)) == [[*texts, "one more"][place] for place in chosen]
    assert stored(texts) is None


@given(st.lists(st.integers(0, 50_000_000), min_size=1, max_size=50))
def test_blocks_have_all_texts_in_order(sizes: list[int]) -> None:
    ends = np.cumsum(sizes)
    bounds = bounds_of(StoredTexts(0, np.stack([ends - sizes, ends], axis=1)))
    assert bounds[0] == 0 and bounds[-1] == len(sizes) and (np.diff(bounds) > 0).all()
    for first, last in itertools.pairwise(bounds):
        assert (
            last - first == 1 or ends[last - 2] - (ends[first] - sizes[first]) <= shards.BLOCK_BYTES + sizes[last - 1]
        )


def test_ids_are_those_of_one_process() -> None:
    texts, counts = _store(TEXTS), list[int]()
    tokenizer = ByteTokenizer()
    made = Shards("k" * 64)
    found = list(made.encoded(texts, tokenizer, counts.append))
    assert counts == [2]
    assert [row.tolist() for row in found] == [row.tolist() for row in tokenizer.encode_all(TEXTS)]
    assert len(list(made.folder.iterdir())) == len(bounds_of(stored(texts))) - 1  # type: ignore[arg-type]
    made.remove()
    assert not made.folder.exists()


def test_few_texts_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "Processes", None)
    assert len(list(Shards("k" * 64).encoded(TEXTS, ByteTokenizer()))) == len(TEXTS)
    monkeypatch.setattr(shards, "usable_cores", lambda: 1)
    assert len(list(Shards("k" * 64).encoded(_store(TEXTS), ByteTokenizer()))) == len(TEXTS)


def test_shards_that_are_there_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, made = _store(TEXTS), Shards("k" * 64)
    expected = [row.tolist() for row in made.encoded(texts, ByteTokenizer())]
    lost, kept = sorted(made.folder.iterdir())[:2]
    before = kept.stat().st_ino
    for file in lost.iterdir():
        file.unlink()
    lost.rmdir()
    assert [row.tolist() for row in made.encoded(texts, ByteTokenizer())] == expected
    assert kept.stat().st_ino == before and lost.is_dir()


def test_a_process_that_is_killed_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Processes, "_check", _killing(Processes._check))
    with pytest.raises(SeqclfError, match="was killed by SIGKILL; start again: what is complete is kept"):
        list(Shards("k" * 64).encoded(_store(TEXTS), ByteTokenizer()))


def _killing(check: Any) -> Any:
    def kill_first(self: Any) -> None:
        self._processes[0].kill()
        self._processes[0].wait()
        check(self)

    return kill_first


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    class Unsaved(ByteTokenizer):
        def save(self, folder: Path) -> None:
            folder.mkdir()

    with pytest.raises(SeqclfError, match=r"a process that encodes texts failed \(.*tokenizer.json"):
        list(Shards("k" * 64).encoded(_store(TEXTS), Unsaved()))


def test_a_run_that_is_killed_continues_with_its_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kill -9`` of the training: its processes end, no shard is half-written, the next one uses what is there."""
    code = (
        "import sys; from seqclf import text_store; from seqclf.data import shards\n"
        "text_store._BYTES_IN_MEMORY = 100; shards.BLOCK_BYTES = 20_000; shards.usable_cores = lambda: 2\n"
        "from test_shards import TEXTS, ByteTokenizer, Shards, _store\n"
        "list(Shards('k' * 64).encoded(_store(TEXTS * 100), ByteTokenizer()))\n"
    )
    monkeypatch.setattr(shards, "BLOCK_BYTES", 20_000)
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path})
    folder = Shards("k" * 64).folder
    deadline = time.monotonic() + 120
    while len(list(folder.glob("[!.]*"))) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    with only_writer(folder / "000000", waits=False):  # its process no longer holds any lock after it has ended
        pass
    whole = {path.name: path.stat().st_ino for path in folder.glob("[!.]*")}
    assert len(whole) >= 3
    texts = TEXTS * 100
    found = list(Shards("k" * 64).encoded(_store(texts), ByteTokenizer()))
    assert [row.tolist() for row in found[:500]] == [row.tolist() for row in ByteTokenizer().encode_all(texts[:500])]
    assert len(found) == len(texts)
    assert all((folder / name).stat().st_ino == number for name, number in whole.items())


def _rows(split: Any) -> list[list[int]]:
    return [row.tolist() for row in split]


def test_prepared_data_are_the_same(sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, stages = checked_config(small_config(data__train=str(sample_csv))), list[str]()
    by_processes = prepare(config, stages.append)
    assert any(stage.endswith("in 2 processes") for stage in stages), stages
    assert not list((tmp_path / "cache" / "shards").glob("[!.]*")), "they are deleted when the ids are complete"
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "other"))
    monkeypatch.setattr(shards, "usable_cores", lambda: 1)
    alone = prepare(config)
    assert _rows(by_processes.train) == _rows(alone.train)
    names = [
        sorted(path.relative_to(tmp_path / one) for path in (tmp_path / one / "encoded").rglob("*"))
        for one in ("cache", "other")
    ]
    assert names[0] == names[1]


# --- one writer -------------------------------------------------------------------------------------------------------


def _make(folder: Path, log: Any) -> None:
    def make(entry: Path) -> None:
        log.put(os.getpid())
        time.sleep(0.5)
        (entry / "content").write_text("whole", encoding="utf-8")

    os.environ["SEQCLF_CACHE"] = str(folder)
    assert (cached("things", "k" * 64, make) / "content").read_text(encoding="utf-8") == "whole"


def test_an_entry_is_made_once_by_processes_that_need_it_together(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    log = spawn.Queue()
    processes = [spawn.Process(target=_make, args=(tmp_path, log)) for _ in range(3)]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
    assert [one.exitcode for one in processes] == [0, 0, 0]
    assert log.get(timeout=5) in [one.pid for one in processes] and log.empty()
    assert [path.name for path in (tmp_path / "things").iterdir()] == ["k" * 32], "no lock file is left"


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from seqclf.cache import only_writer\n"
        "with only_writer(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    path = tmp_path / "entry"
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    with only_writer(path, waits=False) as is_free:
        assert not is_free
    process.kill()
    process.wait()
    process.stdout.close()
    with only_writer(path, waits=False) as is_free:
        assert is_free


def test_a_wait_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SECONDS_TO_TELL", 0.0)
    code = (
        "import sys, time; from pathlib import Path; from seqclf.cache import only_writer\n"
        "with only_writer(Path(sys.argv[1])): print('held', flush=True); time.sleep(1)"
    )
    path, said = tmp_path / "encoded" / "entry", list[str]()
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with telling(said.append), only_writer(path) as is_mine:
            assert is_mine
    assert said == ["Waiting for another process that prepares the same (encoded)"]


# --- parts ------------------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(st.text("ab c", min_size=1, max_size=8), st.sampled_from(["x", "y"])), min_size=8, max_size=40
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 40), max_size=3))
def test_rows_in_several_parts_are_those_of_one_file(
    rows: list[tuple[str, str]], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [(f"{text} {number}", label) for number, (text, label) in enumerate([*rows, ("a", "x"), ("b", "y")] * 2)]
    folder = tmp_path_factory.mktemp("parts")
    header = ("text", "label")
    whole = write_csv(folder / "all.csv", [header, *rows])
    bounds = sorted({0, *(cut for cut in cuts if cut < len(rows)), len(rows)})
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        write_csv(folder / f"part-{number:03}.csv", [header, *rows[start:end]])
    found = [list(_all(str(folder / name))) for name in (whole.name, "part-*.csv")]
    assert found[0] == found[1]


def _all(train: str) -> Iterator[Any]:
    data = prepare(checked_config(small_config(data__train=train, data__validation=0.2)))
    for split in (data.train, data.validation):
        assert split is not None
        yield _rows(split), split.labels.tolist()
    yield data.tokenizer.pieces


# --- digests of files -------------------------------------------------------------------------------------------------


def test_digests_of_large_files_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "a.csv", [("text", "label"), ("a", "x"), ("b", "y")])
    plain = TableSource("text", "label").fingerprint(str(path))
    read, digest = list[int](), one_file.hashlib.file_digest
    monkeypatch.setattr(one_file, "_REMEMBERED", 1)
    monkeypatch.setattr(one_file.hashlib, "file_digest", lambda *given: read.append(1) or digest(*given))

    def fingerprint() -> str:
        return TableSource("text", "label").fingerprint(str(path))  # as in another process

    assert fingerprint() == fingerprint() == plain
    assert len(read) == 2, "a file that was just written may change again at the same time"
    monkeypatch.setattr(one_file, "_JUST_WRITTEN", 0.0)
    assert fingerprint() == fingerprint() == plain
    assert len(read) == 3
    assert TableSource("text", None).fingerprint(str(path)) != plain, "how it is read is part of it"
    before = path.stat()
    write_csv(path, [("text", "label"), ("a", "x"), ("c", "y")])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert fingerprint() != plain


# --- reading ----------------------------------------------------------------------------------------------------------


def _of_all_kinds(number: int, kind: str) -> dict[str, Any]:
    row = {"text": f"text {number} \ud800 \u2615" if number % 3 else "", "weight": number / 7}
    row |= {"price": None if number % 4 == 0 else number, "shop": "ab"[number % 2], "who": f"group {number % 5}"}
    label: Any = {"one": ["x", "Y"][number % 2], "lists": ["x", "y"][: number % 3], "shares": "x"}[kind]
    return row | {"label": label, "p_x": 0.25, "p_y": 0.75}


@pytest.mark.parametrize("kind", ["one", "lists", "shares"])
def test_files_that_processes_read_are_those_of_one(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in range(3):
        lines = [json.dumps(_of_all_kinds(part * 20 + number, kind)) + "\n" for number in range(20)]
        (tmp_path / f"{part}.jsonl").write_text("".join(lines), encoding="utf-8")
    label = {"x": "p_x", "y": "p_y"} if kind == "shares" else "label"
    beside: dict[str, Any] = {"group": "who", "weight": "weight", "extra": {"price": "number", "shop": "category"}}
    source = TableSource("text", label, **beside)
    part = str(tmp_path / "*.jsonl")
    alone = source.read(part)
    monkeypatch.setattr(by_processes, "LEAST_BYTES", 1)
    monkeypatch.setattr(by_processes, "usable_cores", lambda: 2)
    monkeypatch.setattr(TableSource, "_one_by_one", None)
    together = source.read(part)
    assert list(together.texts) == list(alone.texts)
    assert list(together.labels) == list(alone.labels) and together.multi == alone.multi
    assert together.digest == alone.digest and together.label_names == alone.label_names
    for name in ("groups", "weights", "shares"):
        np.testing.assert_array_equal(getattr(together, name), getattr(alone, name))
    for name, values in alone.extra.items():
        np.testing.assert_array_equal(together.extra[name], values)
    assert not list((tmp_path / "cache" / "reading").iterdir()), "nothing is left"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": "text,label\na,x\nb,\n", "b": "text,label\nc,\n"}, 'a.csv:3: "label" is empty.*\n.*b.csv:2: "label" is'),
        ({"a": "text,label\na,x\n", "b": "words,label\nc,x\n"}, 'b.csv: no column "text"'),
        ({"a": "text,label\n", "b": "text,label\n"}, "contains no rows"),
    ],
)
def test_malformed_rows_are_reported_as_by_one_process(
    files: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    source, part = TableSource("text", "label"), str(tmp_path / "*.csv")
    found = []
    for least in (by_processes.LEAST_BYTES, 1):
        monkeypatch.setattr(by_processes, "LEAST_BYTES", least)
        monkeypatch.setattr(by_processes, "usable_cores", lambda: 2)
        with pytest.raises(InputError, match=message) as caught:
            source.read(part)
        found.append(str(caught.value))
    assert found[0] == found[1]


def test_labels_of_files_in_other_spellings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n', encoding="utf-8")
    (tmp_path / "b.csv").write_text("text,label\nc,True\nd,1.0\n", encoding="utf-8")
    monkeypatch.setattr(by_processes, "LEAST_BYTES", 1)
    monkeypatch.setattr(by_processes, "usable_cores", lambda: 2)
    part = part_of([str(tmp_path / "a.jsonl"), str(tmp_path / "b.csv")])
    assert TableSource("text", "label").read(part).labels == ["1", "0", "1", "1"]
