"""The text form of GloVe, word2vec and fastText: a word and its numbers per line, after a header or without one.

A word may contain spaces, or be white space, as in the largest files of GloVe and fastText. So a line is read from its
end: its last ``dim`` fields are the numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.text.vectors.content import EXPECTED
from seqclf.text.vectors.layout import Layout
from seqclf.text.vectors.wanted import BLANK, Wanted

_BOM = b"\xef\xbb\xbf"
_SAMPLE = 100  # lines that tell the dimension
_is_number = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?").fullmatch
_is_entry = re.compile(rb"\d+:[-+.\deE]+").fullmatch
_is_comma_number = re.compile(rb"[-+]?\d+,\d+").fullmatch


def layout(path: Path, start: bytes) -> Layout:
    """The layout of a file that begins with these bytes. Raises ``InputError`` if they are no words and numbers."""
    sample = _first_lines(start)
    if not sample:
        raise InputError(f"{path}: has only blank lines; {EXPECTED}")
    header = header_of(sample[0][1])
    if header is not None and len(sample) == 1:
        raise InputError(f"{path}: has a header, but no word after it")
    if header is not None and fits_header(start):
        return Layout(header[1], header[0])
    dim, _ = Counter(_dim_of(line) for _, line in sample).most_common(1)[0]
    shown = sample[1] if header is not None else sample[0]
    if dim < 1 and b"\0" in start:
        raise InputError(f"{path}: is a binary file of a form that seqclf does not know; {EXPECTED}")
    if dim < 1 or (len(sample) == 1 and b"\r" in shown[1].strip()):
        raise InputError(f"{path}:{shown[0]}: {EXPECTED}{_hint(shown[1])}")
    if header is not None and dim > 1:
        raise InputError(
            f"{path}:{sample[0][0]}: the header names {header[1]:,} numbers a word, but the lines after it have {dim:,}"
            "; correct it"
        )
    return Layout(dim)


def fits_header(start: bytes) -> bool:
    """Whether the lines after a header have as many numbers as it says: at least half of the first ones."""
    (_, first), *others = _first_lines(start)
    header = header_of(first)
    return header is not None and 2 * sum(_fits(line, header[1]) for _, line in others) >= max(len(others), 1)


def header_of(line: bytes) -> tuple[int, int] | None:
    """The number of words and the dimension, if this line can be the header of word2vec and fastText."""
    fields = line.removeprefix(_BOM).split()
    if len(fields) != 2 or not all(field.isdigit() and len(field) < 19 for field in fields) or int(fields[1]) < 1:
        return None
    return int(fields[0]), int(fields[1])


def read(file: BufferedReader, path: Path, layout: Layout, wanted: Wanted) -> int:
    """Give ``wanted`` the vectors of its words. Returns the number of words in the file."""
    words, dim, header = 0, layout.dim, layout.header_words is not None
    for number, raw in enumerate(_without_bom(file), 1):
        line = raw.rstrip()
        if not line:
            wanted.skip(BLANK, number)
            continue
        if header:
            header = False
            continue
        words += 1
        if line.count(b" ") == dim and b"\t" not in line:  # nearly all lines; their other fields need no look
            word, _, numbers = line.partition(b" ")
        else:
            word, numbers = _split(raw, dim, f"{path}:{number}")
        token_id = wanted.lookup(word, number)
        if token_id is not None:
            wanted.keep(token_id, word, _vector(numbers, dim, f"{path}:{number}"))
    return words


def _first_lines(start: bytes) -> list[tuple[int, bytes]]:
    """The numbered lines that tell the layout, without blank ones and, if there are others, without an incomplete
    last one."""
    lines = start.removeprefix(_BOM).split(b"\n", 4 * _SAMPLE)
    complete = lines[:-1] if len(lines) > 2 else lines
    return [(number, line) for number, line in enumerate(complete, 1) if line.strip()][:_SAMPLE]


def _dim_of(line: bytes) -> int:
    """How many numbers the line seems to have after its word; a word may itself be a number."""
    fields = line.split()
    numbers = _numbers_at_end(fields)
    return numbers if numbers < len(fields) or line[:1].isspace() else numbers - 1


def _fits(line: bytes, dim: int) -> bool:
    """Whether the line can be a word and ``dim`` numbers."""
    fields = line.split()
    needed = dim if line[:1].isspace() else dim + 1
    return len(fields) >= needed and _numbers_at_end(fields[-dim:]) == dim


def _numbers_at_end(fields: Sequence[bytes]) -> int:
    words = (place for place, field in enumerate(reversed(fields)) if not _is_number(field))
    return next(words, len(fields))


def _without_bom(file: BufferedReader) -> Iterator[bytes]:
    first = next(file, None)
    if first is not None:
        yield first.removeprefix(_BOM)
        yield from file


def _split(raw: bytes, dim: int, where: str) -> tuple[bytes, bytes]:
    """The word, exactly, and its numbers. Raises ``InputError`` if the line does not end with ``dim`` numbers."""
    line = raw.rstrip()
    for separator in (b" ", b"\t", None):
        fields = line.rsplit(separator, dim)
        numbers = fields[-dim:]
        if len(numbers) == dim and all(map(_is_float, numbers)):
            if len(fields) > dim:
                return fields[0], b" ".join(numbers)
            if separator is None and raw[:1].isspace():
                return b"", b" ".join(numbers)
    count = len(line.split())
    if count == dim + 1:
        raise InputError(f"{where}: expected {dim} finite numbers after the word{_hint(line)}")
    end = "" if raw.endswith(b"\n") else "; it is the last line and has no end: is the file complete?"
    raise InputError(f"{where}: expected a word and {dim} numbers, found {count} fields{end or _hint(line)}")


def _is_float(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _vector(numbers: bytes, dim: int, where: str) -> NDArray[np.float32]:
    """The numbers of a wanted word. Raises ``InputError``."""
    fields = numbers.split()
    if len(fields) != dim:
        raise InputError(f"{where}: expected a word and {dim} numbers, found {len(fields) + 1} fields")
    try:
        with np.errstate(over="ignore"):  # too large numbers become infinite and are reported below
            vector = np.array(fields, dtype=np.float32)
    except ValueError:
        vector = np.full(1, np.nan, dtype=np.float32)
    if not np.isfinite(vector).all() or b"_" in numbers:  # Python reads 1_0 as 10
        raise InputError(f"{where}: expected {dim} finite numbers after the word{_hint(numbers)}")
    return vector


def _hint(line: bytes) -> str:
    """What the line seems to be, and what to do."""
    if b"\r" in line.strip():
        return "; the lines end with CR alone: convert them with tr '\\r' '\\n'"
    fields = line.split()
    if len(fields) > 1 and all(map(_is_entry, fields[1:])):
        return "; the vectors are sparse (place:number): write all their numbers"
    if any(map(_is_comma_number, fields)):
        return "; numbers need a decimal point, not a comma"
    for separator, name in ((b",", "commas"), (b";", "semicolons"), (b"|", "bars")):
        parts = [part.strip() for part in line.split(separator)]
        if len(parts) > 2 and _numbers_at_end(parts) > 0:
            return f"; the fields are separated by {name}: replace them by spaces"
    return ""
