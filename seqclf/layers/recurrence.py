"""Recurrences on a CPU, whose forward and backward passes are mostly a few large matrix products.

This module has what all cells share: the reading order, the parallel parts of a batch, and the backward pass
(backpropagation through time, Werbos 1990) as a loop over chunks of steps. Within a chunk, only work that depends on
the next step runs step by step; the gradients of the input and of the weights are single products over the chunk, which
is still in the processor's cache. A cell (``lstm``, ``gru``, ``simple_rnn``, ``input_gated``) defines one step.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import tensorflow as tf

from seqclf.layers.order import ReadingOrder

Tensors = tuple[tf.Tensor, ...]
ChunkSteps = Callable[[tf.Tensor, Tensors], tuple[Tensors, list[tf.Tensor]]]


@dataclass(frozen=True)
class Weights:
    """Weights in Keras's layout.

    Attributes:
        kernel: ``[features, gates * units]``.
        recurrent_kernel: ``[units, gates * units]``; ``[units, 0]`` if the gates do not depend on the state.
        bias: in the shape of the cell's Keras layer.
    """

    kernel: tf.Tensor
    recurrent_kernel: tf.Tensor
    bias: tf.Tensor


@dataclass(frozen=True)
class Trace:
    """The results of a forward pass.

    Attributes:
        states: after every step, ``[steps, batch, units]`` each; the first one is the output. States that no caller can
            request may be omitted.
        saved: everything else that the cell's backward pass needs.
    """

    states: Tensors
    saved: Any


class Cell(Protocol):
    """One kind of recurrent cell. ``x`` is ``[steps, batch, features]``, ``steps`` a multiple of ``chunk``.

    Attributes:
        chunk: steps per chunk. Fewer cost more loop iterations, more waste steps at the end of a batch.
    """

    chunk: int

    def arranged(self, weights: Weights) -> Weights:
        """Keras's weights in the cell's layout; differentiable."""

    def forward(self, x: tf.Tensor, weights: Weights, initial: Tensors) -> Trace: ...

    def chunk_gradient(self, trace: Trace, weights: Weights, initial: Tensors) -> ChunkGradient:
        """Prepare a backward pass, once, before its loop."""

    def bias_gradient(self, of_projection: tf.Tensor, of_recurrence: tf.Tensor) -> tf.Tensor:
        """The bias gradient from the two gradients summed over steps and texts, ``[gates * units]`` each."""


class ChunkGradient(Protocol):
    def __call__(
        self, chunk: tf.Tensor, carry: Tensors, of_states: list[list[tf.Tensor]]
    ) -> tuple[tf.Tensor, tf.Tensor, Tensors]:
        """Backpropagate through one chunk.

        Args:
            chunk: its number.
            carry: gradients of the states after it, ``[batch, units]`` each.
            of_states: for the first one or more states, the gradients from outside the recurrence at each of the
                chunk's steps.

        Returns:
            Gradients of the input's projection ``x W`` and of the state's projection ``h U``, both
            ``[chunk * batch, gates * units]`` (the same tensor where they are equal), and of the states before it.
        """


def recurrence(
    cell: Cell,
    x: tf.Tensor,
    mask: tf.Tensor,
    weights: Weights,
    initial: Sequence[tf.Tensor],
    *,
    backwards: bool,
    sequences: bool,
    last_states: int,
    parts: int = 1,
    own_gradient: bool = True,
) -> tuple[tf.Tensor | None, Tensors]:
    """Run a cell over a padded batch.

    Args:
        x: ``float32 [batch, time, features]``.
        mask: ``bool [batch, time]``, true at real tokens; others are skipped.
        initial: the states before the first step, ``[batch, units]`` each.
        backwards: read the last token first.
        sequences: whether to return the output at each token.
        last_states: how many of the states after the last real token to return, the output first.
        parts: number of parts of the batch, which TensorFlow runs in parallel if it has the threads.
        own_gradient: false leaves gradients to TensorFlow: slower, but part of any saved graph.

    Returns:
        The outputs, ``[batch, time, units]``, in the order of ``x`` for either direction and zero at masked steps (None
        unless ``sequences``), and the states after each text's last real token, ``[batch, units]`` each.
    """
    order = ReadingOrder.of(mask, backwards=backwards, chunk=cell.chunk)

    def run(x: tf.Tensor, *rest: tf.Tensor) -> tuple[Tensors, Callable[..., Tensors]]:
        batch = tf.shape(x)[0]
        cuts = [batch * i // parts for i in range(parts + 1)]
        passes = [
            _Pass(cell, x, mask[a:b], Weights(*rest[:3]), tuple(state[a:b] for state in rest[3:]), order.part(a, b))
            for a, b in itertools.pairwise(cuts)
        ]
        outputs = [_joined([one.last(i) for one in passes]) for i in range(last_states)]
        if sequences:
            outputs.append(_joined([one.sequence() for one in passes]))

        def gradient(*upstream: tf.Tensor) -> Tensors:
            of_sequence = upstream[last_states] if sequences else None
            of_last = upstream[:last_states]
            by_part = [
                one.gradient(of_sequence, [of_state[a:b] for of_state in of_last])
                for one, (a, b) in zip(passes, itertools.pairwise(cuts), strict=True)
            ]
            of_x, of_weights, of_initial = zip(*by_part, strict=True)
            return (
                _joined(of_x),
                *(tf.add_n(of_weight) for of_weight in zip(*of_weights, strict=True)),
                *(_joined(of_state) for of_state in zip(*of_initial, strict=True)),
            )

        return tuple(outputs), gradient

    weights = cell.arranged(weights)
    tensors = (x, weights.kernel, weights.recurrent_kernel, weights.bias, *initial)
    results = tf.custom_gradient(run)(*tensors) if own_gradient else run(*tensors)[0]
    return (results[last_states] if sequences else None), tuple(results[:last_states])


def _joined(parts: Sequence[tf.Tensor]) -> tf.Tensor:
    return parts[0] if len(parts) == 1 else tf.concat(parts, axis=0)


class _Pass:
    """A forward pass over a part of the batch, and its backward pass."""

    def __init__(
        self, cell: Cell, x: tf.Tensor, mask: tf.Tensor, weights: Weights, initial: Tensors, order: ReadingOrder
    ) -> None:
        self._cell, self._mask, self._weights, self._initial, self._order = cell, mask, weights, initial, order
        self._x = tf.gather(tf.reshape(x, [-1, x.shape[-1]]), order.rows)
        self._trace = cell.forward(self._x, weights, initial)
        self._units = int(weights.recurrent_kernel.shape[0])
        self._empty = (order.lengths == 0)[:, tf.newaxis]

    def last(self, state: int) -> tf.Tensor:
        """A state after the last real token, ``[batch, units]``."""
        batch, lengths = tf.shape(self._x)[1], self._order.lengths
        rows = tf.maximum(lengths - 1, 0) * batch + tf.range(batch)
        after = tf.gather(tf.reshape(self._trace.states[state], [-1, self._units]), rows)
        return tf.where(self._empty, self._initial[state], after)

    def sequence(self) -> tf.Tensor:
        """The output at each token, ``[batch, time, units]``."""
        outputs = tf.gather(tf.reshape(self._trace.states[0], [-1, self._units]), self._order.places)
        return outputs * tf.cast(self._mask, outputs.dtype)[..., tf.newaxis]

    def gradient(
        self, of_sequence: tf.Tensor | None, of_last: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, Tensors, Tensors]:
        """Gradients of ``x``, of the weights and of the initial states.

        ``of_sequence``: of the whole batch's outputs, ``[batch, time, units]``; ``of_last``: of the part's last states.
        """
        x, kernel, recurrent_kernel, size = (
            self._x,
            self._weights.kernel,
            self._weights.recurrent_kernel,
            self._cell.chunk,
        )
        features, width, units = x.shape[-1], kernel.shape[-1], self._units
        chunks = tf.shape(x)[0] // size
        outputs = self._trace.states[0]
        back = self._cell.chunk_gradient(self._trace, self._weights, self._initial)
        transposed = tf.transpose(kernel)  # once: a product that transposes a small matrix takes 1.5 times as long

        def body(
            chunk: tf.Tensor, carry: Tensors, of_kernel: Any, of_recurrent: Any, sum_x: Any, sum_h: Any, of_x: Any
        ) -> tuple[Any, ...]:
            start = chunk * size
            of_projection, of_recurrence, carry = back(chunk, carry, self._from_outside(start, of_sequence, of_last))
            inputs = tf.reshape(x[start : start + size], [-1, features])
            of_kernel += tf.matmul(inputs, of_projection, transpose_a=True)
            if recurrent_kernel.shape[1]:
                before = tf.reshape(states_before(outputs, self._initial[0], start, size), [-1, units])
                of_recurrent += tf.matmul(before, of_recurrence, transpose_a=True)
            sum_x += tf.reduce_sum(of_projection, axis=0)
            if of_recurrence is not of_projection:
                sum_h += tf.reduce_sum(of_recurrence, axis=0)
            of_x = of_x.write(chunk, tf.matmul(of_projection, transposed))
            return chunk - 1, carry, of_kernel, of_recurrent, sum_x, sum_h, of_x

        of_x = tf.TensorArray(x.dtype, size=chunks, element_shape=[None, features], infer_shape=False)
        zeros = tuple(tf.zeros_like(state) for state in self._initial)
        no_sum = tf.zeros([width], x.dtype)
        _, carry, of_kernel, of_recurrent, sum_x, sum_h, of_x = tf.while_loop(
            lambda chunk, *_: chunk >= 0,
            body,
            (chunks - 1, zeros, tf.zeros_like(kernel), tf.zeros_like(recurrent_kernel), no_sum, no_sum, of_x),
            parallel_iterations=1,
        )
        of_initial = [
            of_state + tf.where(self._empty, of_last[i], 0.0) if i < len(of_last) else of_state
            for i, of_state in enumerate(carry)
        ]
        of_bias = self._cell.bias_gradient(sum_x, sum_h)
        return tf.gather(of_x.concat(), self._order.places), (of_kernel, of_recurrent, of_bias), tuple(of_initial)

    def _from_outside(
        self, start: tf.Tensor, of_sequence: tf.Tensor | None, of_last: Sequence[tf.Tensor]
    ) -> list[list[tf.Tensor]]:
        """Gradients that reach the states of a chunk's steps from outside the recurrence."""
        size, lengths = self._cell.chunk, self._order.lengths
        steps = start + tf.range(size)[:, tf.newaxis]
        at_last = tf.cast(steps == lengths - 1, self._x.dtype)[..., tf.newaxis]
        arriving = [at_last * of_state for of_state in of_last]
        if of_sequence is not None:
            rows = tf.gather(tf.reshape(of_sequence, [-1, self._units]), self._order.rows[start : start + size])
            real = tf.cast(steps < lengths, rows.dtype)[..., tf.newaxis]
            arriving[:1] = [rows * real + arriving[0] if arriving else rows * real]
        return [tf.unstack(gradient, num=size) for gradient in arriving]


