"""``dropout``, ``spatial_dropout`` and ``gaussian_noise``: what is there while training only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Context, Flow, Layer
from seqclf.option_types import Share

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow


class _Noise(Layer):
    """Nothing once training is over."""

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        return flow


class Dropout(_Noise):
    """Sets entries to zero while training (Srivastava et al. 2014)."""

    places: ClassVar = ("layers", "head")

    type: Literal["dropout"] = Field(description="The kind of layer.")
    rate: Share = Field(description="Fraction of the entries.")

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        return replace(flow, x=keras.layers.Dropout(self.rate, seed=context.seeds(), name=name)(flow.x))


class SpatialDropout(_Noise):
    """Sets features to zero while training, the same ones at every token of a text (Tompson et al. 2015)."""

    reads: ClassVar = True

    type: Literal["spatial_dropout"] = Field(description="The kind of layer.")
    rate: Share = Field(description="Fraction of the features.")

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        return replace(flow, x=keras.layers.SpatialDropout1D(self.rate, seed=context.seeds(), name=name)(flow.x))


class GaussianNoise(_Noise):
    """Adds Gaussian noise while training."""

    places: ClassVar = ("layers", "head")

    type: Literal["gaussian_noise"] = Field(description="The kind of layer.")
    stddev: Annotated[float, Field(ge=0, le=1)] = Field(description="Standard deviation of the noise.")

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        return replace(flow, x=keras.layers.GaussianNoise(self.stddev, seed=context.seeds(), name=name)(flow.x))
