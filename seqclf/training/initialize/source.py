"""The model of a run that another training starts from, and the parts of models."""

from __future__ import annotations

import keras

from seqclf.errors import InputError
from seqclf.model.build import build_model
from seqclf.model.fitted import without_fitted
from seqclf.model.language_model import build_language_model
from seqclf.model.weights import load_weights
from seqclf.training.initialize.origin import Origin

_SEGMENTS = "_segments"


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


def parts_of(model: keras.Model, name: str) -> dict[str, list[keras.Variable]]:
    """The weights of the Keras layers that a layer of the config, with this ``layer_name``, consists of.

    By the rest of the names of these Keras layers, in alphabetical order.
    """
    found: dict[str, list[keras.Variable]] = {}
    for layer in model.layers:
        if layer.name == name or layer.name.startswith(f"{name}_"):
            part = layer.name.removeprefix(name).removesuffix(_SEGMENTS)
            found.setdefault(part, []).extend(layer.weights)
    return dict(sorted(found.items()))


def weights_of(model: keras.Model, name: str) -> list[keras.Variable]:
    """All weights in ``parts_of``."""
    return [weight for weights in parts_of(model, name).values() for weight in weights]
