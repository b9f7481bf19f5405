"""What layer types say about the shapes of their weights and outputs, against the layers that they build."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from conftest import small_config
from option_cases import CASES
from test_model import ALONE

from seqclf.config import checked_config
from seqclf.layer_types import LAYER_TYPES, Context, Flow, Layer
from seqclf.model.seeds import Seeds
from seqclf.training.initialize.parts import weights_of

WIDTH = 6
SAMPLED = sorted(
    name
    for name in CASES
    if name.split(".")[0] in {kind.__name__ for kind in LAYER_TYPES.values()} - {"Custom"}
    and not name.endswith(".type")
)


def _layers(changes: dict[str, Any]) -> tuple[str, Layer]:
    config = checked_config(small_config(data__train="x.csv", **changes))
    return ("layers", config.layers[0]) if "layers" in changes else ("head", config.head[0])


def _built(section: str, layer: Layer) -> tuple[list[tuple[int, ...]], int]:
    """The shapes of the weights of a layer, and the dimension of its output."""
    x = keras.Input((None, WIDTH) if section == "layers" else (WIDTH,))
    mask = keras.Input((None,), dtype="bool")
    after = layer.build(Flow(x, mask), "a", Context(Seeds(0)))
    model = keras.Model([x, mask], after.x)
    return [tuple(weight.shape) for weight in weights_of(model, "a")], int(after.x.shape[-1])


@pytest.mark.parametrize("name", SAMPLED)
def test_options_shape_the_weights_only_if_the_type_says_so(name: str) -> None:
    case = CASES[name]
    (section, one), (_, other) = _layers(case.base), _layers(case.changed)
    said = one.shaped_by(WIDTH) == other.shaped_by(WIDTH)
    inner = [[layer.shaped_by(WIDTH) for _, layer in layers.inner()] for layers in (one, other)]
    kinds = [[layer.type for _, layer in layers.inner()] for layers in (one, other)]
    if kinds[0] != kinds[1] or inner[0] != inner[1]:
        return  # of a layer inside, which is a type of its own
    if one.has_weights != other.has_weights:
        return  # the methods of a pool
    assert said == (_built(section, one)[0] == _built(section, other)[0])


@pytest.mark.parametrize("name", sorted(ALONE.keys() - {"custom"}))
def test_the_width_of_the_output_is_known(name: str) -> None:
    section, layer = _layers({"layers": ALONE[name]})
    assert layer.width_after(WIDTH) == _built(section, layer)[1]
