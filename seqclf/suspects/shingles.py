"""Shingles: the overlapping pieces of a text, by which texts are compared (Broder 1997)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqclf.baseline.ngrams import Unit
from seqclf.text.words import WORD_PATTERN, lower, valid_text

WORDS_A_SHINGLE, CHARACTERS_A_SHINGLE = 3, 6
_BUCKETS = 2**31 - 1  # so many that two shingles of a pair of texts hardly ever share one

_find_words = re.compile(WORD_PATTERN).findall


def shingles_of(unit: Unit) -> Callable[[str], list[str]]:
    """The function that cuts a text into its shingles: 3 words, or 6 characters without white space; in lower case.

    A shorter text is one shingle. A text without words, or of white space only, has none.
    """
    return _of_words if unit == "words" else _of_characters


def hashed(texts: Sequence[str], unit: Unit) -> Any:
    """Which shingles the texts have: a sparse matrix of ones, ``float32 [texts, shingles]``."""
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        analyzer=shingles_of(unit), n_features=_BUCKETS, alternate_sign=False, norm=None, binary=True, dtype=np.float32
    )
    return hashing.transform(texts)


def _of_words(text: str) -> list[str]:
    words = [word for word in _find_words(lower(valid_text(text))) if any(map(str.isalnum, word))]
    return _pieces(words, WORDS_A_SHINGLE, " ")


def _of_characters(text: str) -> list[str]:
    return _pieces("".join(lower(valid_text(text)).split()), CHARACTERS_A_SHINGLE, "")


def _pieces(parts: Sequence[str], size: int, between: str) -> list[str]:
    if len(parts) <= size:
        return [between.join(parts)] if parts else []
    return [between.join(parts[start : start + size]) for start in range(len(parts) - size + 1)]
