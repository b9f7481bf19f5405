"""``build_model``: shapes, masks, seeds, and that every option of a layer does something."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.layer_types import LAYER_TYPES, Layer

pytestmark = pytest.mark.usefixtures("code_allowed")

POOL = {"type": "pool"}
OPTIONS: dict[str, dict[str, Any]] = {
    **{kind: {"units": 3} for kind in ("lstm", "gru", "simple_rnn", "min_gru", "min_lstm", "qrnn", "sru")},
    "batch_norm": {},
    "conv1d": {"filters": 3, "kernel_size": 4},
    "dense": {"units": 3},
    "dropout": {"rate": 0.5},
    "gaussian_noise": {"stddev": 0.5},
    "highway": {},
    "layer_norm": {},
    "max_pool1d": {"size": 3},
    "pool": {"method": ["last", "mean", "max", "attention"]},
    "residual": {"layer": {"type": "lstm", "units": 4}},
    "self_attention": {"heads": 2, "hidden_units": 4},
    "spatial_dropout": {"rate": 0.5},
    "custom": {"type": "layers_of_a_user:Scaled", "options": {"factor": 2.0}},
}
KINDS: dict[str, dict[str, Any]] = {kind: {"type": kind, **options} for kind, options in OPTIONS.items()}
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "bidirectional": [{**KINDS["lstm"], "bidirectional": True}],
    "summed": [{**KINDS["gru"], "bidirectional": True, "merge_mode": "sum"}, POOL],
    "summed, parallel": [{**KINDS["min_gru"], "bidirectional": True, "merge_mode": "sum"}, POOL],
    "backwards": [{**KINDS["lstm"], "go_backwards": True}],
    "backwards, tokens": [{**KINDS["sru"], "go_backwards": True}, KINDS["gru"]],
    "segments": [{**KINDS["lstm"], "bidirectional": True, "segment": 3}, {**POOL, "method": "max"}],
    "Keras's way": [{**KINDS["lstm"], "activation": "relu", "recurrent_initializer": "glorot_uniform"}],
    "Keras's way, backwards": [{**KINDS["gru"], "reset_after": False, "go_backwards": True}],
    "Keras's way, both ways": [{**KINDS["simple_rnn"], "activation": "relu", "bidirectional": True}],
    "reads with dropout": [{**KINDS["gru"], "dropout": 0.5, "recurrent_dropout": 0.5}],
    **{method: [{**POOL, "method": method}] for method in ("last", "mean", "max", "attention")},
    "convolutions": [{**KINDS["conv1d"], "kernel_size": [2, 3, 5]}, {**POOL, "method": "max"}],
    "residual convolution": [{"type": "residual", "layer": KINDS["conv1d"]}, POOL],
    "attention without positions": [{**KINDS["self_attention"], "positions": False}, POOL],
}


def _stack(*kinds: str) -> list[dict[str, Any]]:
    """With a pool unless another layer gives one vector per text."""
    last = next(LAYER_TYPES[kind] for kind in reversed(kinds) if LAYER_TYPES[kind].reads or kind == kinds[0])
    return [*(KINDS[kind] for kind in kinds), *([] if last.reads and last.leaves != "tokens" else [POOL])]


STACKS = {
    **{kind: _stack(kind) for kind in KINDS},
    **{f"{a}, {b}": _stack(a, b) for a, b in itertools.product(KINDS, KINDS) if a != "pool"},
    **VARIANTS,
}


def _model(labels: int = 2, **changes: Any) -> Any:
    from seqclf.model.build import build_model

    config = checked_config(small_config(data__train="x.csv", **changes))
    return build_model(config, 50, [str(i) for i in range(labels)])


def _padded(rows: list[list[int]], extra: int = 0) -> np.ndarray:
    width = max(map(len, rows)) + extra
    return np.array([row + [0] * (width - len(row)) for row in rows], dtype=np.int32)


def test_every_layer_type_is_tried() -> None:
    assert set(KINDS) == set(LAYER_TYPES)


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS.keys())
def test_padding_and_batch_mates_are_invisible(layers: list[dict[str, Any]]) -> None:
    model = _model(labels=3, layers=layers, embedding={"dim": 4}, head=[])
    rows = [[5], [7, 3, 9, 4, 2, 8, 6], [11, 12, 13]]
    together = model(_padded(rows, extra=5), training=False).numpy()
    # There are hundreds of pairs of layers: for these, only the shortest and the longest text are read alone.
    some = [0, 1] if len(layers) > 1 else [0, 1, 2]
    alone = np.concatenate([model(_padded([rows[place]]), training=False).numpy() for place in some])
    np.testing.assert_allclose(together[some], alone, atol=1e-6)
    assert np.ptp(together, axis=0).min() > 1e-5, "the model must distinguish the texts"


ALONE = {kind: _stack(kind) for kind in KINDS} | VARIANTS
DRAWN = {"dropout", "gaussian_noise", "spatial_dropout", "reads with dropout"}


@pytest.mark.parametrize("name", sorted(ALONE.keys() - DRAWN))
def test_padding_is_invisible_while_training(name: str) -> None:
    rows = [[5], [7, 3, 9, 4, 2, 8, 6], [11, 12, 13]]
    model = _model(labels=3, layers=ALONE[name], embedding={"dim": 4}, head=[])
    weights = model.get_weights()  # training changes those of batch_norm
    narrow = model(_padded(rows), training=True).numpy()
    model.set_weights(weights)
    np.testing.assert_allclose(model(_padded(rows, extra=5), training=True).numpy(), narrow, atol=1e-6)


@pytest.mark.parametrize("name", sorted(ALONE))
def test_a_model_loaded_from_its_file_gives_the_same_result(name: str, tmp_path: Path) -> None:
    """Loaded by Keras, with Keras's own layers where they exist."""
    import keras
    from layers_of_a_user import Scaled

    from seqclf.layers.recurrent import plain

    model = _model(labels=3, layers=ALONE[name])
    tokens = _padded([[5], [7, 3, 9, 4, 2, 8, 6], [11, 12, 13]])
    plain(model).save(tmp_path / "model.keras")
    read = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Scaled": Scaled})
    np.testing.assert_allclose(read(tokens), model(tokens), atol=1e-6)


