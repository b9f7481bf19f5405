"""Conventions shared by all readers of token ids: padding, unknown tokens, words, and hashes of n-grams.

An n-gram ``(x_1, ..., x_n)`` belongs to the bucket ``((c_0 + c_1 x_1 + ... + c_n x_n) mod p) mod buckets`` with
``p = 2 ** 31 - 1`` and separate coefficients for each order: universal hashing (Carter & Wegman 1979). A word is hashed
in the same way, from its last token to its first, with coefficients that all words share. No sum overflows an int64.
Integer arithmetic gives the same result in NumPy, TensorFlow and ONNX.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

PAD_ID, UNKNOWN_ID = 0, 1


def known_tokens(token_ids: Any, mute_ids: Iterable[int]) -> Any:
    """Which tokens say something about a text: they are neither padding nor one of ``mute_ids``.

    Takes an array or a tensor of integers, and returns one of booleans.
    """
    known = token_ids != PAD_ID
    for mute_id in mute_ids:
        known = known & (token_ids != mute_id)
    return known


CONTINUES, GOES_ON = 1, 2
"""Flags of a token: it continues the word of the previous token if that token has ``GOES_ON``."""

PRIME = 2**31 - 1
LONGEST = 8
"""Tokens in the longest n-gram: the sum of eight products of a coefficient and a token id is below 2 ** 54."""
LONGEST_WORD = 12
"""Longer words are identified by their last twelve tokens."""


def coefficients(order: int) -> tuple[int, ...]:
    """``c_0, ..., c_order``, each from 1 to ``PRIME - 1``. Exported models contain them, so they must never change."""
    return tuple(_coefficient(f"n-gram {order} {place}") for place in range(order + 1))


def word_coefficients() -> tuple[int, ...]:
    """``c_0, ..., c_12`` of words, ``c_1`` for a word's last token. They must never change either."""
    return tuple(_coefficient(f"word {place}") for place in range(LONGEST_WORD + 1))


def _coefficient(name: str) -> int:
    digest = hashlib.sha256(f"seqclf {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % (PRIME - 1) + 1
