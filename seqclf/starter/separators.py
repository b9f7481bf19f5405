"""Find the separator of several labels in one field: ``drama|comedy``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

_SEPARATORS = ("|", ";", ",")
_LEAST_SHARE = 0.05  # of the fields
_LEAST_VALUES = 3  # different fields with the separator
_RECURRING = 0.8  # of the parts
_NEARLY_ALL = 0.95  # of the fields
_NUMBER = re.compile(r"[-+]?(\d+)(?:,(\d+))?")


def separator_in(values: Sequence[Any]) -> str | None:
    """The separator of several labels in the fields of a column; None without strong evidence.

    The parts must be labels of their own: nearly all of them recur in different fields, and there are fewer different
    parts than fields. ``Paris, France`` and ``London, UK`` are names with a comma, and ``1,5`` is a number.
    """
    fields = [value for value in values if isinstance(value, str) and value.strip()]
    found = next((one for one in _SEPARATORS if _separates(one, fields)), None)
    return None if found == "," and have_decimal_commas(fields) else found


def have_decimal_commas(fields: Sequence[str]) -> bool:
    """Whether fields are numbers with a decimal comma (``1,5``), not lists of numbered labels (``1,2``).

    Some lists have more than two labels. None has a label twice, and the same labels are before and after the comma.
    """
    if any(field.count(",") > 1 for field in fields):
        return False
    found = [match for field in fields if (match := _NUMBER.fullmatch(field.strip())) is not None]
    pairs = {(match[1], match[2]) for match in found if match[2] is not None}
    if not pairs or len(found) < _NEARLY_ALL * len(fields):
        return False
    is_no_list = any(start == end or (end[0] == "0" and len(end) > 1) for start, end in pairs)
    return is_no_list or {start for start, _ in pairs}.isdisjoint(end for _, end in pairs)


def _separates(separator: str, fields: Sequence[str]) -> bool:
    different = {field: [part.strip() for part in field.split(separator)] for field in dict.fromkeys(fields)}
    several = [field for field, parts in different.items() if len(parts) > 1]
    if len(several) < _LEAST_VALUES or sum(separator in field for field in fields) < _LEAST_SHARE * len(fields):
        return False
    if any(not part for parts in different.values() for part in parts):
        return False
    counts = Counter(part for parts in different.values() for part in set(parts))
    inside = {part for field in several for part in different[field]}
    recurring = sum(counts[part] > 1 for part in inside)
    return recurring >= _RECURRING * len(inside) and len(counts) < len(different)
