"""Rows of csv and tsv: none vanishes after a stray quote, and a lone CR ends no row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.errors import InputError
from seqclf.tables.decoding import decoded_lines
from seqclf.tables.delimited import csv_rows
from seqclf.tables.packed import open_binary
from seqclf.tables.row import Notes, ReadingStopped

Found = list[tuple[int, list[str]] | str]


def _rows(folder: Path, content: str | bytes, kind: str = "csv", notes: Notes | None = None) -> Found:
    """Line and values of each row, or the error of a malformed row without the file's name."""
    path = folder / f"t.{kind}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [
        str(row).removeprefix(f"{path}:") if isinstance(row, InputError) else (row[0], list(row[1].values()))
        for row in csv_rows(path, kind, notes=notes)
    ]


def _lines(found: Found) -> list[int]:
    """The line of each row, negative for malformed ones."""
    return [-int(row.split(":")[0]) if isinstance(row, str) else row[0] for row in found]


_SIX = "".join(f"{number},b\n" for number in range(6))


@pytest.mark.parametrize(
    ("body", "lines"),
    {
        "quotes within quotes": ('1,a\n2,"bad "quote" here"\n3,"fine, x"\n', [2, -3, 4]),
        "text behind a quote": ('1,"a"b\n2,b\n', [-2, 3]),
        "in the last row": ('1,a\n2,"b" c\n', [2, -3]),
        "two rows": ('1,"5" wide"\n2,b\n3,"7" wide"\n4,"x"\n', [-2, 3, -4, 5]),
        "unclosed, up to a row with quotes": ('1,"a\n2,b\n3,"c, d"\n', [-2, 3, 4]),
        "unclosed, up to an empty field": ('1,"a\n2,b\n3,""\n4,d\n', [-2, 3, 4, 5]),
        "unclosed, up to the end": ('1,"a\n' + _SIX, [-2, *range(3, 9)]),
        "within a row of several lines": ('1,"a\nb "q" c\nd"\n2,b\n', [-2, 5]),
        "a row of several lines with a field too many": ('1,"a\nb\nc",x\n2,b\n', [-2, 5]),
        "unclosed twice": ('1,"a\n2,b\n3,"c\n' + _SIX, [-2, 3, -4, *range(5, 11)]),
    }.values(),
)
def test_reading_goes_on_after_a_stray_quote(body: str, lines: list[int], tmp_path: Path) -> None:
    assert _lines(_rows(tmp_path, f"id,text\n{body}")) == lines


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ('1,"a 5" wide desk"', 'write "" for it, here: 1,"a 5" wide desk"'),
        (f'1,"{"so " * 30}"very" good",x', 'here: ...so so so so so so so so so so "very" good",x'),
        ('"1","fine","a ""b"" "c"', 'here: "1","fine","a ""b"" "c"'),
    ],
)
def test_the_stray_quote_is_shown(row: str, shown: str, tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(row.count(",") + 1))
    found = [one for one in _rows(tmp_path, f"{header}\n{row}\n1,b\n") if isinstance(one, str)]
    assert found[0].startswith('2: a quote inside a quoted field is not doubled (""); ')
    assert found[0].endswith(shown)


@pytest.mark.parametrize(
    "body",
    [
        '1,a\n2,"cut off',
        '1,a\n2,"cut off\nin a long text\n',
        '1,"a\n2,b\n3,c\n',  # perhaps a list within the text
        '1,"Dear Sir,\n' + "I write, again\n" * 9,
        '1,"Dear Sir,\n\n' + _SIX,  # a blank line
        '1,"Dear Sir,\n' + '""No"",he said\n' * 9,
        '1,"Dear Sir,\n' + '""No"",he said "no"\n' + _SIX,
        '1,"a\n2,b\nd\n3,e",x\n4,f\n',  # some of the lines in between are rows, others are not
    ],
)
def test_reading_stops_where_the_next_row_is_unknown(body: str, tmp_path: Path) -> None:
    with pytest.raises(ReadingStopped, match=r"t\.csv:\d: .*reading stopped here"):
        _rows(tmp_path, f"id,text\n{body}")


