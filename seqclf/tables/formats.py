"""The formats of files of rows, by their extension."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

KINDS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
"""File kinds by extension."""

SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
PACKED = {
    ".gz": "gunzip -k {}",
    ".bz2": "bunzip2 -k {}",
    ".xz": "unxz -k {}",
    ".zst": "unzstd {}",
    ".zip": "unzip {}",
    ".tgz": "tar xzf {}",
    ".tar": "tar xf {}",
    ".7z": "7z x {}",
}

READ_KINDS = ("csv", "tsv", "jsonl", "parquet", "txt")
"""File kinds that `predict` reads; txt has one text per line."""

WRITE_KINDS = ("csv", "tsv", "jsonl", "parquet")
"""File kinds that predictions are written to."""


def unknown_ending(path: Path, cure: str, known: Iterable[str] = KINDS) -> str:
    """The message for a file whose extension is not in ``known``. ``cure``: advice for unknown extensions."""
    ending = path.suffix.lower()
    if (unpack := PACKED.get(ending)) is not None:
        return f"{path}: the file is compressed; unpack it first (`{unpack.format(shlex.quote(str(path)))}`)"
    if ending in SHEETS:
        return f"{path}: the file is a spreadsheet; save it as CSV (UTF-8) and use that file"
    return f'{path}: unknown file extension "{path.suffix}" (known: {", ".join(known)}); {cure}'
