"""Layer types of a config, with their options and the Keras layers that they build. Modules in this package are
discovered automatically."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Discriminator, Tag

from seqclf.layer_types.base import Context, Flow, Layer, dense_layer, layer_name, named_layers
from seqclf.layer_types.custom import Custom, allow_code, allows_code, tag
from seqclf.layer_types.recurrent import RecurrentLayer
from seqclf.layer_types.residual import Residual
from seqclf.option_types import OptionPath, kinds_in

__all__ = [
    "LAYER_TYPES",
    "Context",
    "Custom",
    "Flow",
    "HeadConfig",
    "Layer",
    "LayerConfig",
    "RecurrentLayer",
    "allow_code",
    "allows_code",
    "dense_layer",
    "layer_name",
    "named_layers",
    "walk",
]


LAYER_TYPES: dict[str, type[Layer]] = kinds_in(__name__, Layer)
LAYER_TYPES["custom"] = LAYER_TYPES.pop("custom")  # the last choice


def _union(kinds: dict[str, type[Layer]]) -> Any:
    return Annotated[reduce(or_, (Annotated[kind, Tag(name)] for name, kind in kinds.items())), Discriminator(tag)]


if TYPE_CHECKING:
    LayerConfig: TypeAlias = Layer
    HeadConfig: TypeAlias = Layer
else:
    LayerConfig = _union({name: kind for name, kind in LAYER_TYPES.items() if "layers" in kind.places})
    HeadConfig = _union({name: kind for name, kind in LAYER_TYPES.items() if "head" in kind.places})
    _inner = {
        name: kind
        for name, kind in LAYER_TYPES.items()
        if kind is not Residual and kind.leaves != "text" and kind.keeps_length
    }
    Residual.model_rebuild(_types_namespace={"InnerLayer": _union(_inner)})


def walk(layers: Sequence[Layer], *path: str | int) -> Iterator[tuple[OptionPath, Layer]]:
    """All layers with their paths, including layers inside others."""
    for index, layer in enumerate(layers):
        yield (*path, index), layer
        for where, inner in layer.inner():
            yield (*path, index, *where), inner
