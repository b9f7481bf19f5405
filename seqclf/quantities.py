"""Amounts of time and memory, for people."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """``4.2 s``, ``58 s``, ``3m 05s``, ``1h 05m``: at most 7 characters below 100 hours."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}h {minutes:02}m"


def in_bytes(size: int) -> str:
    """``812 B``, ``2.1 MB``, ``14 MB``: in powers of 1,000."""
    if size < 1_000:
        return f"{size} B"
    number = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        number /= 1_000
        if number < 9.95:
            return f"{number:.1f} {unit}"
        if number < 999.5:
            return f"{number:.0f} {unit}"
    return f"{number:,.0f} TB"
