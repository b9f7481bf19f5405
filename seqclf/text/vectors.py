"""Pretrained word vectors in the text format of GloVe, word2vec and fastText: one word and its numbers per line."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError


def vectors_dim(path: Path) -> int:
    """Dimension of the vectors, read from the first line. Raises ``InputError`` if the file is malformed."""
    with _opened(path) as file:
        first = next(file, b"").split()
        if _is_header(first):
            return int(first[1])
        if len(first) < 3 or not all(map(_is_number, first[-2:])):
            raise InputError(f"{path}:1: expected a word and its numbers, or the number of words and the dimension")
        return len(first) - 1


def read_vectors(path: Path, pieces: Sequence[str], dim: int) -> dict[int, NDArray[np.float32]]:
    """The vectors (``float32 [dim]``) of the pieces found in the file, by piece id.

    Reads line by line: memory depends on the vocabulary, not on the file. A line must be a word and ``dim`` numbers;
    ``InputError`` names the first malformed line.
    """
    wanted = {piece.encode("utf-8"): token_id for token_id, piece in enumerate(pieces)}
    found: dict[int, NDArray[np.float32]] = {}
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            fields = line.split()
            if number == 1 and _is_header(fields):
                continue
            if len(fields) != dim + 1:
                # GloVe's largest file has words that contain spaces.
                if len(fields) < dim + 1 or not _is_number(fields[-dim]):
                    raise InputError(f"{path}:{number}: expected a word and {dim} numbers, found {len(fields)} fields")
                continue
            token_id = wanted.get(fields[0])
            if token_id is None or token_id in found:
                continue
            try:
                with np.errstate(over="ignore"):  # too large numbers become infinite and are reported below
                    vector = np.array(fields[1:], dtype=np.float32)
            except ValueError:
                vector = np.full(dim, np.nan, dtype=np.float32)
            if not np.isfinite(vector).all():
                raise InputError(f"{path}:{number}: expected {dim} finite numbers after the word")
            found[token_id] = vector
    return found


def _is_header(fields: list[bytes]) -> bool:
    """Whether this is the header of word2vec and fastText: the number of words and the dimension."""
    return len(fields) == 2 and all(field.isdigit() for field in fields)


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[bytes]]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield iter(file)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
