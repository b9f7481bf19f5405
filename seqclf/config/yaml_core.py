"""A YAML reader with positions and limits, without YAML 1.1's traps.

Scalars follow YAML 1.2's core schema (``1e-3`` is a number, ``010`` is ten), every value has its line and column,
and duplicate keys are errors, as are words that YAML 1.1 reads as booleans. Neither deep nesting nor aliases of
aliases can exhaust memory or stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from seqclf.config.yaml_errors import Position, YamlProblem, problem_of, unreadable
from seqclf.option_types import OptionPath

MAX_DEPTH = 50
MAX_VALUES = 20_000

_TAG = "tag:yaml.org,2002:"
_TRUTH_OF_1_1 = re.compile(r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF")
_RESOLVERS = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9][0-9_]*$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
)


@dataclass
class Document:
    """A YAML document.

    Attributes:
        value: dicts, lists, strings, numbers, booleans and None.
        places: position of each key or list item. The empty path is the document's.
        problems: errors in single values; everything else was read.
        words: paths whose value is an unquoted ``yes``, ``no``, ``on`` or ``off``, with the word.
    """

    value: Any = None
    places: dict[OptionPath, Position] = field(default_factory=dict)
    problems: list[tuple[OptionPath, Position, str]] = field(default_factory=list)
    words: dict[OptionPath, str] = field(default_factory=dict)


class _Loader(yaml.SafeLoader):
    """Resolves scalars by the core schema and limits the depth."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (as in PyYAML, a table of the class)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise YamlProblem(Position(mark.line + 1, mark.column + 1), f"nested deeper than {MAX_DEPTH} levels")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


class _Dumper(yaml.SafeDumper):
    """Quotes every string that YAML 1.1 or 1.2 would read as another type."""


for _name, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)
    _Dumper.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


def _text_node(dumper: _Dumper, text: str) -> yaml.Node:
    # PyYAML writes these unescaped in single quotes, where parsers read them as line breaks.
    style = '"' if re.search("[\x85\u2028\u2029]", text) else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


_Dumper.add_representer(str, _text_node)


def read_yaml(text: str) -> Document:
    """Read one document. Raises ``YamlProblem`` if it is malformed or exceeds a limit."""
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        raise unreadable(error, text) from error
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise problem_of(error, text.splitlines()) from error
    finally:
        loader.dispose()
    document = Document()
    if node is not None:
        document.places[()] = _position(node)
        document.value = _Constructor(document).value(node, ())
    return document


def dump_yaml(value: Any) -> str:
    """Plain values as YAML that ``read_yaml`` and any other parser read alike."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Constructor:
    """Converts nodes to values; records problems and continues."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._above: list[yaml.Node] = []
        self._values = 0

    def value(self, node: yaml.Node, path: OptionPath) -> Any:
        self._values += 1
        if self._values > MAX_VALUES:
            raise YamlProblem(_position(node), f"more than {MAX_VALUES:,} values, counting those repeated by aliases")
        if any(node is other for other in self._above):
            raise YamlProblem(_position(node), "an alias refers to a node that contains it")
        if len(self._above) > MAX_DEPTH:
            raise YamlProblem(_position(node), f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if node.tag not in (f"{_TAG}seq", f"{_TAG}map"):
            self._note(path, node, f"unknown tag {_shown_tag(node)}; a config needs no tags")
            return None
        self._above.append(node)
        try:
            return self._list(node, path) if isinstance(node, yaml.SequenceNode) else self._mapping(node, path)
        finally:
            self._above.pop()

    def _list(self, node: yaml.Node, path: OptionPath) -> list[Any]:
        for index, item in enumerate(node.value):
            self._document.places[(*path, index)] = _position(item)
        return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.Node, path: OptionPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(path, key_node, "expected a word as the name, found a list or mapping")
            elif key == "<<" and key_node.style is None:
                self._note(
                    path, key_node, '"<<" merges mappings only in YAML 1.1; write the options out, or extend a file'
                )
            elif key in mapping:
                first = self._document.places[(*path, key)]
                self._note((*path, key), key_node, f'duplicate "{key}" (first on line {first.line}); keep one')
            else:
                self._document.places[(*path, key)] = _position(key_node)
                mapping[key] = self.value(value_node, (*path, key))
        return mapping

    def _scalar(self, node: yaml.ScalarNode, path: OptionPath) -> Any:
        text, kind = node.value, node.tag.removeprefix(_TAG)
        if kind == "str":
            if node.style is None and _TRUTH_OF_1_1.fullmatch(text):
                self._document.words[path] = text
            return text
        if kind == "null" and text.lower() in ("", "~", "null"):
            return None
        if kind == "bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        try:
            if kind == "int":
                return int(text.replace("_", ""))
            if kind == "float":
                return float(re.sub(r"\.(inf|nan)", r"\1", text.lower().replace("_", "")))
        except ValueError:
            self._note(path, node, f'"{text[:20]}" is not a valid number')
            return None
        self._note(path, node, f"unknown tag {_shown_tag(node)}; a config needs no tags")
        return None

    def _note(self, path: OptionPath, node: yaml.Node, message: str) -> None:
        self._document.problems.append((path, _position(node), message))


def _shown_tag(node: yaml.Node) -> str:
    return str(node.tag).replace(_TAG, "!!")


def _position(node: yaml.Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
