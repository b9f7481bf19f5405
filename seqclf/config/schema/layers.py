"""``layers`` and ``head``: what reads the text, and what stands between its vector and the output layer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from seqclf.config.schema.base import Share, Strict, Tokens, Width

Activation = Literal["relu", "tanh", "sigmoid", "gelu", "elu", "selu", "silu", "softplus", "linear"]


class RecurrentLayer(Strict):
    units: Width = Field(description="Length of the state, and of the output in each direction.")
    bidirectional: bool = Field(False, description="Read the text both ways and join the two results.")
    return_sequences: bool | None = Field(
        None, description="Give one vector a token instead of one a text; follows from the next layer when left out."
    )
    dropout: Share = Field(0.0, description="Share of the inputs dropped, the same ones at every step of a text.")
    segment: Tokens | None = Field(
        None,
        description="Cut the text into pieces of so many tokens, each read by itself and all at once; a pool after it "
        "joins them (Johnson & Zhang 2016). null: read the text as a whole.",
    )


class SteppedLayer(RecurrentLayer):
    activation: Activation = Field("tanh", description="Non-linearity of the state.")
    recurrent_dropout: Share = Field(0.0, description="Share of the state dropped, the same ones at every step.")


class LstmLayer(SteppedLayer):
    """Long short-term memory (Hochreiter & Schmidhuber 1997)."""

    type: Literal["lstm"] = Field(description="The kind of layer.")
    recurrent_activation: Activation = Field("sigmoid", description="Non-linearity of the gates.")


class GruLayer(SteppedLayer):
    """Gated recurrent unit (Cho et al. 2014)."""

    type: Literal["gru"] = Field(description="The kind of layer.")
    recurrent_activation: Activation = Field("sigmoid", description="Non-linearity of the gates.")


class SimpleRnnLayer(SteppedLayer):
    """The vanilla recurrent cell, `h_t = activation(W x_t + U h_{t-1} + b)` (Elman 1990)."""

    type: Literal["simple_rnn"] = Field(description="The kind of layer.")


class MinGruLayer(RecurrentLayer):
    """minGRU (Feng et al. 2024): an update gate and a candidate of the input alone; several times faster than `gru`."""

    type: Literal["min_gru"] = Field(description="The kind of layer.")


class MinLstmLayer(RecurrentLayer):
    """minLSTM (Feng et al. 2024): forget and input gate, normalised, and a candidate, all of the input alone."""

    type: Literal["min_lstm"] = Field(description="The kind of layer.")


class QrnnLayer(RecurrentLayer):
    """Quasi-recurrent network (Bradbury et al. 2017) over single tokens; a `conv1d` before it widens its view."""

    type: Literal["qrnn"] = Field(description="The kind of layer.")


class SruLayer(RecurrentLayer):
    """Simple recurrent unit (Lei et al. 2018), its gates of the input alone, with a projected skip connection."""

    type: Literal["sru"] = Field(description="The kind of layer.")


class Conv1dLayer(Strict):
    """Convolution along the text; beyond its ends stand zeros, so that there are as many tokens after as before."""

    type: Literal["conv1d"] = Field(description="The kind of layer.")
    filters: Width = Field(description="Length of the output at each token.")
    kernel_size: Tokens = Field(description="Tokens that a filter sees.")
    activation: Activation = Field("relu", description="Non-linearity of the output.")


class MaxPool1dLayer(Strict):
    """The element-wise maximum of every `size` neighbours: a shorter sequence."""

    type: Literal["max_pool1d"] = Field(description="The kind of layer.")
    size: Annotated[int, Field(ge=2, le=1_000_000, json_schema_extra={"unit": "tokens"})] = Field(
        description="Neighbours that become one."
    )


class PoolLayer(Strict):
    """One vector a text from one a token, padding left out."""

    type: Literal["pool"] = Field(description="The kind of layer.")
    method: Literal["mean", "max"] = Field("mean", description="The mean over all tokens or the element-wise maximum.")


class DropoutLayer(Strict):
    """Sets entries to zero while training (Srivastava et al. 2014)."""

    type: Literal["dropout"] = Field(description="The kind of layer.")
    rate: Share = Field(description="Share of the entries.")


class DenseLayer(Strict):
    """A fully connected layer."""

    type: Literal["dense"] = Field(description="The kind of layer.")
    units: Width = Field(description="Length of the output.")
    activation: Activation = Field("relu", description="Non-linearity of the output.")


LayerConfig = Annotated[
    LstmLayer
    | GruLayer
    | SimpleRnnLayer
    | MinGruLayer
    | MinLstmLayer
    | QrnnLayer
    | SruLayer
    | Conv1dLayer
    | MaxPool1dLayer
    | PoolLayer
    | DropoutLayer,
    Field(discriminator="type"),
]
HeadConfig = Annotated[DenseLayer | DropoutLayer, Field(discriminator="type")]
