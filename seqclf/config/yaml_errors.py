"""What PyYAML says of broken YAML, in words for who wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Position:
    """Line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class YamlProblem(Exception):
    position: Position
    message: str


# What PyYAML says, what we say ({} is the first group), and whether it is the place where the whole thing began.
_SENTENCES = (
    (r"character '\\t' that cannot start", "a tab; YAML indents and separates with spaces alone", False),
    (r"character '(.)' that cannot start", 'a value cannot begin with "{}"; put it in quotes', False),
    (
        "mapping values are not allowed",
        '":" begins a value where none can stand: indent the line like its neighbours, or put a text that holds ": " '
        "in quotes",
        False,
    ),
    (
        r"expected <block end>, but found '([\]},])'",
        '"{}" stands here, where nothing is open that it could belong to',
        False,
    ),
    ("expected <block end>", "the line is indented like nothing above it", False),
    ("could not find expected ':'", 'expected "name: value", found no ":"', True),
    ("while scanning a quoted scalar", "the quote that opens here is never closed", True),
    (r"expected ',' or '(.)', but got '<(?:stream end|block)", 'no "{}" closes what opens here', True),
    (r"expected ',' or '(.)'", 'expected "," or "{}"', False),
    (r"undefined alias '(.*)'", "the alias *{} names nothing", False),
    ("expected a single document", "a second document begins here; a config is one", False),
    ("expected the node content", "expected a value", False),
    ("unknown escape character '(.)'", 'unknown escape "\\{}" in double quotes; single quotes know none', False),
)


def problem_of(error: yaml.MarkedYAMLError) -> YamlProblem:
    said = ", ".join(part for part in (error.problem, error.context) if part)
    for pattern, sentence, where_it_began in _SENTENCES:
        if match := re.search(pattern, said):
            mark = (error.context_mark if where_it_began else None) or error.problem_mark
            message = sentence.format(*match.groups())
            return YamlProblem(_position(mark), f"not YAML: {message}")
    return YamlProblem(_position(error.problem_mark or error.context_mark), f"not YAML: {said}")


def unreadable(error: yaml.reader.ReaderError, text: str) -> YamlProblem:
    """For a character that no YAML text may hold."""
    line = text.count("\n", 0, error.position)
    column = error.position - (text.rfind("\n", 0, error.position) + 1)
    character = error.character if isinstance(error.character, int) else ord(error.character)
    return YamlProblem(Position(line + 1, column + 1), f"not YAML: the character U+{character:04X} may not stand in it")


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
