"""Layer types of a config, with their options and the Keras layers that they build. Modules in this package are
discovered automatically."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args

from pydantic import Discriminator, Tag

from seqclf.layer_types.base import Context, Flow, Layer, dense_layer
from seqclf.layer_types.custom import Custom, allow_code, tag
from seqclf.layer_types.recurrent import RecurrentLayer
from seqclf.layer_types.residual import Residual
from seqclf.option_types import OptionPath

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
    "dense_layer",
    "walk",
]


def _found() -> Iterator[tuple[str, type[Layer]]]:
    """Every layer type with its tag."""
    for module in pkgutil.iter_modules(__path__):
        for kind in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(kind, type) and issubclass(kind, Layer) and "type" in kind.model_fields:
                tags = get_args(kind.model_fields["type"].annotation)
                yield (str(tags[0]) if tags else "custom"), kind


LAYER_TYPES = dict(sorted(_found(), key=lambda found: (found[0] == "custom", found[0])))


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
        if kind is not Residual and kind.leaves != "text" and kind.tokens_after is Layer.tokens_after
    }
    Residual.model_rebuild(_types_namespace={"InnerLayer": _union(_inner)})


def walk(layers: Sequence[Layer], *path: str | int) -> Iterator[tuple[OptionPath, Layer]]:
    """All layers with their paths, including layers inside others."""
    for index, layer in enumerate(layers):
        yield (*path, index), layer
        for where, inner in layer.inner():
            yield (*path, index, *where), inner
