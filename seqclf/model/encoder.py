"""The encoder, which every task's model begins with: ``embedding`` and ``layers``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.errors import InputError
from seqclf.layer_types import Context, Flow, Layer, layer_name, named_layers
from seqclf.layers.row_dropout import RowDropout
from seqclf.model.seeds import Seeds
from seqclf.token_ids import PAD_ID

EMBEDDING = "embedding"
"""Name of the embedding layer."""

TEXT_VECTOR = "text_vector"
"""Name of the layer whose output the head reads, where an objective changes it."""


def embedding_layer(
    config: Config, vocabulary_size: int, context: Context, kind: Any = keras.layers.Embedding
) -> keras.layers.Embedding:
    """The embedding of a config, as a layer of the class ``kind``."""
    return kind(
        vocabulary_size,
        config.embedding.dim,
        embeddings_initializer=keras.initializers.RandomUniform(-0.05, 0.05, seed=context.seeds()),
        trainable=config.embedding.trainable,
        name=EMBEDDING,
    )


def encode(
    config: Config,
    token_ids: Any,
    vocabulary_size: int,
    *,
    context: Context | None = None,
    vectors: Mapping[int, NDArray[np.float32]] | None = None,
    embedding: keras.layers.Embedding | None = None,
) -> Flow:
    """The output of ``embedding`` and ``layers``: one vector per text (``float32 [batch, width]``), or one per token.

    Args:
        token_ids: ``int32 [batch, time]``, padded right with 0.
        vocabulary_size: number of token ids.
        context: of the model; by default a new one with ``config.seed``.
        vectors: initial vectors of some token ids, ``float32 [embedding.dim]``; the others start at random.
        embedding: the first layer; by default a new ``embedding_layer``.
    """
    context = context or Context(Seeds(config.seed), portable=False)
    embedding = embedding or embedding_layer(config, vocabulary_size, context)
    flow = Flow(embedding(token_ids), mask=keras.ops.not_equal(token_ids, PAD_ID))
    if vectors:
        table = np.array(embedding.embeddings)
        table[list(vectors)] = list(vectors.values())
        embedding.embeddings.assign(table)
    if config.embedding.row_dropout:
        rows = RowDropout(
            config.embedding.row_dropout, vocabulary_size, seed=context.seeds(), name=layer_name(EMBEDDING, "rows")
        )
        flow = Flow(rows([flow.x, token_ids]), flow.mask)
    if config.embedding.word_dropout:
        shape = (None, None, 1)
        words = keras.layers.Dropout(
            config.embedding.word_dropout, noise_shape=shape, seed=context.seeds(), name="word_dropout"
        )
        flow = Flow(words(flow.x), flow.mask)
    if config.embedding.dropout:
        dropout = keras.layers.Dropout(
            config.embedding.dropout, seed=context.seeds(), name=layer_name(EMBEDDING, "dropout")
        )
        flow = Flow(dropout(flow.x), flow.mask)
    return through("layers", config.layers, flow, context)


def outputs_of(layer: keras.layers.Layer) -> list[Any]:
    """All outputs of a layer in a functional model, as symbolic tensors: of each call, and of each call all."""
    return [tensor for node in layer._inbound_nodes for tensor in node.outputs]


def through(section: str, layers: Sequence[Layer], flow: Flow, context: Context) -> Flow:
    """The output of the layers of a section, ``layers`` or ``head``. Raises ``InputError`` that names the layer."""
    for index, (name, layer) in enumerate(named_layers(section, layers)):
        try:
            flow = layer.build(flow, name, context)
        except InputError as error:
            raise InputError(f"{section}[{index}]: {error}") from error
    return flow
