"""Differences between configs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seqclf.config.loading import plain
from seqclf.config.problems import dotted
from seqclf.config.schema import Config
from seqclf.option_types import OptionPath

ABSENT = object()


def difference(a: Config, b: Config) -> dict[str, tuple[Any, Any]]:
    """Values in ``a`` and in ``b`` of each option that differs, by its path; ``ABSENT`` if a config lacks it."""
    return {option: (values[0], values[1]) for option, values in differences((a, b)).items()}


def differences(configs: Sequence[Config]) -> dict[str, tuple[Any, ...]]:
    """Each option whose value is not the same in all configs: its values in their order, by its path.

    ``ABSENT`` if a config lacks it.
    """
    leaves = [dict(_leaves(plain(config), ())) for config in configs]
    sections = list(Config.model_fields)
    paths = sorted(
        dict.fromkeys(path for found in leaves for path in found), key=lambda path: sections.index(str(path[0]))
    )
    rows = {dotted(path): tuple(found.get(path, ABSENT) for found in leaves) for path in paths}
    return {option: values for option, values in rows.items() if any(value != values[0] for value in values)}


def _leaves(value: Any, path: OptionPath) -> Iterator[tuple[OptionPath, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items:
        yield path, value
    for name, below in items:
        yield from _leaves(below, (*path, name))
