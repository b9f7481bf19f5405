"""Rows of jsonl files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.tables.decoding import Open, decoded_lines, open_binary
from seqclf.tables.row import Row
from seqclf.tables.values import is_text, shown


def json_rows(path: Path, opened: Open = open_binary, encoding: str = UTF8) -> Iterator[Row | InputError]:
    for number, line in decoded_lines(path, opened, encoding):
        if isinstance(line, InputError):
            yield line
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield InputError(f"{path}:{number}: not valid JSON ({error})")
            continue
        if not isinstance(row, dict):
            yield InputError(f'{path}:{number}: expected a JSON object such as {{"text": ..., "label": ...}}')
        elif not is_text(row):
            yield InputError(f"{path}:{number}: a key is not valid text ({shown(list(row))})")
        else:
            yield number, row
