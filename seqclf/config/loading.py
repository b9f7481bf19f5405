"""From a YAML file (and ``--set`` overrides) to a checked config, or to all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from seqclf.config.checks import checked_config
from seqclf.config.problems import ConfigError, Problem, dotted
from seqclf.config.schema import Config, FolderData, TableData, TfdsData
from seqclf.config.yaml_core import Position, YamlProblem, read_yaml
from seqclf.errors import InputError
from seqclf.files import write_text

_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Override:
    """An option set on the command line: its path, its value and how the user gave it."""

    path: tuple[str | int, ...]
    value: Any
    given: str = "--set"

    def __str__(self) -> str:
        return f"--set {dotted(self.path)}" if self.given == "--set" else self.given


def parse_override(text: str) -> Override:
    """``layers[0].units=32`` -> an override. The value is read as YAML. Raises ``InputError``."""
    key, equals, value = text.partition("=")
    path = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", key))
    if not equals or not path or not re.fullmatch(r"\w+(?:\.\w+|\[\d+\])*", key.strip()):
        raise InputError(f"--set {text}: expected key=value, such as training.epochs=3 or layers[0].units=32")
    path = tuple(part.strip() if isinstance(part, str) else part for part in path)
    try:
        return Override(path, read_yaml(value)[0])
    except YamlProblem as problem:
        raise InputError(f"--set {text}: {problem.message}") from problem


def load_config(path: Path | str, overrides: Sequence[Override] = ()) -> Config:
    """Read a config file. Raises ``InputError``; a ``ConfigError`` lists everything that is wrong at once."""
    path = Path(path)
    text = _read(path)
    try:
        value, positions = read_yaml(text)
    except YamlProblem as problem:
        where = f"{path}:{problem.position.line}:{problem.position.column}"
        raise ConfigError([Problem((), problem.message)], [f"{where}: {problem.message}"]) from problem
    if not isinstance(value, dict):
        raise InputError(
            f"{path}: expected options (name: value), found {'nothing' if value is None else repr(text[:60])}"
        )
    for override in overrides:
        _apply(value, override)
    try:
        return checked_config(value)
    except ConfigError as error:
        rendered = [_rendered(problem, path, positions, overrides) for problem in error.problems]
        raise ConfigError(error.problems, rendered) from None


def write_config(path: Path, config: Config) -> None:
    """Write the config, every default filled in."""
    content = config.model_dump(mode="json")
    write_text(path, yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))


def with_absolute_paths(config: Config) -> Config:
    """The config with its data's files and folders named from the root, so that it means the same from anywhere."""
    data = config.data
    if isinstance(data, TfdsData):
        changes = {} if data.data_dir is None else {"data_dir": _absolute(data.data_dir)}
    elif isinstance(data, TableData | FolderData):
        parts = {"train": data.train, "validation": data.validation, "test": data.test}
        changes = {name: _absolute(part) for name, part in parts.items() if isinstance(part, str)}
    else:
        return config
    return config.model_copy(update={"data": data.model_copy(update=changes)})


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path}: too large for a config (over {_MAX_BYTES:,} bytes)")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start + 1})") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _apply(config: dict[str, Any], override: Override) -> None:
    """Put the value at its path, making the mappings that lead there. Raises ``InputError`` where none can."""
    target: Any = config
    for depth, part in enumerate(override.path):
        last = depth == len(override.path) - 1
        if isinstance(target, list) and isinstance(part, int) and part < len(target):
            if last:
                target[part] = override.value
            target = target[part]
        elif isinstance(target, dict) and isinstance(part, str):
            if last:
                target[part] = override.value
            elif target.get(part) is None:
                target[part] = {}
            target = target[part]
        else:
            here = dotted(override.path[:depth])
            size = f"a list of {len(target)}" if isinstance(target, list) else "no list or mapping"
            raise InputError(f"{override}: there is no {part} in {here}, which is {size}")


def _rendered(
    problem: Problem, file: Path, positions: dict[tuple[str | int, ...], Position], overrides: Sequence[Override]
) -> str:
    """The problem with its place: that of the nearest part of its path that was written."""
    path = problem.path
    for override in overrides:
        if path == override.path:
            return f"{override}: {problem.message}"
        if path[: len(override.path)] == override.path or (
            path not in positions and override.path[: len(path)] == path
        ):
            return f"{override}: {dotted(path)}: {problem.message}"
    while path not in positions:
        path = path[:-1]
    position = positions[path]
    return f"{file}:{position.line}:{position.column}: {dotted(problem.path)}: {problem.message}"
