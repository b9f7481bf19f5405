"""Copies the weights of a run into a new model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.errors import InputError
from seqclf.layer_types import Layer, named_layers
from seqclf.model.build import build_model
from seqclf.model.encoder import EMBEDDING
from seqclf.model.fitted import without_fitted
from seqclf.model.language_model import OutputWeights, build_language_model
from seqclf.model.weights import load_weights
from seqclf.text.tokenizer import Tokenizer
from seqclf.training.initialize.origin import Origin
from seqclf.training.initialize.start import Start

_SEGMENTS = "segments"


def initialize(model: keras.Model, start: Start, tokenizer: Tokenizer) -> None:
    """Give a new model the weights that the plan takes from the run; the others keep their values.

    Args:
        model: of ``start.config``, as its task builds it.
        tokenizer: of the new model.

    Raises:
        InputError: weights of the run are missing, or their shapes are not those of the model.
    """
    config, origin = start.config, start.origin
    source = model_of(origin)
    rows = shared_rows(config, tokenizer, origin)
    _take_rows(model.get_layer(EMBEDDING).embeddings, source.get_layer(EMBEDDING).embeddings, rows)
    own, its = _names("layers", config.layers), _names("layers", origin.config.layers)
    for pair in start.plan.pairs:
        _take_layer(model, own[pair.here], source, its[pair.there], origin)
    if start.plan.output:
        heads = _weighted("head", config.head), _weighted("head", origin.config.head)
        for name, other in zip(*heads, strict=True):
            _take_layer(model, name, source, other, origin)
        _take_output(model, source, rows)


def _names(section: str, layers: Sequence[Layer]) -> list[str]:
    return [name for name, _ in named_layers(section, layers)]


def _weighted(section: str, layers: Sequence[Layer]) -> list[str]:
    return [name for name, layer in named_layers(section, layers) if layer.has_weights]


def model_of(origin: Origin) -> keras.Model:
    """The model of a run with its best weights. Raises ``InputError`` if they cannot be read."""
    config, run, tokens = origin.config, origin.run, origin.tokenizer.vocabulary_size
    if origin.is_language_model:
        model = build_language_model(config, tokens + 1)
    else:
        extra = run.extra
        model = build_model(config, tokens, run.labels, extra=0 if extra is None else extra.width)
    values = origin.checkpoint_weights()
    if values is None:
        load_weights(model, run.model)
        return model
    variables = without_fitted(model, model.weights)
    if [tuple(one.shape) for one in variables] != [one.shape for one in values]:
        raise InputError(f"{run.checkpoints}: the newest checkpoint is not of the run's model; choose another run")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return model


def shared_rows(config: Config, tokenizer: Tokenizer, origin: Origin) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The token ids that a model and a run share: ids in the model and ids in the run, ``int64 [tokens]`` each.

    The separator of fields and the end of a text are tokens of their own, which only some models have.
    """
    its = origin.tokenizer
    pieces = min(tokenizer.plain.vocabulary_size, its.plain.vocabulary_size)
    here, there = (_ids_of_pieces(one)[:pieces] for one in (tokenizer, its))
    if tokenizer.separator_id is not None and its.separator_id is not None:
        here.append(tokenizer.separator_id)
        there.append(its.separator_id)
    if not config.task.needs_labels and origin.is_language_model:  # the end of a text
        here.append(tokenizer.vocabulary_size)
        there.append(its.vocabulary_size)
    return np.array(here), np.array(there)


def _ids_of_pieces(tokenizer: Tokenizer) -> list[int]:
    """The ids of the pieces of ``tokenizer.plain``."""
    return [index for index in range(tokenizer.vocabulary_size) if index != tokenizer.separator_id]


def _take_rows(
    variable: keras.Variable, source: keras.Variable, rows: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> None:
    values = np.array(variable)
    values[rows[0]] = np.array(source)[rows[1]]
    variable.assign(values)


def _take_output(model: keras.Model, source: keras.Model, rows: tuple[NDArray[np.int64], NDArray[np.int64]]) -> None:
    """The output layer of a language model; where it shares its weights with the embedding, its bias alone."""
    own, its = OutputWeights.of(model), OutputWeights.of(source)
    if own.kernel.shape[1] != its.kernel.shape[1]:
        return
    if own.kernel is not model.get_layer(EMBEDDING).embeddings:
        _take_rows(own.kernel, its.kernel, rows)
    _take_rows(own.bias, its.bias, rows)


def _take_layer(model: keras.Model, name: str, source: keras.Model, its: str, origin: Origin) -> None:
    """All weights of the Keras layers of a layer of the config."""
    variables, values = weights_of(model, name), weights_of(source, its)
    shapes = [[tuple(one.shape) for one in weights] for weights in (variables, values)]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"{name}: its weights have the shapes {_listed(shapes[0])}, but those of {its} in {origin.run.folder} have "
            f"{_listed(shapes[1])}; give it the options that the layer has there, or leave it out of initialize.layers"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def weights_of(model: keras.Model, name: str) -> list[keras.Variable]:
    """The weights of the Keras layers that a layer of the config, with this ``layer_name``, consists of."""
    parts: dict[str, Any] = {}
    for layer in model.layers:
        if layer.name == name or layer.name.startswith(f"{name}_"):
            part = layer.name.removeprefix(name)
            parts["" if part == f"_{_SEGMENTS}" else part] = layer
    return [weight for part in sorted(parts) for weight in parts[part].weights]


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(" x ".join(map(str, shape)) for shape in shapes) or "none"
