"""Parts of a source that consist of several files or splits, as one string."""

from __future__ import annotations

from collections.abc import Sequence

_BETWEEN = "\0"  # no path contains it


def part_of(names: str | Sequence[str]) -> str:
    """The part that consists of these paths, patterns or splits."""
    return names if isinstance(names, str) else _BETWEEN.join(names)


def parts_of(
    train: str | list[str], validation: float | str | list[str], test: float | str | list[str] | None
) -> dict[str, str | float | None]:
    """The part of each split, or its fraction of the training part; a list becomes one part."""
    given = {"train": train, "validation": validation, "test": test}
    return {split: part_of(part) if isinstance(part, list) else part for split, part in given.items()}


def part_or_none(names: str | Sequence[str] | None) -> str | None:
    """``part_of``, or None for None."""
    return None if names is None else part_of(names)


def names_of(part: str) -> list[str]:
    """The paths, patterns or splits that a part consists of, in order."""
    return part.split(_BETWEEN)


def described(part: str) -> str:
    """A part in one line."""
    names = names_of(part)
    return part if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
