"""Cells whose gates depend only on the input: one large product and an element-wise scan.

All of them are ``s_t = a_t * s_{t-1} + b_t`` with ``a`` and ``b`` from the input; a kind defines ``a``, ``b`` and the
output. Gradients of the scan: ``g_t = ds_t + a_{t+1} g_{t+1}``, ``da_t = g_t s_{t-1}``, ``db_t = g_t``.
"""

from __future__ import annotations

from typing import Protocol

import tensorflow as tf

from seqclf.layers.chunks import Tensors, forward_in_chunks
from seqclf.layers.recurrence import Trace, Weights

_CHUNK = 16  # a step is two small operators, so the loop's overhead weighs more than in other cells


_TINY = 1e-30  # two closed gates count as equal


class Kind(Protocol):
    """The element-wise part of a cell; all tensors are ``[chunk, batch, units]``.

    Attributes:
        gates: projections of the input.
        saved: number of tensors that ``saved_of`` returns, the decay ``a`` first.
    """

    gates: int
    saved: int

    def saved_of(self, projected: list[tf.Tensor]) -> list[tf.Tensor]:
        """``a`` and all other tensors needed later."""

    def input_of(self, saved: list[tf.Tensor]) -> tf.Tensor:
        """``b``."""

    def output_of(self, state: tf.Tensor, saved: list[tf.Tensor]) -> tf.Tensor: ...

    def state_gradient(
        self, of_output: tf.Tensor, state: tf.Tensor, saved: list[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """From the output's gradient: the gradients of the state and of the projections that only the output uses."""

    def gradient(self, of_a: tf.Tensor, of_b: tf.Tensor, saved: list[tf.Tensor]) -> list[tf.Tensor]:
        """Gradients of the projections that ``a`` and ``b`` use: the first ones."""


class InputGatedCell:
    """States: the output, which no step reads, and ``s``. Bias ``[gates * units]``."""

    chunk = _CHUNK

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def arranged(self, weights: Weights) -> Weights:
        return weights

    def forward(self, x: tf.Tensor, weights: Weights, initial: Tensors) -> Trace:
        kind, units = self._kind, int(weights.recurrent_kernel.shape[0])

        def steps(projection: tf.Tensor, before: Tensors) -> tuple[Tensors, list[tf.Tensor]]:
            _, state = before
            saved = kind.saved_of(
                [tf.reshape(one, [_CHUNK, -1, units]) for one in tf.split(projection, kind.gates, axis=-1)]
            )
            states = []
            for a, b in zip(tf.unstack(saved[0]), tf.unstack(kind.input_of(saved)), strict=True):
                state = a * state + b
                states.append(state)
            stacked = tf.stack(states)
            outputs = kind.output_of(stacked, saved)
            return (outputs[-1], state), [outputs, stacked, *saved]

        outputs, *saved = forward_in_chunks(
            x, weights.kernel, weights.bias, initial, steps, size=_CHUNK, tensors=2 + kind.saved
        )
        return Trace((outputs.concat(), saved[0].concat()), saved)

    def chunk_gradient(self, trace: Trace, weights: Weights, initial: Tensors) -> _ParallelChunkGradient:
        return _ParallelChunkGradient(self._kind, trace, weights, initial)

    def bias_gradient(self, of_projection: tf.Tensor, of_recurrence: tf.Tensor) -> tf.Tensor:
        return of_projection


class _ParallelChunkGradient:
    def __init__(self, kind: Kind, trace: Trace, weights: Weights, initial: Tensors) -> None:
        self._kind, self._trace, self._initial = kind, trace, initial
        self._width = weights.kernel.shape[-1]

    def __call__(
        self, chunk: tf.Tensor, carry: Tensors, of_states: list[list[tf.Tensor]]
    ) -> tuple[tf.Tensor, tf.Tensor, Tensors]:
        states = self._trace.saved[0]
        state, *saved = (array.read(chunk) for array in self._trace.saved)
        first = tf.where(chunk == 0, self._initial[1], states.read(tf.maximum(chunk - 1, 0))[-1])
        before = tf.concat([first[tf.newaxis], state[:-1]], axis=0)
        of_output = tf.stack(of_states[0])
        of_state, of_output_gates = self._kind.state_gradient(of_output, state, saved)
        if len(of_states) > 1:
            of_state += tf.stack(of_states[1])
        decays, arriving = (tf.unstack(one, num=_CHUNK) for one in (saved[0], of_state))
        of_no_output, carried = carry
        gradients = []
        for step in reversed(range(_CHUNK)):
            reached = arriving[step] + carried
            gradients.append(reached)
            carried = reached * decays[step]
        of_b = tf.stack(gradients[::-1])
        of_gates = [*self._kind.gradient(of_b * before, of_b, saved), *of_output_gates]
        of_projection = tf.reshape(tf.concat(of_gates, axis=-1), [-1, self._width])
        return of_projection, of_projection, (of_no_output, carried)


class _StateIsOutput:
    def output_of(self, state: tf.Tensor, saved: list[tf.Tensor]) -> tf.Tensor:
        return state

    def state_gradient(
        self, of_output: tf.Tensor, state: tf.Tensor, saved: list[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        return of_output, []


class _Mixing:
    """``b = (1 - a) * candidate``: the new state is between the old one and the candidate, the second saved tensor."""

    def input_of(self, saved: list[tf.Tensor]) -> tf.Tensor:
        return (1 - saved[0]) * saved[1]

    def _mixed(self, of_a: tf.Tensor, of_b: tf.Tensor, saved: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Gradients of ``a``'s logit and of the candidate."""
        a, candidate = saved[:2]
        return (of_a - of_b * candidate) * a * (1 - a), of_b * (1 - a)


class MinGruKind(_Mixing, _StateIsOutput):
    """minGRU (Feng et al. 2024, "Were RNNs All We Needed?", section 3.1): ``a = 1 - z`` with the update gate ``z``."""

    gates, saved = 2, 2

    def saved_of(self, projected: list[tf.Tensor]) -> list[tf.Tensor]:
        return [tf.sigmoid(-projected[0]), projected[1]]

    def gradient(self, of_a: tf.Tensor, of_b: tf.Tensor, saved: list[tf.Tensor]) -> list[tf.Tensor]:
        of_logit, of_candidate = self._mixed(of_a, of_b, saved)
        return [-of_logit, of_candidate]


class MinLstmKind(_Mixing, _StateIsOutput):
    """minLSTM (Feng et al. 2024, section 3.2): ``a = f / (f + i)`` with forget gate ``f`` and input gate ``i``.

    Projections: forget gate, input gate, candidate.
    """

    gates, saved = 3, 4

    def saved_of(self, projected: list[tf.Tensor]) -> list[tf.Tensor]:
        forget, update = tf.sigmoid(projected[0]), tf.sigmoid(projected[1])
        return [(forget + _TINY) / (forget + update + 2 * _TINY), projected[2], forget, update]

    def gradient(self, of_a: tf.Tensor, of_b: tf.Tensor, saved: list[tf.Tensor]) -> list[tf.Tensor]:
        of_logit, of_candidate = self._mixed(of_a, of_b, saved)
        return [of_logit * (1 - saved[2]), of_logit * (saved[3] - 1), of_candidate]


class QrnnKind(_Mixing):
    """QRNN with fo-pooling (Bradbury et al. 2017, equation 5): ``a = f``, candidate ``tanh``, output ``o * c``.

    A step sees one token; a convolution before the layer gives it the paper's wider windows. Projections: forget gate,
    candidate, output gate.
    """

    gates, saved = 3, 3

    def saved_of(self, projected: list[tf.Tensor]) -> list[tf.Tensor]:
        return [tf.sigmoid(projected[0]), tf.tanh(projected[1]), tf.sigmoid(projected[2])]

    def output_of(self, state: tf.Tensor, saved: list[tf.Tensor]) -> tf.Tensor:
        return saved[2] * state

    def state_gradient(
        self, of_output: tf.Tensor, state: tf.Tensor, saved: list[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        gate = saved[2]
        return of_output * gate, [of_output * state * gate * (1 - gate)]

    def gradient(self, of_a: tf.Tensor, of_b: tf.Tensor, saved: list[tf.Tensor]) -> list[tf.Tensor]:
        of_logit, of_candidate = self._mixed(of_a, of_b, saved)
        return [of_logit, of_candidate * (1 - saved[1] * saved[1])]


class SruKind(_Mixing):
    """SRU (Lei et al. 2018) whose gates depend only on the input, as in its first version (arXiv:1709.02755v1).

    ``a = f``, output ``r * tanh(c) + (1 - r) * skip``. Projections: forget gate, candidate, reset gate, skip.
    """

    gates, saved = 4, 4

    def saved_of(self, projected: list[tf.Tensor]) -> list[tf.Tensor]:
        return [tf.sigmoid(projected[0]), projected[1], tf.sigmoid(projected[2]), projected[3]]

    def output_of(self, state: tf.Tensor, saved: list[tf.Tensor]) -> tf.Tensor:
        return saved[3] + saved[2] * (tf.tanh(state) - saved[3])

    def state_gradient(
        self, of_output: tf.Tensor, state: tf.Tensor, saved: list[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        reset, skip, squashed = saved[2], saved[3], tf.tanh(state)
        of_reset = of_output * (squashed - skip) * reset * (1 - reset)
        return of_output * reset * (1 - squashed * squashed), [of_reset, of_output * (1 - reset)]

    def gradient(self, of_a: tf.Tensor, of_b: tf.Tensor, saved: list[tf.Tensor]) -> list[tf.Tensor]:
        return list(self._mixed(of_a, of_b, saved))
