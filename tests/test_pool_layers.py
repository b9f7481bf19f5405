"""Every method of a ``pool`` is a layer of the model, so that tables of layers list it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.model import build_model

TOKEN_IDS = np.array([[2, 3, 4, 5], [6, 2, 0, 0]], np.int32)


def _model(methods: Any) -> keras.Model:
    layers = [{"type": "gru", "units": 6}, {"type": "pool", "method": methods}]
    return build_model(checked_config(small_config(data={"source": "sample"}, layers=layers)), 9, ["a", "b"])


@pytest.mark.parametrize(
    ("methods", "names"),
    [
        (["last", "max", "mean"], ["layers_1_pool", "layers_1_pool_max", "layers_1_pool_mean"]),
        (["mean", "last", "attention"], ["layers_1_pool", "layers_1_pool_last", "layers_1_pool_attention"]),
        ("last", ["layers_1_pool"]),
    ],
)
def test_each_method_has_a_row(methods: Any, names: list[str]) -> None:
    found = {layer.name: tuple(layer.output.shape) for layer in _model(methods).layers}
    assert {name: found.get(name) for name in names} == dict.fromkeys(names, (None, 6))


def test_the_last_vector_is_that_of_the_last_token() -> None:
    model = _model("last")
    read = keras.Model(
        model.inputs[0], [model.get_layer("layers_0_gru").output, model.get_layer("layers_1_pool").output]
    )
    vectors, last = map(np.asarray, read(TOKEN_IDS))
    np.testing.assert_array_equal(last, [vectors[0, 3], vectors[1, 1]])


def test_a_saved_model_without_these_layers_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.model.weights import load_weights

    methods = ["attention", "last"]
    with monkeypatch.context() as patch:
        patch.setattr("seqclf.layer_types.pool._named", lambda x, name: x)  # as earlier versions built it
        earlier = _model(methods)
    assert "layers_1_pool_last" not in {layer.name for layer in earlier.layers}
    earlier.save(tmp_path / "model.keras")
    model = _model(methods)
    load_weights(model, tmp_path / "model.keras")
    np.testing.assert_array_equal(model(TOKEN_IDS), earlier(TOKEN_IDS))
