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
from typing import Any, NamedTuple, Protocol

import tensorflow as tf

from seqclf.layers.chunks import Tensors, states_before
from seqclf.layers.order import ReadingOrder


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
        passes = _Passes(cell, x, mask, Weights(*rest[:3]), rest[3:], order=order, parts=parts)
        outputs = [passes.last(state) for state in range(last_states)]
        if sequences:
            outputs.append(passes.sequence())

        def gradient(*upstream: tf.Tensor) -> Tensors:
            return passes.gradient(upstream[last_states] if sequences else None, upstream[:last_states])

        return tuple(outputs), gradient

    weights = cell.arranged(weights)
    tensors = (x, weights.kernel, weights.recurrent_kernel, weights.bias, *initial)
    results = tf.custom_gradient(run)(*tensors) if own_gradient else run(*tensors)[0]
    return (results[last_states] if sequences else None), tuple(results[:last_states])


class _Sums(NamedTuple):
    """Sums of gradients over the chunks of a backward pass: of both kernels, and of both projections over all rows."""

    kernel: tf.Tensor
    recurrent_kernel: tf.Tensor
    projection: tf.Tensor
    recurrence: tf.Tensor


class _Pass:
    """A forward pass over a part of the batch, and its backward pass."""

    def __init__(
        self, cell: Cell, x: tf.Tensor, mask: tf.Tensor, weights: Weights, initial: Tensors, *, order: ReadingOrder
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

        def body(chunk: tf.Tensor, carry: Tensors, sums: _Sums, of_x: tf.TensorArray) -> tuple[Any, ...]:
            of_kernel, of_recurrent, sum_x, sum_h = sums
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
            return chunk - 1, carry, _Sums(of_kernel, of_recurrent, sum_x, sum_h), of_x

        of_x = tf.TensorArray(x.dtype, size=chunks, element_shape=[None, features], infer_shape=False)
        zeros = tuple(tf.zeros_like(state) for state in self._initial)
        no_sum = tf.zeros([width], x.dtype)
        sums = _Sums(tf.zeros_like(kernel), tf.zeros_like(recurrent_kernel), no_sum, no_sum)
        _, carry, sums, of_x = tf.while_loop(
            lambda chunk, *_: chunk >= 0, body, (chunks - 1, zeros, sums, of_x), parallel_iterations=1
        )
        of_initial = [
            of_state + tf.where(self._empty, of_last[i], 0.0) if i < len(of_last) else of_state
            for i, of_state in enumerate(carry)
        ]
        of_weights = (sums.kernel, sums.recurrent_kernel, self._cell.bias_gradient(sums.projection, sums.recurrence))
        return tf.gather(of_x.concat(), self._order.places), of_weights, tuple(of_initial)

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


class _Passes:
    """The passes over the parts of a batch, which do not depend on each other."""

    def __init__(
        self,
        cell: Cell,
        x: tf.Tensor,
        mask: tf.Tensor,
        weights: Weights,
        initial: Tensors,
        *,
        order: ReadingOrder,
        parts: int,
    ) -> None:
        batch = tf.shape(x)[0]
        self._bounds = list(itertools.pairwise([batch * i // parts for i in range(parts + 1)]))
        self._passes = [
            _Pass(cell, x, mask[a:b], weights, tuple(state[a:b] for state in initial), order=order.part(a, b))
            for a, b in self._bounds
        ]

    def last(self, state: int) -> tf.Tensor:
        """A state after each text's last real token, ``[batch, units]``."""
        return _joined([one.last(state) for one in self._passes])

    def sequence(self) -> tf.Tensor:
        """The output at each token, ``[batch, time, units]``."""
        return _joined([one.sequence() for one in self._passes])

    def gradient(self, of_sequence: tf.Tensor | None, of_last: Sequence[tf.Tensor]) -> Tensors:
        """Gradients of ``x``, of the weights and of the initial states, from those of the outputs and last states."""
        of_parts = [
            one.gradient(of_sequence, [of_state[a:b] for of_state in of_last])
            for one, (a, b) in zip(self._passes, self._bounds, strict=True)
        ]
        of_x, of_weights, of_initial = zip(*of_parts, strict=True)
        return (
            _joined(of_x),
            *(tf.add_n(of_weight) for of_weight in zip(*of_weights, strict=True)),
            *(_joined(of_state) for of_state in zip(*of_initial, strict=True)),
        )


def _joined(parts: Sequence[tf.Tensor]) -> tf.Tensor:
    return parts[0] if len(parts) == 1 else tf.concat(parts, axis=0)
