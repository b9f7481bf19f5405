"""``embedding.row_dropout``: token ids that are dropped from a whole training batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from conftest import POOLED, small_config

from seqclf.config import checked_config

ROWS, RATE = 40, 0.3
TOKEN_IDS = np.random.default_rng(0).integers(1, ROWS, (5, 30)).astype(np.int32)
TOKEN_IDS[1, 20:] = 0


def _model(**embedding: Any) -> Any:
    from seqclf.model.build import build_model

    options = {"dim": 3, "row_dropout": RATE, **embedding}
    config = checked_config(small_config(data__train="a.csv", layers=POOLED, embedding=options))
    return build_model(config, ROWS, ["a", "b"])


def _dropped(model: Any) -> tuple[Any, Any]:
    """The model up to the dropout of rows, and the table of vectors."""
    import keras

    return (
        keras.Model(model.input, model.get_layer("embedding_rows").output),
        np.asarray(model.get_layer("embedding").embeddings),
    )


def test_an_id_is_dropped_everywhere_in_a_batch_or_nowhere() -> None:
    vectors, table = _dropped(_model())
    masks = []
    for _ in range(20):
        found = np.asarray(vectors(TOKEN_IDS, training=True))
        kept = np.zeros(ROWS, bool)
        kept[TOKEN_IDS[found.any(axis=2)]] = True
        expected = (table * kept[:, np.newaxis] / (1 - RATE))[TOKEN_IDS]
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        masks.append(kept[np.unique(TOKEN_IDS)])
    assert abs(np.mean(masks) - (1 - RATE)) < 0.05
    assert len({mask.tobytes() for mask in masks}) == len(masks), "each batch draws anew"
    np.testing.assert_array_equal(vectors(TOKEN_IDS, training=False), table[TOKEN_IDS])


def test_word_dropout_decides_for_each_place() -> None:
    import keras

    model = _model(row_dropout=0.0, word_dropout=RATE)
    found = np.asarray(keras.Model(model.input, model.get_layer("word_dropout").output)(TOKEN_IDS, training=True))
    dropped = ~found.any(axis=2)
    assert any(0 < dropped[one == TOKEN_IDS].mean() < 1 for one in range(ROWS) if (one == TOKEN_IDS).any())


def test_a_dropped_id_is_not_trained_and_gradients_stay_rows() -> None:
    import tensorflow as tf

    vectors, table = _dropped(_model())
    (weight,) = vectors.trainable_variables
    with tf.GradientTape() as tape:
        outputs = vectors(TOKEN_IDS, training=True)
        total = tf.reduce_sum(outputs)
    gradient = tape.gradient(total, weight)
    assert isinstance(gradient, tf.IndexedSlices), "as without it: an update costs no more than the batch's tokens"
    counts = np.bincount(TOKEN_IDS.ravel(), minlength=ROWS)
    kept = np.bincount(TOKEN_IDS[np.asarray(outputs).any(axis=2)], minlength=ROWS) > 0
    expected = (counts * kept / (1 - RATE))[:, np.newaxis] * np.ones_like(table)
    np.testing.assert_allclose(tf.convert_to_tensor(gradient), expected, rtol=1e-5)


def test_vectors_of_an_objective_are_dropped_too() -> None:
    import tensorflow as tf

    from seqclf.model.build import LOGITS
    from seqclf.model.forward import Forward

    forward, token_ids = Forward(_model(), LOGITS), tf.constant(TOKEN_IDS)
    vectors = forward.embed(token_ids)
    np.testing.assert_array_equal(vectors, forward.embed(token_ids))  # before any dropout
    one, other = (np.asarray(forward(token_ids, vectors=vectors)) for _ in range(2))
    assert not np.array_equal(one, other)


def test_the_same_seed_draws_the_same_ids() -> None:
    one, other, later = (np.asarray(_model()(TOKEN_IDS, training=True)) for _ in range(3))
    assert np.array_equal(one, other)
    assert np.array_equal(one, later)


def test_a_plain_model_does_without_it(tmp_path: Path) -> None:
    import keras

    from seqclf.layers.recurrent import accelerated, plain

    model = _model(dropout=0.1)
    copy = plain(model)
    copy.save(tmp_path / "plain.keras")
    assert not any(type(layer).__module__.startswith("seqclf") for layer in copy.layers)
    assert "RowDropout" not in str(copy.get_config())
    for other in (copy, keras.models.load_model(tmp_path / "plain.keras"), accelerated(model)):
        np.testing.assert_allclose(other(TOKEN_IDS), model(TOKEN_IDS), atol=1e-7)
    model.save(tmp_path / "ours.keras")
    read = keras.models.load_model(tmp_path / "ours.keras").get_layer("embedding_rows")
    assert (read.rate, read.rows, read.seed) == (RATE, ROWS, model.get_layer("embedding_rows").seed)
