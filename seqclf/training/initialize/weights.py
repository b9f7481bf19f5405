"""Copies the weights of runs into a new model."""

from __future__ import annotations

import keras

from seqclf.data.prepare import TrainingData
from seqclf.layer_types import named_layers
from seqclf.model.encoder import EMBEDDING
from seqclf.training.initialize.halves import take_halves
from seqclf.training.initialize.outputs import take_classifier_output, take_language_model_output
from seqclf.training.initialize.parts import take_layer
from seqclf.training.initialize.rows import shared_rows, take_rows
from seqclf.training.initialize.source import model_of
from seqclf.training.initialize.start import Start


def initialize(model: keras.Model, start: Start, data: TrainingData) -> None:
    """Give a new model the weights that the plan takes from the runs; the others keep their values.

    Args:
        model: of ``start.config``, as its task builds it.
        data: what it is built for.

    Raises:
        InputError: weights of a run are missing, or their shapes are not those of the model.
    """
    config, origins = start.config, start.origins
    sources = [model_of(origin) for origin in origins]
    tables = [source.get_layer(EMBEDDING).embeddings for source in sources]
    rows = [shared_rows(config, data.tokenizer, origin) for origin in origins]
    take_rows(model.get_layer(EMBEDDING).embeddings, tables, rows)
    names = [[name for name, _ in named_layers("layers", one.layers)] for one in (config, *(o.config for o in origins))]
    for pair in start.plan.pairs:
        name, *theirs = [named[place] for named, place in zip(names, (pair.here, *pair.there), strict=True)]
        if len(sources) > 1:
            take_halves(model, name, sources, theirs)
        else:
            take_layer(model, name, sources[0], theirs[0], origins[0])
    if start.plan.output and origins[0].is_language_model:
        take_language_model_output(model, start, sources[0], rows[0])
    elif start.plan.output:
        take_classifier_output(model, start, sources[0], data)
