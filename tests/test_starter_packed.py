"""``init`` on packed files: damaged ones, and those whose names do not say what they contain."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from seqclf.errors import InputError
from seqclf.starter.make import see
from seqclf.starter.request import Request

ROWS = [{"text": f"a text of number {i}", "label": ("good", "bad")[i % 2]} for i in range(40)]


@pytest.mark.parametrize("given", ["", "t*.gz", "train.csv.gz"])
def test_a_damaged_file_is_named_however_it_was_found(given: str, tmp_path: Path) -> None:
    content = bytearray(gzip.compress(b"text,label\n" + b"".join(b"caf\xe9 %d,a\n" % (i * i) for i in range(500))))
    content[len(content) // 2] ^= 0xFF
    content[len(content) // 2 + 1] ^= 0xFF
    (tmp_path / "train.csv.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"train\.csv\.gz: cannot be unpacked as \.gz") as raised:
        see(Request(str(tmp_path / given)))
    assert raised.value.exit_code == 2, "an error of the data"


@pytest.mark.parametrize("name", ["t.data", "t.gz"])
def test_a_file_that_is_parquet_by_its_content_has_no_encoding(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(path.read_bytes()))
    seen = see(Request(str(path)))
    assert seen.data["format"] == "parquet" and "encoding" not in seen.data
    assert not [note for note in seen.notes if "encoding" in note]
