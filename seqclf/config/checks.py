"""Checks across options, each a small function, and what follows from other options filled in."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from seqclf.config.problems import ConfigError, Known, Problem, dotted, problems_of
from seqclf.config.schema import Config, LayerConfig, PoolLayer, RecurrentLayer


def checked_config(value: dict[str, Any]) -> Config:
    """The config that ``value`` (plain dicts and lists) describes, complete and consistent.

    Raises ``ConfigError`` with every problem found.
    """
    try:
        config = Config.model_validate(value)
    except ValidationError as error:
        raise ConfigError(problems_of(error, value, _known(value))) from None
    problems = [*_shares(config), *_sequence_flow(config), *_early_stopping(config)]
    if problems:
        raise ConfigError(problems)
    return _filled(config)


def returns_sequences(layers: list[LayerConfig]) -> list[bool]:
    """For each layer, whether a later one reads one vector a token from it."""
    reads_sequence = [isinstance(layer, RecurrentLayer | PoolLayer) for layer in layers]
    return [any(reads_sequence[i + 1 :]) for i in range(len(layers))]


def _shares(config: Config) -> Iterator[Problem]:
    shares = [config.data.validation, getattr(config.data, "test", None)]
    taken = sum(share for share in shares if isinstance(share, float))
    if taken >= 1:
        yield Problem(
            ("data", "validation"),
            f"validation and test take {taken:g} of the training texts and leave nothing to train on",
        )


def _sequence_flow(config: Config) -> Iterator[Problem]:
    """Everything up to the last reading layer works on one vector a token, everything after it on one a text."""
    needed = returns_sequences(config.layers)
    sequence = True
    for index, layer in enumerate(config.layers):
        if isinstance(layer, RecurrentLayer | PoolLayer) and not sequence:
            yield Problem(
                ("layers", index), f"{layer.type} has nothing to read: the pool before it left one vector a text"
            )
        if isinstance(layer, PoolLayer):
            sequence = False
        if not isinstance(layer, RecurrentLayer) or layer.return_sequences in (None, needed[index]):
            continue
        if needed[index]:
            message = "is false, but a later layer reads a vector for every token"
        else:
            message = "is true, but no layer after this one reads a vector for every token"
        yield Problem(
            ("layers", index, "return_sequences"), f"{message}; leave it out, or write {str(needed[index]).lower()}"
        )
    if not any(isinstance(layer, RecurrentLayer | PoolLayer) for layer in config.layers):
        yield Problem(("layers",), "nothing makes one vector of a text: add a recurrent layer or a pool")


def _early_stopping(config: Config) -> Iterator[Problem]:
    if config.training.early_stopping is not None and config.data.validation == 0:
        yield Problem(
            ("training", "early_stopping"),
            "needs validation data, but data.validation is 0: set training.early_stopping to null, or keep some data",
        )


def _filled(config: Config) -> Config:
    layers = [
        layer.model_copy(update={"return_sequences": needed}) if isinstance(layer, RecurrentLayer) else layer
        for layer, needed in zip(config.layers, returns_sequences(config.layers), strict=True)
    ]
    return config.model_copy(update={"layers": layers})


def _known(value: Any) -> Known:
    """What the schema has at each mapping in ``value``."""
    known = Known()

    def visit(annotation: Any, value: Any, path: tuple[str | int, ...]) -> None:
        models = list(_models(annotation))
        if isinstance(value, list):
            for index, item in enumerate(value):
                visit(annotation, item, (*path, index))
        if not isinstance(value, dict) or not models:
            return
        tag = value.get("type", value.get("source"))
        model = next((m for m in models if tag in _tags(m)), models[0])
        known.options[dotted(path)] = list(model.model_fields)
        known.tags[dotted(path)] = [tag for m in models for tag in _tags(m)]
        for name, field in model.model_fields.items():
            visit(field.annotation, value.get(name), (*path, name))

    visit(Config, value, ())
    return known


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, list) or hasattr(annotation, "__metadata__"):
        for argument in get_args(annotation):
            yield from _models(argument)


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("type") or model.model_fields.get("source")
    return get_args(field.annotation) if field else ()
