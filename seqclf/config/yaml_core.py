"""YAML with positions, without YAML 1.1's traps.

Scalars are read by YAML 1.2's core schema (``1e-3`` is a number, ``on`` and ``yes`` are strings), duplicate keys are
errors, and every value knows its line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Position:
    """Line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class YamlProblem(Exception):
    position: Position
    message: str


class _CoreLoader(yaml.SafeLoader):
    """Knows what the core schema knows, and nothing of YAML 1.1."""


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9][0-9_]*$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def read_yaml(text: str) -> tuple[Any, dict[Path, Position]]:
    """The value of a YAML document, and where each key (or list item) of it stands.

    Raises ``YamlProblem`` for anything that is no single, plain document.
    """
    try:
        loader = _CoreLoader(text)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        column = error.position - (before.rfind("\n") + 1)
        position = Position(before.count("\n") + 1, column + 1)
        raise YamlProblem(position, f"not YAML: {error.reason} ({chr(error.character)!r})") from error
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        positions: dict[Path, Position] = {(): _position(node.start_mark)}
        return _construct(loader, node, (), positions, ()), positions
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.problem, error.context) if part)
        raise YamlProblem(_position(mark) if mark else Position(1, 1), f"not YAML: {message}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlProblem(Position(1, 1), f"not YAML: {error}") from error
    finally:
        loader.dispose()


def _construct(
    loader: _CoreLoader, node: yaml.Node, path: Path, positions: dict[Path, Position], above: tuple[yaml.Node, ...]
) -> Any:
    if node in above:
        raise YamlProblem(_position(node.start_mark), "an alias stands inside what it names")
    above = (*above, node)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            positions[(*path, index)] = _position(item.start_mark)
        return [_construct(loader, item, (*path, index), positions, above) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlProblem(_position(key_node.start_mark), "a key must be a word")
            if key in mapping:
                first = positions[(*path, key)]
                raise YamlProblem(
                    _position(key_node.start_mark), f'"{key}" stands here a second time (first on line {first.line})'
                )
            positions[(*path, key)] = _position(key_node.start_mark)
            mapping[key] = _construct(loader, value_node, (*path, key), positions, above)
        return mapping
    return loader.construct_object(node)


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)
