"""Tell that a table to predict lacks the header line, and what to type."""

from __future__ import annotations

import codecs
import shlex
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from seqclf.errors import InputError
from seqclf.inference.bulk.reader import Reader, Source
from seqclf.tables.delimited import delimiter_of
from seqclf.tables.packed import packing_of

_ROWS = 200


def check_header(source: Source) -> None:
    """Raise ``InputError`` if a csv or tsv file lacks the columns of the texts, and its first line looks like a row."""
    path = Path(source.path)
    if source.kind not in ("csv", "tsv") or source.header or source.is_stream or not path.is_file():
        return
    try:
        found = [row for row in islice(Reader(source).values(), _ROWS) if not isinstance(row, InputError)]
    except InputError:  # reading the file reports it
        return
    names = list(found[0]) if found else []
    if not names or any(column in names for column in (*source.columns, source.instead)):
        return
    from seqclf.starter.headers import lacks_header

    values = {name: [row[name] for row in found] for name in names}
    if not lacks_header(values):
        return
    texts = ", ".join(f'"{column}"' for column in source.columns)
    count = "1 column" if len(names) == 1 else f"{len(names)} columns"
    how = _with_header(source, values)
    raise InputError(
        f"{source.path}: seems to have no header line, because its first line looks like the other rows; put a line "
        f"with the names of its {count} above it, with {texts} for the texts{f', such as: {how}' if how else ''}"
    )


def _with_header(source: Source, values: Mapping[str, Sequence[object]]) -> str | None:
    """The command that writes the file with a header; None if it would not be a plain one."""
    path, mark = Path(source.path), delimiter_of(Path(source.path), source.kind, source.encoding)
    with path.open("rb") as file:
        is_marked = file.read(4).startswith((codecs.BOM_UTF8, b"sep=", b'"sep'))
    text = source.columns[0]
    plain = text.isascii() and not {mark, '"', "\\"} & set(text)
    wide = source.encoding.startswith(("utf-16", "utf-32"))
    if len(source.columns) > 1 or packing_of(path) is not None or wide or is_marked or not plain:
        return None
    longest = max(values, key=lambda name: sum(len(str(value)) for value in values[name]))
    header = mark.join(text if name == longest else f"column_{place}" for place, name in enumerate(values, 1))
    write = "echo" if mark != "\t" else r"printf '%b\n'"
    quoted = shlex.quote(header.replace("\t", r"\t"))
    return f"({write} {quoted}; cat {shlex.quote(source.path)}) > NEW.{source.kind}"
