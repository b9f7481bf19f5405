"""Files of pretrained word vectors, in the forms that people have them in.

``content.py`` opens a file and tells its form by its first bytes, never by its name. ``lines.py`` reads the text form
of GloVe, word2vec and fastText, and ``word2vec.py`` the binary form of word2vec; both may be packed. All other forms
are refused by name (``foreign.py``). ``wanted.py`` keeps the vectors of a vocabulary: memory depends on the vocabulary,
not on the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from seqclf.errors import InputError
from seqclf.text.vectors import lines, word2vec
from seqclf.text.vectors.content import opened, start_of
from seqclf.text.vectors.foreign import refuse_foreign
from seqclf.text.vectors.layout import Layout
from seqclf.text.vectors.wanted import FileVectors, Wanted

__all__ = ["FileVectors", "read_vectors", "vectors_dim"]


def vectors_dim(path: Path) -> int:
    """Dimension of the vectors, from the beginning of the file. Raises ``InputError`` if these are no word vectors."""
    return _layout(path).dim


def read_vectors(
    path: Path, pieces: Sequence[str], dim: int, normalised: Callable[[str], str] | None = None
) -> FileVectors:
    """The vectors of the pieces found in the file, and what was skipped.

    Args:
        dim: the expected dimension.
        normalised: the form in which the tokenizer sees texts, for words of the file that are written in another one.

    Raises ``InputError`` for another dimension, and for a file that is malformed or incomplete; it names the place.
    """
    layout = _layout(path)
    if layout.dim != dim:
        raise InputError(f"{path}: has vectors of {layout.dim} numbers, expected {dim}")
    wanted = Wanted(pieces, normalised)
    with opened(path) as file:
        words = (word2vec if layout.is_binary else lines).read(file, path, layout, wanted)
    return wanted.found(words, layout)


def _layout(path: Path) -> Layout:
    start = start_of(path)
    refuse_foreign(path, start)
    return word2vec.layout(start) or lines.layout(path, start)
