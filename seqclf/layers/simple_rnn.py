"""The vanilla recurrent cell (Elman 1990): ``h' = tanh(x W + b + h U)``."""

from __future__ import annotations

import tensorflow as tf

from seqclf.layers.chunks import Tensors, forward_in_chunks
from seqclf.layers.recurrence import Trace, Weights

_CHUNK = 8


class SimpleRnnCell:
    """State: the output. Bias ``[units]``."""

    chunk = _CHUNK

    def arranged(self, weights: Weights) -> Weights:
        return weights

    def forward(self, x: tf.Tensor, weights: Weights, initial: Tensors) -> Trace:
        recurrent_kernel = weights.recurrent_kernel

        def steps(projection: tf.Tensor, states: Tensors) -> tuple[Tensors, list[tf.Tensor]]:
            (h,) = states
            outputs = []
            for projected in tf.split(projection, _CHUNK):
                h = tf.tanh(projected + tf.matmul(h, recurrent_kernel))
                outputs.append(h)
            return (h,), [tf.stack(outputs)]

        (outputs,) = forward_in_chunks(x, weights.kernel, weights.bias, initial, steps, size=_CHUNK, tensors=1)
        return Trace((outputs.concat(),), None)

    def chunk_gradient(self, trace: Trace, weights: Weights, initial: Tensors) -> _SimpleRnnChunkGradient:
        return _SimpleRnnChunkGradient(trace, weights)

    def bias_gradient(self, of_projection: tf.Tensor, of_recurrence: tf.Tensor) -> tf.Tensor:
        return of_projection


class _SimpleRnnChunkGradient:
    def __init__(self, trace: Trace, weights: Weights) -> None:
        self._outputs = trace.states[0]
        self._transposed = tf.transpose(weights.recurrent_kernel)

    def __call__(
        self, chunk: tf.Tensor, carry: Tensors, of_states: list[list[tf.Tensor]]
    ) -> tuple[tf.Tensor, tf.Tensor, Tensors]:
        start = chunk * _CHUNK
        outputs = tf.unstack(self._outputs[start : start + _CHUNK], num=_CHUNK)
        (of_h,) = carry
        of_steps = []
        for step in reversed(range(_CHUNK)):
            if of_states:
                of_h += of_states[0][step]
            of_step = tf.raw_ops.TanhGrad(y=outputs[step], dy=of_h)
            of_h = tf.matmul(of_step, self._transposed)
            of_steps.append(of_step)
        of_projection = tf.concat(of_steps[::-1], axis=0)
        return of_projection, of_projection, (of_h,)
