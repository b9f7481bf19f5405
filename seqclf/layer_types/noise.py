"""``dropout``, ``spatial_dropout`` and ``gaussian_noise``: layers that are active only during training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Context, Flow, Layer
from seqclf.option_types import Fraction

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow


class _Noise(Layer):
    """A layer without effect after training."""

    @property
    def has_weights(self) -> bool:
        return False

    def effect(self) -> None:
        return None

    def width_after(self, width: int) -> int:
        return width

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        return flow


class Dropout(_Noise):
    """Sets entries to zero during training (Srivastava et al. 2014)."""

    places: ClassVar = ("layers", "head")

    type: Literal["dropout"] = Field(description="Layer type.")
    rate: Fraction = Field(description="Fraction of the entries set to zero.")

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        return replace(flow, x=keras.layers.Dropout(self.rate, seed=context.seeds(), name=name)(flow.x))


class SpatialDropout(_Noise):
    """Sets features to zero during training, the same ones at every token of a text (Tompson et al. 2015)."""

    reads: ClassVar = True
    other_names: ClassVar = ("spatialdropout1d", "spatial_dropout1d")

    type: Literal["spatial_dropout"] = Field(description="Layer type.")
    rate: Fraction = Field(description="Fraction of the features set to zero.")

    def looks_ahead(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        return replace(flow, x=keras.layers.SpatialDropout1D(self.rate, seed=context.seeds(), name=name)(flow.x))


class GaussianNoise(_Noise):
    """Adds Gaussian noise during training."""

    places: ClassVar = ("layers", "head")
    other_names: ClassVar = ("noise", "gaussiannoise")

    type: Literal["gaussian_noise"] = Field(description="Layer type.")
    stddev: Annotated[float, Field(ge=0, le=1)] = Field(description="Standard deviation of the noise.")

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        import keras

        return replace(flow, x=keras.layers.GaussianNoise(self.stddev, seed=context.seeds(), name=name)(flow.x))
