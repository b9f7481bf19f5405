"""``residual``: a layer whose input is added to its output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from seqclf.layer_types.base import Context, Flow, Layer, dense_layer, layer_name

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow

    InnerLayer = Layer  # seqclf.layer_types defines the union once all types are known


class Residual(Layer):
    """A layer whose input is added to its output (He et al. 2016); if the dimensions differ, the input is projected."""

    reads: ClassVar = True
    other_names: ClassVar = ("skip", "shortcut")

    type: Literal["residual"] = Field(description="Layer type.")
    layer: InnerLayer = Field(description="The inner layer; it must return one vector per token.")

    @property
    def has_weights(self) -> bool:
        return self.layer.has_weights  # a layer without weights keeps the dimension, and needs no projection

    def effect(self) -> dict[str, Any]:
        return {"type": self.type, "layer": self.layer.effect()}

    def inner(self) -> Iterator[tuple[tuple[str | int, ...], Layer]]:
        yield ("layer",), self.layer

    def width_after(self, width: int) -> int | None:
        return self.layer.width_after(width)

    def looks_ahead(self) -> Iterator[tuple[str, str]]:
        return iter(())  # the inner layer answers for itself

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        after = self.layer.build(flow, layer_name(name, self.layer.short_name), context)
        width, skipped = int(after.x.shape[-1]), flow.x
        if int(skipped.shape[-1]) != width:
            skipped = dense_layer(width, None, context, layer_name(name, "projection"), use_bias=False)(skipped)
        return replace(after, x=skipped + after.x)

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        from seqclf.onnx_writer.graph import dense

        after = self.layer.write(flow, layer_name(name, self.layer.short_name), graph)
        skipped = flow.x if flow.width == after.width else dense(graph, flow.x, layer_name(name, "projection"))
        return replace(after, x=graph.op("Add", skipped, after.x))
