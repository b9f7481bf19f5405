"""The LSTM (Hochreiter & Schmidhuber 1997; forget gates: Gers et al. 2000), with TensorFlow's fused kernels.

``BlockLSTM`` does the forward pass in one operator. Its gradient operator multiplies by the transposed weights and
updates their gradients at every step; here ``LSTMBlockCellGrad`` does only the element-wise part of a step. Wide layers
spend their time in products, which are faster in ``MatMul`` than in ``BlockLSTM``: their forward pass runs in chunks.
"""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf

from seqclf.layers.chunks import Tensors, forward_in_chunks, state_before
from seqclf.layers.recurrence import Trace, Weights

_CHUNK = 8
_WIDE = 192  # units


@dataclass(frozen=True)
class _Saved:
    """``[steps, batch, units]`` each: gates after their non-linearity, candidate, and ``tanh`` of the cell state."""

    input_gate: tf.Tensor
    forget_gate: tf.Tensor
    output_gate: tf.Tensor
    candidate: tf.Tensor
    cell_tanh: tf.Tensor


class LstmCell:
    """States: the output and the cell state. Bias ``[4 * units]``."""

    chunk = _CHUNK

    def arranged(self, weights: Weights) -> Weights:
        """Gates in the order of the kernels (input, candidate, forget, output); Keras has the forget gate second."""

        def swapped(gates: tf.Tensor) -> tf.Tensor:
            i, f, candidate, o = tf.split(gates, 4, axis=-1)
            return tf.concat([i, candidate, f, o], axis=-1)

        return Weights(*map(swapped, (weights.kernel, weights.recurrent_kernel, weights.bias)))

    def forward(self, x: tf.Tensor, weights: Weights, initial: Tensors) -> Trace:
        wide = weights.recurrent_kernel.shape[0] >= _WIDE
        return _forward_in_chunks(x, weights, initial) if wide else _forward_in_one(x, weights, initial)

    def chunk_gradient(self, trace: Trace, weights: Weights, initial: Tensors) -> _LstmChunkGradient:
        return _LstmChunkGradient(trace, weights, initial)

    def bias_gradient(self, of_projection: tf.Tensor, of_recurrence: tf.Tensor) -> tf.Tensor:
        return of_projection


def _forward_in_one(x: tf.Tensor, weights: Weights, initial: Tensors) -> Trace:
    no_peephole = tf.zeros([weights.recurrent_kernel.shape[0]])
    i, c, f, o, candidate, cell_tanh, h = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.shape(x, out_type=tf.int64)[0],
        x=x,
        cs_prev=initial[1],
        h_prev=initial[0],
        w=tf.concat([weights.kernel, weights.recurrent_kernel], axis=0),
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        b=weights.bias,
        forget_bias=0.0,
        cell_clip=-1.0,  # none
        use_peephole=False,
    )
    return Trace((h, c), _Saved(i, f, o, candidate, cell_tanh))


def _forward_in_chunks(x: tf.Tensor, weights: Weights, initial: Tensors) -> Trace:
    def steps(projection: tf.Tensor, states: Tensors) -> tuple[Tensors, list[tf.Tensor]]:
        of_inputs = tf.split(projection, _CHUNK, axis=0)
        h, c = states
        traces: list[list[tf.Tensor]] = []
        for of_input in of_inputs:
            gates = of_input + tf.matmul(h, weights.recurrent_kernel)
            i, candidate, f, o = tf.split(gates, 4, axis=-1)
            i, candidate, f, o = tf.sigmoid(i), tf.tanh(candidate), tf.sigmoid(f), tf.sigmoid(o)
            c = f * c + i * candidate
            cell_tanh = tf.tanh(c)
            h = o * cell_tanh
            traces.append([h, c, i, f, o, candidate, cell_tanh])
        return (h, c), [tf.stack(trace) for trace in zip(*traces, strict=True)]

    h, c, *saved = (
        array.concat()
        for array in forward_in_chunks(x, weights.kernel, weights.bias, initial, steps, size=_CHUNK, tensors=7)
    )
    return Trace((h, c), _Saved(*saved))


class _LstmChunkGradient:
    def __init__(self, trace: Trace, weights: Weights, initial: Tensors) -> None:
        self._trace, self._initial = trace, initial
        self._transposed = tf.transpose(weights.recurrent_kernel)
        units = int(weights.recurrent_kernel.shape[0])
        # The kernel uses the shapes of these tensors, not their values.
        self._unused = {
            "x": tf.zeros_like(initial[0]),
            "h_prev": tf.zeros_like(initial[0]),
            "w": tf.zeros([2 * units, 4 * units]),
            "b": tf.zeros([4 * units]),
            **dict.fromkeys(["wci", "wcf", "wco"], tf.zeros([units])),
        }

    def __call__(
        self, chunk: tf.Tensor, carry: Tensors, of_states: list[list[tf.Tensor]]
    ) -> tuple[tf.Tensor, tf.Tensor, Tensors]:
        start = chunk * _CHUNK
        saved: _Saved = self._trace.saved

        def steps(values: tf.Tensor) -> list[tf.Tensor]:
            return tf.unstack(values[start : start + _CHUNK], num=_CHUNK)  # type: ignore[no-any-return]

        i, f, o = steps(saved.input_gate), steps(saved.forget_gate), steps(saved.output_gate)
        candidate, cell_tanh = steps(saved.candidate), steps(saved.cell_tanh)
        cells = self._trace.states[1]
        c = steps(cells)
        before = [state_before(cells, self._initial[1], start), *c[:-1]]
        of_h, of_c = carry
        of_gates = []
        for step in reversed(range(_CHUNK)):
            if of_states:
                of_h += of_states[0][step]
            if len(of_states) > 1:
                of_c += of_states[1][step]
            of_c, of_gate, *_ = tf.raw_ops.LSTMBlockCellGrad(
                cs_prev=before[step],
                i=i[step],
                cs=c[step],
                f=f[step],
                o=o[step],
                ci=candidate[step],
                co=cell_tanh[step],
                cs_grad=of_c,
                h_grad=of_h,
                use_peephole=False,
                **self._unused,
            )
            of_h = tf.matmul(of_gate, self._transposed)
            of_gates.append(of_gate)
        of_projection = tf.concat(of_gates[::-1], axis=0)
        return of_projection, of_projection, (of_h, of_c)
