"""The layers of a config that have weights."""

from __future__ import annotations

from dataclasses import dataclass

from seqclf.config import Config
from seqclf.config.schema import LanguageModelTask
from seqclf.layer_types import Layer, RecurrentLayer


@dataclass(frozen=True)
class Place:
    """A layer with weights.

    Attributes:
        width: dimension of its input; None: only the built model knows it.
    """

    index: int
    layer: Layer
    width: int | None

    @property
    def title(self) -> str:
        return f"layers[{self.index}] ({self.layer.short_name})"

    @property
    def kinds(self) -> list[str]:
        """The types of the layer and of those inside it."""
        return [self.layer.type, *(inner.type for _, inner in self.layer.inner())]


def places_of(config: Config) -> list[Place]:
    """The layers with weights in ``layers``, in order."""
    found: list[Place] = []
    width: int | None = config.embedding.dim
    for index, layer in enumerate(config.layers):
        if layer.has_weights:
            found.append(Place(index, layer, width))
        width = None if width is None else layer.width_after(width)
    return found


def direction_of(layer: RecurrentLayer, config: Config) -> str:
    """The direction in which a layer with one direction reads: forward or backward."""
    if isinstance(config.task, LanguageModelTask):
        return config.task.direction
    return "backward" if layer.go_backwards else "forward"


def written(value: object) -> str:
    """A value as in a config."""
    return str(value).lower() if isinstance(value, bool) else str(value)
