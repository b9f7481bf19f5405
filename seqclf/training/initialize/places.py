"""The layers of a config that have weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.config import Config
from seqclf.config.schema import LanguageModelTask
from seqclf.layer_types import Layer, RecurrentLayer


@dataclass(frozen=True)
class Place:
    """A layer with weights.

    Attributes:
        width: dimension of its input; None: only the built model knows it.
        below: what the layers without weights do that are between it and the layer with weights before it.
    """

    index: int
    layer: Layer
    width: int | None
    below: list[dict[str, Any]]

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
    without_weights: list[Layer] = []
    for index, layer in enumerate(config.layers):
        if layer.has_weights:
            found.append(Place(index, layer, width, effects(without_weights)))
            without_weights = []
        else:
            without_weights.append(layer)
        width = None if width is None else layer.width_after(width)
    return found


def effects(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """What layers do once they are trained, in order. A layer that acts only in training, such as dropout, has no
    entry."""
    return [effect for layer in layers if (effect := layer.effect()) is not None]


def direction_of(layer: RecurrentLayer, config: Config) -> str:
    """The direction in which a layer with one direction reads: forward or backward."""
    if isinstance(config.task, LanguageModelTask):
        return config.task.direction
    return "backward" if layer.go_backwards else "forward"


def listed(layers: Sequence[Layer]) -> str:
    """Layers in words: ``lstm (128 units), pool``."""

    def words(layer: Layer) -> str:
        inner = next((inner for _, inner in layer.inner()), layer)
        units = getattr(inner, "units", None)
        ways = ", both directions" if getattr(inner, "bidirectional", False) else ""
        return layer.short_name if units is None else f"{layer.short_name} ({units} units{ways})"

    return ", ".join(map(words, layers))


def left_out(layer: Place, config: Config) -> str:
    """What to do to take no weights for a layer, as an option of this config."""
    start = config.initialize
    if start is None or start.layers is not None:
        return f"leave {layer.title} out of initialize.layers"
    names = start.origins
    origin = names[0] if len(names) == 1 else f"{{forward: {names[0]}, backward: {names[1]}}}"
    before = [place.index for place in places_of(config) if place.index < layer.index]
    grows = "" if start.tokenizer == "keep" else f", tokenizer: {start.tokenizer}"
    return f"write `initialize: {{from: {origin}, layers: {before}{grows}}}`"


def written(value: object) -> str:
    """A value as in a config."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
