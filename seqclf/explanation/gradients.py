"""The log-odds of a Keras model from the vectors of tokens and the logits of n-grams, with their gradients."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.explanation.targets import Target
from seqclf.labels import Labels


@dataclass(frozen=True)
class Gradients:
    """A model whose embeddings and n-grams are inputs.

    Attributes:
        layers: those whose outputs are given: embeddings and layers of n-grams. An ensemble has those of all members.
    """

    layers: tuple[Any, ...]
    labels: Labels
    _call: Callable[..., Any]

    @staticmethod
    def are_ngrams(layer: Any) -> bool:
        """Whether a layer is one of n-grams."""
        from seqclf.model.build import NGRAMS

        return bool(layer.name == NGRAMS)

    def __call__(
        self, target: Target, inputs: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
        """The log-odds, ``float64 [texts]``, and their gradients by the output of each of ``layers``, ``float64
        [texts, ...]``.

        ``inputs``: those of the model, then the outputs of ``layers``, each ``[texts, ...]``.
        """
        import tensorflow as tf

        others = np.zeros(len(self.labels), bool)
        chosen = np.arange(len(self.labels)) != target.label if target.against is None else target.against
        others[chosen] = True
        log_odds, *slopes = self._call(
            tf.constant(target.label), tf.constant(others), *map(tf.convert_to_tensor, inputs)
        )
        return log_odds.numpy().astype(np.float64), [one.numpy().astype(np.float64) for one in slopes]


@functools.lru_cache(maxsize=1)  # texts are often explained one by one, and tracing takes seconds
def gradients_of(model: Any, labels: Labels, temperatures: tuple[float, ...] | None) -> Gradients:
    """The gradients of a model of ``build_model``, or of one that joins several such models; calibrated with
    ``temperatures``.

    Raises ``InputError`` for a model that has neither embeddings nor n-grams.
    """
    import tensorflow as tf

    members = _members(model)
    found = [_sources(member) for member in members]
    layers = tuple(layer for of_member in found for layer in of_member)
    if not layers:
        raise InputError("the model has no embedding and no n-grams to explain; occlusion explains every model")
    logits_of, inputs = _logits_of(model, members, found, temperatures), len(model.inputs)

    def call(label: Any, others: Any, *values: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(values[inputs:])
            log_odds = _log_odds(logits_of(values[:inputs], values[inputs:]), label, others, labels)
        return log_odds, *tape.gradient(log_odds, values[inputs:], unconnected_gradients="zero")

    given = [tf.TensorSpec(one.shape, one.dtype) for one in (*model.inputs, *map(_output, layers))]
    target = [tf.TensorSpec([], tf.int32), tf.TensorSpec([len(labels)], tf.bool)]
    traced = tf.function(call, input_signature=[*target, *given], autograph=False)
    return Gradients(layers, labels, traced)


def _members(model: Any) -> list[Any]:
    """The models that a model joins, up to their logits; the model itself if it joins none."""
    import keras

    if _sources(model):
        return [model]
    return [layer for layer in model.layers if isinstance(layer, keras.Model)] or [model]


def _sources(member: Any) -> list[Any]:
    from seqclf.model.build import NGRAMS
    from seqclf.model.encoder import EMBEDDING

    return [layer for layer in member.layers if layer.name in (EMBEDDING, NGRAMS)]


def _output(layer: Any) -> Any:
    """The output of a layer in its own model; other models may call it, too."""
    from seqclf.model.encoder import outputs_of

    return outputs_of(layer)[0]


def _logits_of(
    model: Any, members: Sequence[Any], sources: Sequence[Sequence[Any]], temperatures: tuple[float, ...] | None
) -> Callable[[Sequence[Any], Sequence[Any]], Any]:
    """From the inputs of a model and the outputs of all ``sources`` to its calibrated logits, ``[texts, units]``."""
    import keras
    import tensorflow as tf

    from seqclf.model.build import LOGITS

    joins = members[0] is not model
    parts = [
        keras.Model(
            [*member.inputs, *map(_output, given)],
            member.output if joins else member.get_layer(LOGITS).output,
        )
        for member, given in zip(members, sources, strict=True)
    ]
    scale = None if temperatures is None else 1 / np.array(temperatures, np.float32)

    def logits(inputs: Sequence[Any], values: Sequence[Any]) -> Any:
        left = iter(values)
        found = [
            part([*inputs, *(next(left) for _ in given)], training=False)
            for part, given in zip(parts, sources, strict=True)
        ]
        whole = model.get_layer(LOGITS)(found) if joins else found[0]
        return whole if scale is None else whole * tf.constant(scale)

    return logits


def _log_odds(logits: Any, label: Any, others: Any, labels: Labels) -> Any:
    """``Target.log_odds`` as TensorFlow's operators, ``float32 [texts]``."""
    import tensorflow as tf

    if labels.multi:
        return tf.gather(logits, label, axis=1)
    if labels.units == 1:
        return logits[:, 0] * tf.where(label == 1, 1.0, -1.0)
    against = tf.reduce_logsumexp(tf.where(others, logits, tf.constant(-np.inf, logits.dtype)), axis=1)
    return tf.gather(logits, label, axis=1) - against
