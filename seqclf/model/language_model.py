"""``build_language_model``: a Keras functional model that predicts each token from those before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema import LanguageModelTask
from seqclf.errors import InputError
from seqclf.layer_types import Context, Flow, RecurrentLayer, layer_name, named_layers
from seqclf.layer_types.base import Carry, initializer
from seqclf.layers.tied_embedding import TiedEmbedding
from seqclf.layers.token_logits import TokenLogits
from seqclf.model.build import LOGITS
from seqclf.model.encoder import EMBEDDING, embedding_layer, encode, through
from seqclf.model.seeds import Seeds

HIDDEN = "hidden"
"""Name of the layer whose output, a vector for each token, the output layer reads."""


def build_language_model(
    config: Config,
    vocabulary_size: int,
    *,
    vectors: Mapping[int, NDArray[np.float32]] | None = None,
    portable: bool = False,
    tokens: int | None = None,
) -> keras.Model:
    """Build an ordinary Keras model of a config with ``task: language_model``.

    Args:
        vocabulary_size: number of token ids, with that of the end of a text.
        vectors, portable, tokens: as for ``seqclf.model.build.build_model``.

    Returns:
        A model from ``token_ids`` (``int32 [batch, time]``, padded right with 0) and the states before them
        (``float32 [batch, units]`` each) to a list of the logits of the next token (``float32 [batch, time,
        vocabulary_size]``) and the states after them. All states are 0 before the first token.
    """
    assert isinstance(config.task, LanguageModelTask)
    carry = Carry()
    context = Context(Seeds(config.seed), portable, carry)
    token_ids = keras.Input((tokens,), dtype="int32", name="token_ids")
    kind = TiedEmbedding if config.task.tied else keras.layers.Embedding
    embedding = embedding_layer(config, vocabulary_size, context, kind)
    flow = encode(config, token_ids, vocabulary_size, context=context, vectors=vectors, embedding=embedding)
    flow = Flow(through("head", config.head, flow, context).x, flow.mask)
    hidden = keras.layers.Identity(name=HIDDEN)(flow.x)
    if config.task.tied:
        width, dim = int(hidden.shape[-1]), config.embedding.dim
        if width != dim:
            raise InputError(
                f"embedding.dim: is {dim}, but the output layer, which shares its weights, reads {width} numbers; set "
                f"it to {width}, or set task.tied to false"
            )
        logits = embedding(hidden, reverse=True)
    else:
        kernel = initializer("glorot_uniform", context)
        logits = TokenLogits(vocabulary_size, kernel_initializer=kernel, name=LOGITS)(hidden)
    return keras.Model([token_ids, *carry.before], [logits, *carry.after], name="seqclf")


class OutputWeights(NamedTuple):
    """The weights of the output layer: ``kernel`` ``[tokens, features]`` and ``bias`` ``[tokens]``."""

    kernel: keras.Variable
    bias: keras.Variable

    @classmethod
    def of(cls, model: keras.Model) -> OutputWeights:
        """Those of a model from ``build_language_model``."""
        embedding = model.get_layer(EMBEDDING)
        if isinstance(embedding, TiedEmbedding):
            return cls(embedding.embeddings, embedding.output_bias)
        layer = model.get_layer(LOGITS)
        return cls(layer.kernel, layer.bias)


def hidden_model(model: keras.Model, config: Config) -> keras.Model:
    """The model up to what its output layer reads, with the same variables.

    From the model's inputs to a list of the vectors that the output layer reads, ``float32 [batch, time, features]``,
    the output of the last recurrent layer, ``float32 [batch, time, units]``, and the states after the window.
    """
    last = recurrent_names(config)[-1]
    return keras.Model(
        model.inputs, [model.get_layer(HIDDEN).output, model.get_layer(last).output[0], *model.outputs[1:]]
    )


def recurrent_names(config: Config) -> list[str]:
    """Names of the recurrent Keras layers, in order, also of those inside other layers."""
    names = []
    for name, layer in named_layers("layers", config.layers):
        inner = [(layer_name(name, one.short_name), one) for _, one in layer.inner()]
        names += [found for found, one in ((name, layer), *inner) if isinstance(one, RecurrentLayer)]
    return names