def test_an_error_names_the_last_line_of_a_long_row(tmp_path: Path) -> None:
    assert "; the row ends in line 4" in str(_rows(tmp_path, 'id,text\n1,"a\nb "q" c\nd"\n2,b\n')[0])


def test_a_row_that_looks_like_many_is_noted(tmp_path: Path) -> None:
    notes = Notes()
    inside = "".join(f"{number},fine\n" for number in range(9))
    assert _lines(_rows(tmp_path, f'id,text\n1,"open\n{inside}11,5"\n12,x\n', notes=notes)) == [2, 13]
    assert notes.sentences[0].startswith("lines 2 to 12 of ")
    letter = Notes()
    _rows(tmp_path, 'id,text\n1,"Dear Ann,\n\nthank you.\nGood, good.\nBye,\nBob\n"\n', notes=letter)
    assert not letter.sentences


CELLS = st.text(st.sampled_from('ab ,"\n\r;'), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6)


def _written(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    return text.getvalue()


@settings(max_examples=200, deadline=None)
@given(TABLES)
def test_rows_are_read_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    found = _rows(tmp_path_factory.mktemp("t"), _written(rows))
    assert [row[1] for row in found if not isinstance(row, str)] == rows


@settings(max_examples=200, deadline=None)
@given(TABLES, st.integers(0, 5), st.integers(0, 40))
def test_after_a_damaged_row_of_one_line_no_other_row_vanishes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], place: int, at: int
) -> None:
    rows = [[cell.replace("\n", " ") for cell in row] for row in rows]
    lines = _written(rows).split("\n")
    place = place % len(rows) + 1
    line = lines[place]
    lines[place] = line[: at % len(line)] + '"' + line[at % len(line) :]
    try:
        found = _rows(tmp_path_factory.mktemp("t"), "\n".join(lines))
    except ReadingStopped:
        return
    seen = {row[0] if not isinstance(row, str) else int(row.split(":")[0]): row for row in found}
    for number, row in enumerate(rows, 1):
        if number != place:
            assert seen[number + 1] == (number + 1, row)


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_a_lone_cr_belongs_to_its_field(kind: str, tmp_path: Path) -> None:
    content = "text,label\nbad\rfilm,n\n\nno film,p\r\n".replace(",", "," if kind == "csv" else "\t")
    assert _rows(tmp_path, content, kind) == [(2, ["bad\rfilm", "n"]), (4, ["no film", "p"])]


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_a_file_whose_lines_all_end_with_cr(kind: str, tmp_path: Path) -> None:
    content = "text,label\rbad,n\rgood,p\r".replace(",", "," if kind == "csv" else "\t")
    assert _rows(tmp_path, content, kind) == [(2, ["bad", "n"]), (3, ["good", "p"])]


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"])
@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_other_line_ends_of_unicode_belong_to_the_text(kind: str, mark: str, tmp_path: Path) -> None:
    content = f"text,label\na{mark}b,n\n".replace(",", "," if kind == "csv" else "\t")
    assert _rows(tmp_path, content, kind) == [(2, [f"a{mark}b", "n"])]


@pytest.mark.parametrize(
    ("first", "header"), [("sep=;", "text;label"), ('"sep=;"', '"text";"label"'), ("SEP=;\r", "text;label")]
)
def test_a_line_that_names_the_separator(first: str, header: str, tmp_path: Path) -> None:
    assert _rows(tmp_path, f"{first}\n{header}\na, b;n\n") == [(3, ["a, b", "n"])]


def test_blank_lines_before_the_header(tmp_path: Path) -> None:
    assert _rows(tmp_path, "\ufeff\r\n\nsep=;\ntext;label\na, b;n\n") == [(5, ["a, b", "n"])]
    assert _rows(tmp_path, "\n\ntext\tlabel\na\tn\n", "tsv") == [(4, ["a", "n"])]


