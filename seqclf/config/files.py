"""Config files as the user wrote them, merged with the files that they extend."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqclf.config.problems import ConfigError, Place, Problem
from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.config.walk import DISCRIMINATORS
from seqclf.config.yaml_core import Document, read_yaml
from seqclf.config.yaml_errors import Position, YamlProblem
from seqclf.errors import InputError
from seqclf.files import expanded
from seqclf.option_types import OptionPath
from seqclf.runs import Run
from seqclf.tables.formats import KINDS, plain_text_advice
from seqclf.tables.names import no_such_file
from seqclf.tables.packed import unpacked_name

_MAX_BYTES = 256 * 1024
_MOST_FILES = 10
_HAS_OPTIONS = re.compile("^(?:extends|task|data|tokenizer|embedding|layers|head|training) *:", re.MULTILINE)


@dataclass
class Written:
    """The content of a config file before validation.

    Attributes:
        value: the options, as plain values.
        places: where each key or list item was written.
        words: unquoted ``yes``, ``no``, ``on`` and ``off``.
        problems: errors in the YAML of single values.
    """

    file: Path
    value: dict[str, Any]
    places: dict[OptionPath, Place] = field(default_factory=dict)
    words: dict[OptionPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: OptionPath) -> Place:
        """Where the option was written, or the closest parent of it that was."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path) or Place(str(self.file))

    def forget(self, path: OptionPath) -> None:
        """Drop the places of an option that is about to be replaced, and of everything below it."""
        self.places = {other: place for other, place in self.places.items() if other[: len(path)] != path}
        self.words = {other: word for other, word in self.words.items() if other[: len(path)] != path}


def read_file(file: Path, extended_by: tuple[Path, ...] = (), text: str | None = None) -> Written:
    """Read a config file and the files that it extends. ``text`` is the file's content, if already known.

    Raises ``InputError`` if a file cannot be read or parsed.
    """
    text = _text(file) if text is None else text
    lines = text.splitlines()

    def place(position: Position) -> Place:
        line = lines[position.line - 1] if position.line <= len(lines) else ""
        return Place(str(file), position.line, position.column, line)

    try:
        document = read_yaml(text)
    except YamlProblem as problem:
        raise ConfigError([Problem((), problem.message + _data_hint(file, text), place(problem.position))]) from problem
    if not isinstance(document.value, dict):
        found = "nothing" if document.value is None else f"{text.strip().splitlines()[0][:60]!r}"
        message = f"expected options (name: value), found {found}{_data_hint(file, text)}"
        raise ConfigError([Problem((), message, place(document.places.get((), Position(1, 1))))])
    _write_out_origin(document)
    if _is_of_a_run(file):
        _add_earlier_values(document.value)
    written = Written(
        file,
        document.value,
        {path: place(position) for path, position in document.places.items()},
        document.words,
        [Problem(path, message, place(position)) for path, position, message in document.problems],
    )
    if "extends" not in document.value:
        return written
    return _extended(written, document, (*extended_by, file))


def _write_out_origin(document: Document) -> None:
    """``initialize: RUN`` as ``initialize: {from: RUN}``, so that other files and options can add to it."""
    name, path = document.value.get("initialize"), ("initialize",)
    if isinstance(name, str):
        document.value["initialize"] = {"from": name}
        document.places[(*path, "from")] = document.places[path]


def _is_of_a_run(file: Path) -> bool:
    """Whether the file is the config of a run, which has all options that there were when it began."""
    run = Run(file.parent)
    return file.name == run.config.name and run.has_manifest


def _add_earlier_values(options: dict[str, Any]) -> None:
    """Add the options that are newer than the run, with values that change nothing about it."""
    tokenizer = options.get("tokenizer")
    kind = tokenizer.get("type") if isinstance(tokenizer, dict) else None
    if isinstance(tokenizer, dict) and isinstance(kind, str) and kind in TOKENIZERS:
        options["tokenizer"] = {**TOKENIZERS[kind].of_earlier_versions(), **tokenizer}


def _extended(written: Written, document: Document, chain: tuple[Path, ...]) -> Written:
    """``written`` merged over the file that it extends. Raises ``InputError``."""
    name, place = document.value.pop("extends"), written.place(("extends",))
    if not isinstance(name, str) or not name:
        message = "expected the path of another config, relative to this file's folder"
        raise ConfigError([Problem(("extends",), message, place)])
    file = chain[-1].parent / expanded(name)
    if any(file.resolve() == other.resolve() for other in chain):
        raise ConfigError([Problem(("extends",), f"circular extends: {name} already extends this file", place)])
    if len(chain) >= _MOST_FILES:
        raise ConfigError([Problem(("extends",), f"more than {_MOST_FILES} files in a chain of extends", place)])
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "no such file (paths are relative to this file's folder)"
        raise ConfigError([Problem(("extends",), f"{file}: {what}", place)])
    base = read_file(file, chain)
    _merge(base, written, ())
    base.places[()] = written.place(())
    base.file = written.file
    base.problems = [*written.problems, *base.problems]
    return base


def _merge(base: Written, top: Written, path: OptionPath) -> None:
    """Override options of ``base`` with those of ``top``; mappings of one type are merged, all else is replaced."""
    below, above = _at(base.value, path), _at(top.value, path)
    for name, value in above.items():
        here = (*path, name)
        if isinstance(value, dict) and isinstance(below.get(name), dict) and not _differ(below[name], value):
            base.places[here] = top.places[here]
            _merge(base, top, here)
            continue
        below[name] = value
        base.forget(here)
        base.places |= {other: place for other, place in top.places.items() if other[: len(here)] == here}
        base.words |= {other: word for other, word in top.words.items() if other[: len(here)] == here}


def _differ(below: dict[str, Any], above: dict[str, Any]) -> bool:
    """Whether the two differ in type or source, so that their options cannot be merged."""
    return any(name in above and above[name] != below.get(name) for name in DISCRIMINATORS)


def _at(value: Any, path: OptionPath) -> Any:
    for part in path:
        value = value[part]
    return value


def _text(file: Path) -> str:
    try:
        if file.is_dir():
            raise InputError(f"{file}: expected a YAML file, found a folder")
        with file.open("rb") as opened:
            content = opened.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        start = f"; `seqclf init -o {shlex.quote(str(file))}` writes one to start from"
        raise no_such_file(file, start if file.suffix in (".yaml", ".yml") else "") from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from error
    if len(content) > _MAX_BYTES:
        raise InputError(f"{file}: too large for a config (over {_MAX_BYTES // 1024} KiB){_data_hint(file)}")
    if b"\0" in content:
        raise InputError(f"{file}: not a text file (it contains NUL bytes); a config is YAML in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{file}:{line}: not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from error


def _data_hint(file: Path, text: str = "") -> str:
    """Advice for a file of texts that is given as a config. ``text`` is the file's content, if it is known."""
    if unpacked_name(file).suffix.lower() in KINDS:
        return f". This looks like data: `seqclf init --from {file}` writes a config for it"
    return "" if _HAS_OPTIONS.search(text) else plain_text_advice(file)
