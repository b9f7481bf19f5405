"""Numbers in words, as reports show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from seqclf.metrics.intervals import Interval
from seqclf.metrics.scores import UNDEFINED, number_of
from seqclf.run_catalogue.scores import is_number

MINUS = "−"


def number_in(found: Mapping[str, Any], name: str) -> float | None:
    """A finite number of a JSON object; None if it is missing or something else."""
    value = found.get(name)
    return float(value) if value is not None and is_number(value) else None


def percent(share: float | None, decimals: int = 1) -> str:
    """``91.8 %``; ``n/a`` for None. Shares that are neither 0 nor 1 are never shown as 0 % or 100 %.

    >>> percent(0.918), percent(0.9999), percent(1.0), percent(0.0002)
    ('91.8\u202f%', '>99.9\u202f%', '100.0\u202f%', '<0.1\u202f%')
    """
    if share is None:
        return UNDEFINED
    smallest = 10.0**-decimals
    shown = f"{100 * share:.{decimals}f}"
    if share < 1 and float(shown) >= 100:
        shown = f">{100 - smallest:.{decimals}f}"
    elif share > 0 and float(shown) == 0:
        shown = f"<{smallest:.{decimals}f}"
    return f"{shown}\u202f%"


def percents(interval: Interval) -> str:
    """``90.7 to 92.9 %``."""
    return f"{100 * interval.low:.1f} to {100 * interval.high:.1f}\u202f%"


def value_of(name: str, value: float) -> str:
    """The value of the score ``name``: accuracy in percent, others as tables have them (``number_of``)."""
    return percent(value) if name == "accuracy" else number_of(name, value)


def value_with_interval(name: str, value: float, interval: Interval | None) -> str:
    """``91.8 % (90.7 to 92.9 %)``; without an interval the value alone."""
    return value_of(name, value) + ("" if interval is None else f" ({range_of(name, interval)})")


def range_of(name: str, interval: Interval) -> str:
    """The interval of the score ``name``, in the same units."""
    return percents(interval) if name == "accuracy" else f"{score(interval.low)} to {score(interval.high)}"


def points(value: float) -> str:
    """``1.3`` or ``−0.4``: percentage points, of a difference of shares."""
    return signed(100 * value, 1)


def signed(value: float, decimals: int) -> str:
    """With a minus sign that is as wide as a digit, and no negative zero."""
    shown = f"{abs(value):.{decimals}f}"
    return f"{MINUS}{shown}" if value < 0 and float(shown) else shown


def score(value: float | None) -> str:
    """With four decimals; ``n/a`` for None."""
    return UNDEFINED if value is None else f"{value:.4f}"


def count(value: float) -> str:
    """``25,000``."""
    return f"{value:,.0f}"


def counted(number: int, what: str) -> str:
    """``1 text``, ``25,000 texts``."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def equal(number: int, split: str, other: str) -> str:
    """``11 test texts are equal to training texts``."""
    if number == 1:
        article = "an" if other.startswith("earlier") else "a"
        return f"1 {split} text is equal to {article} {other} text"
    return f"{number:,} {split} texts are equal to {other} texts"


def moment(value: Any) -> str | None:
    """A time of a manifest, in UTC to the minute: ``2026-11-27 03:58 UTC``; None if it is malformed."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (TypeError, ValueError, OverflowError, OSError):
        return None
