"""``lstm``, ``gru`` and ``simple_rnn``, and what all recurrent layers have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Activation, Context, Flow, Initializer, Layer, Tensor, initializer
from seqclf.option_types import NonNegativeReal, PositiveReal, Share, Tokens, Width

if TYPE_CHECKING:
    from seqclf.onnx_writer.cell import Weights
    from seqclf.onnx_writer.graph import Graph, OnnxFlow
    from seqclf.onnx_writer.recurrent import Reading

_SLOW = "rules out the layer's fast kernels: it takes about twice as long on a CPU"


class RecurrentLayer(Layer):
    reads: ClassVar = True
    leaves: ClassVar = "either"
    keras_name: ClassVar[str]
    """Of the class in ``seqclf.layers``."""
    kept_per_unit: ClassVar[int] = 7
    """Numbers that a training step keeps for a unit and a token, as measured."""

    units: Width = Field(description="Length of the state, and of the output in each direction.")
    bidirectional: bool = Field(False, description="Read the text in both directions and join the two results.")
    merge_mode: Literal["concat", "sum", "mul", "ave"] = Field(
        "concat",
        description="Whether the two results are concatenated, added, multiplied or averaged; needs `bidirectional`.",
    )
    go_backwards: bool = Field(False, description="Read the text from end to start.")
    return_sequences: bool | None = Field(
        None,
        description="Return a vector for each token instead of one for the text; null: as the next layer needs it.",
    )
    dropout: Share = Field(0.0, description="Fraction of the inputs dropped, the same ones at every step of a text.")
    segment: Tokens | None = Field(
        None,
        description="Cut the text into pieces of this many tokens, which are read separately and at the same time; a "
        "pool after the layer joins them (Johnson & Zhang 2016). null: do not cut the text.",
    )
    use_bias: bool = Field(True, description="Add a learnt bias.")
    kernel_initializer: Initializer = Field("glorot_uniform", description="Initial weights of the input.")
    kernel_l2: NonNegativeReal = Field(
        0.0, description="L2 penalty: factor of the sum of squared input weights that is added to the training loss."
    )
    max_norm: PositiveReal | None = Field(
        None, description="Bound on the norm of each unit's weights, enforced after each step."
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.merge_mode != "concat" and not self.bidirectional:
            yield "merge_mode", "there is one direction and nothing to join: add bidirectional: true, or leave it out"
        if self.go_backwards and self.bidirectional:
            yield "go_backwards", "bidirectional: true reads both ways already: leave one of the two out"

    def kept_numbers(self, tokens: int) -> int:
        return tokens * self.units * (2 if self.bidirectional else 1) * self.kept_per_unit

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        from seqclf.layers import Bidirectional, Segmented

        if self.bidirectional:
            # Both directions are made here because Bidirectional's own copy would share the first one's seeds.
            forward = self._one_way(f"{name}_forward", context)
            backward = self._one_way(f"{name}_backward", context, go_backwards=True)
            layer = Bidirectional(forward, merge_mode=self.merge_mode, backward_layer=backward, name=name)
        else:
            layer = self._one_way(name, context)
        if self.segment is not None:
            layer = Segmented(layer, self.segment, name=f"{name}_segments")
        if not self.go_backwards:
            return replace(flow, x=layer(flow.x, mask=flow.mask))
        x = layer(_reversed(flow.x, flow.mask), mask=flow.mask)
        return replace(flow, x=_reversed(x, flow.mask) if self.return_sequences else x)

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.recurrent import joined, segmented, turned, whole

        weights = graph.weights(name if self.segment is None else f"{name}_segments")
        half = len(weights) // 2
        ways = [weights[:half], weights[half:]] if self.bidirectional else [weights]
        if self.segment is None:
            x, lengths = flow.x, flow.lengths
        else:  # pieces are counted in the order of reading
            x = turned(graph, flow.x, flow.lengths) if self.go_backwards else flow.x
            x, lengths = segmented(graph, replace(flow, x=x), self.segment)
        in_time = graph.op("Transpose", x, perm=[1, 0, 2])
        readings = self._readings(graph, in_time, lengths, ways, self.go_backwards and self.segment is None)
        x = joined(graph, readings, self.merge_mode, sequences=bool(self.return_sequences))
        width = self.units * (2 if self.bidirectional and self.merge_mode == "concat" else 1)
        after = replace(flow, x=x, width=width, is_sequence=bool(self.return_sequences))
        if self.segment is None:
            return after
        x = whole(graph, after, flow)
        return replace(after, x=turned(graph, x, flow.lengths) if self.go_backwards else x)

    @abstractmethod
    def _readings(self, graph: Graph, x: str, lengths: str, ways: Sequence[Weights], reverse: bool) -> list[Reading]:
        """Each way's outputs, as of ``seqclf.onnx_writer.recurrent.read``; ``ways`` hold the weights of each."""

    def _one_way(self, name: str, context: Context, **direction: bool) -> Any:
        from seqclf import layers

        kind = getattr(layers, self.keras_name)
        options = self._options(context)
        made = kind(
            self.units,
            return_sequences=bool(self.return_sequences),
            dropout=self.dropout,
            seed=context.seeds(),
            name=name,
            **direction,
            **options,
        )
        made.portable = context.portable
        return made

    def _options(self, context: Context) -> dict[str, Any]:
        import keras

        options: dict[str, Any] = {
            "use_bias": self.use_bias,
            "kernel_initializer": initializer(self.kernel_initializer, context),
        }
        if self.kernel_l2:
            options["kernel_regularizer"] = keras.regularizers.L2(self.kernel_l2)
        if self.max_norm is not None:
            options["kernel_constraint"] = keras.constraints.MaxNorm(self.max_norm)
        return options


