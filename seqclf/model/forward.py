"""A model as a training step calls it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import keras
import tensorflow as tf

from seqclf.model.draws import Draws
from seqclf.model.encoder import EMBEDDING, TEXT_VECTOR
from seqclf.model.unshared_gradients import unshared_gradients


class Forward:
    """The forward pass of a model while it trains, up to the output of one of its layers.

    A step may call it several times. Each call draws new dropout masks from the random-number counters in the model's
    variables, so a resumed training draws the same ones.

    Args:
        output: name of the layer whose output a call returns.
        given: names of layers whose outputs come from the batch (``with_given``) instead of the layer.
        draws: random numbers beside those of dropout; None: the step needs none.
    """

    def __init__(
        self, model: keras.Model, output: str, given: Sequence[str] = (), *, draws: Draws | None = None
    ) -> None:
        self._draws = draws
        self._source, self._output = model, model.get_layer(output).output
        self._given = [model.get_layer(name).output for name in given]
        self._values: tuple[tf.Tensor, ...] = ()
        self._parts: dict[str, keras.Model] = {}

    @property
    def draws(self) -> Draws:
        """Random numbers beside those of dropout."""
        if self._draws is None:
            raise ValueError("the step draws random numbers: pass the variables of Task.carried")
        return self._draws

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
            bound._given, bound._parts = [], {}
        return bound

    def __call__(self, token_ids: tf.Tensor, *, vectors: tf.Tensor | None = None) -> tf.Tensor:
        """The output for a batch.

        Args:
            token_ids: ``int32 [batch, time]``, padded right with 0.
            vectors: replaces the output of ``embed``, to learn from changed vectors. ``token_ids`` still mark the
                padding.
        """
        return self._call(token_ids, vectors)

    def with_text_vectors(
        self, token_ids: tf.Tensor, *, vectors: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The output for a batch, and what the head reads (``TEXT_VECTOR``), ``float32 [batch, width]``."""
        output, text_vectors = self._call(token_ids, vectors, TEXT_VECTOR)
        return output, text_vectors

    def from_text_vectors(
        self, text_vectors: tf.Tensor, changed: Callable[[tf.Tensor], tf.Tensor] = lambda values: values
    ) -> tf.Tensor:
        """The output that follows from what the head reads.

        Args:
            text_vectors: ``float32 [batch, width]``.
            changed: maps the outputs of the layers ``given``.
        """
        given = self._values[len(self._values) - len(self._given) :]
        inputs, name = [self._tensor(TEXT_VECTOR), *self._given], "output_of_text_vectors"
        head = self._part(name, lambda: keras.Model(inputs, self._output, name=name))
        with unshared_gradients(self._source):
            return head([text_vectors, *map(changed, given)], training=True)

    def embed(self, token_ids: tf.Tensor) -> tf.Tensor:
        """The vectors of tokens before any dropout, ``float32 [batch, time, embedding.dim]``."""
        return self._source.get_layer(EMBEDDING)(token_ids)

    @property
    def penalties(self) -> list[tf.Tensor]:
        """The penalties on weights that layers have, each ``float32 []``; the same after any number of calls."""
        return list(self._source.losses)

    def _call(self, token_ids: tf.Tensor, vectors: tf.Tensor | None, *more: str) -> Any:
        """The output, and those of the layers ``more`` if there are any; ``vectors`` as for a call."""
        ids, *beside = self._source.inputs
        replaced = [] if vectors is None else [self._tensor(EMBEDDING)]

        def build() -> keras.Model:
            # Not from the inputs of another such model: those are copies where they are outputs of layers.
            outputs = [self._output, *map(self._tensor, more)] if more else self._output
            return keras.Model([ids, *replaced, *beside, *self._given], outputs, name=name)

        name = "_and_".join(["output" if vectors is None else "output_of_moved", *more])
        model = self._part(name, build)
        moved = [] if vectors is None else [vectors]
        with unshared_gradients(self._source):
            return model([token_ids, *moved, *self._values], training=True)

    def _part(self, name: str, build: Callable[[], keras.Model]) -> keras.Model:
        """The part of the model with this name, which is built once.

        Parts have names of their own, because those that Keras counts up depend on what the process built before.
        TensorFlow's optimizer of graphs orders the terms of a sum by the names of operations, and so the last bits of a
        sum of three gradients would depend on it, too.
        """
        if name not in self._parts:
            self._parts[name] = build()
        return self._parts[name]

    def _tensor(self, layer: str) -> Any:
        """The symbolic output of a layer."""
        return self._source.get_layer(layer).output
