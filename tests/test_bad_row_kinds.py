"""Malformed rows are listed by kind, with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seqclf.config import checked_config
from seqclf.data.corpus import Corpus
from seqclf.errors import InputError
from seqclf.sources.table.reader import TableSource
from seqclf.tables.names import column_hint, listed
from seqclf.tables.values import shown


def _error(path: Path, lines: list[bytes], **options: Any) -> str:
    path.write_bytes(b"\n".join(lines) + b"\n")
    config = checked_config({"data": {"source": "table", "train": str(path), **options}, "layers": [{"type": "pool"}]})
    with pytest.raises(InputError) as caught:
        Corpus(config).texts("train")
    return str(caught.value).replace(str(path), "t.csv")


def test_rows_of_a_kind_are_counted_after_three(tmp_path: Path) -> None:
    rows = [b"text %d,%s,%d%%" % (i, b"ab"[i % 2 : i % 2 + 1], i) for i in range(20)]
    rows[2:4] = [b"one,a", b"one,a,1,x"]
    found = _error(tmp_path / "t.csv", [b"text,label,price", *rows], extra={"price": "number"}).splitlines()
    places = [line.split(": ")[0] for line in found if line.startswith("t.csv:")]
    assert places == ["t.csv:2", "t.csv:3", "t.csv:4", "t.csv:5", "t.csv:6"]
    assert found[-1] == "... and 15 more rows"


def test_one_more_row_is_singular(tmp_path: Path) -> None:
    found = _error(tmp_path / "t.csv", [b"text,label", b"fine,a", b"fine,b", *[b"bad,a,%d" % i for i in range(4)]])
    assert found.splitlines()[-1] == "... and 1 more row"


def test_errors_of_different_kinds_are_all_shown(tmp_path: Path) -> None:
    rows = [b"fine,a", b"fine,b", *[b"no label,"] * 5, *[b"a,b,c"] * 5]
    found = _error(tmp_path / "t.csv", [b"text,label", *rows]).splitlines()
    assert sum('"label" is empty' in line for line in found) == 3
    assert sum("3 fields" in line for line in found) == 3
    assert found[-1] == "... and 4 more rows"


@pytest.mark.parametrize("good", [[b"fine,a", b"fine,b"], []])
def test_the_cure_for_another_encoding_comes_last(good: list[bytes], tmp_path: Path) -> None:
    rows = [b"text,label", *good, *[b"caf\xe9 %d,a" % i for i in range(30)]]
    found = _error(tmp_path / "t.csv", rows).splitlines()
    assert sum(line.endswith("not UTF-8 text") for line in found) == 3
    assert found[-2] == "... and 27 more rows"
    assert "encoding" in found[-1] and found[-1].startswith("t.csv: ")


@pytest.mark.parametrize(("rows", "more"), [(5_000, "4,997"), (30_000, "at least 19,997")])
def test_a_file_of_malformed_rows_alone_names_the_cure(rows: int, more: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"text,label\n" + b"caf\xe9,a\n" * rows)
    with pytest.raises(InputError, match=rf"and {more} more rows\n.*: .*encoding"):
        TableSource("text", "label").check(str(path))


def test_names_with_blanks_around_them_are_quoted_and_suggested() -> None:
    columns = [" Text ", "Label", "a name"]
    assert listed(columns) == '" Text ", Label, a name'
    assert column_hint("text", columns) == '; did you mean " Text ", with the blanks?'
    assert column_hint("label", columns) == '; did you mean "Label"?'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("159,31 €", '"159,31 €"'),
        (["größe", 2], '["größe", 2]'),
        ("a\u200bb\u00a0c\n", '"a\\u200bb\\u00a0c\\n"'),
        ("a\ud800", '"a\\ud800"'),
        ("日本語", '"日本語"'),
    ],
)
def test_printable_characters_are_shown_as_they_are(value: Any, written: str) -> None:
    assert shown(value) == written
