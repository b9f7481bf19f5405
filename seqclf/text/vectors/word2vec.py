"""The binary form of word2vec: a line with the number of words and the dimension; then each word, a space and its
numbers as little-endian ``float32``. Some writers end each vector with a line feed, some do not."""

from __future__ import annotations

import string
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import numpy as np

from seqclf.errors import InputError
from seqclf.text.vectors.layout import Layout
from seqclf.text.vectors.lines import fits_header, header_of
from seqclf.text.vectors.wanted import Wanted

_CHUNK = 4 * 2**20
_LONGEST_WORD = 2**16
_SAMPLE = 100  # vectors that tell whether they are binary
_SPACE = "a word before it has a space, which this form cannot express"
_TEXT = string.printable.encode()


def layout(start: bytes) -> Layout | None:
    """The layout of a file that begins with these bytes; None if it is not in this form."""
    line, _, rest = start.partition(b"\n")
    header = header_of(line)
    if header is None or fits_header(start):
        return None
    words, dim = header
    vectors = (rest[at : at + 4 * dim] for _, at in zip(range(_SAMPLE), _places(rest, dim), strict=False))
    return Layout(dim, words, is_binary=True) if any(vector.translate(None, _TEXT) for vector in vectors) else None


def read(file: BufferedReader, path: Path, layout: Layout, wanted: Wanted) -> int:
    """Give ``wanted`` the vectors of its words. Returns the number of words in the file."""
    promised, size = layout.header_words or 0, 4 * layout.dim
    file.readline()
    buffer, place = b"", 0
    for number in range(1, promised + 1):
        end = buffer.find(b" ", place)
        if end < 0 or end + 1 + size > len(buffer):
            buffer, place = buffer[place:] + file.read(_CHUNK), 0
            if not buffer.strip(b"\r\n"):
                return number - 1
            end = buffer.find(b" ")
        if not 0 <= end - place <= _LONGEST_WORD:
            raise InputError(f"{path}: no word found for vector {number:,} of {promised:,}; the file is damaged")
        if end + 1 + size > len(buffer):
            raise InputError(f"{path}: ends within vector {number:,} of {promised:,}: the file is incomplete")
        word = buffer[place:end].lstrip(b"\n")
        if b"\0" in word:
            raise InputError(f"{path}: the word of vector {number:,} has a NUL byte: the file is damaged, or {_SPACE}")
        token_id = wanted.lookup(word, number)
        place = end + 1 + size
        if token_id is not None:
            vector = np.frombuffer(buffer, "<f4", layout.dim, end + 1).astype(np.float32)
            if not np.isfinite(vector).all():
                named = word.decode(errors="replace")
                raise InputError(f'{path}: vector {number:,}, of "{named}", has numbers that are not finite')
            wanted.keep(token_id, word, vector)
    if (buffer[place:] + file.read(_CHUNK)).strip(b"\r\n"):
        raise InputError(
            f"{path}: goes on after the last of its {promised:,} vectors: its header is wrong, or {_SPACE}"
        )
    return promised


def _places(rest: bytes, dim: int) -> Iterator[int]:
    """Where the vectors begin."""
    place = 0
    while (space := rest.find(b" ", place)) >= 0:
        yield space + 1
        place = space + 1 + 4 * dim
