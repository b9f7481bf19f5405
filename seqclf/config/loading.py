"""From a YAML file, the files that it extends and ``--set`` to a checked config, or to all that is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seqclf.config.files import Written, read_file
from seqclf.config.problems import ConfigError, Place, Problem, dotted
from seqclf.config.schema import Config, FolderData, SubwordFileTokens, TableData, TfdsData
from seqclf.config.validation import validate, warnings_of
from seqclf.config.walk import DISCRIMINATORS
from seqclf.config.yaml_core import dump_yaml, read_yaml
from seqclf.config.yaml_errors import YamlProblem
from seqclf.errors import InputError
from seqclf.files import write_text
from seqclf.option_types import OptionPath

DATA_VARIABLE = "SEQCLF_DATA"
"""Folder that relative paths to data, vocabularies and vectors start at, and that holds tfds's data sets."""


_PATIENCE = ("training", "early_stopping", "patience")


@dataclass(frozen=True)
class Override:
    """An option set on the command line: its path, its value and how the user gave it."""

    path: OptionPath
    value: Any
    given: str = "--set"
    words: dict[OptionPath, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"--set {dotted(self.path)}" if self.given == "--set" else self.given


@dataclass(frozen=True)
class LoadedConfig:
    """A checked config that knows where each option was written.

    Attributes:
        warnings: what is allowed but costs something, with places.
    """

    config: Config
    written: Written

    @property
    def warnings(self) -> list[Problem]:
        """Few epochs on the command line are a quick try: that early stopping cannot come into it is meant."""
        epochs = self.written.places.get(("training", "epochs"))
        is_quick_try = epochs is not None and epochs.line is None
        found = warnings_of(self.config)
        return [self.placed(problem) for problem in found if not (is_quick_try and problem.path == _PATIENCE)]

    def placed(self, problem: Problem) -> Problem:
        """The problem with the place of its option."""
        return replace(problem, place=self.written.place(problem.path))

    def error(self, problems: Iterable[Problem]) -> ConfigError:
        """What is wrong with something that the config names, in the order of the file."""
        return ConfigError(sorted(map(self.placed, problems), key=_reading_order(self.written.file)))


def parse_override(text: str) -> Override:
    """``layers[0].units=32`` -> an override. The value is read as YAML. Raises ``InputError``."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not re.fullmatch(r"\w+(?:\.\w+|\[\d{1,6}\])*", key):
        raise InputError(f"--set {text}: expected key=value, such as training.epochs=3 or layers[0].units=32")
    path = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", key))
    try:
        document = read_yaml(value)
    except YamlProblem as problem:
        raise InputError(f"--set {text}: {problem.message}") from problem
    if document.problems:
        raise InputError(f"--set {text}: {document.problems[0][2]}")
    return Override(path, document.value, words={(*path, *below): word for below, word in document.words.items()})


def load_config(path: Path | str, overrides: Sequence[Override] = ()) -> Config:
    """Read a config file. Raises ``InputError``; a ``ConfigError`` lists everything that is wrong at once."""
    return read_config(path, overrides).config


def read_config(path: Path | str, overrides: Sequence[Override] = (), text: str | None = None) -> LoadedConfig:
    """Like ``load_config``, with the places of all options. ``text``: what the file will hold, if it is not written."""
    written = read_file(Path(path), text=text)
    for override in overrides:
        _apply(written, override)
    config, problems = validate(written.value, written.words)
    unread = {problem.path for problem in written.problems if _value_at(written.value, problem.path) is None}
    problems = [
        replace(problem, place=written.place(problem.path)) for problem in problems if problem.path not in unread
    ]
    problems += written.problems
    named = {problem.path for problem in problems}
    problems += [
        Problem(option, _quote_it(word), written.place(option))
        for option, word in written.words.items()
        if option not in named
    ]
    if config is None or problems:
        raise ConfigError(sorted(problems, key=_reading_order(written.file)))
    return LoadedConfig(_in_data_folder(config), written)


def write_config(path: Path, config: Config) -> None:
    """Write the config, every default filled in."""
    write_text(path, config_text(config))


def config_text(config: Config) -> str:
    """The config as YAML, every default filled in."""
    return dump_yaml(plain(config))


def plain(config: Config) -> dict[str, Any]:
    """The config as plain values; in each section the type, or source, comes first."""
    value: dict[str, Any] = _kind_first(config.model_dump(mode="json"))
    return value


def _kind_first(value: Any) -> Any:
    if isinstance(value, list):
        return [_kind_first(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _kind_first(value[name]) for name in sorted(value, key=lambda name: name not in DISCRIMINATORS)}


def with_absolute_paths(config: Config) -> Config:
    """The config with its files and folders named from the root, so that it means the same from anywhere."""
    return _with_paths(config, _absolute)


def _in_data_folder(config: Config) -> Config:
    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        return config
    return _with_paths(config, lambda path: str(Path(folder).expanduser() / Path(path).expanduser()))


def _with_paths(config: Config, change: Callable[[str], str]) -> Config:
    data, tokenizer, embedding = config.data, config.tokenizer, config.embedding
    if isinstance(data, TfdsData):
        if data.data_dir is not None:
            data = data.model_copy(update={"data_dir": change(data.data_dir)})
    elif isinstance(data, TableData | FolderData):
        parts = {"train": data.train, "validation": data.validation, "test": data.test}
        changes = {name: change(part) for name, part in parts.items() if isinstance(part, str)}
        data = data.model_copy(update=changes)
    if isinstance(tokenizer, SubwordFileTokens):
        tokenizer = tokenizer.model_copy(update={"file": change(tokenizer.file)})
    if embedding.vectors is not None:
        embedding = embedding.model_copy(update={"vectors": change(embedding.vectors)})
    return config.model_copy(update={"data": data, "tokenizer": tokenizer, "embedding": embedding})


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _apply(written: Written, override: Override) -> None:
    """Put the value at its path, making the mappings that lead there. Raises ``InputError`` where none can."""
    if override.path[0] == "extends":
        raise InputError(f"{override}: a file extends another by its own `extends:`; name another file instead")
    place = Place(str(override))
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
            size = f"a list of {len(target)}" if isinstance(target, list) else "no list or mapping"
            raise InputError(f"{override}: there is no {part} in {above}, which is {size}")
        if last:
            target[part] = override.value
        else:
            target = target[part]
    written.forget(override.path)
    written.places[override.path] = place
    written.words.update(override.words)


def _value_at(value: Any, path: OptionPath) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _quote_it(word: str) -> str:
    return (
        f'found {word} without quotes, which some YAML readers take for a truth value: write "{word}" if the word is '
        "meant"
    )


def _reading_order(file: Path) -> Any:
    """By place: the file itself, those that it extends, the command line."""

    def key(problem: Problem) -> tuple[bool, bool, str, int, int]:
        place = problem.place or Place("")
        return (place.line is None, place.source != str(file), place.source, place.line or 0, place.column or 0)

    return key