def _reversed(x: Tensor, mask: Tensor) -> Tensor:
    """Each text's real tokens in the opposite order; padding stays behind them."""
    import keras

    real = keras.ops.cast(mask, "int32")
    place = keras.ops.cumsum(real, axis=1) - 1
    total = keras.ops.sum(real, axis=1, keepdims=True)
    source = keras.ops.where(mask, total - 1 - place, place)  # of padding: the last token, which the mask hides
    return keras.ops.take_along_axis(x, keras.ops.expand_dims(keras.ops.maximum(source, 0), -1), axis=1)


class SteppedLayer(RecurrentLayer):
    """A cell whose gates look at the state before."""

    activation: Activation = Field("tanh", description="Non-linearity of the state.")
    recurrent_dropout: Share = Field(0.0, description="Fraction of the state dropped, the same units at every step.")
    recurrent_initializer: Initializer = Field("orthogonal", description="Initial weights of the state.")
    recurrent_l2: NonNegativeReal = Field(
        0.0, description="L2 penalty: factor of the sum of squared state weights that is added to the training loss."
    )

    def kept_numbers(self, tokens: int) -> int:
        return super().kept_numbers(tokens) * (2 if self.recurrent_dropout else 1)

    def warnings(self) -> Iterator[tuple[str, str]]:
        needed = {"activation": "tanh", "recurrent_activation": "sigmoid", "recurrent_dropout": 0, "reset_after": True}
        on_a_gpu = "" if isinstance(self, SimpleRnn) else ", several times as long on a GPU"
        for option, value in needed.items():
            if getattr(self, option, value) != value:
                yield option, f"{str(getattr(self, option)).lower()} {_SLOW}{on_a_gpu}"

    def _options(self, context: Context) -> dict[str, Any]:
        import keras

        options = super()._options(context) | {
            "recurrent_initializer": initializer(self.recurrent_initializer, context),
            "activation": self.activation,
            "recurrent_dropout": self.recurrent_dropout,
            # Where no layer looks; what Bidirectional does, too. Without sequences Keras would zero the last output.
            "zero_output_for_mask": bool(self.return_sequences),
        }
        if self.recurrent_l2:
            options["recurrent_regularizer"] = keras.regularizers.L2(self.recurrent_l2)
        if self.max_norm is not None:
            options["recurrent_constraint"] = keras.constraints.MaxNorm(self.max_norm)
        if isinstance(self, Lstm | Gru):
            # Only these have a cuDNN kernel, which runs on no CPU; its use is not in their get_config().
            use_cudnn = False if context.portable else "auto"
            options |= {"recurrent_activation": self.recurrent_activation, "use_cudnn": use_cudnn}
        return options

    def _readings(self, graph: Graph, x: str, lengths: str, ways: Sequence[Weights], reverse: bool) -> list[Reading]:
        from seqclf.onnx_writer.cell import Cell
        from seqclf.onnx_writer.recurrent import read

        options = {name: getattr(self, name) for name in ("recurrent_activation", "reset_after") if hasattr(self, name)}
        cell = Cell(self.keras_name.replace("Simple", ""), self.units, self.activation, **options)
        return read(graph, cell, x, lengths, ways, reverse=reverse)


class Lstm(SteppedLayer):
    """Long short-term memory (Hochreiter & Schmidhuber 1997)."""

    keras_name: ClassVar = "LSTM"

    type: Literal["lstm"] = Field(description="The kind of layer.")
    recurrent_activation: Activation = Field("sigmoid", description="Non-linearity of the gates.")
    unit_forget_bias: bool = Field(
        True, description="Start the forget gate's bias at 1, so that the state is kept (Jozefowicz et al. 2015)."
    )

    def _options(self, context: Context) -> dict[str, Any]:
        return super()._options(context) | {"unit_forget_bias": self.unit_forget_bias}


class Gru(SteppedLayer):
    """Gated recurrent unit (Cho et al. 2014)."""

    keras_name: ClassVar = "GRU"

    type: Literal["gru"] = Field(description="The kind of layer.")
    recurrent_activation: Activation = Field("sigmoid", description="Non-linearity of the gates.")
    reset_after: bool = Field(
        True,
        description="Apply the reset gate after the product with the state's weights (cuDNN's form), not before it.",
    )

    def _options(self, context: Context) -> dict[str, Any]:
        return super()._options(context) | {"reset_after": self.reset_after}


class SimpleRnn(SteppedLayer):
    """The vanilla recurrent cell, `h_t = activation(W x_t + U h_{t-1} + b)` (Elman 1990)."""

    keras_name: ClassVar = "SimpleRNN"
    kept_per_unit: ClassVar = 3

    type: Literal["simple_rnn"] = Field(description="The kind of layer.")
