"""Truncation of long texts: one rule, shared by arrays and the exported graph."""

from __future__ import annotations

from collections.abc import Sequence
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


def field_limits(lengths: Sequence[int], budget: int) -> list[int]:
    """The number of tokens kept of each field of a text (max-min fairness: Bertsekas & Gallager 1992, section 6.5.2).

    Short fields are kept whole, and the longer ones share the rest equally. Tokens that cannot be shared equally go to
    the first of the longer fields. In Python: arrays are slower for a few numbers.

    Args:
        lengths: tokens of each field.
        budget: tokens for all fields.
    """
    left, level = max(budget, 0), 0
    for shorter, length in enumerate(sorted(lengths)):
        # What each longer field may have after the shortest 0, 1, 2, ... fields are kept whole. It is largest, and
        # right, when exactly the fields that fit are kept whole.
        level = max(level, left // (len(lengths) - shorter))
        left -= length
    limits = [min(length, level) for length in lengths]
    rest = max(budget, 0) - sum(limits)
    for field, length in enumerate(lengths):
        if length > level and rest > 0:
            limits[field] += 1
            rest -= 1
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
    return np.concatenate([ids[part] for part in _kept_parts(ids, max_tokens, truncate, separator_id)])


def kept_places(
    ids: NDArray[np.integer], max_tokens: int, truncate: Truncate, separator_id: int | None = None
) -> NDArray[np.int64]:
    """The indices of the ids that ``truncate_ids`` keeps, ascending, ``int64 [kept]``."""
    places = np.arange(len(ids))
    if len(ids) <= max_tokens:
        return places
    return np.concatenate([places[part] for part in _kept_parts(ids, max_tokens, truncate, separator_id)])


def _kept_parts(ids: NDArray[np.integer], max_tokens: int, truncate: Truncate, separator_id: int | None) -> list[slice]:
    """The parts of the ids of a text of more than ``max_tokens`` tokens that are kept."""
    if separator_id is None:
        first, last = kept_ends(max_tokens, truncate)
        return [slice(first), slice(len(ids) - last, len(ids))]
    ends = [*np.flatnonzero(ids == separator_id).tolist(), len(ids)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    limits = field_limits([end - start for start, end in zip(starts, ends, strict=True)], max_tokens - len(ends) + 1)
    parts = []
    for start, end, limit in zip(starts, ends, limits, strict=True):
        first, last = kept_ends(limit, truncate) if end - start > limit else (end - start, 0)
        parts += [slice(start, start + first), slice(end - last, end + 1)]  # with the separator at the end
    return parts
