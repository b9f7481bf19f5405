"""The GRU (Cho et al. 2014) with the reset gate applied after the product, as in Keras's ``reset_after`` and cuDNN."""

from __future__ import annotations

import tensorflow as tf

from seqclf.layers.chunks import Tensors, forward_in_chunks, states_before
from seqclf.layers.recurrence import Trace, Weights

_CHUNK = 8


class GruCell:
    """State: the output. Gates: update, reset, candidate. Bias ``[2, 3 * units]``: of ``x W`` and of ``h U``."""

    chunk = _CHUNK

    def arranged(self, weights: Weights) -> Weights:
        return weights

    def forward(self, x: tf.Tensor, weights: Weights, initial: Tensors) -> Trace:
        units = int(weights.recurrent_kernel.shape[0])
        for_gates, for_candidate = weights.recurrent_kernel[:, : 2 * units], weights.recurrent_kernel[:, 2 * units :]
        # The gates' bias of h U can be added to x W for all steps at once.
        bias = weights.bias[0] + tf.concat([weights.bias[1, : 2 * units], tf.zeros([units], x.dtype)], axis=0)
        candidate_bias = weights.bias[1, 2 * units :]

        def steps(projection: tf.Tensor, states: Tensors) -> tuple[Tensors, list[tf.Tensor]]:
            (h,) = states
            batch = tf.shape(h)[0]
            xs = tf.reshape(projection, [_CHUNK, batch, 3 * units])
            x_gates, x_candidate = (
                tf.unstack(xs[..., : 2 * units], num=_CHUNK),
                tf.unstack(xs[..., 2 * units :], num=_CHUNK),
            )
            traces: list[list[tf.Tensor]] = []
            for step in range(_CHUNK):
                gates = tf.sigmoid(x_gates[step] + tf.matmul(h, for_gates))
                update, reset = tf.split(gates, 2, axis=-1)
                recurrent = tf.nn.bias_add(tf.matmul(h, for_candidate), candidate_bias)
                candidate = tf.tanh(x_candidate[step] + reset * recurrent)
                h = candidate + update * (h - candidate)
                traces.append([h, update, reset, candidate, recurrent])
            return (h,), [tf.stack(trace) for trace in zip(*traces, strict=True)]

        h, *saved = forward_in_chunks(x, weights.kernel, bias, initial, steps, size=_CHUNK, tensors=5)
        return Trace((h.concat(),), saved)

    def chunk_gradient(self, trace: Trace, weights: Weights, initial: Tensors) -> _GruChunkGradient:
        return _GruChunkGradient(trace, weights, initial)

    def bias_gradient(self, of_projection: tf.Tensor, of_recurrence: tf.Tensor) -> tf.Tensor:
        return tf.stack([of_projection, of_recurrence])


class _GruChunkGradient:
    def __init__(self, trace: Trace, weights: Weights, initial: Tensors) -> None:
        self._trace, self._initial = trace, initial
        self._transposed = tf.transpose(weights.recurrent_kernel)
        self._units = int(weights.recurrent_kernel.shape[0])

    def __call__(
        self, chunk: tf.Tensor, carry: Tensors, of_states: list[list[tf.Tensor]]
    ) -> tuple[tf.Tensor, tf.Tensor, Tensors]:
        start = chunk * _CHUNK
        update, reset, candidate, recurrent = (array.read(chunk) for array in self._trace.saved)
        outputs = self._trace.states[0]
        before = states_before(outputs, self._initial[0], start, _CHUNK)
        # Every gradient at a step is the output's gradient times a factor known in advance.
        for_candidate = (1 - update) * (1 - candidate * candidate)
        for_update = (before - candidate) * update * (1 - update)
        for_reset = for_candidate * recurrent * reset * (1 - reset)
        factors = tf.unstack(tf.stack([for_update, for_reset, for_candidate * reset], axis=2), num=_CHUNK)
        updates = tf.unstack(update, num=_CHUNK)
        (of_h,) = carry
        of_outputs, of_recurrence = [], []
        for step in reversed(range(_CHUNK)):
            if of_states:
                of_h += of_states[0][step]
            of_outputs.append(of_h)
            of_gates = tf.reshape(of_h[:, tf.newaxis] * factors[step], [-1, 3 * self._units])
            of_recurrence.append(of_gates)
            of_h = of_h * updates[step] + tf.matmul(of_gates, self._transposed)
        joined = tf.concat(of_recurrence[::-1], axis=0)
        of_candidate = tf.reshape(tf.stack(of_outputs[::-1]) * for_candidate, [-1, self._units])
        of_projection = tf.concat([joined[:, : 2 * self._units], of_candidate], axis=1)
        return of_projection, joined, (of_h,)
