"""Files whose extension is wrong: what they are, and the right name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from seqclf.errors import InputError
from seqclf.tables.formats import kind_of
from seqclf.tables.rows import rows
from seqclf.tables.sheets import sheet_rows

CSV = b"text,label\na,b\n"


def _zipped(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, CSV)
    return written.getvalue()


ZIPPED = _zipped("a.csv")
OFFICE = _zipped("[Content_Types].xml", "xl/workbook.xml")


def _read(path: Path, content: bytes) -> list[Any]:
    path.write_bytes(content)
    kind = kind_of(path)
    assert kind is not None
    return [row if isinstance(row, InputError) else row[1] for row in rows(path, kind)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", gzip.compress(CSV), "is a gzip file, whatever its extension says; rename it a.csv.gz"),
        ("a.jsonl", lzma.compress(CSV), "is an xz file, whatever its extension says; rename it a.jsonl.xz"),
        ("a.tsv", zstd.compress(CSV), "is a zstd file, whatever its extension says; rename it a.tsv.zst"),
        ("a.csv", bz2.compress(CSV), "is a bzip2 file, whatever its extension says; rename it a.csv.bz2"),
        ("a.csv", ZIPPED, "is a zip file, whatever its extension says; rename it a.csv.zip"),
        ("a.csv", OFFICE, "is an Excel file (or another Office document); rename it a.xl"),
        ("a.csv.zip", OFFICE, "is an Excel file (or another Office document); rename it a.xlsx"),
        ("a.csv", b"PAR1\x15\x04\x15", "is a parquet file; rename it a.parquet"),
        ("a.json", b"\n<!DOCTYPE html>\n<html>", "is a web page (HTML), not a table: download the file itself"),
        ("a.csv", b'<html lang="en"><body>', "is a web page (HTML)"),
        ("a.csv", b"%PDF-1.4\n", "is a PDF file"),
        (
            "a.csv",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "is a pointer of Git LFS",
        ),
        ("a.csv", b'<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code>', "is a server's error message (XML)"),
        ("a.xlsx", CSV, "looks like text, not a spreadsheet"),
        ("a.xlsx", b"<html>", "is a web page (HTML)"),
        ("a.parquet", CSV, "looks like text, not a parquet file, whatever its extension says; rename it a.csv"),
        ("a.parquet.gz", gzip.compress(b"text\tlabel\n"), "looks like text, not a parquet file, whatever its"),
        ("a.parquet", b"\0\1", "not valid parquet"),
        ("a.parquet", gzip.compress(CSV), "is a gzip file, whatever its extension says; rename it a.parquet.gz"),
        ("a.csv.gz", gzip.compress(b"PAR1\x15\x04\x15"), "is a parquet file; rename it a.parquet.gz"),
        ("a.csv.XZ", lzma.compress(b"PAR1\x15\x04\x15"), "is a parquet file; rename it a.parquet.XZ"),
        ("a.csv.gz", b"PAR1\x15\x04\x15", "is a parquet file; rename it a.parquet"),
    ],
    ids=lambda value: "content" if isinstance(value, bytes) else None,  # packed files contain the time
)
def test_a_wrong_extension_is_named_with_the_right_one(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path / name, content)
    assert f"{tmp_path / name}: {message}" in str(caught.value)


def test_text_that_starts_like_another_format_is_text(tmp_path: Path) -> None:
    assert _read(tmp_path / "a.csv", b"BZh,PAR1\na,b\n") == [{"BZh": "a", "PAR1": "b"}]
    path = tmp_path / "a.txt"
    path.write_text("<html>\n", encoding="utf-8")
    assert next(iter(rows(path, "txt"))) == (1, {"text": "<html>"})


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("t.xlsx", b"text,label\na,b\n", "rename it t.csv"),
        ("t.xls", b"text\tlabel\na\tb\n", "rename it t.tsv"),
        ("t.xlsx", b'\n{"text": "a"}\n', "rename it t.jsonl"),
        ("t.xlsx.gz", gzip.compress(b"text,label\na,b\n", mtime=0), "rename it t.csv.gz"),
        ("t.v2.ods", "text,label\ncaf\u00e9,b\n".encode(), "rename it t.v2.csv"),
    ],
)
def test_a_table_of_text_is_no_spreadsheet(name: str, content: bytes, cure: str, tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"looks like text, not a spreadsheet.*; {cure}$"):
        list(sheet_rows(tmp_path / name))


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02binary"])
def test_other_content_is_not_called_text(content: bytes, tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(InputError, match="not a readable spreadsheet"):
        list(sheet_rows(tmp_path / "t.xlsx"))
