"""Which tokens of a long text are kept: one rule, as plain numbers, for arrays and for the exported graph."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Truncate = Literal["head", "tail", "middle"]


def kept_ends(max_tokens: int, truncate: Truncate) -> tuple[int, int]:
    """How many of a long text's first and last tokens are kept when its ``truncate`` part is cut away.

    ``middle`` keeps both ends, the first one token longer where ``max_tokens`` is odd (head+tail truncation, Sun et
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
