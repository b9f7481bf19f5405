"""tsv is read without quoting: files that were written with it, and R's row names, are noticed."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import write_csv

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.tables.row import Notes
from seqclf.tables.rows import rows

PLAIN = [("nice film", "pos"), ("dull film", "neg")]


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def _file(folder: Path, fields: list[tuple[str, ...]], header: str = "text\tlabel\n", name: str = "a.tsv") -> Path:
    """As pandas writes it: quotes only around fields that need them."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(fields)
    path = folder / name
    path.write_text(header + written.getvalue(), encoding="utf-8")
    return path


def _read(path: Path, kind: str = "tsv") -> tuple[list[str], list[str], str]:
    """The first fields, the errors and the remarks."""
    notes = Notes()
    found = list(rows(path, kind, notes=notes))
    texts = [next(iter(row[1].values())) for row in found if not isinstance(row, InputError)]
    return texts, [str(row) for row in found if isinstance(row, InputError)], "; ".join(notes.sentences)


def test_quotes_that_would_stay_in_texts_are_noted(tmp_path: Path) -> None:
    texts = ['the "best" film', "plain", 'a "b"']
    path = _file(tmp_path, [*PLAIN, *((text, "pos") for text in texts)])
    read, errors, said = _read(path)
    assert not errors
    assert '"the ""best"" film"' in read
    assert "looks quoted in 2 rows, first in line 4" in said
    assert "set data.format to csv" in said
    assert _read(path, "csv") == (["nice film", "dull film", *texts], [], "")


@pytest.mark.parametrize("inside", ["\t", "\n", "\r\n", "\n\n", '\n"said"\n'])
def test_rows_that_only_fit_with_quoting_are_explained_once(inside: str, tmp_path: Path) -> None:
    texts = [f"one{inside}two", f"three{inside}four"]
    path = _file(tmp_path, [*PLAIN, *((text, "pos") for text in texts)])
    _, errors, said = _read(path)
    assert "looks quoted, but tsv is read without quoting: read it as csv" in errors[0]
    assert "looks quoted" not in "".join(errors[1:])
    assert "looks quoted in 2 rows, first in line 4" in said
    assert _read(path, "csv") == (["nice film", "dull film", *texts], [], "")


def test_line_ends_in_the_only_column_are_noted(tmp_path: Path) -> None:
    path = _file(tmp_path, [("one\ntwo",), ("three",)], "text\n")
    read, errors, said = _read(path)
    assert (read, errors) == (['"one', 'two"', "three"], [])
    assert "write each name in the first line in quotes" in said
    quoted = _file(tmp_path, [("one\ntwo",), ("three",)], '"text"\n')
    assert _read(quoted) == (["one\ntwo", "three"], [], "")


def test_quotes_around_every_text_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\n" + '"nice, film"\tpos\n' * 9)
    assert "every row of" in _read(path)[2]
    assert _read(path, "csv")[0] == ["nice, film"] * 9


@pytest.mark.parametrize("text", ['"A" and "B"', 'he said "yes"', '"', '""', '"Yes', 'no"', '12" vinyl', '"fine" 5"'])
def test_quotes_of_a_text_are_not_taken_for_quoting(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{one}\t{label}\n" for one, label in [*PLAIN, (text, "pos"), *PLAIN]))
    read, errors, said = _read(path)
    assert (read[2], errors, said) == (text, [], "")


def test_the_commands_say_it_and_the_cures_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = [(f'film "{i}" is {"good" if i % 2 else "bad"}', "pn"[i % 2]) for i in range(60)]
    _file(tmp_path, texts)
    check = ["check", "a.tsv", "--set", "training.baseline=false"]
    for command in (["init", "--from", "a.tsv"], check):
        said = _call(*command)
        assert said.exit_code == 0, said.output
        assert "looks quoted in 60 rows" in " ".join(said.output.split())
    renamed = _call("init", "--from", str(Path("a.tsv").rename("a.csv")))
    assert renamed.exit_code == 0, renamed.output
    assert "looks quoted" not in " ".join(renamed.output.split())
    Path("a.csv").rename("a.tsv")
    cured = _call(*check, "--set", "data.format=csv")
    assert cured.exit_code == 0, cured.output
    assert "looks quoted" not in " ".join(cured.output.split())


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_row_names_of_r_are_named(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    lines = [("text", "label"), *((str(i), *row) for i, row in enumerate(PLAIN, 1))]
    path.write_text("".join(delimiter.join(line) + "\n" for line in lines))
    _, errors, _ = _read(path, "tsv" if delimiter == "\t" else "csv")
    assert "3 fields, but the header has 2" in errors[0]
    assert "row.names=FALSE (or col.names=NA)" in errors[0]
    assert "row.names" not in errors[1]


def test_a_single_long_row_has_no_row_name(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [("text", "label"), ("1", "nice film", "pos"), *PLAIN])
    assert "row.names" not in _read(path, "csv")[1][0]


@pytest.mark.parametrize(
    ("name", "header", "row", "advice"),
    [
        (
            "a.csv",
            "text,label",
            "a film, or two,pos",
            'add a name to the header, or write fields that contain "," in q',
        ),
        ("a.tsv", "text\tlabel", "a\tnice film\tpos", "every row has one field more: add a name to the header$"),
        (
            "a.csv",
            "# exported in 2020",
            "nice film,pos",
            "the first line must name the columns: remove the lines above",
        ),
    ],
)
def test_rows_with_one_field_more_are_not_always_from_r(
    name: str, header: str, row: str, advice: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(f"{header}\n" + f"{row}\n" * 3)
    message = _read(path, name[2:])[1][0]
    assert re.search(advice, message) and "row.names" not in message


def test_a_tab_at_the_end_of_every_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\n" + "nice film\tpos\t\n" * 3)
    assert "every row ends with a tab, but the header does not" in _read(path)[1][0]


@pytest.mark.parametrize("text", ["two\nlines", "two\n\nlines\n", r"\"said\" C:" + "\\", "a\ttab"])
def test_row_names_are_found_whatever_the_first_text_has(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('"text"\t"label"\n' + "".join(f'"{i}"\t"{text}"\t"a"\n' for i in range(3)), newline="")
    found = list(rows(path, "tsv"))
    assert not [row for row in found if isinstance(row, InputError)]
    assert [row[1]["text"] for row in found if not isinstance(row, InputError)] == [text.replace('\\"', '"')] * 3
