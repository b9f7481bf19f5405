"""Copies the weights of a run into a new model."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.errors import InputError
from seqclf.layer_types import Layer, named_layers
from seqclf.model.encoder import EMBEDDING
from seqclf.model.language_model import OutputWeights
from seqclf.text.tokenizer import Tokenizer
from seqclf.training.initialize.halves import take_halves
from seqclf.training.initialize.origin import Origin
from seqclf.training.initialize.source import model_of, weights_of
from seqclf.training.initialize.start import Start

Rows = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Token ids in a model and in a run."""


def initialize(model: keras.Model, start: Start, tokenizer: Tokenizer) -> None:
    """Give a new model the weights that the plan takes from the runs; the others keep their values.

    Args:
        model: of ``start.config``, as its task builds it.
        tokenizer: of the new model.

    Raises:
        InputError: weights of a run are missing, or their shapes are not those of the model.
    """
    config, origins = start.config, start.origins
    sources = [model_of(origin) for origin in origins]
    tables = [source.get_layer(EMBEDDING).embeddings for source in sources]
    _take_rows(model.get_layer(EMBEDDING).embeddings, tables, [shared_rows(config, tokenizer, one) for one in origins])
    own = _names("layers", config.layers)
    for pair in start.plan.pairs:
        theirs = [
            _names("layers", origin.config.layers)[there] for origin, there in zip(origins, pair.there, strict=True)
        ]
        if len(sources) > 1:
            take_halves(model, own[pair.here], sources, theirs)
        else:
            _take_layer(model, own[pair.here], sources[0], theirs[0], origins[0])
    if start.plan.output:
        heads = _weighted("head", config.head), _weighted("head", origins[0].config.head)
        for name, other in zip(*heads, strict=True):
            _take_layer(model, name, sources[0], other, origins[0])
        _take_output(model, sources[0], shared_rows(config, tokenizer, origins[0]))


def _names(section: str, layers: Sequence[Layer]) -> list[str]:
    return [name for name, _ in named_layers(section, layers)]


def _weighted(section: str, layers: Sequence[Layer]) -> list[str]:
    return [name for name, layer in named_layers(section, layers) if layer.has_weights]


def shared_rows(config: Config, tokenizer: Tokenizer, origin: Origin) -> Rows:
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


def _take_rows(variable: keras.Variable, tables: Sequence[keras.Variable], rows: Sequence[Rows]) -> None:
    """Rows of ``tables``, side by side; of a bias, the entries of one."""
    values = np.array(variable)
    before = 0
    for table, (here, there) in zip(tables, rows, strict=True):
        taken = np.array(table)[there]
        if taken.ndim == 1:
            values[here] = taken
        else:
            values[here, before : before + taken.shape[1]] = taken
            before += taken.shape[1]
    variable.assign(values)


def _take_output(model: keras.Model, source: keras.Model, rows: Rows) -> None:
    """The output layer of a language model; where it shares its weights with the embedding, its bias alone."""
    own, its = OutputWeights.of(model), OutputWeights.of(source)
    if own.kernel.shape[1] != its.kernel.shape[1]:
        return
    if own.kernel is not model.get_layer(EMBEDDING).embeddings:
        _take_rows(own.kernel, [its.kernel], [rows])
    _take_rows(own.bias, [its.bias], [rows])


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


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(" x ".join(map(str, shape)) for shape in shapes) or "none"
