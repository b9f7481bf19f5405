"""A model as a training step calls it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import keras
import tensorflow as tf

from seqclf.model.encoder import EMBEDDING


class Forward:
    """The forward pass of a model while it trains, up to the output of one of its layers.

    A step may call it several times. Each call draws new dropout masks from the random-number counters in the model's
    variables, so a resumed training draws the same ones.

    Args:
        output: name of the layer whose output a call returns.
        given: names of layers whose outputs come from the batch (``with_given``) instead of the layer.
    """

    def __init__(self, model: keras.Model, output: str, given: Sequence[str] = ()) -> None:
        self._source, self._output = model, model.get_layer(output).output
        self._given = [model.get_layer(name).output for name in given]
        self._from_ids = keras.Model([*model.inputs, *self._given], self._output)
        self._values: tuple[tf.Tensor, ...] = ()

    @property
    def takes_given(self) -> bool:
        """Whether outputs of layers come from the batch."""
        return bool(self._given)

    @property
    def takes_extra(self) -> bool:
        """Whether the model reads columns beside the text."""
        return len(self._source.inputs) > 1

    def with_given(self, *values: tf.Tensor, extra: tf.Tensor | None = None) -> Forward:
        """The forward pass for one batch, with the outputs of the layers ``given``, and with the features of the
        columns beside the text (``float32 [batch, width]``), if the model reads them."""
        bound = copy(self)
        bound._values = values if extra is None else (extra, *values)
        return bound

    def without_given(self, *, extra: tf.Tensor | None = None) -> Forward:
        """The forward pass for other texts, in which the layers ``given`` compute their outputs themselves."""
        bound = self._plain
        bound._values = () if extra is None else (extra,)
        return bound

    @property
    def _plain(self) -> Forward:
        """A copy without given outputs of layers."""
        bound = copy(self)
        if self._given:
            bound._given, bound._from_ids = [], keras.Model(self._source.inputs, self._output)
            bound.__dict__.pop("_from_vectors", None)
        return bound

    def __call__(self, token_ids: tf.Tensor, *, vectors: tf.Tensor | None = None) -> tf.Tensor:
        """The output for a batch.

        Args:
            token_ids: ``int32 [batch, time]``, padded right with 0.
            vectors: replaces the output of ``embed``, to learn from changed vectors. ``token_ids`` still mark the
                padding.
        """
        if vectors is None:
            return self._from_ids([token_ids, *self._values], training=True)
        return self._from_vectors([token_ids, vectors, *self._values], training=True)

    def embed(self, token_ids: tf.Tensor) -> tf.Tensor:
        """The vectors of tokens before any dropout, ``float32 [batch, time, embedding.dim]``."""
        return self._source.get_layer(EMBEDDING)(token_ids)

    @property
    def penalties(self) -> list[tf.Tensor]:
        """The penalties on weights that layers have, each ``float32 []``; the same after any number of calls."""
        return list(self._source.losses)

    @cached_property
    def _from_vectors(self) -> keras.Model:
        token_ids, *beside = self._source.inputs
        vectors = self._source.get_layer(EMBEDDING).output
        return keras.Model([token_ids, vectors, *beside, *self._given], self._output)
