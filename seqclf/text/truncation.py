"""Truncation of long texts: one rule, shared by arrays and the exported graph."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Truncate = Literal["head", "tail", "middle"]


def kept_ends(max_tokens: int, truncate: Truncate) -> tuple[int, int]:
    """Number of first and last tokens kept when the ``truncate`` part of a long text is cut.

    ``middle`` keeps both ends, with one more token at the start if ``max_tokens`` is odd (head+tail truncation, Sun et
    al. 2019, "How to Fine-Tune BERT for Text Classification?", section 5.3.1).
    """
    if truncate == "tail":
        return max_tokens, 0
    if truncate == "head":
        return 0, max_tokens
    return max_tokens - max_tokens // 2, max_tokens // 2


def truncate_ids(ids: NDArray[np.integer], max_tokens: int, truncate: Truncate) -> NDArray[np.integer]:
    """At most ``max_tokens`` of a text's token ids (shape ``[length]``, any integer dtype)."""
    if len(ids) <= max_tokens:
        return ids
    first, last = kept_ends(max_tokens, truncate)
    return np.concatenate([ids[:first], ids[len(ids) - last :]])
