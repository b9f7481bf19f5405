"""Validate plain values: returns a checked config, or all problems found."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from seqclf.config.checks import CHECKS, Check, returns_sequences
from seqclf.config.guesses import meant_option, unknown_option
from seqclf.config.messages import MISSING, kinds_meant, problems_of
from seqclf.config.problems import ConfigError, Problem
from seqclf.config.schema import Config
from seqclf.config.schema.tokenizers import TOKENIZERS, TokenizerOptions
from seqclf.config.walk import DISCRIMINATORS
from seqclf.config.warning_checks import WARNINGS
from seqclf.layer_types import Layer
from seqclf.option_types import OptionPath


def checked_config(value: dict[str, Any]) -> Config:
    """The complete, consistent config that ``value`` (plain dicts and lists) describes.

    Raises ``ConfigError`` with all problems found.
    """
    config, problems = validate(value)
    if config is None:
        raise ConfigError(problems)
    return config


def validate(
    value: dict[str, Any], words: Mapping[OptionPath, str] | None = None
) -> tuple[Config | None, list[Problem]]:
    """The config, or all problems found. ``words`` as in ``seqclf.config.messages``."""
    sections_meant = _misspelt_sections(value)
    written = {meant: name for name, meant in sections_meant.items()}
    # The content of a misspelled section is checked under its correct name.
    value = {sections_meant.get(name, name): part for name, part in value.items()}
    words = {
        (sections_meant.get(str(path[0]), path[0]), *path[1:]): word for path, word in (words or {}).items() if path
    }
    problems: list[Problem] = []
    try:
        valid = Config.model_validate(value)
    except ValidationError as error:
        problems = problems_of(error, words)
        problems += _beside_misspelt_kinds(value, error, words, {problem.path for problem in problems})
    broken = {problem.path[0] for problem in problems if problem.path}
    if problems:
        # The valid sections can still be checked against each other.
        stand_in = {"data": {"source": "sample"}, "layers": [{"type": "pool"}]}
        intact = {name: part for name, part in value.items() if name not in broken}
        valid = Config.model_validate(stand_in | intact)
    sections = {name: getattr(valid, name) for name in Config.model_fields if name not in broken}
    problems += _run(CHECKS, sections)
    problems = [_as_written(problem, value) for problem in _with_type_of_the_run(problems, value)]
    problems = [
        Problem((written.get(str(problem.path[0]), problem.path[0]), *problem.path[1:]), problem.message)
        if problem.path
        else problem
        for problem in problems
    ]
    problems = [*(Problem((name,), unknown_option(name, (name,), Config)) for name in sections_meant), *problems]
    return (None if problems else _filled(valid)), problems


def _beside_misspelt_kinds(
    value: dict[str, Any], error: ValidationError, words: Mapping[OptionPath, str], known: Set[OptionPath]
) -> Iterator[Problem]:
    """Problems of the options beside a misspelt type or source, if it is the one that is probably meant.

    Without it, nothing says which options there are. ``known``: the options whose problems are known already.
    """
    meant = kinds_meant(error)
    if not meant:
        return
    value = copy.deepcopy(value)
    for (*path, name), kind in meant.items():
        section: Any = value
        for part in path:
            section = section[part]
        if isinstance(section, dict):  # else the type is all there is: `task: langage_model`
            section[name] = kind
    try:
        Config.model_validate(value)
    except ValidationError as again:
        for problem in problems_of(again, words):
            beside = any(problem.path[: len(path) - 1] == path[:-1] for path in meant)
            if beside and problem.path not in known and problem.message != MISSING:  # a user names the type first
                yield problem


def _with_type_of_the_run(problems: Iterable[Problem], value: Mapping[str, Any]) -> Iterator[Problem]:
    """Problems of a tokenizer without ``type`` that comes from a run say which types would accept the options.

    Only the run, which is not known here, has the type: without it, the options are checked as those of the default.
    """
    options = value.get("tokenizer")
    fits: list[str] = []
    if value.get("initialize") is not None and isinstance(options, dict) and "type" not in options:
        fits = [name for name, kind in TOKENIZERS.items() if _accepts(kind, {**options, "type": name})]
    for problem in problems:
        if fits and problem.path[:1] == ("tokenizer",):
            types = " or ".join(f"`type: {name}`" for name in fits)
            message = f"{problem.message}; if the run of initialize has such a tokenizer, add {types}"
            problem = replace(problem, message=message)
        yield problem


def _as_written(problem: Problem, value: Mapping[str, Any]) -> Problem:
    """The problem of an option that is written as its type alone, ``task: language_model``, without ``type``."""
    above: Any = value
    for part in problem.path[:-1]:
        above = above.get(part) if isinstance(above, Mapping) else None
    short = isinstance(above, str) and problem.path[-1] in DISCRIMINATORS
    return replace(problem, path=problem.path[:-1]) if short else problem


def _accepts(kind: type[TokenizerOptions], options: dict[str, Any]) -> bool:
    try:
        return not any(kind.model_validate(options).problems())
    except ValidationError:
        return False


def _misspelt_sections(value: Mapping[str, Any]) -> dict[str, str]:
    """From unknown top-level names to the section names that they probably stand for, if those are not used too."""
    found = {name: meant_option(name, Config) for name in value if name not in Config.model_fields}
    meant = {name: other for name, other in found.items() if other is not None and other not in value}
    return {name: other for name, other in meant.items() if list(meant.values()).count(other) == 1}


def warnings_of(config: Config) -> list[Problem]:
    """Options that are valid, but costly or less effective than they seem."""
    return _run(WARNINGS, {name: getattr(config, name) for name in Config.model_fields})


def _run(checks: Iterable[Check], sections: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    for check in checks:
        names = inspect.signature(check).parameters
        if names.keys() <= sections.keys():
            problems += check(**{name: sections[name] for name in names})
    return problems


def _filled(config: Config) -> Config:
    layers = [
        _with_sequences(layer, needed)
        for layer, needed in zip(config.layers, returns_sequences(config.layers, config.task), strict=True)
    ]
    return config.model_copy(update={"layers": layers})


def _with_sequences(layer: Layer, needed: bool) -> Layer:
    """Fill in ``return_sequences`` as the next layer needs it; layers inside others always return sequences."""
    inner = {str(where[0]): _with_sequences(one, True) for where, one in layer.inner()}
    own = {"return_sequences": needed} if layer.leaves == "either" else {}
    return layer.model_copy(update={**inner, **own})
