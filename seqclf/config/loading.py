"""Load a YAML file, the files that it extends and ``--set`` as a checked config, or report all of its errors."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seqclf.config.files import Written, read_file
from seqclf.config.problems import ConfigError, Place, Problem, dotted
from seqclf.config.ranges import Range, check_ranges, places_of_ranges, read_range
from seqclf.config.schema import Config
from seqclf.config.searchable import unsearchable
from seqclf.config.validation import validate, warnings_of
from seqclf.config.walk import DISCRIMINATORS, is_truth_value
from seqclf.config.yaml_core import dump_yaml, read_yaml
from seqclf.config.yaml_errors import YamlProblem
from seqclf.errors import InputError
from seqclf.files import expanded, shell_word, write_text
from seqclf.option_types import OptionPath
from seqclf.sources.texts import DATA_VARIABLE
from seqclf.tables.names import is_url
from seqclf.tables.values import is_text

_PUNCTUATION = re.compile(r"[-?:,|>#&*!%@`]+")
"""Values that YAML reads as syntax, such as an empty block (``|``) or a comment (``#``)."""

_PATIENCE = ("training", "early_stopping", "patience")


@dataclass(frozen=True)
class Override:
    """An option set on the command line: its path, its value and the option that set it."""

    path: OptionPath
    value: Any
    given: str = "--set"
    words: dict[OptionPath, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"--set {dotted(self.path)}" if self.given == "--set" else self.given


@dataclass(frozen=True)
class LoadedConfig:
    """A checked config with the place where each option was written.

    Attributes:
        ranges: what stands in the config in place of values, which are those to start a search from.
        warnings: options that are valid but costly or without effect, with places.
    """

    config: Config
    written: Written
    ranges: tuple[Range, ...] = ()

    @property
    def warnings(self) -> list[Problem]:
        """A few epochs given on the command line are a quick test, in which early stopping is not expected."""
        epochs = self.written.places.get(("training", "epochs"))
        is_quick_try = epochs is not None and epochs.line is None
        found = warnings_of(self.config)
        return [self.placed(problem) for problem in found if not (is_quick_try and problem.path == _PATIENCE)]

    def placed(self, problem: Problem) -> Problem:
        """The problem with the place of its option."""
        return replace(problem, place=self.written.place(problem.path))

    def error(self, problems: Iterable[Problem]) -> ConfigError:
        """An error for problems with files and data that the config names, in the order of the file."""
        return ConfigError(sorted(map(self.placed, problems), key=_reading_order(self.written.file)))


def parse_override(text: str) -> Override:
    """``layers[0].units=32`` -> an override. The value is parsed as YAML. Raises ``InputError``.

    A value of YAML's punctuation alone is text: ``data.label_separator=|``.
    """
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not re.fullmatch(r"\w+(?:\.\w+|\[\d{1,6}\])*", key):
        raise InputError(f"--set {text}: expected key=value, such as training.epochs=3 or layers[0].units=32")
    path = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", key))
    if _PUNCTUATION.fullmatch(value):
        return Override(path, value)
    try:
        document = read_yaml(value)
    except YamlProblem as problem:
        raise InputError(f"--set {text}: {problem.message}") from problem
    if document.problems:
        raise InputError(f"--set {text}: {document.problems[0][2]}")
    return Override(path, document.value, words={(*path, *below): word for below, word in document.words.items()})


def load_config(path: Path | str, overrides: Sequence[Override] = ()) -> Config:
    """Read a config file. Raises ``InputError``; a ``ConfigError`` lists all problems at once."""
    return read_config(path, overrides).config


def read_config(
    path: Path | str, overrides: Sequence[Override] = (), text: str | None = None, *, search: bool = False
) -> LoadedConfig:
    """Like ``load_config``, with the places of all options.

    Args:
        text: the content of a file not yet written.
        search: options may have ranges in place of values (``seqclf.config.ranges``), and are then the values to start
            from; else a range is a problem.
    """
    written = read_file(Path(path), text=text)
    for override in overrides:
        _apply(written, override)
    ranges = _ranges(written, search=search)
    return replace(_checked(written), ranges=ranges)


def _ranges(written: Written, *, search: bool) -> tuple[Range, ...]:
    """The ranges of a config, in whose places are values then. Raises ``ConfigError`` for all of their problems."""
    if not (places := list(places_of_ranges(written.value))):
        return ()
    if not search:
        tune = f"`seqclf tune {shell_word(written.file)}` searches it; to train, write a value"
        problems = [Problem(path, f"is a range; {tune}", written.place(path)) for path, _ in places]
        raise ConfigError(sorted(problems, key=_reading_order(written.file)))
    found = [read_range(path, value) for path, value in places]
    problems = [problem for _, of_one in found for problem in of_one]
    ranges = [one for one, _ in found if one is not None]
    if not problems:
        ranges, written.value, problems = check_ranges(written.value, ranges)
    if not problems and (config := validate(written.value)[0]) is not None:
        problems = list(unsearchable(config, ranges))
    if problems:
        placed = [replace(problem, place=written.place(problem.path)) for problem in problems]
        raise ConfigError(sorted([*placed, *written.problems], key=_reading_order(written.file)))
    return tuple(ranges)


def _checked(written: Written) -> LoadedConfig:
    """The checked config. Raises ``ConfigError`` for all problems at once."""
    config, problems = validate(written.value, written.words)
    unread = {problem.path for problem in written.problems if _value_at(written.value, problem.path) is None}
    problems = [
        replace(problem, place=written.place(problem.path)) for problem in problems if problem.path not in unread
    ]
    problems += written.problems
    named = {problem.path for problem in problems}
    problems += [
        Problem(option, _instead_of(word, option), written.place(option))
        for option, word in written.words.items()
        if option not in named
    ]
    if config is None or problems:
        raise ConfigError(sorted(problems, key=_reading_order(written.file)))
    return LoadedConfig(_in_data_folder(config), written)


def write_config(path: Path, config: Config) -> None:
    """Write the config with all defaults filled in."""
    write_text(path, config_text(config))


def config_text(config: Config) -> str:
    """The config as YAML with all defaults filled in."""
    return dump_yaml(plain(config))


def plain(config: Config) -> dict[str, Any]:
    """The config as plain values; the type or source comes first in each section."""
    value: dict[str, Any] = _kind_first(config.model_dump(mode="json"))
    return value


def _kind_first(value: Any) -> Any:
    if isinstance(value, list):
        return [_kind_first(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _kind_first(value[name]) for name in sorted(value, key=lambda name: name not in DISCRIMINATORS)}


def with_absolute_paths(config: Config) -> Config:
    """The config with absolute paths of files and folders, so that it works from any folder.

    Raises ``InputError`` if a path is not UTF-8: the config could be written, but not read again.
    """
    return with_paths(config, _absolute)


def _in_data_folder(config: Config) -> Config:
    """Relative paths start at the folder of the variable, if it is set; ``~`` is the home folder."""
    folder = os.environ.get(DATA_VARIABLE)

    def found(path: str) -> str:
        if is_url(path):
            return path
        if folder:
            return str(expanded(folder) / expanded(path))
        return str(expanded(path)) if path.startswith("~") else path

    return with_paths(config, found)


def with_paths(config: Config, change: Callable[[str], str]) -> Config:
    """The config with ``change`` of each path of a file or folder."""
    sections = {
        "data": (config.data, config.data.path_options),
        "tokenizer": (config.tokenizer, config.tokenizer.path_options),
        "embedding": (config.embedding, ("vectors",)),
    }
    changed = {}
    for section, (options, names) in sections.items():
        paths = {name: getattr(options, name) for name in names}
        changes: dict[str, Any] = {name: change(path) for name, path in paths.items() if isinstance(path, str)}
        changes |= {name: [change(one) for one in path] for name, path in paths.items() if isinstance(path, list)}
        changed[section] = options.model_copy(update=changes)
    return config.model_copy(update=changed)


def _absolute(path: str) -> str:
    if is_url(path):
        return path
    absolute = str(expanded(path).absolute())
    if not is_text([absolute]):
        raise InputError(
            f"{absolute}: the name of its folder is not UTF-8, so no config can name it; rename the folder"
        )
    return absolute


def _apply(written: Written, override: Override) -> None:
    """Set the value at its path and create missing mappings. Raises ``InputError`` if the path does not exist."""
    if override.path[0] == "extends":
        raise InputError(f"{override}: extends can only be set in a file; name another config file instead")
    place = Place(str(override))
    if override.path[0] == "task" and len(override.path) > 1 and isinstance(kind := written.value.get("task"), str):
        written.value["task"] = {"type": kind}
    target: Any = written.value
    for depth, part in enumerate(override.path):
        last = depth == len(override.path) - 1
        here = override.path[: depth + 1]
        if isinstance(target, list) and isinstance(part, int) and part < len(target):
            pass
        elif isinstance(target, dict) and isinstance(part, str):
            if not last and target.get(part) is None:
                target[part] = {}
                written.forget(here)
                written.places[here] = place
        else:
            above = dotted(override.path[:depth])
            if isinstance(target, list):
                raise InputError(f"{override}: {above} {_entries(above, len(target))}")
            raise InputError(f"{override}: there is no {part} in {above}, which is not a list or mapping")
        if last:
            target[part] = override.value
        else:
            target = target[part]
    written.forget(override.path)
    written.places[override.path] = place
    written.words.update(override.words)


def _entries(name: str, count: int) -> str:
    """``has 2 entries: layers[0] and layers[1]``."""
    if count < 2:
        return f"has 1 entry: {name}[0]" if count else "is an empty list"
    return f"has {count} entries: {name}[0] {'and' if count == 2 else 'to'} {name}[{count - 1}]"


def _value_at(value: Any, path: OptionPath) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _instead_of(word: str, option: OptionPath) -> str:
    """The message for a word that only some parsers read as a boolean."""
    if is_truth_value(option):
        truth = "true" if word.lower() in ("yes", "on") else "false"
        return f"{word} is a boolean only in YAML 1.1; write {truth}"
    return f'found {word} without quotes, which some YAML parsers read as a boolean: write "{word}" with quotes'


def _reading_order(file: Path) -> Any:
    """Sort key by place: the file itself, the files that it extends, the command line."""

    def key(problem: Problem) -> tuple[bool, bool, str, int, int]:
        place = problem.place or Place("")
        return (place.line is None, place.source != str(file), place.source, place.line or 0, place.column or 0)

    return key
