"""Segments: a text in pieces is its pieces one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest


def _layers() -> dict[str, Any]:
    from seqclf.layers import input_gated, recurrent

    return {
        "lstm": lambda: recurrent.LSTM(4, return_sequences=True, zero_output_for_mask=True),
        "slow gru": lambda: recurrent.GRU(4, activation="relu", return_sequences=True, zero_output_for_mask=True),
        "both ways": lambda: recurrent.Bidirectional(recurrent.SimpleRNN(4, return_sequences=True)),
        "backwards": lambda: input_gated.MinGRU(4, return_sequences=True, go_backwards=True),
    }


@pytest.mark.parametrize("name", ["lstm", "slow gru", "both ways", "backwards"])
def test_equals_the_layer_on_each_piece_alone(name: str) -> None:
    from seqclf.layers.segmented import Segmented

    layer = Segmented(_layers()[name](), tokens=5)
    generator = np.random.default_rng(0)
    lengths = [13, 5, 1, 11]
    x = generator.normal(size=(4, 13, 3)).astype(np.float32)
    mask = np.arange(13) < np.array(lengths)[:, np.newaxis]
    outputs = np.asarray(layer(x, mask=mask))
    assert outputs.shape[:2] == (4, 13)
    for text, length in enumerate(lengths):
        for start in range(0, length, 5):
            piece = x[text, start : min(start + 5, length)][np.newaxis]
            expected = np.asarray(layer.layer(piece))[0]
            np.testing.assert_allclose(outputs[text, start : start + len(expected)], expected, atol=1e-5)
        assert not outputs[text, length:].any()


def test_no_row_is_all_masked() -> None:
    """Keras's cuDNN kernels, which a GPU uses, reject such rows."""
    import keras

    from seqclf.layers.segmented import Segmented

    seen = []

    class Spy(keras.layers.Layer):
        def call(self, x: Any, mask: Any = None, training: bool = False) -> Any:
            seen.append(np.asarray(mask))
            return x

    mask = np.arange(13) < np.array([13, 5, 1])[:, np.newaxis]
    spy = Spy()
    spy.supports_masking = True
    outputs = Segmented(spy, tokens=5)(np.ones((3, 13, 2), np.float32), mask=mask)
    assert seen[-1].any(axis=1).all()
    assert not (np.diff(seen[-1].astype(int), axis=1) > 0).any(), "padding comes last"
    np.testing.assert_array_equal(np.asarray(outputs)[:, :, 0], mask)


def test_it_loads_from_a_file(tmp_path: Path) -> None:
    import keras

    from seqclf.layers.segmented import Segmented

    model = keras.Sequential([keras.Input((None, 3)), Segmented(_layers()["both ways"](), tokens=4)])
    model.save(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(2, 9, 3)).astype(np.float32)
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "model.keras")(x), model(x), atol=1e-6)
