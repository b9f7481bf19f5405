"""Columns that a file or the command line names otherwise than the run."""

from __future__ import annotations

import json
import subprocess
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_csv

from seqclf.cli.given_fields import given_fields
from seqclf.cli.predict_source import say_absent
from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.inference.bulk.job import Report
from seqclf.inference.bulk.reader import Reader, Source
from seqclf.tables.names import is_same_but_normal_form, similar_column

COMPOSED, APART = "é x", unicodedata.normalize("NFD", "é x")


def columns(*names: str) -> ExtraColumns:
    return ExtraColumns.fit(dict.fromkeys(names, "number"), {name: np.arange(9.0) for name in names})


def warned(path: Path, extra: ExtraColumns, capsys: pytest.CaptureFixture[str]) -> str:
    source = Source(str(path), path.suffix[1:], "text", extra=extra)
    reader = Reader(source)
    rows = list(reader)
    assert not any(isinstance(row, InputError) for row in rows)
    report = Report(len(rows), 0, None, reader.absent, similar=reader.similar)
    if report.absent:
        say_absent(source, report)
    return " ".join(capsys.readouterr().err.split())


def test_the_warning_names_the_missing_columns_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "in.csv", [("text", "label"), ("a", "b")])
    said = warned(path, columns("extra", "class", COMPOSED), capsys)
    assert said.endswith('in.csv: no columns "extra", "class", "é x"; its texts were predicted without them')


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Price ", 'The file has a column "Price "; if it is "price": rename the column in the file'),
        ("prices", 'The file has a column "prices"; if it is "price": rename the column in the file'),
        ("weight", None),
    ],
)
def test_a_similar_column_is_named_apart(
    name: str, hint: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"text": "a", name: number}) + "\n" for number in range(3)), encoding="utf-8")
    said = warned(path, columns("price"), capsys)
    assert 'no column "price"; its texts were predicted without it' in said
    assert said.endswith(" ".join(hint.split()) if hint else "without it")


def test_a_column_that_the_run_reads_is_not_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "in.csv", [("text", "price"), ("a", "1")])
    assert "rename" not in warned(path, columns("price", "prices", "texts"), capsys)
    assert warned(path, columns("price"), capsys) == ""


def test_another_normal_form_is_shown_with_escapes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "in.csv", [("text", APART), ("a", "1")])
    assert r'"e\u0301 x", which is "\xe9 x" in another Unicode normal form' in warned(path, columns(COMPOSED), capsys)


def test_similar_columns() -> None:
    assert similar_column("price", ["Price", "prices"]) == "Price"
    assert similar_column(COMPOSED, ["É X", APART]) == APART
    assert similar_column("price", ["text", "label"]) is None
    assert is_same_but_normal_form(COMPOSED, APART) and not is_same_but_normal_form("a", "a")


def _fields(given: Sequence[str], *names: str, text: tuple[str, ...] = ()) -> Any:
    return given_fields(given, text, columns(*names))


@pytest.mark.parametrize("name", [COMPOSED, APART, "l'été \\ 価格"])
def test_the_field_of_another_normal_form_can_be_copied_from_the_error(name: str) -> None:
    form = "NFD" if unicodedata.is_normalized("NFC", name) else "NFC"
    with pytest.raises(InputError, match="the same name in another Unicode normal form") as refused:
        _fields([f"{unicodedata.normalize(form, name)}=3"], name)
    message = str(refused.value)
    command = message.rpartition("in bash write --field ")[2]
    assert command.isascii()
    typed = subprocess.run(["bash", "-c", f"printf %s {command}"], capture_output=True, check=True, env=UTF8).stdout
    assert typed.decode() == f"{name}=3"
    assert _fields([typed.decode()], name).extra == {name: "3"}


UTF8 = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}


def test_the_field_of_an_unknown_name_is_an_error() -> None:
    with pytest.raises(InputError, match='the run reads no column "prize"; did you mean "price"?'):
        _fields(["prize=3"], "price")
