"""``lstm``, ``gru`` and ``simple_rnn``, and the base class of all recurrent layers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import (
    Activation,
    Context,
    Flow,
    Initializer,
    Layer,
    Tensor,
    initializer,
    layer_name,
    state_names,
)
from seqclf.option_types import Fraction, NonNegativeReal, PositiveReal, Tokens, Width

if TYPE_CHECKING:
    from seqclf.onnx_writer.cell import Weights
    from seqclf.onnx_writer.graph import Graph, OnnxFlow
    from seqclf.onnx_writer.recurrent import Reading

_SLOW = "disables the layer's fast kernels: training takes about twice as long on a CPU"


class RecurrentLayer(Layer):
    reads: ClassVar = True
    leaves: ClassVar = "either"
    shaping: ClassVar[tuple[str, ...]] = ("units", "bidirectional", "use_bias")
    only_training: ClassVar[tuple[str, ...]] = ("dropout", "kernel_initializer", "kernel_l2", "max_norm")
    keras_name: ClassVar[str]
    """Name of the class in ``seqclf.layers``."""
    kept_per_unit: ClassVar[int] = 7
    """Values that a training step stores per unit and token (measured)."""
    states: ClassVar[int] = 1
    """Vectors of ``units`` entries that make up the state."""

    units: Width = Field(description="Dimension of the state, and of the output in each direction.")
    bidirectional: bool = Field(False, description="Read the text in both directions and merge the two outputs.")
    merge_mode: Literal["concat", "sum", "mul", "ave"] = Field(
        "concat",
        description="Concatenate, add, multiply or average the two outputs; needs `bidirectional`.",
    )
    go_backwards: bool = Field(False, description="Read the text backwards.")
    return_sequences: bool | None = Field(
        None,
        description="Return one vector per token instead of one per text; null: whichever the next layer needs.",
    )
    dropout: Fraction = Field(0.0, description="Fraction of the inputs dropped, the same ones at every step of a text.")
    segment: Tokens | None = Field(
        None,
        description="Split the text into segments of this many tokens, which are read independently and in parallel; "
        "a pool after the layer combines them (Johnson & Zhang 2016). null: do not split the text.",
    )
    use_bias: bool = Field(True, description="Add a trainable bias.")
    kernel_initializer: Initializer = Field("glorot_uniform", description="Initial values of the input weights.")
    kernel_l2: NonNegativeReal = Field(
        0.0, description="L2 penalty: this times the sum of squared input weights is added to the training loss."
    )
    max_norm: PositiveReal | None = Field(
        None, description="Maximum norm of each unit's weights, enforced after each step."
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.merge_mode != "concat" and not self.bidirectional:
            yield "merge_mode", "has no effect on a layer with one direction: add bidirectional: true, or remove it"
        if self.go_backwards and self.bidirectional:
            yield "go_backwards", "bidirectional: true already reads in both directions; remove one of the two"

    def looks_ahead(self) -> Iterator[tuple[str, str]]:
        if self.bidirectional:
            yield "bidirectional", "is true: half of the layer reads the text backwards"
        if self.go_backwards:
            yield "go_backwards", "is true: the layer reads the text backwards"
        if self.segment is not None:
            yield "segment", "splits the text, so the state would not be carried on; remove it"

    def width_after(self, width: int) -> int:
        return self.units * (2 if self.bidirectional and self.merge_mode == "concat" else 1)

    def kept_numbers(self, tokens: int) -> int:
        return tokens * self.units * (2 if self.bidirectional else 1) * self.kept_per_unit

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        from seqclf.layers import Bidirectional, Segmented

        if self.bidirectional:
            # Both directions are built here because the copy that Bidirectional makes would share the seeds.
            forward = self._one_direction(layer_name(name, "forward"), context)
            backward = self._one_direction(layer_name(name, "backward"), context, go_backwards=True)
            layer = Bidirectional(forward, merge_mode=self.merge_mode, backward_layer=backward, name=name)
        elif context.carry is not None:
            layer = self._one_direction(name, context, return_state=True)
            return replace(flow, x=context.carry.through(layer, flow, states=self.states))
        else:
            layer = self._one_direction(name, context)
        if self.segment is not None:
            layer = Segmented(layer, self.segment, name=layer_name(name, "segments"))
        if not self.go_backwards:
            return replace(flow, x=layer(flow.x, mask=flow.mask))
        x = layer(_reversed(flow.x, flow.mask), mask=flow.mask)
        return replace(flow, x=_reversed(x, flow.mask) if self.return_sequences else x)

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.recurrent import joined, reversed_texts, segmented, unsegmented

        weights = graph.weights(name if self.segment is None else layer_name(name, "segments"))
        half = len(weights) // 2
        by_direction = [weights[:half], weights[half:]] if self.bidirectional else [weights]
        if self.segment is None:
            x, lengths = flow.x, flow.lengths
        else:  # segments start where reading starts
            x = reversed_texts(graph, flow.x, flow.lengths) if self.go_backwards else flow.x
            x, lengths = segmented(graph, replace(flow, x=x), self.segment)
        in_time = graph.op("Transpose", x, perm=[1, 0, 2])
        reverse = self.go_backwards and self.segment is None
        if graph.carry is None:
            readings = self._readings(graph, in_time, lengths, by_direction, reverse)
        else:
            readings = [self._carried(graph, in_time, lengths, weights, name)]
        x = joined(graph, readings, self.merge_mode, sequences=bool(self.return_sequences))
        width = self.units * (2 if self.bidirectional and self.merge_mode == "concat" else 1)
        after = replace(flow, x=x, width=width, is_sequence=bool(self.return_sequences))
        if self.segment is None:
            return after
        x = unsegmented(graph, after, flow)
        return replace(after, x=reversed_texts(graph, x, flow.lengths) if self.go_backwards else x)

    def _carried(self, graph: Graph, x: str, lengths: str, weights: Weights, name: str) -> Reading:
        """The outputs of the layer ``name``, whose states are inputs of the graph."""
        from seqclf.onnx_writer.carry import State
        from seqclf.onnx_writer.inputs import at_least_one

        assert graph.carry is not None
        names = state_names(name, self.states)
        before = [at_least_one(graph, state, padding=graph.constant(0.0)) for state in names]
        [reading] = self._readings(graph, x, lengths, [weights], False, before=before)
        values = zip(names, before, reading.states, strict=True)
        graph.carry.states += [State(state, self.units, value, after) for state, value, after in values]
        return reading

    @abstractmethod
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
        """Outputs of each direction, as in ``seqclf.onnx_writer.recurrent.read``, with the weights of each."""

    def _one_direction(self, name: str, context: Context, **flags: bool) -> Any:
        from seqclf import layers

        kind = getattr(layers, self.keras_name)
        options = self._options(context)
        made = kind(
            self.units,
            return_sequences=bool(self.return_sequences),
            dropout=self.dropout,
            seed=context.seeds(),
            name=name,
            **flags,
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
    """Each text's real tokens in reverse order; the padding stays after them."""
    import keras

    real = keras.ops.cast(mask, "int32")
    place = keras.ops.cumsum(real, axis=1) - 1
    total = keras.ops.sum(real, axis=1, keepdims=True)
    source = keras.ops.where(mask, total - 1 - place, place)  # padding repeats the last token; the mask hides it
    return keras.ops.take_along_axis(x, keras.ops.expand_dims(keras.ops.maximum(source, 0), -1), axis=1)


