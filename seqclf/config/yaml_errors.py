"""PyYAML's errors as messages for the author of the file."""

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


# PyYAML's message, our message ({} is the first group), and whether to report where the construct began.
_SENTENCES = (
    (r"character '\\t' that cannot start", "found a tab; use spaces", False),
    (r"character '(.)' that cannot start", 'a value cannot start with "{}"; put it in quotes', False),
    (
        "mapping values are not allowed",
        'unexpected ":": indent the line like its neighbours, or put text that contains ": " in quotes',
        False,
    ),
    (
        r"expected <block end>, but found '([\]},])'",
        'unexpected "{}": no bracket is open',
        False,
    ),
    (
        "expected <block end>.*block collection",
        'the line is not part of the list above it: start it with "- ", or indent it like the options of an item',
        False,
    ),
    ("expected <block end>", "the indentation matches no line above it", False),
    ("could not find expected ':'", 'expected "name: value", found no ": "', True),
    ("while scanning a quoted scalar", "the quote that starts here is never closed", True),
    (r"expected ',' or '(.)', but got '<(?:stream end|block)", 'missing "{}" for the bracket that opens here', True),
    (r"expected ',' or '(.)'", 'expected "," or "{}"', False),
    (r"undefined alias '(.*)'", "undefined alias *{}", False),
    ("expected a single document", "a second document starts here; a config is a single document", False),
    ("expected '<document start>'", 'expected "name: value"', False),
    ("expected the node content", "expected a value", False),
    ("unknown escape character '(.)'", 'unknown escape "\\{}" in double quotes; single quotes have none', False),
)


def problem_of(error: yaml.MarkedYAMLError, lines: list[str]) -> YamlProblem:
    """``lines`` are the document's."""
    reported = ", ".join(part for part in (error.problem, error.context) if part)
    problem, context = error.problem_mark, error.context_mark
    if problem and "mapping values are not allowed" in reported and (place := _without_colon(lines, problem.line)):
        return YamlProblem(place, 'not YAML: expected "name: value", with a colon and a space')
    for pattern, sentence, where_it_began in _SENTENCES:
        if match := re.search(pattern, reported):
            closing = re.match(r"expected ',' or '(.)'", reported)
            if closing and problem and context and problem.line > context.line:
                # Report the opening bracket: the error is there, not on the next line.
                message = f'not YAML: missing "{closing[1]}" for the bracket that opens here'
                return YamlProblem(_position(context), message)
            mark = (context if where_it_began else None) or problem
            return YamlProblem(_position(mark), f"not YAML: {sentence.format(*match.groups())}")
    return YamlProblem(_position(problem or context), f"not YAML: {reported}")


def _without_colon(lines: list[str], line: int) -> Position | None:
    """Position of the line before ``line`` (counted from 0) if it lacks a colon, so that YAML read on."""
    if not 0 < line <= len(lines):
        return None
    text = lines[line - 1].split(" #")[0].rstrip()
    if not text or re.search(r":( |$)|^\s*#|[\[\]{}|>]", text):
        return None
    return Position(line, len(text) - len(text.lstrip()) + 1)


def unreadable(error: yaml.reader.ReaderError, text: str) -> YamlProblem:
    """The error for a character that YAML does not allow."""
    line = text.count("\n", 0, error.position)
    column = error.position - (text.rfind("\n", 0, error.position) + 1)
    character = error.character if isinstance(error.character, int) else ord(error.character)
    return YamlProblem(Position(line + 1, column + 1), f"not YAML: the character U+{character:04X} is not allowed")


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
