"""The weights of the Keras layers that a layer of a config consists of."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from seqclf.errors import InputError
from seqclf.training.initialize.origin import Origin

_SEGMENTS = "_segments"


def parts_of(model: keras.Model, name: str) -> dict[str, list[keras.Variable]]:
    """The weights of the Keras layers that a layer of the config, with this ``layer_name``, consists of.

    By the rest of the names of these Keras layers, in alphabetical order.
    """
    found: dict[str, list[keras.Variable]] = {}
    for layer in model.layers:
        if layer.name == name or layer.name.startswith(f"{name}_"):
            part = layer.name.removeprefix(name).removesuffix(_SEGMENTS)
            found.setdefault(part, []).extend(layer.weights)
    return dict(sorted(found.items()))


def weights_of(model: keras.Model, name: str) -> list[keras.Variable]:
    """All weights in ``parts_of``."""
    return [weight for weights in parts_of(model, name).values() for weight in weights]


def take_layer(model: keras.Model, name: str, source: keras.Model, its: str, origin: Origin) -> None:
    """All weights of the Keras layers of a layer of the config."""
    variables, values = weights_of(model, name), weights_of(source, its)
    shapes = [[tuple(one.shape) for one in weights] for weights in (variables, values)]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"{name}: its weights have the shapes {_listed(shapes[0])}, but those of {its} in {origin.run.folder} have "
            f"{_listed(shapes[1])}; give it the options that the layer has there, or name only other layers in "
            "initialize.layers"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(" x ".join(map(str, shape)) for shape in shapes) or "none"