class SteppedLayer(RecurrentLayer):
    """A cell whose gates depend on the previous state."""

    only_training: ClassVar[tuple[str, ...]] = (
        *RecurrentLayer.only_training,
        "recurrent_dropout",
        "recurrent_weight_drop",
        "recurrent_initializer",
        "recurrent_l2",
    )

    activation: Activation = Field("tanh", description="Activation function of the state.")
    recurrent_dropout: Fraction = Field(0.0, description="Fraction of the state dropped, the same units at every step.")
    recurrent_weight_drop: Fraction = Field(
        0.0,
        description="Fraction of the state weights that are zero for a whole training batch (DropConnect, Wan et al. "
        "2013, as in Merity et al. 2018). Unlike `recurrent_dropout`, it keeps the fast kernels of a CPU; on a GPU the "
        "layer then uses them instead of cuDNN.",
    )
    recurrent_initializer: Initializer = Field("orthogonal", description="Initial values of the state weights.")
    recurrent_l2: NonNegativeReal = Field(
        0.0, description="L2 penalty: this times the sum of squared state weights is added to the training loss."
    )

    def kept_numbers(self, tokens: int) -> int:
        return super().kept_numbers(tokens) * (2 if self.recurrent_dropout else 1)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if self.recurrent_weight_drop:
            for option, value in self._slow_options():
                message = (
                    f"{str(getattr(self, option)).lower()} does not go with recurrent_weight_drop, which needs the "
                    f"layer's fast kernels: set it to {str(value).lower()}, or remove recurrent_weight_drop"
                )
                yield option, message

    def warnings(self) -> Iterator[tuple[str, str]]:
        on_a_gpu = "" if isinstance(self, SimpleRnn) else ", several times as long on a GPU"
        for option, _ in self._slow_options():
            yield option, f"{str(getattr(self, option)).lower()} {_SLOW}{on_a_gpu}"

    def _slow_options(self) -> Iterator[tuple[str, Any]]:
        """Options that disable the fast kernels, with the value that would not."""
        needed = {"activation": "tanh", "recurrent_activation": "sigmoid", "recurrent_dropout": 0, "reset_after": True}
        for option, value in needed.items():
            if getattr(self, option, value) != value:
                yield option, value

    def _options(self, context: Context) -> dict[str, Any]:
        import keras

        options = super()._options(context) | {
            "recurrent_initializer": initializer(self.recurrent_initializer, context),
            "activation": self.activation,
            "recurrent_dropout": self.recurrent_dropout,
            "recurrent_weight_drop": self.recurrent_weight_drop,
            # No layer reads these outputs; Bidirectional does the same. Without sequences, Keras would zero the last.
            "zero_output_for_mask": bool(self.return_sequences),
        }
        if self.recurrent_l2:
            options["recurrent_regularizer"] = keras.regularizers.L2(self.recurrent_l2)
        if self.max_norm is not None:
            options["recurrent_constraint"] = keras.constraints.MaxNorm(self.max_norm)
        if isinstance(self, Lstm | Gru):
            # Only these have a cuDNN kernel, which needs a GPU; get_config() does not include `use_cudnn`.
            use_cudnn = False if context.portable else "auto"
            options |= {"recurrent_activation": self.recurrent_activation, "use_cudnn": use_cudnn}
        return options

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
        from seqclf.onnx_writer.cell import Cell
        from seqclf.onnx_writer.recurrent import read

        options = {name: getattr(self, name) for name in ("recurrent_activation", "reset_after") if hasattr(self, name)}
        cell = Cell(self.keras_name.replace("Simple", ""), self.units, self.activation, **options)
        return read(graph, cell, x, lengths, by_direction, reverse=reverse, before=before)


