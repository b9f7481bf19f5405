"""Problems with one entry of an option that has several: they are shown at the line of the entry."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from seqclf.cli import cli

BEFORE = "name: x\nlayers: [{type: pool}]\ndata:\n  source: table\n  train: texts.%s\n"

SHAPES = [
    ("  extra:\n    a: number\n    b: num\n", 8, "data.extra.b: unknown value"),
    ("  extra:\n    a: number\n    b: 3\n", 8, "data.extra.b: expected one of number, category"),
    ("  extra: {a: number,\n    b: {c: 1}}\n", 7, "data.extra.b: expected one of number, category"),
    ("  extra:\n    a: number\n    text: category\n", 8, 'data.extra.text: "text" is a text column'),
    ("  weight: b\n  extra:\n    a: number\n    b: number\n", 9, 'data.extra.b: "b" is the weight column'),
    ("  text:\n  - text\n  - a\n  - text\n", 9, "data.text[2]: expected each column once"),
    ("  label:\n  - a\n  - b\n  - a\n", 9, "data.label[2]: expected each column once"),
    ("  label:\n  - a\n  - text\n", 8, "data.label[1]: expected a column other than data.text"),
    ("  label:\n    x: a\n    y: text\n", 8, "data.label.y: expected a column other than data.text"),
    ("  label:\n    x: a\n    y: b\n    z: a\n", 9, "data.label.z: expected another column for each label"),
    ("  header:\n  - text\n  - label\n  - text\n", 9, "data.header[2]: expected each column once"),
]

MISSING = [
    ("  extra:\n    a: number\n    c: number\n", 8, "data.extra.c: "),
    ("  text:\n  - text\n  - c\n", 8, "data.text[1]: "),
    ("  label:\n  - a\n  - c\n", 8, "data.label[1]: "),
    ("  label:\n    x: a\n    y: c\n", 8, "data.label.y: "),
    ("  weight: c\n", 6, "data.weight: "),
]


def _problems(text: str, suffix: str = "csv") -> list[str]:
    Path("c.yaml").write_text(BEFORE % suffix + text, encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", "c.yaml"])
    assert done.exit_code == 2
    return [line for line in done.stderr.splitlines() if line.startswith("c.yaml:")]


@pytest.mark.parametrize(("text", "line", "message"), SHAPES)
def test_a_wrong_entry_has_its_own_line(
    text: str, line: int, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (problem,) = _problems(text)
    assert problem.startswith(f"c.yaml:{line}:") and message in problem


@pytest.mark.parametrize(
    ("text", "line", "message", "suffix"),
    # Rows of jsonl may lack a column beside the text.
    [(*one, suffix) for one in MISSING for suffix in ("csv", "jsonl") if not (suffix == "jsonl" and "extra" in one[0])],
)
def test_a_missing_column_has_the_line_of_its_entry(
    text: str, line: int, message: str, suffix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("texts.csv").write_text("text,label,a,b\nfine,x,0,1\n", encoding="utf-8")
    Path("texts.jsonl").write_text('{"text": "fine", "label": "x", "a": 0, "b": 1}\n', encoding="utf-8")
    (problem,) = _problems(text, suffix)
    assert (
        problem.startswith(f"c.yaml:{line}:") and f"{message}texts.{suffix}" in problem and 'no column "c"' in problem
    )


def test_each_wrong_entry_is_its_own_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    found = _problems("  extra:\n    a: num\n    b: word\n")
    assert [problem.split(": ")[1] for problem in found] == ["data.extra.a", "data.extra.b"]


def test_a_folder_that_is_taken_and_left_out_is_named_where_it_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "name: x\nlayers: [{type: pool}]\ndata:\n  source: folder\n  train: .\n  labels: [a, b]\n  exclude:\n"
    Path("c.yaml").write_text(f"{text}  - c\n  - b\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", "c.yaml"])
    assert "c.yaml:9:5: data.exclude[1]: leaves out" in done.stderr
