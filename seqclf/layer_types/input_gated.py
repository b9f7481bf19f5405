"""Recurrent layers whose gates depend only on the input, so that they need few, large matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.recurrent import RecurrentLayer

if TYPE_CHECKING:
    from seqclf.onnx_writer.cell import Weights
    from seqclf.onnx_writer.graph import Graph
    from seqclf.onnx_writer.recurrent import Gate, Reading


class _Mixing(RecurrentLayer):
    """``s_t = a_t s_{t-1} + (1 - a_t) candidate_t``; further gates of the input may turn the state into an output."""

    gates: ClassVar[int]
    candidate: ClassVar = "linear"

    def _readings(
        self,
        graph: Graph,
        x: str,
        lengths: str,
        by_direction: Sequence[Weights],
        reverse: bool,
        *,
        before: Sequence[str] = (),
    ) -> list[Reading]:
        from seqclf.onnx_writer.recurrent import Reading, gates_of, last_of, read_mixed

        read = []
        for place, weights in enumerate(by_direction):
            backwards = reverse or place == 1
            gates = gates_of(weights, self.gates)
            source, decay, candidate = self._mixed(graph, x, gates)
            state = read_mixed(
                graph,
                self.candidate,
                source,
                lengths,
                decay=decay,
                candidate=candidate,
                reverse=backwards,
                before=before,
            )
            if (every := self._output(graph, x, state.every, gates)) != state.every:
                state = Reading(every, last_of(graph, every, lengths, reverse=backwards), state.states)
            read.append(state)
        return read

    def _mixed(self, graph: Graph, x: str, gates: Sequence[Gate]) -> tuple[str, Gate, Gate]:
        """The input, and the gates that compute ``sigmoid^-1(a)`` and the candidate (before its activation) from it."""
        return x, gates[0], gates[1]

    def _output(self, graph: Graph, x: str, state: str, gates: Sequence[Gate]) -> str:
        return state


class MinGru(_Mixing):
    """minGRU (Feng et al. 2024): gate and candidate depend only on the input; several times faster than `gru`."""

    keras_name: ClassVar = "MinGRU"
    gates: ClassVar = 2

    type: Literal["min_gru"] = Field(description="Layer type.")

    def _mixed(self, graph: Graph, x: str, gates: Sequence[Gate]) -> tuple[str, Gate, Gate]:
        return x, (-gates[0][0], -gates[0][1]), gates[1]


class MinLstm(_Mixing):
    """minLSTM (Feng et al. 2024): the normalised forget and input gates and the candidate depend only on the input."""

    keras_name: ClassVar = "MinLSTM"
    gates: ClassVar = 3

    type: Literal["min_lstm"] = Field(description="Layer type.")

    def _mixed(self, graph: Graph, x: str, gates: Sequence[Gate]) -> tuple[str, Gate, Gate]:
        import numpy as np

        from seqclf.onnx_writer.recurrent import product

        # f / (f + i) is the sigmoid of log f - log i, and log sigmoid(v) is -softplus(-v).
        logs = [graph.op("Softplus", graph.op("Neg", product(graph, x, gate))) for gate in gates[:2]]
        decay = graph.op("Sub", logs[1], logs[0])
        own, nothing = np.eye(self.units, dtype=np.float32), np.zeros((self.units, self.units), np.float32)
        zero = np.zeros(self.units, np.float32)
        both = graph.op("Concat", decay, product(graph, x, gates[2]), axis=-1)
        return both, (np.concatenate([own, nothing]), zero), (np.concatenate([nothing, own]), zero)


class Qrnn(_Mixing):
    """Quasi-recurrent network (Bradbury et al. 2017) with window size 1; a `conv1d` before it adds context."""

    keras_name: ClassVar = "QRNN"
    gates: ClassVar = 3
    candidate: ClassVar = "tanh"

    type: Literal["qrnn"] = Field(description="Layer type.")

    def _output(self, graph: Graph, x: str, state: str, gates: Sequence[Gate]) -> str:
        from seqclf.onnx_writer.recurrent import product

        return graph.op("Mul", graph.op("Sigmoid", product(graph, x, gates[2])), state)


class Sru(_Mixing):
    """Simple recurrent unit (Lei et al. 2018): gates that depend only on the input, and a projected skip connection."""

    keras_name: ClassVar = "SRU"
    gates: ClassVar = 4

    type: Literal["sru"] = Field(description="Layer type.")

    def _output(self, graph: Graph, x: str, state: str, gates: Sequence[Gate]) -> str:
        from seqclf.onnx_writer.recurrent import product

        reset, skip = graph.op("Sigmoid", product(graph, x, gates[2])), product(graph, x, gates[3])
        change = graph.op("Sub", graph.op("Tanh", state), skip)
        return graph.op("Add", skip, graph.op("Mul", reset, change))
