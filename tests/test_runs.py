"""Folders of runs, and files that are complete or absent."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.files import replacing, write_text
from seqclf.new_runs import begin_run, check_runs_folder, now
from seqclf.run_choice import find_origin, find_resumable, find_run, named_with_status, run_names
from seqclf.runs import FINISHED, INTERRUPTED, Run


def _finished(runs: Path, name: str, status: str = FINISHED) -> str:
    run = begin_run(runs, name)
    run.update_manifest(status=status, ended=now())
    return run.name


def test_runs_are_numbered_by_name(tmp_path: Path) -> None:
    assert [begin_run(tmp_path / "deep" / "runs", name).name for name in ("a", "a", "a-b", "a")] == [
        "a-1", "a-2", "a-b-1", "a-3"
    ]  # fmt: skip
    (tmp_path / "deep" / "runs" / "a-9").mkdir()
    assert begin_run(tmp_path / "deep" / "runs", "a").name == "a-10"


@pytest.mark.parametrize("name", [None, "latest"])
def test_the_newest_finished_run_is_taken(name: str | None, tmp_path: Path) -> None:
    _finished(tmp_path, "z")
    newest = _finished(tmp_path, "a")
    _finished(tmp_path, "later", INTERRUPTED)
    begin_run(tmp_path, "b")
    (tmp_path / "c-1").mkdir()
    (tmp_path / "c-1" / "manifest.json").write_text("{")
    assert find_run(tmp_path, name).name == newest
    assert named_with_status(find_run(tmp_path, name)) == newest


@pytest.mark.parametrize("name", [None, "latest"])
def test_an_interrupted_run_is_used_if_none_is_finished(name: str | None, tmp_path: Path) -> None:
    begin_run(tmp_path, "b")
    newest = _finished(tmp_path, "a", INTERRUPTED)
    first_epoch = begin_run(tmp_path, "begun")
    first_epoch.update_manifest(status=INTERRUPTED, ended=now(), epochs=0)
    assert find_run(tmp_path, name).name == newest
    assert named_with_status(find_run(tmp_path, name)) == f"{newest} (interrupted)"


def test_a_run_of_that_name_comes_before_the_newest(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    Run(tmp_path / "latest").update_manifest(status=FINISHED, ended="2000")
    _finished(tmp_path, "a")
    assert find_run(tmp_path, "latest").name == "latest"
    assert {name for name, _ in run_names(tmp_path)} == {"latest", "a-1"}


def test_the_latest_to_resume_is_the_one_begun_last(tmp_path: Path) -> None:
    for name in ("a", "b"):
        begin_run(tmp_path, name).config.touch()
    _finished(tmp_path, "c")
    assert find_resumable(tmp_path, "latest").name == find_resumable(tmp_path, None).name == "b-1"


def test_a_wrong_name_to_resume_names_those_that_can_be(tmp_path: Path) -> None:
    begin_run(tmp_path, "stopped").config.touch()
    done = Run(tmp_path / _finished(tmp_path, "done"))
    done.config.touch()
    done.checkpoints.mkdir()
    (done.checkpoints / "epoch000001.state").touch()
    with pytest.raises(InputError, match=r"\(stopped ones: stopped-1\)"):
        find_resumable(tmp_path, "nope")
    with pytest.raises(InputError, match=r"\(runs that can be resumed: .*done-1") as caught:
        find_resumable(tmp_path, "nope", further=True)
    assert "stopped-1" in str(caught.value)
    (tmp_path / "stopped-1" / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"\(stopped ones: none; finished: done-1\)"):
        find_resumable(tmp_path, "nope")


def test_runs_are_found_by_name_and_path(tmp_path: Path) -> None:
    name = _finished(tmp_path, "a")
    assert find_run(tmp_path, name).folder == tmp_path / name
    assert find_run(tmp_path / "elsewhere", str(tmp_path / name)).folder == tmp_path / name


def test_without_a_run_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Train one with `seqclf train CONFIG`"):
        find_run(tmp_path / "nothing", None)


def test_a_wrong_name_gets_a_suggestion(tmp_path: Path) -> None:
    _finished(tmp_path, "imdb-lstm")
    with pytest.raises(InputError, match=r'no run imdb-lst-1 in .*; did you mean "imdb-lstm-1"\?'):
        find_run(tmp_path, "imdb-lst-1")


def test_the_first_part_of_names_gets_those_names(tmp_path: Path) -> None:
    for name in ("reviews-1", "reviews-2-fold1", "reviews-2-fold2"):
        (tmp_path / name).mkdir()
        Run(tmp_path / name).update_manifest(status=FINISHED)
    expected = r"no run reviews-2 in .*; runs that begin with it: reviews-2-fold2, reviews-2-fold1$"
    with pytest.raises(InputError, match=expected):
        find_run(tmp_path, "reviews-2")
    diff = CliRunner().invoke(cli, ["config", "diff", "reviews-2", "reviews-1", "--runs", str(tmp_path)])
    assert diff.exit_code == 2
    assert "runs that begin with it: reviews-2-fold2, reviews-2-fold1" in diff.stderr


def test_a_folder_with_the_first_part_of_a_name_hides_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data are often in a folder ``poems``, and runs are named after them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "poems").mkdir()
    _finished(tmp_path / "runs", "poems-lm")
    for find in (find_run, find_origin):
        expected = "poems: not a run (it has no manifest.json); runs in runs that begin with poems: poems-lm-1"
        with pytest.raises(InputError, match=re.escape(expected)):
            find(Path("runs"), "poems")
    (tmp_path / "poems").rmdir()
    (tmp_path / "poems").touch()
    with pytest.raises(InputError, match="is a file; .*; runs in runs that begin with poems: poems-lm-1"):
        find_run(Path("runs"), "poems")
    (tmp_path / "runs" / "poems-lm-1" / "manifest.json").unlink()
    (tmp_path / "poems").unlink()
    (tmp_path / "poems").mkdir()
    with pytest.raises(InputError, match="no manifest.json\\); choose another"):
        find_run(Path("runs"), "poems")


def test_what_is_not_a_run_is_named(tmp_path: Path) -> None:
    exported = tmp_path / "my_onnx"
    exported.mkdir()
    (exported / "model.onnx").touch()
    with pytest.raises(InputError, match=r"my_onnx/model.onnx: is a file; expected a run's name or folder"):
        find_run(tmp_path / "runs", str(exported / "model.onnx"))
    for options in (["eval", "--run"], ["export", "--run"]):
        done = CliRunner().invoke(cli, [*options, str(exported), "--runs", str(tmp_path / "runs")])
        assert done.exit_code == 2
        assert "is an exported model, which only predict, explain and generate read" in done.stderr
    with pytest.raises(InputError, match="no complete run found"):
        find_run(tmp_path / "runs", None)


@pytest.mark.parametrize("by_path", [False, True])
def test_a_run_in_place_of_a_config_is_explained(by_path: bool, tmp_path: Path) -> None:
    name = _finished(tmp_path, "a")
    given = str(tmp_path / name) if by_path else name
    done = CliRunner().invoke(cli, ["train", given, "--runs", str(tmp_path)])
    assert done.exit_code == 2
    assert f"{given}: is a run; `seqclf train --resume {tmp_path / name}` resumes it" in done.stderr


def test_an_unfinished_run_is_refused(tmp_path: Path) -> None:
    name = begin_run(tmp_path, "a").name
    with pytest.raises(InputError, match=r"incomplete \(its training was killed\); train its config again"):
        find_run(tmp_path, name)


def test_a_folder_that_cannot_contain_runs_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for call in (check_runs_folder, lambda runs: begin_run(runs, "a")):
        with pytest.raises(InputError, match="cannot store runs"):
            call(tmp_path / "file" / "runs")
    check_runs_folder(tmp_path / "not" / "yet")
    assert not (tmp_path / "not").exists()


def test_a_file_is_replaced_completely_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "first")
    with pytest.raises(RuntimeError), replacing(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]
    write_text(path, "second")
    assert path.read_text() == "second"


def test_an_error_names_the_file_and_not_the_one_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    with pytest.raises(OSError, match="No space left") as full, replacing(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert full.value.filename == str(path)
    missing = tmp_path / "missing" / "file.txt"
    with pytest.raises(FileNotFoundError) as absent:
        write_text(missing, "first")
    assert absent.value.filename == str(missing)
    with pytest.raises(OSError, match="in words") as other, replacing(path):
        raise OSError("in words")
    assert str(other.value) == "in words"
