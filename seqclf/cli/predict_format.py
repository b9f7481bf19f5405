"""The format of a file to predict whose extension does not say it: that of the run's files, or what its first line
shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seqclf.cli.wrap import GLUE, say
from seqclf.errors import InputError
from seqclf.inference.bulk.reader import STREAM, Reader, Source
from seqclf.runs import TEXT_COLUMN, Run
from seqclf.tables.formats import kind_of
from seqclf.tables.packed import unpacked_name

_TEXTS_WERE = {"folder": "whole files", "file": "whole files", "blank_line": "lines between blank ones"}
"""What one text was in training, by ``data.documents``, else by ``data.source``, if it was not a line."""
_SHOWN_BY_FIRST_LINE = ("tsv", "csv", "jsonl")


def format_like(run: Run, path: str, columns: tuple[str, ...], encoding: str) -> str | None:
    """The format to read a file in; None if its extension says it. Standard error names it.

    A run whose config has ``data.format`` read files without a known extension, too. A ``.txt`` file is a table if its
    first line names the columns of the texts.

    Args:
        columns: those of the texts.
    """
    file = Path(path)
    if path == STREAM or not file.is_file():
        return None
    is_txt = unpacked_name(file).suffix.lower() == ".txt"
    if not is_txt and kind_of(file) is not None:
        return None
    if (own := run.origin.get("format")) is not None:
        if not is_txt or _has_columns(Source(path, own, columns, encoding), run.header, least=1):
            say(f"Reading {path} as {own}, like the run's files (see{GLUE}--input-format)", err=True)
            return own
        say(
            f"note: {path}: each line is a text: unlike the run's {own} files, it does not begin with the names of "
            f"columns (see{GLUE}--input-format)",
            err=True,
        )
    elif is_txt:
        for kind in _SHOWN_BY_FIRST_LINE:
            if _has_columns(Source(path, kind, columns, encoding), (), least=1 if kind == "jsonl" else 2):
                say(f"Reading {path} as {kind}, because of its first line (see{GLUE}--input-format)", err=True)
                return kind
    return None


def note_whole_files(run: Run, source: Source) -> None:
    """Say on standard error that a line is a text although the run read whole files, or lines between blank ones."""
    if source.kind != "txt" or source.is_stream:
        return
    origin = run.origin
    what = _TEXTS_WERE.get(origin.get("documents", origin.get("source", "")))
    if what is not None:
        say(
            f"note: {source.name}: each line is a text, but the run read {what} as texts; to predict a whole file, "
            'write "$(cat FILE)" instead of --input FILE',
            err=True,
        )


def _has_columns(source: Source, header: tuple[str, ...], *, least: int) -> bool:
    """Whether the first row has the columns of the texts, and ``least`` columns or more."""
    first = first_row(source)
    if first is None or len(first) < least:
        return False
    if header and len(first) == len(header):
        return True
    return all(column in first for column in source.columns) or (len(source.columns) == 1 and TEXT_COLUMN in first)


def first_row(source: Source) -> Any:
    """The values of the first row by column; None if there is none or the file cannot be read as this format."""
    try:
        return next((row for row in Reader(source).values() if not isinstance(row, InputError)), None)
    except InputError:
        return None
