"""A folder given to ``predict``: the suggested loop has the options of the command line."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqclf.cli import cli


def said(*words: str) -> str:
    done = CliRunner().invoke(cli, ["predict", *words])
    assert done.exit_code == 2, done.output
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ("", ""),
        ("--score --run poems-1", "--score --run poems-1 "),
        ("--top 2 --json --threads=1", "--top 2 --json --threads=1 "),
        ("-o out.csv --column text --resume --run r --runs some", "--run r --runs some "),
    ],
)
def test_each_text_is_predicted_with_the_same_options(options: str, kept: str, tmp_path: Path) -> None:
    (tmp_path / "poems").mkdir()
    folder = str(tmp_path / "poems")
    expected = f'for file in {folder}/*; do seqclf predict {kept}-- "$(cat "$file")"; done'
    assert expected in said(*shlex.split(options), "--input", folder)


def test_the_loop_calls_predict_for_each_text(tmp_path: Path) -> None:
    folder = tmp_path / "some poems"
    folder.mkdir()
    (folder / "1.txt").write_text("-a text with a dash\nand a line\n", encoding="utf-8")
    (folder / "2.txt").write_text("another\n", encoding="utf-8")
    loop = said("--score", "--input", str(folder)).partition("as one text: ")[2]
    program = tmp_path / "seqclf"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:])\n", encoding="utf-8")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", loop], env=environment, capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == str(["predict", "--score", "--", "-a text with a dash\nand a line"])
    assert second == str(["predict", "--score", "--", "another"])


def test_tables_in_a_folder_are_predicted_into_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tables").mkdir()
    for name in ("a.csv", "b.csv"):
        (Path("tables") / name).touch()
    shown = said("--score", "--input", "tables")
    assert shown.endswith("seqclf predict --input tables --output predicted --score")
