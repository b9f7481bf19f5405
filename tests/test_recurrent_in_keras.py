"""seqclf's recurrent layers in Keras models: files, conversion, ``fit``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_recurrent import FEATURES, KINDS, inner


@pytest.mark.parametrize("kind", KINDS)
def test_a_keras_file_moves_between_the_two(kind: str, tmp_path: Path) -> None:
    import keras

    from seqclf.layers import recurrent

    def model(layers: Any) -> keras.Model:
        layer = getattr(layers, kind)(4, return_sequences=True, dropout=0.1, seed=5)
        last = getattr(layers, kind)(3)
        return keras.Sequential([keras.Input((None, FEATURES)), layers.Bidirectional(layer), last])

    def kinds(model: keras.Model) -> list[Any]:
        return [type(model.layers[1]), type(model.layers[0]), *(type(one) for one in inner(model.layers[0]))]

    def of(layers: Any) -> list[Any]:
        return [getattr(layers, kind), layers.Bidirectional, *[getattr(layers, kind)] * 2]

    x = np.random.default_rng(0).normal(size=(2, 7, FEATURES)).astype(np.float32)
    theirs, ours = model(keras.layers), model(recurrent)
    theirs.save(tmp_path / "theirs.keras")
    ours.save(tmp_path / "ours.keras")
    read = recurrent.plain(ours)
    assert kinds(read) == of(keras.layers)
    np.testing.assert_allclose(read(x), ours(x), atol=1e-6)
    read = keras.models.load_model(tmp_path / "ours.keras")
    assert kinds(read) == of(recurrent)
    np.testing.assert_allclose(read(x), ours(x), atol=1e-6)
    read = recurrent.accelerated(keras.models.load_model(tmp_path / "theirs.keras"))
    assert kinds(read) == of(recurrent)
    np.testing.assert_allclose(read(x), theirs(x), atol=1e-6)
    ours.load_weights(tmp_path / "theirs.keras")
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-6)


def test_only_a_built_model_can_be_made_faster() -> None:
    import keras

    from seqclf.layers import recurrent

    for wrong in ("model.keras", keras.layers.LSTM(3), keras.Sequential([keras.layers.LSTM(3)])):
        with pytest.raises(TypeError, match="expected a built keras.Model"):
            recurrent.accelerated(wrong)


def test_one_direction_may_be_keras_s_own() -> None:
    import keras

    from seqclf.layers import recurrent

    x = np.random.default_rng(0).normal(size=(2, 7, FEATURES)).astype(np.float32)
    ours = recurrent.Bidirectional(keras.layers.LSTM(4), backward_layer=recurrent.LSTM(4, go_backwards=True))
    result = ours(x)
    theirs = keras.layers.Bidirectional(keras.layers.LSTM(4), backward_layer=keras.layers.LSTM(4, go_backwards=True))
    theirs.build(x.shape)
    theirs.set_weights(ours.get_weights())
    np.testing.assert_allclose(result, theirs(x), atol=1e-6)


def test_it_trains_with_keras_fit_at_every_length() -> None:
    """One trace for all lengths and batch sizes, and no missing gradient."""
    import keras
    import tensorflow as tf

    from seqclf.layers import recurrent

    results = []
    for layers in (keras.layers, recurrent):
        keras.utils.set_random_seed(1)
        layer = layers.Bidirectional(layers.LSTM(4))
        model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(20, 3, mask_zero=True), layer])
        model.add(keras.layers.Dense(1))
        model.compile("sgd", "mse")
        generator = np.random.default_rng(0)
        data = [
            (generator.integers(1, 20, size=(batch, time)), generator.normal(size=(batch, 1)))
            for batch, time in ((4, 3), (2, 17), (4, 8), (1, 30))
        ]
        signature = (tf.TensorSpec((None, None), tf.int64), tf.TensorSpec((None, 1), tf.float64))
        dataset = tf.data.Dataset.from_generator(lambda data=data: data, output_signature=signature)
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(data)))
        model.fit(dataset, epochs=3, shuffle=False, verbose=0)
        results.append(model.get_weights())
    for theirs, ours in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("kind", [*KINDS, "MinGRU", "QRNN"])
@pytest.mark.parametrize("both_ways", [False, True])
def test_integers_are_read_as_keras_reads_them(kind: str, both_ways: bool) -> None:
    from seqclf import layers

    layer = getattr(layers, kind)(3, return_sequences=True)
    layer = layers.Bidirectional(layer) if both_ways else layer
    x = np.random.default_rng(0).integers(0, 4, (2, 5, FEATURES))
    np.testing.assert_array_equal(layer(x), layer(x.astype(np.float32)))
