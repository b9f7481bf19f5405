"""Where a training starts: its config with what follows from the run of ``initialize``. Imports no TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.config import Config, checked_config
from seqclf.config.loading import plain
from seqclf.config.problems import ConfigError, Problem
from seqclf.config.schema import EmbeddingConfig, TokenizerOptions
from seqclf.errors import InputError
from seqclf.training.initialize.origin import Origin, find
from seqclf.training.initialize.plan import Plan, plan_for, written

_OF_LENGTH = frozenset(TokenizerOptions.model_fields)
"""Options of a tokenizer that say how much of a text is read; they need not be those of the run."""


@dataclass(frozen=True)
class Start:
    """A training that starts from a run.

    Attributes:
        config: names the run by its absolute path; has its tokenizer and the dimension of its embedding.
    """

    config: Config
    origin: Origin
    plan: Plan

    @property
    def warnings(self) -> list[Problem]:
        return [] if self.origin.doubt is None else [Problem(("initialize", "from"), self.origin.doubt)]


def start_of(config: Config, runs: Path) -> Start | None:
    """The start of a training; None if its weights are random.

    Args:
        runs: the folder of runs in which a run's name is looked up.

    Raises:
        ConfigError: there is no such run, or the config does not fit it. Names all problems.
    """
    if config.initialize is None:
        return None
    try:
        origin = find(runs, config.initialize.origin)
        origin.tokenizer  # noqa: B018
    except InputError as error:
        raise ConfigError([Problem(("initialize", "from"), str(error))]) from error
    config, problems = _completed(config, origin)
    plan, misfits = plan_for(config, origin)
    if problems or misfits:
        raise ConfigError([*problems, *misfits])
    return Start(checked_config(plain(config)), origin, plan)


def resolved(config: Config, runs: Path) -> Config:
    """``start_of(...).config``, or the config itself if it starts from no run."""
    start = start_of(config, runs)
    return config if start is None else start.config


def _completed(config: Config, origin: Origin) -> tuple[Config, list[Problem]]:
    """The config with the run's path, its tokenizer and the dimension of its embedding, and what disagrees."""
    assert config.initialize is not None
    problems = [*_of_tokenizer(config.tokenizer, origin), *_of_embedding(config.embedding, origin)]
    lengths = {
        name: getattr(config.tokenizer, name) for name in _OF_LENGTH if name in type(config.tokenizer).model_fields
    }
    changes: dict[str, Any] = {
        "initialize": config.initialize.with_origin(str(origin.run.folder)),
        "tokenizer": origin.config.tokenizer.model_copy(update=lengths),
        "embedding": config.embedding.model_copy(update={"dim": origin.config.embedding.dim}),
    }
    return config.model_copy(update=changes), problems


def _of_tokenizer(tokenizer: TokenizerOptions, origin: Origin) -> Iterator[Problem]:
    its = origin.config.tokenizer
    given = tokenizer.model_fields_set - _OF_LENGTH
    if "type" in given and tokenizer.type != its.type:
        message = f"is {tokenizer.type}, but {origin.name} has a {its.type} tokenizer, which is used; remove the option"
        yield Problem(("tokenizer", "type"), message)
        return
    for option in sorted(given - {"type"}):
        value, other = getattr(tokenizer, option), getattr(its, option, None)
        if value != other:
            found = (
                f"has {written(other)}"
                if option in type(its).model_fields
                else f"has a {its.type} tokenizer without it"
            )
            message = f"is {written(value)}, but {origin.name}, whose tokenizer is used, {found}; remove the option"
            yield Problem(("tokenizer", option), message)


def _of_embedding(embedding: EmbeddingConfig, origin: Origin) -> Iterator[Problem]:
    if embedding.vectors is not None:
        message = f"the vectors of the tokens are those of {origin.name} (initialize); remove the option"
        yield Problem(("embedding", "vectors"), message)
    dim = origin.config.embedding.dim
    if "dim" in embedding.model_fields_set and embedding.dim != dim:
        message = (
            f"is {embedding.dim}, but the embedding of {origin.name} has vectors of {dim} numbers; set it to {dim}"
        )
        yield Problem(("embedding", "dim"), message)