def test_quotes_after_backslashes_are_read_if_nothing_else_makes_a_row(tmp_path: Path) -> None:
    body = '"a \\"b\\" c",n\n"b \\", d",n\n"e\\",n\n"\\"f\\"",p\n"g \\"h",n,x\n'
    assert _rows(tmp_path, f"text,label\n{body}") == [
        (2, ['a "b" c', "n"]),
        (3, ['b ", d', "n"]),
        (4, ["e\\", "n"]),
        (5, ['"f"', "p"]),
        '6: a quote inside a quoted field is not doubled (""); here a backslash seems to mark quotes inside a '
        'field (\\"), where csv doubles them ("")',
    ]


def test_a_separator_line_beats_commas_in_the_header(tmp_path: Path) -> None:
    assert _rows(tmp_path, "sep=|\ntext, long|label\na;b|n\n") == [(3, ["a;b", "n"])]


def test_quoted_tsv_of_r(tmp_path: Path) -> None:
    content = '"text"\t"label"\n"1"\t"a \\"b\\"\tc\\n"\t"n"\n"2"\t"path\\"\t"p"\n"3"\t"x"\t2\n'
    assert _rows(tmp_path, content, "tsv") == [
        (2, ["1", 'a "b"\tc\\n', "n"]),
        (3, ["2", "path\\", "p"]),
        (4, ["3", "x", "2"]),
    ]
    assert _rows(tmp_path, '"text"\t"label"\n"a\tb"\t"n"\n', "tsv") == [(2, ["a\tb", "n"])]
    assert _rows(tmp_path, '"text","label"\n"1","a","n"\n') == [(2, ["1", "a", "n"])]
    assert _rows(tmp_path, 'text\tlabel\n"a\tn\n', "tsv") == [(2, ['"a', "n"])]


def test_a_row_longer_than_any_header_is_no_name_of_r(tmp_path: Path) -> None:
    assert _lines(_rows(tmp_path, "text,label\n1,a,n\n")) == [-2]
    assert _lines(_rows(tmp_path, '"text","label"\n"a","n","x"\n')) == [-2]


def test_names_of_columns_are_distinct(tmp_path: Path) -> None:
    notes = Notes()
    path = tmp_path / "t.csv"
    path.write_text("id,v,,id,,column_3\n1,2,3,4,5,6\n", encoding="utf-8")
    (row,) = csv_rows(path, "csv", notes=notes)
    assert not isinstance(row, InputError)
    assert list(row[1]) == ["id (column 1)", "v", "column_3_", "id (column 4)", "column_5", "column_3"]
    assert notes.unnamed == ("column_3_", "column_5")


def test_bytes_that_end_within_a_character_stop_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("text,label\na,b\nc,d\n".encode("utf-16")[:-1])
    rows = csv_rows(path, "csv", encoding="utf-16")
    assert not isinstance(next(rows), InputError)
    with pytest.raises(ReadingStopped, match=r"t\.csv:\d: not utf-16 text"):
        list(rows)


@pytest.mark.parametrize("length", [70_000, 200_000])
@pytest.mark.parametrize("place", [1, 66_000])
def test_a_cr_in_a_long_first_line_belongs_to_it(place: int, length: int, tmp_path: Path) -> None:
    first = f"{'a' * place}\r{'b' * (length - place)}"
    path = tmp_path / "t.txt"
    path.write_text(f"{first}\ngood\nbad\n", newline="")
    assert [text for _, text in decoded_lines(path, open_binary, "utf-8")] == [f"{first}\n", "good\n", "bad\n"]
    path.write_text(f"{first}\rbad", newline="")
    assert [len(str(text)) for _, text in decoded_lines(path, open_binary, "utf-8")] == [
        place + 1,
        length - place + 1,
        3,
    ]
