"""``seqclf export`` before it exports: it names the run, and refuses a folder that is in use at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.files import write_json


def _export(runs: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["export", "--runs", str(runs), *words])


def _write_run(runs: Path, task: str, status: str) -> Path:
    folder = runs / "mine-1"
    folder.mkdir(parents=True)
    write_json(folder / "manifest.json", {"task": task, "status": status, "ended": "2026-01-01T00:00:00"})
    return folder


@pytest.mark.parametrize(("task", "kind"), [("classification", "classifier"), ("language_model", "language model")])
@pytest.mark.parametrize(("status", "more"), [("finished", ""), ("interrupted", " (interrupted)")])
def test_the_run_is_named_with_its_kind(task: str, kind: str, status: str, more: str, tmp_path: Path) -> None:
    folder = _write_run(tmp_path / "runs", task, status)
    done = _export(tmp_path / "runs", "--format", "keras")
    assert " ".join(done.stderr.split()).startswith(f"Run {folder}{more}, a {kind} Error")
    assert done.exit_code == 2, "the run has no model"
    assert "Run " not in _export(tmp_path / "runs", "--format", "keras", "--run", "mine-1").stderr


@pytest.mark.parametrize("form", ["saved_model", "onnx", "keras"])
def test_a_target_in_use_is_refused_before_anything_is_written(form: str, tmp_path: Path) -> None:
    _write_run(tmp_path / "runs", "language_model", "finished")
    target = tmp_path / "taken"
    target.mkdir()
    (target / "mine.txt").touch()
    done = _export(tmp_path / "runs", "--format", form, "--to", str(target))
    assert done.exit_code == 2
    assert "already exists and is not empty" in done.stderr
    assert "Writing the model" not in done.stderr
    assert list(target.iterdir()) == [target / "mine.txt"]
