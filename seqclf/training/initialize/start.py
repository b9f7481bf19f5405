"""Where a training starts: its config with what follows from the run of ``initialize``. Imports no TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.config import Config, checked_config
from seqclf.config.loading import plain
from seqclf.config.problems import ConfigError, Problem
from seqclf.config.schema import EmbeddingConfig, TokenizerOptions
from seqclf.errors import InputError
from seqclf.training.initialize.origin import Origin, find
from seqclf.training.initialize.places import listed, places_of, written
from seqclf.training.initialize.plan import Plan, plan_for

_OF_LENGTH = frozenset(TokenizerOptions.model_fields)
"""Options of a tokenizer that say how much of a text is read; a config that sets them need not agree with the run."""


_OF_GROWTH = frozenset({"vocab_size", "min_frequency"})
"""Options of a tokenizer that say how it grows."""

_FROM = ("initialize", "from")
_DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True)
class Start:
    """A training that starts from other runs.

    Attributes:
        config: names the runs by their absolute paths; has their tokenizer and the dimension of their embeddings.
        origins: one run, or one for each direction, forward first.
    """

    config: Config
    origins: tuple[Origin, ...]
    plan: Plan

    @property
    def warnings(self) -> list[Problem]:
        found = [Problem(_FROM, origin.doubt) for origin in self.origins if origin.doubt is not None]
        return [*found, *self._no_layers]

    @property
    def _no_layers(self) -> list[Problem]:
        """A warning if no layer gets weights that a run has, although the config does not say so."""
        named = None if self.config.initialize is None else self.config.initialize.layers
        if self.plan.pairs or named is not None or not any(places_of(origin.config) for origin in self.origins):
            return []
        theirs = " and ".join(f"{origin.name} (it has {listed(origin.config.layers)})" for origin in self.origins)
        message = (
            f"no layer gets the weights of {theirs}, because the first layers differ; begin with its layers, or, "
            "to take only tokenizer and embedding, set initialize.layers to []"
        )
        return [Problem(("layers", 0), message)]


def start_of(config: Config, runs: Path) -> Start | None:
    """The start of a training; None if its weights are random.

    Args:
        runs: the folder of runs in which a run's name is looked up.

    Raises:
        ConfigError: there is no such run, or the config does not fit it. Names all problems.
    """
    if config.initialize is None:
        return None
    origins = _found(config.initialize.origins, runs)
    if len(origins) > 1 and origins[0].tokenizer.plain.fingerprint != origins[1].tokenizer.plain.fingerprint:
        message = (
            f"{origins[0].name} and {origins[1].name} have different tokenizers; train both on the same texts with the "
            f"same options of tokenizer, or one of them with initialize: {{from: {origins[0].name}, layers: []}}"
        )
        raise ConfigError([Problem(_FROM, message)])
    completed, problems = _completed(config, origins)
    # Its messages name the runs as the config does.
    plan, misfits = plan_for(completed.model_copy(update={"initialize": config.initialize}), origins)
    if problems or misfits:
        raise ConfigError([*problems, *misfits])
    return Start(checked_config(plain(completed)), tuple(origins), plan)


def resolved(config: Config, runs: Path) -> Config:
    """``start_of(...).config``, or the config itself if it starts from no run."""
    start = start_of(config, runs)
    return config if start is None else start.config


def _found(names: Sequence[str], runs: Path) -> list[Origin]:
    """The runs with their tokenizers. Raises ``ConfigError``."""
    origins, problems = [], []
    for name, direction in zip(names, _DIRECTIONS, strict=False):
        path = _FROM if len(names) == 1 else (*_FROM, direction)
        try:
            origin = find(runs, name)
            origin.tokenizer  # noqa: B018
            origins.append(origin)
        except InputError as error:
            problems.append(Problem(path, str(error)))
    if problems:
        raise ConfigError(problems)
    return origins


def _completed(config: Config, origins: Sequence[Origin]) -> tuple[Config, list[Problem]]:
    """The config with the runs' paths, their tokenizer and the dimension of their embeddings, and what disagrees."""
    assert config.initialize is not None
    grows = config.initialize.tokenizer == "grow"
    free = _OF_LENGTH | (_OF_GROWTH if grows else set())
    problems = [*_of_tokenizer(config.tokenizer, origins[0], free), *_of_embedding(config.embedding, origins)]
    own = {name: getattr(config.tokenizer, name) for name in config.tokenizer.model_fields_set & free}
    tokenizer = origins[0].config.tokenizer
    tokenizer = tokenizer.model_copy(
        update={name: own[name] for name in own.keys() & type(tokenizer).model_fields.keys()}
    )
    if grows and not problems:
        named = "vocab_size" in config.tokenizer.model_fields_set
        problems += _of_growth(tokenizer, origins[0], named=named)
    dim = sum(origin.config.embedding.dim for origin in origins)
    changes: dict[str, Any] = {
        "initialize": config.initialize.with_origins(*(str(origin.run.folder) for origin in origins)),
        "tokenizer": tokenizer,
        "embedding": config.embedding.model_copy(update={"dim": dim}),
    }
    return config.model_copy(update=changes), problems


def _of_tokenizer(tokenizer: TokenizerOptions, origin: Origin, free: Set[str]) -> Iterator[Problem]:
    """Options that disagree with the run's tokenizer, except those in ``free``."""
    its = origin.config.tokenizer
    given = tokenizer.model_fields_set - free
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


def _of_growth(tokenizer: TokenizerOptions, origin: Origin, *, named: bool) -> Iterator[Problem]:
    """``named``: whether the config itself sets ``tokenizer.vocab_size``, so that there is a line to change."""
    if tokenizer.cannot_grow is not None:
        reason = f"the {tokenizer.type} tokenizer of {origin.name} cannot: {tokenizer.cannot_grow}"
        yield Problem(("initialize", "tokenizer"), f"is grow, but {reason}; set it to keep")
        return
    most, size = tokenizer.most_pieces, origin.tokenizer.plain.vocabulary_size
    if most is not None and most <= size:
        found = f"the tokenizer of {origin.name} has {size:,} tokens already"
        more = f"set more, such as tokenizer: {{vocab_size: {2 * size}}}"
        if named:
            yield Problem(("tokenizer", "vocab_size"), f"is {most:,}, but {found}; to let it grow, {more}")
            return
        full = f"{found}, which is its vocab_size; {more}, or set initialize.tokenizer to keep"
        yield Problem(("initialize", "tokenizer"), f"is grow, but {full}")


def _of_embedding(embedding: EmbeddingConfig, origins: Sequence[Origin]) -> Iterator[Problem]:
    names = " and ".join(origin.name for origin in origins)
    if embedding.vectors is not None:
        message = f"the vectors of the tokens are those of {names} (initialize); remove the option"
        yield Problem(("embedding", "vectors"), message)
    dims = [origin.config.embedding.dim for origin in origins]
    if "dim" in embedding.model_fields_set and embedding.dim != sum(dims):
        what = f"the embedding of {names} has vectors of {dims[0]} numbers"
        if len(dims) > 1:
            what = f"the vectors of {names}, side by side, have {dims[0]} + {dims[1]} numbers"
        yield Problem(("embedding", "dim"), f"is {embedding.dim}, but {what}; set it to {sum(dims)}")
