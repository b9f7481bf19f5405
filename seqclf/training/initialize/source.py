"""The model of a run that another training starts from."""

from __future__ import annotations

import keras

from seqclf.errors import InputError
from seqclf.model.build import build_model
from seqclf.model.fitted import without_fitted
from seqclf.model.language_model import build_language_model
from seqclf.model.weights import load_weights
from seqclf.training.initialize.origin import Origin


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
