"""JSON and rows on a terminal that is not UTF-8."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any, BinaryIO, cast

import pytest

from seqclf.cli.streams import CheckedOutput, print_json
from seqclf.inference.bulk.writers import LineWriter

TEXT = 'café … "日本" 😀 \\ é'
ENCODINGS = ["utf-8", "latin-1", "cp1252", "shift_jis", "utf-16"]


def shown(encoding: str, write: Callable[[], None]) -> str:
    """What a terminal of the encoding shows."""
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding=encoding, errors="strict")
    with contextlib.redirect_stdout(stream):
        write()
        stream.flush()
    return content.getvalue().decode(encoding)


def rows_shown(encoding: str, kind: str, rows: list[dict[str, Any]]) -> list[str]:
    def write() -> None:
        writer = LineWriter(kind, cast(BinaryIO, CheckedOutput(as_json=kind == "jsonl")))
        for row in rows:
            writer.write([row])

    return shown(encoding, write).splitlines()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_valid(encoding: str) -> None:
    line = shown(encoding, lambda: print_json({TEXT: [TEXT]}))
    assert json.loads(line) == {TEXT: [TEXT]}
    assert ("café" in line) == (encoding == "utf-8")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_rows_of_jsonl_are_valid(encoding: str) -> None:
    rows = [{"text": TEXT}, {"text": "plain"}, {"text": "\ud83d alone"}]
    assert list(map(json.loads, rows_shown(encoding, "jsonl", rows))) == rows


@pytest.mark.parametrize("kind", ["csv", "tsv"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_rows_of_tables_keep_what_the_terminal_has(kind: str, encoding: str) -> None:
    escaped = "café 😀…".encode(encoding, "backslashreplace").decode(encoding)
    assert rows_shown(encoding, kind, [{"text": "café 😀…"}]) == ["text", escaped]
    assert (r"\U0001f600" in escaped) == (not encoding.startswith("utf"))