@pytest.mark.parametrize(("labels", "columns"), [(2, 1), (3, 3)])
def test_output_follows_from_the_labels(labels: int, columns: int) -> None:
    from seqclf.model.build import logits_model

    model = _model(labels)
    tokens = _padded([[5, 6], [7]])
    probabilities = model(tokens).numpy()
    logits = logits_model(model)(tokens).numpy()
    assert probabilities.shape == logits.shape == (2, columns)
    if labels == 2:
        np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), atol=1e-6)
    else:
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_it_is_an_ordinary_keras_model() -> None:
    model = _model()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    tokens = _padded([[5, 6], [7]] * 8)
    history = model.fit(tokens, np.array([0, 1] * 8), epochs=12, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_equals_the_model_written_by_hand() -> None:
    """The course's model: the same weights give the same outputs."""
    import keras

    model = _model(
        embedding={"dim": 8},
        layers=[{"type": "lstm", "units": 6, "bidirectional": True}],
        head=[{"type": "dense", "units": 5, "activation": "relu"}],
    )
    by_hand = keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(50, 8, mask_zero=True),
            keras.layers.Bidirectional(keras.layers.LSTM(6)),
            keras.layers.Dense(5, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    by_hand.set_weights(model.get_weights())
    tokens = _padded([[5, 6, 7, 8], [7], [9, 10]])
    np.testing.assert_allclose(model(tokens), by_hand(tokens), atol=1e-6)


@pytest.mark.parametrize("ngrams", [None, {"buckets": 16}], ids=["alone", "beside n-grams"])
def test_a_seed_gives_the_weights_that_it_gave_before(ngrams: dict[str, Any] | None) -> None:
    """Seeds follow the order of the layers. Published results depend on the sums of earlier versions."""
    layers = [{"type": "lstm", "units": 6, "bidirectional": True}]
    model = _model(labels=3, seed=3, layers=layers, ngrams=ngrams)
    sums = {weight.path: float(np.abs(weight.numpy()).sum()) for weight in model.trainable_variables}
    assert sums["embedding/embeddings"] == pytest.approx(10.337104, rel=1e-5)
    assert sums["head_0_dense/kernel"] == pytest.approx(15.984534, rel=1e-5)
    output = "logits" if ngrams is None else "network_logits"
    assert sums[f"{output}/kernel"] == pytest.approx(5.720352, rel=1e-5)


def test_initial_weights_follow_the_seed_and_nothing_else() -> None:
    import keras

    weights = []
    for global_seed, seed in ((1, 3), (2, 3), (1, 4)):
        keras.utils.set_random_seed(global_seed)
        weights.append(_model(seed=seed, layers=VARIANTS["bidirectional"]).get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not np.array_equal(weights[0][0], weights[2][0])
    names = [weight.path for weight in _model(layers=VARIANTS["bidirectional"]).weights]
    kernels = [weight for weight, name in zip(weights[0], names, strict=True) if name.endswith("/kernel")]
    assert not np.array_equal(kernels[0], kernels[1]), "the two directions start differently"


def test_a_convolution_equals_keras_s_on_a_text_alone() -> None:
    """Without padding nothing is masked: the layers equal Keras's."""
    import keras

    model = _model(
        embedding={"dim": 3},
        layers=[
            {"type": "conv1d", "filters": 4, "kernel_size": 3},
            {"type": "max_pool1d", "size": 2},
            {"type": "pool"},
        ],
        head=[],
    )
    by_hand = keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(50, 3),
            keras.layers.Conv1D(4, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling1D(2),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    by_hand.set_weights(model.get_weights())
    tokens = _padded([[5, 6, 7, 8, 9, 4]])
    np.testing.assert_allclose(model(tokens), by_hand(tokens), atol=1e-6)


def test_vectors_are_where_their_tokens_are_and_others_random() -> None:
    from seqclf.model.build import build_model

    config = checked_config(small_config(data__train="x.csv", embedding={"dim": 3, "trainable": False}))
    vectors = {7: np.array([1, 2, 3], np.float32)}
    with_vectors = build_model(config, 50, ["a", "b"], vectors=vectors)
    without = build_model(config, 50, ["a", "b"])
    table, random = (model.get_layer("embedding").get_weights()[0] for model in (with_vectors, without))
    assert table[7].tolist() == [1, 2, 3]
    assert np.array_equal(np.delete(table, 7, axis=0), np.delete(random, 7, axis=0))
    assert not any(variable.path.startswith("embedding") for variable in with_vectors.trainable_variables)


def test_a_model_for_texts_of_one_length_equals_the_model_for_any() -> None:
    from seqclf.model.build import build_model

    layers = [{"type": "max_pool1d", "size": 4}, {**KINDS["gru"], "segment": 2}, {"type": "pool"}]
    config = checked_config(small_config(data__train="x.csv", layers=layers))
    of_any, of_nine = build_model(config, 50, ["a", "b"]), build_model(config, 50, ["a", "b"], tokens=9)
    tokens = _padded([[5, 6, 7, 8, 9, 4, 3, 2, 8], [5, 6]])
    assert np.array_equal(of_any(tokens), of_nine(tokens))
    assert [layer.output.shape[1] for layer in of_nine.layers if len(layer.output.shape) == 3] == [9, 9, 3, 3]


def test_names_of_keras_layers_stay_as_they_are_in_saved_models() -> None:
    """``get_layer`` finds them by name in a run's ``model.keras``."""
    layers = [
        {**KINDS["lstm"], "segment": 2, "bidirectional": True},
        {**KINDS["conv1d"], "kernel_size": [2, 3]},
        KINDS["self_attention"],
        {"type": "residual", "layer": KINDS["dense"]},
        {**POOL, "method": ["mean", "attention"]},
    ]
    model = _model(layers=layers, head=[{"type": "highway"}], ngrams={"buckets": 64, "join": "head", "dropout": 0.5})
    assert sorted(layer.name for layer in model.layers if layer.weights) == [
        "embedding",
        "head_0_highway",
        "head_0_highway_gate",
        "layers_0_lstm_segments",
        "layers_1_conv1d",
        "layers_1_conv1d_3",
        "layers_2_self_attention",
        "layers_2_self_attention_attention_norm",
        "layers_2_self_attention_dense_norm",
        "layers_2_self_attention_hidden",
        "layers_2_self_attention_output",
        "layers_3_residual_dense",
        "layers_3_residual_projection",
        "layers_4_pool_attention_hidden",
        "layers_4_pool_attention_score",
        "logits",
        "ngrams",
    ]
    inner = model.get_layer("layers_0_lstm_segments").layer
    names = [inner.name, inner.forward_layer.name, inner.backward_layer.name]
    assert names == ["layers_0_lstm", "forward_layers_0_lstm_forward", "layers_0_lstm_backward"]


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_the_facts_of_a_layer_type_agree(name: str) -> None:
    kind = LAYER_TYPES[name]
    assert kind.keeps_length == (kind.tokens_after is Layer.tokens_after)
    assert kind.needs_code == (kind.check_allowed is not Layer.check_allowed)
    assert kind.has_onnx or kind.needs_code, "all layers of seqclf have an ONNX form"
