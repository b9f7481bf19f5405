"""Truncation of long texts: one rule, shared by arrays and the exported graph."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Truncate = Literal["head", "tail", "middle"]


def kept_ends(max_tokens: Any, truncate: Truncate) -> tuple[Any, Any]:
    """Number of first and last tokens kept when the ``truncate`` part of a long text is cut.

    ``middle`` keeps both ends, with one more token at the start if ``max_tokens`` is odd (head+tail truncation, Sun et
    al. 2019, "How to Fine-Tune BERT for Text Classification?", section 5.3.1). ``max_tokens`` is an integer, or an
    array or tensor of integers.
    """
    if truncate == "tail":
        return max_tokens, 0
    if truncate == "head":
        return 0, max_tokens
    return max_tokens - max_tokens // 2, max_tokens // 2


def field_limits(lengths: NDArray[np.integer], budget: int) -> NDArray[np.int64]:
    """The number of tokens kept of each field of a text (max-min fairness: Bertsekas & Gallager 1992, section 6.5.2).

    Short fields are kept whole, and the longer ones share the rest equally. Tokens that cannot be shared equally go to
    the first of the longer fields.

    Args:
        lengths: tokens of each field, ``[fields]``.
        budget: tokens for all fields.
    """
    budget = max(budget, 0)
    ascending = np.sort(lengths).astype(np.int64)
    # What each longer field may have after the shortest 0, 1, 2, ... fields are kept whole. It is largest, and right,
    # when exactly the fields that fit are kept whole.
    left = budget - (np.cumsum(ascending) - ascending)
    level = int((left // np.arange(len(lengths), 0, -1)).max())
    limits: NDArray[np.int64] = np.minimum(lengths, level).astype(np.int64)
    longer = lengths > level
    limits[longer & (np.cumsum(longer) <= budget - limits.sum())] += 1
    return limits


def truncate_ids(
    ids: NDArray[np.integer], max_tokens: int, truncate: Truncate, separator_id: int | None = None
) -> NDArray[np.integer]:
    """At most ``max_tokens`` of a text's token ids (shape ``[length]``, any integer dtype).

    Args:
        separator_id: id between the fields of a text. The fields share ``max_tokens`` as ``field_limits`` says, after
            the separators, which are all kept; each field is truncated like a text.
    """
    if len(ids) <= max_tokens:
        return ids
    if separator_id is None:
        first, last = kept_ends(max_tokens, truncate)
        return np.concatenate([ids[:first], ids[len(ids) - last :]])
    separators = np.flatnonzero(ids == separator_id)
    starts, ends = np.append(0, separators + 1), np.append(separators, len(ids))
    limits = field_limits(ends - starts, max_tokens - len(separators))
    parts = []
    for start, end, limit in zip(starts.tolist(), ends.tolist(), limits.tolist(), strict=True):
        first, last = kept_ends(limit, truncate) if end - start > limit else (end - start, 0)
        parts += [ids[start : start + first], ids[end - last : end], ids[end : end + 1]]
    return np.concatenate(parts)
