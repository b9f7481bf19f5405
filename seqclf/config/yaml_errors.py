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
    (r"character '\\t' that cannot start", "a tab stands here; use spaces", False),
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
    (
        "expected <block end>.*block collection",
        'the line belongs to no item of the list above it: begin it with "- ", or indent it like the item\'s options',
        False,
    ),
    ("expected <block end>", "the line is indented like nothing above it", False),
    ("could not find expected ':'", 'expected "name: value", found no ": "', True),
    ("while scanning a quoted scalar", "the quote that opens here is never closed", True),
    (r"expected ',' or '(.)', but got '<(?:stream end|block)", 'no "{}" closes what opens here', True),
    (r"expected ',' or '(.)'", 'expected "," or "{}"', False),
    (r"undefined alias '(.*)'", "the alias *{} names nothing", False),
    ("expected a single document", "a second document begins here; a config is one", False),
    ("expected '<document start>'", 'expected "name: value"', False),
    ("expected the node content", "expected a value", False),
    ("unknown escape character '(.)'", 'unknown escape "\\{}" in double quotes; single quotes have none', False),
)


def problem_of(error: yaml.MarkedYAMLError, lines: list[str]) -> YamlProblem:
    """``lines`` are the document's."""
    said = ", ".join(part for part in (error.problem, error.context) if part)
    problem, context = error.problem_mark, error.context_mark
    if problem and "mapping values are not allowed" in said and (place := _without_colon(lines, problem.line)):
        return YamlProblem(place, 'not YAML: expected "name: value", with a colon and a space')
    for pattern, sentence, where_it_began in _SENTENCES:
        if match := re.search(pattern, said):
            closing = re.match(r"expected ',' or '(.)'", said)
            if closing and problem and context and problem.line > context.line:
                # The next line is innocent: what was opened should have been closed before.
                return YamlProblem(_position(context), f'not YAML: no "{closing[1]}" closes what opens here')
            mark = (context if where_it_began else None) or problem
            return YamlProblem(_position(mark), f"not YAML: {sentence.format(*match.groups())}")
    return YamlProblem(_position(problem or context), f"not YAML: {said}")


def _without_colon(lines: list[str], line: int) -> Position | None:
    """The line above (counted from 0: ``line`` is the one after), where it went on for want of a colon."""
    if not 0 < line <= len(lines):
        return None
    text = lines[line - 1].split(" #")[0].rstrip()
    if not text or re.search(r":( |$)|^\s*#|[\[\]{}|>]", text):
        return None
    return Position(line, len(text) - len(text.lstrip()) + 1)


def unreadable(error: yaml.reader.ReaderError, text: str) -> YamlProblem:
    """For a character that no YAML text may hold."""
    line = text.count("\n", 0, error.position)
    column = error.position - (text.rfind("\n", 0, error.position) + 1)
    character = error.character if isinstance(error.character, int) else ord(error.character)
    return YamlProblem(Position(line + 1, column + 1), f"not YAML: the character U+{character:04X} may not stand in it")


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
