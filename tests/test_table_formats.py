"""JSON in its forms, spreadsheets and packed files."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd
from sheets import write_sheets

from seqclf.errors import InputError
from seqclf.file_encoding import encoding_of
from seqclf.tables.formats import kind_of
from seqclf.tables.packed import PACKINGS, open_binary, packed, unpacked_size
from seqclf.tables.row import Notes, ReadingStopped
from seqclf.tables.rows import rows

ROWS = [{"text": f"text {i} é", "label": "np"[i % 2]} for i in range(5)]
CSV = ("text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in ROWS)).encode()


def _zipped(content: bytes, *names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("a.csv",):
            archive.writestr(name, content)
    return written.getvalue()


PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd.compress,
    ".zip": _zipped,
}


def _read(path: Path, content: bytes | str | None = None, notes: Notes | None = None) -> list[Any]:
    """The values of each row, or an error."""
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    kind = kind_of(path)
    assert kind is not None
    return [row if isinstance(row, InputError) else dict(row[1]) for row in rows(path, kind, notes=notes)]


@pytest.mark.parametrize("packing", PACKINGS)
def test_packed_files_are_read_like_others(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.CSV{packing.upper()}"
    assert _read(path, PACK[packing](CSV)) == ROWS
    latin = tmp_path / f"b.csv{packing}"
    latin.write_bytes(PACK[packing](CSV.decode().encode("cp1252")))
    assert encoding_of(latin, opened=open_binary) == "cp1252"
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    assert _read(tmp_path / f"a.jsonl{packing}", PACK[packing](lines)) == ROWS


@pytest.mark.parametrize("packing", PACKINGS)
def test_parquet_and_sheets_may_be_packed(packing: str, tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    plain = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), plain)
    sheet = write_sheets(tmp_path / "a.xlsx", {"s": [["text", "label"], *(list(row.values()) for row in ROWS)]})
    for path in (plain, sheet):
        assert _read(path.with_name(f"{path.name}{packing}"), PACK[packing](path.read_bytes())) == ROWS


@pytest.mark.parametrize("packing", [one for one in PACKINGS if one != ".zip"])
def test_a_packed_file_that_is_cut_off_stops_the_reading(packing: str, tmp_path: Path) -> None:
    whole = PACK[packing](CSV * 9)
    with pytest.raises(ReadingStopped, match="ends too early; get the complete file"):
        _read(tmp_path / f"a.csv{packing}", whole[:-9])
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    with pytest.raises(InputError, match=r"a\.csv"):
        assert _read(tmp_path / f"a.csv{packing}", bytes(damaged)) != ROWS * 9
        raise InputError("a.csv: a damage without effect")


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_file_that_is_not_packed_is_named(packing: str, tmp_path: Path) -> None:
    for content, message in {CSV: "is not packed; rename it a.csv", b"<html>": "is a web page"}.items():
        with pytest.raises(InputError, match=f"a.csv{packing}: {message}") as caught:
            _read(tmp_path / f"a.csv{packing}", content)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("really", PACKINGS)
def test_a_file_that_is_packed_otherwise_is_named(packing: str, really: str, tmp_path: Path) -> None:
    content = PACK[really](CSV)
    if packing != really:
        with pytest.raises(InputError, match=f"whatever its extension says; rename it a.csv{really}$"):
            _read(tmp_path / f"a.csv{packing}", content)
    with pytest.raises(InputError, match="contains a.* file; unpack it first$"):
        _read(tmp_path / f"a.csv{packing}", PACK[packing](content))


@pytest.mark.parametrize("packing", PACKINGS)
def test_packing_and_unpacking_gives_the_same(packing: str, tmp_path: Path) -> None:
    plain = tmp_path / "a.csv"
    plain.write_bytes(CSV)
    assert packed(plain, None) == plain
    assert _read(packed(plain, packing)) == ROWS
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.csv", f"a.csv{packing}"]


@pytest.mark.parametrize("packing", [".gz", ".zst", ".zip"])
def test_the_unpacked_size_is_estimated(packing: str, tmp_path: Path) -> None:
    content = random.Random(1).randbytes(1_500_000).hex().encode()
    path = tmp_path / f"a.csv{packing}"
    path.write_bytes(PACK[packing](content))
    assert 0.5 < unpacked_size(path) / len(content) < 2


def test_a_zip_file_is_read_if_it_contains_one_file(tmp_path: Path) -> None:
    assert _read(tmp_path / "a.zip", _zipped(CSV, "sub/b.csv", "__MACOSX/sub/._b.csv", "sub/.DS_Store")) == ROWS
    with pytest.raises(InputError, match=r"contains 2 files \(a\.csv, b\.csv\); expected one"):
        _read(tmp_path / "a.csv.zip", _zipped(CSV, "a.csv", "b.csv"))
    with pytest.raises(InputError, match="contains no file; expected one$"):
        _read(tmp_path / "b.csv.zip", _zipped(CSV, "folder/"))


FORMS = {
    "lines": "".join(json.dumps(row) + "\n" for row in ROWS),
    "lines after blank ones": "\n\n" + "\n\n".join(map(json.dumps, ROWS)),
    "array": json.dumps(ROWS),
    "array of lines": "\ufeff[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
    "indented array": json.dumps(ROWS, indent=2, ensure_ascii=False),
    "indented objects": "\n".join(json.dumps(row, indent=2) for row in ROWS),
    "under a key": json.dumps({"version": "1", "data": ROWS}),
    "under a key, indented": json.dumps({"meta": {"n": 5}, "rows": ROWS}, indent=1),
    "lists by column": json.dumps({name: [row[name] for row in ROWS] for name in ROWS[0]}),
    "objects by column": json.dumps({name: {str(i): row[name] for i, row in enumerate(ROWS)} for name in ROWS[0]}),
    "objects by row": json.dumps({f"row {i}": row for i, row in enumerate(ROWS)}, indent=1),
    "split": json.dumps({"columns": ["text", "label"], "index": [0] * 5, "data": [list(r.values()) for r in ROWS]}),
}


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".ndjson"])
@pytest.mark.parametrize("form", FORMS)
def test_json_is_read_in_each_form(form: str, ending: str, tmp_path: Path) -> None:
    assert _read(tmp_path / f"a{ending}", FORMS[form]) == ROWS


def test_a_row_of_lists_is_no_table(tmp_path: Path) -> None:
    row = {"text": "a", "label": ["x", "y"]}
    assert _read(tmp_path / "a.jsonl", json.dumps(row)) == [row]
    lists = {"text": ["a"], "label": ["x"]}
    assert _read(tmp_path / "a.jsonl", f"{json.dumps(lists)}\n{json.dumps(lists)}\n") == [lists, lists]


def test_a_long_array_is_read_bit_by_bit(tmp_path: Path) -> None:
    long = [{"text": "é" * i + "x" * 50_000, "label": i} for i in range(30)]
    assert _read(tmp_path / "a.json", json.dumps(long, ensure_ascii=False)) == long


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"text": "a"},\n{"text": bad}]', "a.json:2: not valid JSON in line 2 (Expecting value)"),
        ('[{"text": "a"},\n{"text": "b"}', "a.json:3: the array is never closed; is the file complete?"),
        ('[{"text": "a"},\n{"text": "cut', "a.json:2: not valid JSON in line 2 (Unterminated string"),
        ('[{"text": "a"}] {"text": "b"}', "a.json: line 1: there is more after the end of the array"),
        ('{"train": [{"a": 1}], "test": [{"a": 2}]}', "contains 2 tables (train, test); write one of them"),
    ],
)
def test_what_of_an_array_cannot_be_read_stops_the_reading(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path / "a.json", content)
    assert message in str(caught.value)


def test_malformed_items_of_an_array_are_malformed_rows(tmp_path: Path) -> None:
    found = _read(tmp_path / "a.json", b'[{"text": "a\xe9"}, 3, {"text": "b"}]')
    assert [str(row).removeprefix(f"{tmp_path}/") for row in found[:2]] == [
        "a.json:1: not UTF-8 text",
        'a.json:2: expected a JSON object such as {"text": ..., "label": ...}',
    ]
    assert found[2] == {"text": "b"}


def test_a_first_line_that_is_malformed_is_one_malformed_row(tmp_path: Path) -> None:
    found = _read(tmp_path / "a.jsonl", '{"text": "a",\n{"text": "b"}\n')
    assert isinstance(found[0], InputError)
    assert found[1:] == [{"text": "b"}]


def test_a_stream_of_lines_is_not_read_ahead(tmp_path: Path) -> None:
    """One line is enough for one row, in each text format."""
    for kind, lines in {
        "csv": ["text,label\n", "a,b\n"],
        "tsv": ["text\tlabel\n", "a\tb\n"],
        "jsonl": ['{"text": "a", "label": "b"}\n'],
        "txt": ["a\n"],
    }.items():

        class Stream(io.RawIOBase):
            def __init__(self, lines: list[str]) -> None:
                self.lines = lines

            def readable(self) -> bool:
                return True

            def readinto(self, buffer: Any) -> int:
                content = self.lines.pop(0).encode()  # raises IndexError if more is wanted
                buffer[: len(content)] = content
                return len(content)

        stream = io.BufferedReader(Stream(list(lines)))
        row = next(rows(tmp_path / "stream", kind, lambda path, stream=stream: stream))  # type: ignore[misc]
        assert not isinstance(row, InputError)
        assert row[1]["text"] == "a"


def test_cells_of_a_sheet_are_the_strings_of_a_csv(tmp_path: Path) -> None:
    notes = Notes()
    table = [
        [None, None],
        ["text", "label", None, "when"],
        ["a & <b>", 1.0, None, 0.5],
        [None, None],
        ["x\ny", True, "more", None],
        [12, 1e20, None, -3],
    ]
    path = write_sheets(tmp_path / "a.xlsx", {"First": table, "Other": [["x"]]})
    found = list(rows(path, "xlsx", notes=notes))
    assert found == [
        (3, {"text": "a & <b>", "label": "1", "column_3": "", "when": "0.5"}),
        (5, {"text": "x\ny", "label": "true", "column_3": "more", "when": ""}),
        (6, {"text": "12", "label": "1e+20", "column_3": "", "when": "-3"}),
    ]
    assert notes.unnamed == ("column_3",)
    assert notes.sentences == [f'{path} has 2 sheets; "First" is read, not "Other"']
    days = write_sheets(tmp_path / "b.xlsx", {"s": [["day"], [45_000]]}, dates=True)
    assert _read(days) == [{"day": "2023-03-15"}]


def test_titles_above_the_names_of_columns_are_not_read(tmp_path: Path) -> None:
    notes = Notes()
    path = write_sheets(tmp_path / "a.xlsx", {"s": [["Report"], [], ["text", "label"], ["a", "n"], ["b", None]]})
    assert _read(path, notes=notes) == [{"text": "a", "label": "n"}, {"text": "b", "label": ""}]
    assert notes.sentences == [f"{path}: the columns are named in row 3; the rows above are not read"]
    assert _read(write_sheets(path, {"s": [["text"], ["a"]]})) == [{"text": "a"}]
    assert _read(write_sheets(path, {"s": []})) == []


def test_a_sheet_needs_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_sheets(tmp_path / "a.xlsx", {"s": [["text"], ["a"]]})
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r'needs pip install "seqclf\[xlsx\]"; or save it as CSV'):
        _read(path)