def forward_in_chunks(
    x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, initial: Tensors, steps: ChunkSteps, size: int, tensors: int
) -> list[tf.TensorArray]:
    """Run ``steps`` over one chunk after another.

    Args:
        initial: the states before the first step, ``[batch, units]`` each.
        steps: maps a chunk's ``x W + bias``, ``[size * batch, gates * units]``, and the states before it to the states
            after it and ``tensors`` tensors ``[size, batch, units]``.
        size: steps per chunk.

    Returns:
        These tensors, by chunk, as a backward pass may read them. ``concat()`` joins each to ``[steps, batch, units]``.
    """
    features, chunks = x.shape[-1], tf.shape(x)[0] // size
    arrays = tuple(
        tf.TensorArray(
            x.dtype,
            size=chunks,
            element_shape=[size, *initial[0].shape],
            infer_shape=False,
            clear_after_read=False,
        )
        for _ in range(tensors)
    )

    def body(chunk: tf.Tensor, states: Tensors, arrays: Any) -> tuple[Any, ...]:
        inputs = tf.reshape(x[chunk * size : (chunk + 1) * size], [-1, features])
        states, results = steps(tf.nn.bias_add(tf.matmul(inputs, kernel), bias), states)
        return chunk + 1, states, tuple(array.write(chunk, one) for array, one in zip(arrays, results, strict=True))

    *_, arrays = tf.while_loop(lambda chunk, *_: chunk < chunks, body, (0, initial, arrays), parallel_iterations=1)
    return list(arrays)


def state_before(states: tf.Tensor, initial: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """The state before step ``start``, ``[batch, units]``."""
    return tf.where(start == 0, initial, states[tf.maximum(start - 1, 0)])


def states_before(states: tf.Tensor, initial: tf.Tensor, start: tf.Tensor, size: int) -> tf.Tensor:
    """The states before each of ``size`` steps from ``start`` on, ``[size, batch, units]``."""
    return tf.concat([state_before(states, initial, start)[tf.newaxis], states[start : start + size - 1]], axis=0)
