"""Files to predict that are in another encoding than the run's: nothing is written."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.tables.wrong_encoding import check_encoding

TEXTS = [f"le thé {number} était bon" if number % 2 else f"plain {number}" for number in range(40)]


def _content(kind: str) -> str:
    if kind == "csv":
        return "\n".join(["id,text", *(f"{number},{text}" for number, text in enumerate(TEXTS)), ""])
    if kind == "jsonl":
        return "".join(f'{{"text": "{text}"}}\n' for text in TEXTS)
    return "".join(f"{text}\n" for text in TEXTS)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "txt", "csv.gz"])
def test_predict_stops_before_it_writes(kind: str, binary_run: Any, tmp_path: Path) -> None:
    path, out = tmp_path / f"in.{kind}", tmp_path / "out.csv"
    content = _content(kind.removesuffix(".gz")).encode("cp1252")
    path.write_bytes(gzip.compress(content) if kind.endswith(".gz") else content)
    command = ["predict", "--run", str(binary_run.folder), "--input", str(path), "--output", str(out)]
    done = CliRunner().invoke(cli, command)
    said = " ".join(done.stderr.split())
    assert done.exit_code == 2, done.output
    assert "not UTF-8 text, like 19 more lines; it decodes as cp1252: add --encoding cp1252" in said
    assert "--encoding utf-8 skips these rows" in said
    assert sorted(one.name for one in tmp_path.iterdir()) == [path.name]
    skipped = CliRunner().invoke(cli, [*command, "--encoding", "utf-8"])
    assert skipped.exit_code == 0 and "20 of 40 rows were skipped as malformed" in " ".join(skipped.stderr.split())
    read = CliRunner().invoke(cli, [*command, "--encoding", "cp1252", "--overwrite"])
    assert read.exit_code == 0 and "40 texts in" in read.stderr


@pytest.mark.parametrize(
    ("lines", "stops"),
    [
        ([b"caf\xe9", b"caf\xe9", *[b"plain"] * 198], True),
        ([b"caf\xe9", b"caf\xe9", *[b"plain"] * 199], False),
        ([b"caf\xe9", b"plain"], False),
        ([b"caf\xe9", b"caf\xe9", "café".encode(), "café".encode()], False),
        ([b"caf\xe9", b"caf\xe9", "café".encode()], True),
    ],
)
def test_a_few_damaged_lines_are_not_another_encoding(lines: list[bytes], stops: bool, tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"\n".join(lines))
    if stops:
        with pytest.raises(InputError, match=r"in\.txt:1: not UTF-8 text, like 1 more line; .*--encoding "):
            check_encoding(path, "utf-8", "--encoding ")
    else:
        check_encoding(path, "utf-8", "--encoding ")
    check_encoding(path, "cp1252", "--encoding ")


def test_another_encoding_than_utf_8_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes("これは日本語です\n".encode("euc_jp") * 5)
    with pytest.raises(InputError, match="not ascii text, like 4 more lines; it decodes as euc_jp"):
        check_encoding(path, "ascii", "--encoding ")
    check_encoding(path, "utf-16", "--encoding ")
    check_encoding(tmp_path / "missing.txt", "ascii", "--encoding ")
