"""Completion of run names in the user's shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seqclf.runs import Run


def _completed(line: str, folder: Path, **variables: str) -> list[str]:
    """The completions that bash offers."""
    place = str(len(line.split(" ")) - 1)
    environment = os.environ | {
        "_SEQCLF_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": place,
        **variables,
    }
    program = "import sys; sys.argv[0] = 'seqclf'; from seqclf.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=folder, capture_output=True, text=True)
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_run_names_are_completed(binary_run: Run, tmp_path: Path) -> None:
    shutil.copytree(binary_run.folder, tmp_path / "runs" / "mine-1")
    shutil.copytree(binary_run.folder, tmp_path / "elsewhere" / "other-1")
    (tmp_path / "runs" / "unfinished-1").mkdir()
    assert _completed("seqclf predict --run ", tmp_path) == ["latest", "mine-1"]
    assert _completed("seqclf eval --run x", tmp_path) == []
    assert _completed("seqclf eval --runs elsewhere --run o", tmp_path) == ["other-1"]
    assert _completed("seqclf export --run ", tmp_path, SEQCLF_RUNS="elsewhere") == ["latest", "other-1"]
    assert _completed("seqclf init --template imdb_st", tmp_path) == ["imdb_stacked_gru", "imdb_stacked_lstm"]
    assert _completed("seqclf generate --run m", tmp_path) == ["mine-1"]
    assert _completed("seqclf gen", tmp_path) == ["generate"]
    assert _completed("seqclf che", tmp_path) == ["check"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_their_script(shell: str) -> None:
    environment = os.environ | {"_SEQCLF_COMPLETE": f"{shell}_source"}
    program = "import sys; sys.argv[0] = 'seqclf'; from seqclf.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert f"_SEQCLF_COMPLETE={shell}_complete" in done.stdout
    page = (Path(__file__).parents[1] / "docs" / "writing_configs.md").read_text(encoding="utf-8")
    assert f"_SEQCLF_COMPLETE={shell}_source seqclf" in page
