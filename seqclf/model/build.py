"""``build_model``: builds a Keras functional model from a config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema import NgramsConfig
from seqclf.labels import Labels
from seqclf.layer_types import Context, Flow, dense_layer, layer_name
from seqclf.layers.ngrams import NgramLogits, NgramMix, SilentRows
from seqclf.model.encoder import TEXT_VECTOR, encode, through
from seqclf.model.seeds import Seeds

LOGITS = "logits"
"""Name of the layer before the sigmoid or softmax."""

TEMPERATURE = "temperature"
"""Name of the layer of a ``calibrated_model`` that divides the logits."""

NETWORK_LOGITS = "network_logits"
"""Name of the network's output layer if the logits of n-grams are added to it."""

EXTRA = "extra"
"""Name of the input for the columns beside the text."""

NGRAMS = "ngrams"
"""Name of the n-gram layer, whose weights ``seqclf.ngrams`` fits before training."""


def build_model(
    config: Config,
    vocabulary_size: int,
    labels: Sequence[str],
    *,
    vectors: Mapping[int, NDArray[np.float32]] | None = None,
    portable: bool = False,
    tokens: int | None = None,
    extra: int = 0,
) -> keras.Model:
    """Build an ordinary Keras model, which you can compile, ``fit``, save and take apart.

    Args:
        config: a checked config; ``config.seed`` determines the initial weights and the dropout masks.
        vocabulary_size: number of token ids.
        labels: the labels; ``Labels`` also say whether the data are multi-label, plain names mean one label per text.
        vectors: initial vectors of token ids (``float32 [embedding.dim]``), such as the ``vectors`` of what
            ``seqclf.text.vectors.read_vectors`` returns; all other tokens start with random vectors.
        portable: build layers whose graphs run on any machine: without cuDNN, independent of this machine's cores.
        tokens: fixed number of tokens, with padding, of every text; None: any number, another in each batch.
        extra: number of features of the columns beside the text (``seqclf.extra_columns``). If there are any, the model
            has a second input ``extra`` (``float32 [batch, extra]``), which joins the text's vector before the head.

    Returns:
        A model from ``token_ids`` (``int32 [batch, time]``, padded right with 0, no row all padding) to
        ``probabilities``: ``float32 [batch, 1]``, the second label's, for two labels (sigmoid); else
        ``float32 [batch, labels]`` (softmax). Multi-label: ``float32 [batch, labels]`` (sigmoids).
    """
    labels = Labels.of(labels)
    context = Context(Seeds(config.seed), portable)
    token_ids = keras.Input((tokens,), dtype="int32", name="token_ids")
    columns = [keras.Input((extra,), dtype="float32", name=EXTRA)] if extra else []
    x = None
    if config.layers:
        x = encode(config, token_ids, vocabulary_size, context=context, vectors=vectors).x
    if columns:
        x = columns[0] if x is None else keras.layers.Concatenate(name="vector_and_extra")([x, *columns])
    if x is not None and any(objective.changes == "texts" for objective in config.training.objectives):
        x = keras.layers.Identity(name=TEXT_VECTOR)(x)
    ngrams = config.ngrams
    if ngrams is None:
        logits = _output(_headed(config, x, context), labels, context, LOGITS)
    else:
        words = vocabulary_size if ngrams.words else 0
        scores = NgramLogits(
            ngrams.orders, ngrams.buckets, labels.units, normalize=ngrams.normalize, words=words, name=NGRAMS
        )(token_ids)
        if ngrams.join == "head":
            x = _headed(config, _beside(x, scores, ngrams, context), context)
            logits = _output(x, labels, context, LOGITS)
        elif x is None:
            logits = keras.layers.EinsumDense(
                "bu,u->bu", (labels.units,), bias_axes="u", kernel_initializer="ones", name=LOGITS
            )(scores)
        else:
            network = _output(_headed(config, x, context), labels, context, NETWORK_LOGITS)
            logits = NgramMix(ngrams.dropout, seed=context.seeds(), name=LOGITS)([network, scores])
    inputs = [token_ids, *columns] if columns else token_ids
    return keras.Model(inputs, probabilities_of(logits, labels), name="seqclf")


def _headed(config: Config, x: Any, context: Context) -> Any:
    return through("head", config.head, Flow(x, mask=None), context).x


def _output(x: Any, labels: Labels, context: Context, name: str) -> Any:
    """The logits of a vector. Its seed comes after those of earlier layers: the order determines all weights."""
    return dense_layer(labels.units, None, context, name)(x)


def _beside(x: Any | None, scores: Any, options: NgramsConfig, context: Context) -> Any:
    """The text's vector, if there is one, concatenated with the logits of its n-grams."""
    if options.dropout:
        scores = SilentRows(options.dropout, seed=context.seeds(), name=layer_name(NGRAMS, "dropout"))(scores)
    return scores if x is None else keras.layers.Concatenate(name="vector_and_ngrams")([x, scores])


def logits_model(model: keras.Model) -> keras.Model:
    """The model up to its logits, ``float32 [batch, 1 or labels]``, with the same variables; calibrated ones if it is a
    ``calibrated_model``."""
    name = TEMPERATURE if any(layer.name == TEMPERATURE for layer in model.layers) else LOGITS
    return keras.Model(model.input, model.get_layer(name).output, name="seqclf_logits")


def calibrated_model(model: keras.Model, labels: Labels, temperatures: Sequence[float]) -> keras.Model:
    """The model with its logits divided by temperatures (one, or one for each label), with the same variables."""
    inverse = [1 / one for one in temperatures]
    scale = inverse[0] if len(inverse) == 1 else inverse
    logits = keras.layers.Rescaling(scale, name=TEMPERATURE)(model.get_layer(LOGITS).output)
    return keras.Model(model.input, probabilities_of(logits, labels), name="seqclf")


def probabilities_of(logits: Any, labels: Labels) -> Any:
    """The last layer: the sigmoid or softmax of logits, ``float32 [batch, 1 or labels]``."""
    activation = "sigmoid" if labels.multi or labels.units == 1 else "softmax"
    return keras.layers.Activation(activation, name="probabilities")(logits)


def is_mixed(model: keras.Model) -> bool:
    """Whether the model's logits are a weighted sum of those of a network and of n-grams."""
    return any(layer.name == NETWORK_LOGITS for layer in model.layers)


def mix_of(model: keras.Model) -> tuple[float, float]:
    """The weights of the network's logits and of the n-grams' in their sum, for a model that ``is_mixed``."""
    network, ngrams = model.get_layer(LOGITS).get_weights()[:2]
    return float(network), float(ngrams)


def mixed_parts_model(model: keras.Model) -> keras.Model:
    """The model up to the inputs of the mix, with the same variables: logits of network and n-grams, concatenated.

    From the model's inputs to ``float32 [batch, 2 * units]``.
    """
    parts = [model.get_layer(name).output for name in (NETWORK_LOGITS, NGRAMS)]
    return keras.Model(model.input, keras.layers.Concatenate()(parts), name="seqclf_mixed_parts")


def extra_width(model: keras.Model) -> int:
    """Number of features of the columns beside the text that the model reads; 0: it has no such input."""
    return next((int(one.shape[1]) for one in model.inputs if one.name == EXTRA), 0)


def has_ngrams(model: keras.Model) -> bool:
    return any(layer.name == NGRAMS for layer in model.layers)
