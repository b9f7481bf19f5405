"""Copies head and output layer of a run into a new model of the same task."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.label_spelling import counterparts
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.extra_columns.category import CategoryColumn
from seqclf.labels import Labels
from seqclf.layer_types import named_layers
from seqclf.model.build import LOGITS, NETWORK_LOGITS, is_mixed
from seqclf.model.encoder import EMBEDDING
from seqclf.model.language_model import OutputWeights
from seqclf.tasks.classification import output_rows
from seqclf.training.initialize.origin import Origin
from seqclf.training.initialize.parts import take_layer
from seqclf.training.initialize.rows import Rows, take_rows
from seqclf.training.initialize.start import Start


def take_language_model_output(model: keras.Model, start: Start, source: keras.Model, rows: Rows) -> None:
    """Head and output layer of a language model.

    Where the output layer shares its weights with the embedding, it gets its bias alone. ``rows`` are the tokens that
    both models share.
    """
    for name, its in _heads(start.config, start.origins[0]):
        take_layer(model, name, source, its, start.origins[0])
    own, before = OutputWeights.of(model), OutputWeights.of(source)
    if own.kernel is not model.get_layer(EMBEDDING).embeddings:
        take_rows(own.kernel, [before.kernel], [rows])
    take_rows(own.bias, [before.bias], [rows])


def take_classifier_output(model: keras.Model, start: Start, source: keras.Model, data: TrainingData) -> None:
    """Head and output layer of a classifier.

    The first layer may also read columns beside the text and scores of n-grams. It gets their rows where both models
    have the same. Labels that the run does not know start as ``output_for`` says.
    """
    origin, heads = start.origins[0], _heads(start.config, start.origins[0])
    output, before = _output_of(model), _output_of(source)
    rows = _rows_of_inputs(model, start, source, data, heads[0] if heads else (output.name, before.name))
    for place, (name, its) in enumerate(heads):
        if place or rows is None:
            take_layer(model, name, source, its, origin)
        else:
            _take_kernel(model.get_layer(name).kernel, np.array(source.get_layer(its).kernel), rows)
            model.get_layer(name).bias.assign(source.get_layer(its).bias)
    weights = output_rows.OutputWeights(np.array(before.kernel), np.array(before.bias))
    found = output_rows.output_for(weights, origin.run.labels, data.labels)
    if found is not None:
        _take_kernel(output.kernel, found.kernel, None if heads else rows)
        output.bias.assign(found.bias)


def _heads(config: Config, origin: Origin) -> list[tuple[str, str]]:
    """The Keras layers in ``head`` with weights: their names in the model and in that of the run."""
    both = (config.head, origin.config.head)
    named = [[name for name, layer in named_layers("head", head) if layer.has_weights] for head in both]
    return list(zip(*named, strict=True))


def _output_of(model: keras.Model) -> keras.layers.Layer:
    """The output layer of a classifier's network."""
    return model.get_layer(NETWORK_LOGITS if is_mixed(model) else LOGITS)


def _take_kernel(variable: keras.Variable, kernel: NDArray[np.float32], rows: Rows | None) -> None:
    """Rows of a kernel, ``float32 [inputs, units]``; None: all of them. The others keep their values."""
    values = np.array(variable)
    here, there = (slice(None), slice(None)) if rows is None else rows
    values[here] = kernel[there]
    variable.assign(values)


def _rows_of_inputs(
    model: keras.Model, start: Start, source: keras.Model, data: TrainingData, first: tuple[str, str]
) -> Rows | None:
    """The inputs of the first layer above ``layers`` that both models have; None: they have the same ones.

    Both layers read the vector of the text, then the columns beside it, then the scores of n-grams.
    """
    origin = start.origins[0]
    features = [_features(data.extra), _features(origin.run.extra)]
    same = counterparts(origin.run.labels, data.labels)
    names = [same.get(label, label) for label in data.labels]
    scores = [_scores(start.config, data.labels, names), _scores(origin.config, origin.run.labels, origin.run.labels)]
    beside = [[*of_columns, *of_ngrams] for of_columns, of_ngrams in zip(features, scores, strict=True)]
    if beside[0] == beside[1]:
        return None
    kernels = model.get_layer(first[0]).kernel, source.get_layer(first[1]).kernel
    widths = [int(kernel.shape[0]) - len(inputs) for kernel, inputs in zip(kernels, beside, strict=True)]
    if widths[0] != widths[1]:  # the plan compares the layers, but only code of the user knows what a layer of it does
        raise InputError(
            f"{first[0]}: it reads text vectors of {widths[0]} numbers, but {first[1]} in {origin.run.folder} reads "
            f"{widths[1]}; name fewer layers in initialize.layers, and it starts fresh"
        )
    places = {key: widths[1] + place for place, key in enumerate(beside[1])}
    common = [(widths[0] + place, places[key]) for place, key in enumerate(beside[0]) if key in places]
    text = list(range(widths[0]))
    return np.array([*text, *(here for here, _ in common)]), np.array([*text, *(there for _, there in common)])


def _features(extra: ExtraColumns | None) -> list[tuple[str, ...]]:
    """A key for each feature of the columns beside the text: two models mean the same by the same key."""
    keys: list[tuple[str, ...]] = []
    for column in () if extra is None else extra.columns:
        if isinstance(column, CategoryColumn):
            shares = {"other": column.other_share, "missing": column.missing_share}
            places: list[tuple[str, ...]] = [("value", value) for value in column.values]
            places += [(what,) for what, share in shares.items() if share is not None]
            keys += [(column.name, column.kind, *place) for place in places or [("none",)]]
        else:
            keys += [(column.name, column.kind, str(place)) for place in range(column.width)]
    return keys


def _scores(config: Config, labels: Labels, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The same for the scores of n-grams that enter the head: they mean the same for the same labels.

    ``names``: of the labels, as the run spells them.
    """
    if config.ngrams is None or config.ngrams.join != "head":
        return []
    return [("ngrams", str(labels.multi), *names, str(unit)) for unit in range(labels.units)]
