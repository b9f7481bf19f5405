"""Differences between configs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from seqclf.config.loading import plain
from seqclf.config.problems import dotted
from seqclf.config.schema import Config
from seqclf.config.walk import DISCRIMINATORS
from seqclf.option_types import OptionPath

ABSENT = object()


def difference(a: Config, b: Config) -> dict[str, tuple[Any, Any]]:
    """Values in ``a`` and in ``b`` of each option that differs, by its path; ``ABSENT`` if a config lacks it."""
    return {option: (values[0], values[1]) for option, values in differences((a, b)).items()}


def differences(configs: Sequence[Config]) -> dict[str, tuple[Any, ...]]:
    """Each option whose value is not the same in all configs: its values in their order, by its path.

    ``ABSENT`` if a config lacks it, or has null or nothing where others have options or entries.
    """
    return {dotted(path): values for path, values in _rows([_leaves_of(config) for config in configs]).items()}


def of_one_kind(configs: Sequence[Config]) -> frozenset[str]:
    """The options among ``differences`` that a config lacks because it has another type there, or no entry at all.

    Those that say the type, such as ``layers[2].type``, are not among them.
    """
    leaves = [_leaves_of(config) for config in configs]
    present = [{path[:size] for path in found for size in range(len(path) + 1)} for found in leaves]
    kinds = {path[:-1] for found in leaves for path in found if path and path[-1] in DISCRIMINATORS}

    def is_of_a_kind(path: OptionPath, there: Set[OptionPath]) -> bool:
        lacking = next(path[:size] for size in range(len(path) + 1) if path[:size] not in there)
        says_it = path[-1] in DISCRIMINATORS and path[:-1] in (lacking, lacking[:-1])
        return not says_it and (lacking in kinds or lacking[:-1] in kinds)

    return frozenset(
        dotted(path)
        for path, values in _rows(leaves).items()
        if any(is_of_a_kind(path, there) for value, there in zip(values, present, strict=True) if value is ABSENT)
    )


def _rows(leaves: Sequence[Mapping[OptionPath, Any]]) -> dict[OptionPath, tuple[Any, ...]]:
    """The values of each option that differs, in the order of the sections."""
    sections = list(Config.model_fields)
    paths = dict.fromkeys(path for found in leaves for path in found)
    above = {path[:size] for path in paths for size in range(1, len(path))}
    # Where an option is one value here and several there, the values are one row; nothing is no value.
    whole = {path for found in leaves for path, value in found.items() if path in above and not _is_nothing(value)}
    rows: dict[OptionPath, tuple[Any, ...]] = {}
    for path in sorted(paths, key=lambda path: sections.index(str(path[0]))):
        path = next((path[:size] for size in range(1, len(path)) if path[:size] in whole), path)
        if path in whole:
            rows[path] = tuple(_value_of(found, path) for found in leaves)
        elif path not in above:
            rows[path] = tuple(found.get(path, ABSENT) for found in leaves)
    return {path: values for path, values in rows.items() if any(value != values[0] for value in values)}


def _is_nothing(value: Any) -> bool:
    return value is None or value in ([], {})


def _value_of(found: Mapping[OptionPath, Any], path: OptionPath) -> Any:
    """The value at a path that may have entries; lists and mappings are put together again."""
    if path in found:
        return found[path]
    below = {other[len(path) :]: value for other, value in found.items() if other[: len(path)] == path}
    if not below:
        return ABSENT
    names = list(dict.fromkeys(other[0] for other in below))
    values = [_value_of(below, (name,)) for name in names]
    return values if isinstance(names[0], int) else dict(zip(names, values, strict=True))


def _leaves_of(config: Config) -> dict[OptionPath, Any]:
    return dict(_leaves(plain(config), ()))


def _leaves(value: Any, path: OptionPath) -> Iterator[tuple[OptionPath, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items:
        yield path, value
    for name, below in items:
        yield from _leaves(below, (*path, name))
