"""Set-up of the tests of ``seqclf calibrate`` and ``find-threshold``, and of what predicts with their choices."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from run_folders import made_run

from seqclf.cli import cli
from seqclf.runs import Run


def call(*arguments: str, code: int = 0) -> Any:
    """Run a command that ends with this exit code."""
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exit_code == code, done.output
    return done


def copied(run: Run, folder: Path) -> Run:
    """A copy that a test may change."""
    return Run(Path(shutil.copytree(run.folder, folder / "copy-1")))


def files_of(run: Run) -> dict[str, bytes]:
    """The content of the run's files, without that of its SavedModel, which no two exports write alike."""
    files = (path for path in run.folder.rglob("*") if path.is_file() and "saved_model" not in path.parts)
    return {str(path.relative_to(run.folder)): path.read_bytes() for path in files}


def killed_at(patch: pytest.MonkeyPatch, where: Any, name: str, *arguments: str) -> None:
    """Run a command that is killed when it calls this function."""

    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    with patch.context() as patched:
        patched.setattr(where, name, die)
        with pytest.raises(Killed):
            CliRunner().invoke(cli, list(arguments), catch_exceptions=False)


def refusals(command: list[str], fitted: Run, folder: Path) -> dict[str, str]:
    """The errors of a command, which needs a finished classifier with validation texts, for runs that are none.

    Args:
        fitted: a run, whose copies are said to have no validation texts, or n-grams that were fitted to them.
    """
    without, refit = (copied(fitted, folder / name) for name in ("none", "refit"))
    config = yaml.safe_load(without.config.read_text(encoding="utf-8"))
    config["data"]["validation"] = 0
    without.config.write_text(yaml.safe_dump(config), encoding="utf-8")
    refit.update_manifest(ngrams={"refit": True})
    runs = {
        "language model": made_run(folder, "lm-1", task="language_model"),
        "incomplete": made_run(folder, "cut-1", status="failed"),
        "without validation": without,
        "refit": refit,
    }
    errors = {}
    for name, run in runs.items():
        first, *more = command
        errors[name] = " ".join(call(first, "--run", str(run.folder), *more, code=2).stderr.split())
    return errors
