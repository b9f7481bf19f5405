"""Recurrent layers whose gates look at the input alone, so that their products are few and large."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.recurrent import RecurrentLayer


class MinGru(RecurrentLayer):
    """minGRU (Feng et al. 2024): an update gate and a candidate of the input alone; several times faster than `gru`."""

    keras_name: ClassVar = "MinGRU"

    type: Literal["min_gru"] = Field(description="The kind of layer.")


class MinLstm(RecurrentLayer):
    """minLSTM (Feng et al. 2024): forget and input gate, normalised, and a candidate, all of the input alone."""

    keras_name: ClassVar = "MinLSTM"

    type: Literal["min_lstm"] = Field(description="The kind of layer.")


class Qrnn(RecurrentLayer):
    """Quasi-recurrent network (Bradbury et al. 2017) over single tokens; a `conv1d` before it widens its view."""

    keras_name: ClassVar = "QRNN"

    type: Literal["qrnn"] = Field(description="The kind of layer.")


class Sru(RecurrentLayer):
    """Simple recurrent unit (Lei et al. 2018), its gates of the input alone, with a projected skip connection."""

    keras_name: ClassVar = "SRU"

    type: Literal["sru"] = Field(description="The kind of layer.")
