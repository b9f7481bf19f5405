"""The model of an ensemble: those of its members, and the weighted mean of their probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from seqclf.config import Config
from seqclf.ensemble_recipe import Ensemble
from seqclf.labels import Labels
from seqclf.layers.mixed_logits import MixedLogits
from seqclf.model.build import EXTRA, LOGITS, build_model, logits_model, probabilities_of


def member_name(place: int) -> str:
    """Name of the layer of an ensemble's model that is a member: its model up to the logits. ``place`` is from 0."""
    return f"member_{place + 1}"


def ensemble_model(
    ensemble: Ensemble, vocabulary_size: int, labels: Sequence[str], *, portable: bool = False, extra: int = 0
) -> keras.Model:
    """An ordinary Keras model with the inputs and outputs of ``build_model``. Its weights are those of the members, one
    member after another.

    Arguments are as for ``build_model``.
    """
    labels = Labels.of(labels)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    inputs = [token_ids, keras.Input((extra,), dtype="float32", name=EXTRA)] if extra else token_ids
    logits = []
    for place, one in enumerate(ensemble.members):
        built = build_model(one.config, vocabulary_size, one.labels, portable=portable, extra=extra)
        logits.append(keras.Model(built.input, logits_model(built).output, name=member_name(place))(inputs))
    mixed = MixedLogits(
        [one.weight for one in ensemble.members],
        [one.scales(labels) for one in ensemble.members],
        [one.order(labels) for one in ensemble.members],
        softmax=not labels.multi and labels.units > 1,
        name=LOGITS,
    )(logits)
    return keras.Model(inputs, probabilities_of(mixed, labels), name="seqclf")


def build(
    config: Config,
    ensemble: Ensemble | None,
    vocabulary_size: int,
    labels: Sequence[str],
    *,
    portable: bool = False,
    extra: int = 0,
) -> keras.Model:
    """The model of a run: ``build_model``, or ``ensemble_model`` if the run is an ensemble."""
    if ensemble is None:
        return build_model(config, vocabulary_size, labels, portable=portable, extra=extra)
    return ensemble_model(ensemble, vocabulary_size, labels, portable=portable, extra=extra)