class Lstm(SteppedLayer):
    """Long short-term memory (Hochreiter & Schmidhuber 1997)."""

    keras_name: ClassVar = "LSTM"
    states: ClassVar = 2
    other_names: ClassVar = ("bilstm", "bidirectional")
    only_training: ClassVar = (*SteppedLayer.only_training, "unit_forget_bias")

    type: Literal["lstm"] = Field(description="Layer type.")
    recurrent_activation: Activation = Field("sigmoid", description="Activation function of the gates.")
    unit_forget_bias: bool = Field(
        True, description="Initialise the forget gate's bias to 1, which keeps the state (Jozefowicz et al. 2015)."
    )

    def _options(self, context: Context) -> dict[str, Any]:
        return super()._options(context) | {"unit_forget_bias": self.unit_forget_bias}


class Gru(SteppedLayer):
    """Gated recurrent unit (Cho et al. 2014)."""

    keras_name: ClassVar = "GRU"
    shaping: ClassVar = (*RecurrentLayer.shaping, "reset_after")

    type: Literal["gru"] = Field(description="Layer type.")
    recurrent_activation: Activation = Field("sigmoid", description="Activation function of the gates.")
    reset_after: bool = Field(
        True,
        description="Apply the reset gate after the product with the state weights (as cuDNN does) instead of before.",
    )

    def _options(self, context: Context) -> dict[str, Any]:
        return super()._options(context) | {"reset_after": self.reset_after}


class SimpleRnn(SteppedLayer):
    """The vanilla recurrent cell, `h_t = activation(W x_t + U h_{t-1} + b)` (Elman 1990)."""

    keras_name: ClassVar = "SimpleRNN"
    kept_per_unit: ClassVar = 3
    other_names: ClassVar = ("rnn", "simplernn", "elman", "vanilla")

    type: Literal["simple_rnn"] = Field(description="Layer type.")
