"""Differences between two configs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seqclf.config.loading import plain
from seqclf.config.problems import dotted
from seqclf.config.schema import Config
from seqclf.option_types import OptionPath

ABSENT = object()


def difference(a: Config, b: Config) -> dict[str, tuple[Any, Any]]:
    """Values in ``a`` and in ``b`` of each option that differs, by its path; ``ABSENT`` if a config lacks it."""
    of_a, of_b = (dict(_leaves(plain(config), ())) for config in (a, b))
    sections = list(Config.model_fields)
    return {
        dotted(path): (of_a.get(path, ABSENT), of_b.get(path, ABSENT))
        for path in sorted(dict.fromkeys([*of_a, *of_b]), key=lambda path: sections.index(str(path[0])))
        if of_a.get(path, ABSENT) != of_b.get(path, ABSENT)
    }


def _leaves(value: Any, path: OptionPath) -> Iterator[tuple[OptionPath, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items:
        yield path, value
    for name, below in items:
        yield from _leaves(below, (*path, name))
