"""Resumed predictions of files, and protection from overwriting."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bulk_files import ROWS, of_length, predict, read_rows, written

from seqclf.errors import InputError, SeqclfError
from seqclf.files import remove_folder
from seqclf.inference.bulk.writers import LineWriter

pytestmark = pytest.mark.usefixtures("small_blocks")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("after", [1, 2, 5])
def test_an_interrupted_prediction_is_resumed(kind: str, after: int, tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in ROWS]
    lines[7] = "no json"
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    whole, target = tmp_path / f"whole.{kind}", tmp_path / f"out.{kind}"
    predict(source, whole, errors=tmp_path / "whole.txt")
    calls = 0

    def stopped(texts: Sequence[str]) -> np.ndarray:
        nonlocal calls
        calls += 1
        if calls > after:
            raise KeyboardInterrupt
        return of_length(texts)

    with pytest.raises(KeyboardInterrupt):
        predict(source, target, call=stopped, errors=tmp_path / "errors.txt")
    assert not target.exists()
    partial = tmp_path / f"out.{kind}.partial"
    for file in partial.glob("rows.*"):  # written, but not noted yet: killed in between
        with file.open("ab") as written:
            written.write(b"half a ro")
    with pytest.raises(InputError, match="contains predictions of an interrupted command; continue with --resume"):
        predict(source, target)
    seen: list[str] = []

    def counted(texts: Sequence[str]) -> np.ndarray:
        seen.extend(texts)
        return of_length(texts)

    report = predict(source, target, call=counted, resume=True, errors=tmp_path / "errors.txt")
    assert (report.rows, report.bad) == (len(ROWS), 1)
    assert len(seen) == len(ROWS) - 5 * after - (after < 2), "finished rows are not predicted again"
    assert target.read_bytes() == whole.read_bytes() if kind != "parquet" else read_rows(target) == read_rows(whole)
    assert (tmp_path / "errors.txt").read_bytes() == (tmp_path / "whole.txt").read_bytes()
    assert not partial.exists()


def test_another_job_is_not_resumed(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", ROWS)
    calls = iter([of_length, of_length])

    def stopped(texts: Sequence[str]) -> np.ndarray:
        try:
            return next(calls)(texts)
        except StopIteration:
            raise KeyboardInterrupt from None

    with pytest.raises(KeyboardInterrupt):
        predict(source, tmp_path / "out.csv", call=stopped)
    with pytest.raises(InputError, match=r"was started with another --errors \(it was: --errors none\)"):
        predict(source, tmp_path / "out.csv", errors=tmp_path / "e.txt", resume=True)
    with pytest.raises(InputError, match="was started with another --top"):
        predict(source, tmp_path / "out.csv", top=1, resume=True)
    written(source, ROWS[:-1])
    with pytest.raises(InputError, match="before the file of --input changed; delete this folder to start again"):
        predict(source, tmp_path / "out.csv", resume=True)
    with pytest.raises(InputError, match=r"was started with another --input \(it was: [^)]*in.csv[^)]*\); repeat that"):
        predict(written(tmp_path / "new.csv", ROWS), tmp_path / "out.csv", resume=True)
    journal = tmp_path / "out.csv.partial" / "journal.json"
    journal.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        predict(source, tmp_path / "out.csv", resume=True)
    predict(source, tmp_path / "other.csv", resume=True)
    assert len(read_rows(tmp_path / "other.csv")) == len(ROWS) - 1, (
        "with nothing to resume it starts from the beginning"
    )


def test_nothing_is_overwritten_without_permission_and_nothing_remains(tmp_path: Path) -> None:
    source, target = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="already exists; use --overwrite"):
        predict(source, target)
    assert target.read_text(encoding="utf-8") == "mine"
    predict(source, target, overwrite=True)
    assert len(read_rows(target)) == len(ROWS)
    with pytest.raises(InputError, match=r"the folder .* does not exist"):
        predict(source, tmp_path / "no" / "out.csv")
    taken = written(tmp_path / "taken.csv", [{"text": "a", "prediction": "b"}])
    with pytest.raises(InputError, match='already has a column "prediction"'):
        predict(taken, tmp_path / "2.csv")
    empty = written(tmp_path / "empty.csv", [{"text": "a"}])
    empty.write_text("text\n", encoding="utf-8")
    with pytest.raises(InputError, match="contains no rows"):
        predict(empty, tmp_path / "3.csv")
    with pytest.raises(InputError, match='no column "text"'):
        predict(written(tmp_path / "c.csv", [{"body": "a"}]), tmp_path / "4.csv")
    assert not list(tmp_path.glob("*.partial"))


def test_files_are_not_mixed_up(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", ROWS)
    before = source.read_bytes()
    for target, errors, message in (
        (source, None, "is the input"),
        (tmp_path / "out.csv", source, "is the input"),
        (tmp_path / "out.csv", tmp_path / "." / "out.csv", "is also --output"),
    ):
        with pytest.raises(InputError, match=message):
            predict(source, target, errors=errors, overwrite=True)
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    "progress",
    [None, [], {"row": 3}, {"rows": "3"}, {"rows": True}, {"bad": -1}, {"rows": 3, "complete": "../mine"}],
)
def test_a_malformed_journal_is_named(progress: Any, tmp_path: Path) -> None:
    source, partial, mine = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv.partial", tmp_path / "mine"
    partial.mkdir()
    mine.touch()
    (partial / "journal.json").write_text(json.dumps({"job": {}, "progress": progress}), encoding="utf-8")
    for resume in (True, False):
        with pytest.raises(
            InputError, match=r"journal\.json: cannot be read .*; delete .*out\.csv\.partial to start again"
        ):
            predict(source, tmp_path / "out.csv", resume=resume)
    assert mine.exists() and not (tmp_path / "out.csv").exists()


def test_one_process_writes_a_file(tmp_path: Path) -> None:
    source, target = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"

    def second(texts: Sequence[str]) -> np.ndarray:
        for resume in (True, False):
            with pytest.raises(InputError, match=r"out\.csv: is being written by process \d+ on "):
                predict(source, target, resume=resume)
        return of_length(texts)

    predict(source, target, call=second)
    assert len(read_rows(target)) == len(ROWS)


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("left", [(), (".journal.json.1-0123abcd.json",), ("rows.csv", "errors.txt")])
def test_a_folder_without_predictions_is_nothing_to_resume(left: tuple[str, ...], resume: bool, tmp_path: Path) -> None:
    source, target = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    partial = tmp_path / "out.csv.partial"
    partial.mkdir()
    for name in left:
        (partial / name).write_text("half", encoding="utf-8")
    predict(source, target, resume=resume)
    assert len(read_rows(target)) == len(ROWS)
    assert not partial.exists()


def test_a_folder_of_somebody_else_is_kept(tmp_path: Path) -> None:
    source, own = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv.partial" / "notes.md"
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    for resume in (True, False):
        with pytest.raises(InputError, match=r"contains notes\.md, which is not of seqclf"):
            predict(source, tmp_path / "out.csv", resume=resume)
    assert own.read_text(encoding="utf-8") == "mine"


def test_rows_that_the_disk_lost_are_noticed(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", ROWS)
    calls = iter([of_length, of_length])

    def stopped(texts: Sequence[str]) -> np.ndarray:
        try:
            return next(calls)(texts)
        except StopIteration:
            raise KeyboardInterrupt from None

    with pytest.raises(KeyboardInterrupt):
        predict(source, tmp_path / "out.csv", call=stopped)
    rows = tmp_path / "out.csv.partial" / "rows.csv"
    rows.write_bytes(rows.read_bytes()[:-1])
    with pytest.raises(InputError, match="has lost rows; delete the folder"):
        predict(source, tmp_path / "out.csv", resume=True)


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    source, pipe = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="is not a file; -o - writes to standard output"):
        predict(source, pipe, overwrite=True)
    assert pipe.is_fifo()


def test_a_full_disk_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    write, room = LineWriter.write, 0

    def full(writer: LineWriter, *arguments: Any) -> dict[int, str]:
        if writer.position > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(writer, *arguments)

    monkeypatch.setattr(LineWriter, "write", full)
    with pytest.raises(SeqclfError, match=r"out\.csv: No space left on device; the rows before are kept") as raised:
        predict(source, target)
    assert raised.value.exit_code == 1
    room = -1
    partial = tmp_path / "out.csv.partial"
    assert partial.exists()
    with pytest.raises(SeqclfError, match=r"other\.csv: No space left on device$"):
        predict(source, tmp_path / "other.csv")
    assert not (tmp_path / "other.csv.partial").exists()
    monkeypatch.undo()
    predict(source, target, resume=True)
    assert len(read_rows(target)) == len(ROWS)


def test_a_folder_that_another_process_has_made_anew_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out.csv.partial"
    folder.mkdir()
    (folder / "of_the_first").touch()
    rename = Path.rename

    def followed_by_another(path: Path, target: Path) -> Path:
        moved = rename(path, target)
        folder.mkdir()
        return moved

    monkeypatch.setattr(Path, "rename", followed_by_another)
    remove_folder(folder)
    assert list(tmp_path.rglob("*")) == [folder]
