"""``build_model``: a config as a Keras functional model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.layer_types import Context, Flow, dense_layer
from seqclf.model.seeds import Seeds
from seqclf.text.tokenizer import PAD_ID

LOGITS = "logits"
"""Name of the layer whose output goes through the sigmoid or softmax."""


def build_model(
    config: Config,
    vocabulary_size: int,
    labels: Sequence[str],
    *,
    vectors: Mapping[int, NDArray[np.float32]] | None = None,
    portable: bool = False,
) -> keras.Model:
    """An ordinary Keras model: compile and ``fit`` it, save it, take it apart.

    Args:
        config: a checked config; ``config.seed`` decides the initial weights and what dropout draws.
        vocabulary_size: number of token ids.
        labels: which labels there are and, as ``Labels``, whether they come in lists; plain names mean one a text.
        vectors: for token ids, the vectors that they start with (``float32 [embedding.dim]``), as
            ``seqclf.text.vectors`` reads them; the others start at random.
        portable: make layers whose graphs run on any machine: no cuDNN, no thought of this one's cores.

    Returns:
        A model from ``token_ids`` (``int32 [batch, time]``, padded right with 0, no row all padding) to
        ``probabilities``: ``float32 [batch, 1]``, the second label's, for two labels (sigmoid); else
        ``float32 [batch, labels]`` (softmax). Of lists of labels ``float32 [batch, labels]`` (sigmoids).
    """
    seeds = Seeds(config.seed)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    context = Context(seeds, portable)
    embedding = keras.layers.Embedding(
        vocabulary_size,
        config.embedding.dim,
        embeddings_initializer=keras.initializers.RandomUniform(-0.05, 0.05, seed=seeds()),
        trainable=config.embedding.trainable,
        name="embedding",
    )
    flow = Flow(embedding(token_ids), mask=keras.ops.not_equal(token_ids, PAD_ID))
    if vectors:
        table = np.array(embedding.embeddings)
        table[list(vectors)] = list(vectors.values())
        embedding.set_weights([table])
    if config.embedding.word_dropout:
        whole = (None, None, 1)
        words = keras.layers.Dropout(
            config.embedding.word_dropout, noise_shape=whole, seed=seeds(), name="word_dropout"
        )
        flow = Flow(words(flow.x), flow.mask)
    if config.embedding.dropout:
        dropout = keras.layers.Dropout(config.embedding.dropout, seed=seeds(), name="embedding_dropout")
        flow = Flow(dropout(flow.x), flow.mask)
    for section, layers in (("layers", config.layers), ("head", config.head)):
        for index, layer in enumerate(layers):
            try:
                flow = layer.build(flow, f"{section}_{index}_{layer.short_name}", context)
            except InputError as error:
                raise InputError(f"{section}[{index}]: {error}") from error
    labels = Labels.of(labels)
    logits = dense_layer(labels.units, None, context, LOGITS)(flow.x)
    activation = "sigmoid" if labels.multi or labels.units == 1 else "softmax"
    probabilities = keras.layers.Activation(activation, name="probabilities")(logits)
    return keras.Model(token_ids, probabilities, name="seqclf")


def logits_model(model: keras.Model) -> keras.Model:
    """The same model (the same variables) up to its logits, ``float32 [batch, 1 or labels]``."""
    return keras.Model(model.input, model.get_layer(LOGITS).output, name="seqclf_logits")
