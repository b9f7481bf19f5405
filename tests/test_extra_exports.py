"""Models that also read columns beside the text: built, and exported to ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config
from extra_examples import features, fitted

from seqclf.config import Config, checked_config
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.prior import Prior

LABELS = {"two": Labels(("a", "b")), "three": Labels(("a", "b", "c")), "lists": Labels(("a", "b", "c"), multi=True)}
NGRAMS = {"orders": [1, 2], "buckets": 64}
MODELS: dict[str, dict[str, Any]] = {
    "network": {"layers": POOLED},
    "without a head": {"layers": POOLED, "head": []},
    "ngrams beside it": {"layers": POOLED, "ngrams": NGRAMS},
    "ngrams in the head": {"layers": POOLED, "ngrams": NGRAMS | {"join": "head"}},
    "ngrams alone": {"layers": [], "head": [], "ngrams": NGRAMS},
    "ngrams alone in the head": {"layers": [], "ngrams": NGRAMS | {"join": "head"}},
}
TOKENS = np.array([[5, 7, 3, 0], [1, 1, 0, 0], [9, 8, 7, 6]], np.int32)
"""The second text has unknown tokens only."""


def built(config: Config, labels: Labels) -> Any:
    from seqclf.model.build import build_model

    model = build_model(config, 50, labels, extra=fitted().width)
    draw = np.random.default_rng(1)
    model.set_weights([np.abs(weight) + draw.uniform(-0.3, 0.5, weight.shape) for weight in model.get_weights()])
    return model


def probabilities(model: Any, extra: Any, labels: Labels) -> Any:
    found = model([TOKENS, extra], training=False).numpy()
    return np.concatenate([1 - found, found], axis=1) if labels.units == 1 and not labels.multi else found


@pytest.mark.parametrize(("name", "labels"), [*((name, "three") for name in MODELS), ("network", "two")])
def test_onnx_gives_the_same_with_columns_and_without(name: str, labels: str) -> None:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model

    config, of = checked_config(small_config(data__train="x.csv", **MODELS[name])), LABELS[labels]
    model = built(config, of)
    written = onnx_model(model, config, of, [0.5] * 3 if of.multi else None, extra=fitted())
    session = onnxruntime.InferenceSession(written.SerializeToString())
    missing = np.repeat(fitted().missing[None], 3, axis=0)
    for given, fed in ((features(), {"extra": features()}), (missing, {}), (missing, {"extra": missing})):
        (found,) = session.run(["probabilities"], {"token_ids": TOKENS, **fed})
        np.testing.assert_allclose(found, probabilities(model, given, of), atol=1e-5)
    assert [one.name for one in session.get_inputs()] == ["token_ids"], "a text alone is enough"
    for fed in ({}, {"extra": features()[:0]}):
        assert session.run(["probabilities"], {"token_ids": TOKENS[:0], **fed})[0].shape == (0, len(of))


def test_columns_change_the_answer() -> None:
    config = checked_config(small_config(data__train="x.csv", **MODELS["network"]))
    model = built(config, LABELS["three"])
    given = features()
    for place in range(given.shape[1]):
        changed = given.copy()
        changed[:, place] += 1
        assert not np.allclose(model([TOKENS, changed]), model([TOKENS, given]), atol=1e-4)


def test_a_training_step_may_change_the_vectors_of_tokens() -> None:
    """As adversarial training does: the columns stay beside them."""
    import keras

    from seqclf.model.build import LOGITS
    from seqclf.model.forward import Forward

    config = checked_config(small_config(data__train="x.csv", **MODELS["without a head"], embedding__dropout=0))
    forward = Forward(built(config, LABELS["three"]), LOGITS).with_given(extra=keras.ops.convert_to_tensor(features()))
    tokens = keras.ops.convert_to_tensor(TOKENS)
    np.testing.assert_allclose(forward(tokens, vectors=forward.embed(tokens)), forward(tokens), atol=1e-6)


def test_the_prior_answers_only_where_nothing_is_known() -> None:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model

    config, labels = checked_config(small_config(data__train="x.csv", **MODELS["network"])), LABELS["three"]
    model, prior = built(config, labels), Prior(1, (0.2, 0.3, 0.5))
    session = onnxruntime.InferenceSession(
        onnx_model(model, config, labels, prior=prior, extra=fitted()).SerializeToString()
    )
    (alone,) = session.run(["probabilities"], {"token_ids": TOKENS})
    np.testing.assert_allclose(alone[1], prior.frequencies, atol=1e-6)
    (found,) = session.run(["probabilities"], {"token_ids": TOKENS, "extra": features()})
    np.testing.assert_allclose(found, probabilities(model, features(), labels), atol=1e-5)


def test_a_linear_model_answers_a_text_alone_with_the_mean_over_the_values() -> None:
    """A category that is never missing: the logits of the values, weighted by how often they occur."""
    from seqclf.model.build import build_model, logits_model

    countries = np.array(["de"] * 30 + ["fr"] * 10, object)
    columns = ExtraColumns.fit({"country": "category"}, {"country": countries})
    config = checked_config(small_config(data__train="x.csv", **MODELS["without a head"]))
    model = logits_model(build_model(config, 50, LABELS["three"], extra=columns.width))
    tokens = np.repeat(TOKENS[:1], 40, axis=0)
    each = model([tokens, columns.encode({"country": countries}, 40)]).numpy()
    alone = model([tokens[:1], columns.missing[None]]).numpy()[0]
    np.testing.assert_allclose(alone, each.mean(axis=0), atol=1e-6)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from seqclf.text.kinds.word import WordTokenizer

    words = [" ".join([f"w{number}"] * (60 - number)) for number in range(48)]
    return WordTokenizer.learn(words, vocab_size=50)  # w0 is id 2


@pytest.mark.parametrize("labels", ["two", "lists"])
def test_the_saved_model_gives_the_same_with_columns_and_without(labels: str, tokenizer: Any, tmp_path: Path) -> None:
    import tensorflow as tf

    from seqclf.export.saved_model import export_saved_model

    config, of = checked_config(small_config(data__train="x.csv", **MODELS["ngrams beside it"])), LABELS[labels]
    model, prior = built(config, of), Prior(1, (0.2, 0.8) if labels == "two" else (0.2, 0.3, 0.5))
    thresholds = [0.5] * 3 if of.multi else None
    export_saved_model(model, config, tokenizer, of, tmp_path / "m", thresholds=thresholds, prior=prior, extra=fitted())
    loaded = tf.saved_model.load(str(tmp_path / "m"))
    texts = tf.constant(["w3 w5 w1", "unknown words", "w7 w6 w5 w4"])
    given = {
        "price": tf.constant([3, float("nan"), 1e9], tf.float64),
        "country": tf.constant(["\u3000fr ", "xx", ""]),
        "age": tf.constant([float("nan"), 7, -4], tf.float64),
    }
    found = loaded.signatures["with_columns"](text=texts, **given)["probabilities"]
    np.testing.assert_allclose(found, probabilities(model, features(), of), atol=1e-5)
    alone = loaded.signatures["serving_default"](text=texts)["probabilities"].numpy()
    expected = probabilities(model, np.repeat(fitted().missing[None], 3, axis=0), of)
    np.testing.assert_allclose(alone[::2], expected[::2], atol=1e-5)
    np.testing.assert_allclose(alone[1], prior.frequencies, atol=1e-6)
    np.testing.assert_allclose(loaded.classify_with_columns(texts)["probabilities"], alone, atol=1e-6)
    none = tf.zeros([0], tf.float64)
    nothing = {"price": none, "country": tf.constant([], tf.string), "age": none}
    found = loaded.signatures["with_columns"](text=tf.constant([], tf.string), **nothing)
    assert found["probabilities"].shape == (0, len(of))
    one = fitted().features({"price": [3, 3, 3]}, 3)
    found = loaded.classify_with_columns(texts, price=tf.constant([3.0], tf.float64))["probabilities"]
    np.testing.assert_allclose(found, probabilities(model, one, of), atol=1e-5)


def test_the_graph_tells_large_numbers_apart_as_numpy_does() -> None:
    """Timestamps: a minute is less than the distance of neighbours in float32."""
    import tensorflow as tf

    from seqclf.export.graph_columns import GraphColumns
    from seqclf.export.signature_inputs import with_inputs

    times = 1_700_000_000 + 60 * np.arange(40.0)
    columns = ExtraColumns.fit({"time": "number"}, {"time": times})
    graph = GraphColumns(columns)
    found = with_inputs(graph, graph.inputs)(tf.constant(times)).numpy()
    np.testing.assert_array_equal(found, columns.encode({"time": times}, 40))
    assert len(np.unique(found)) == 40


def test_the_graph_reads_categories_as_the_reader_of_files_does() -> None:
    """File formats write whole numbers and truth values in their own way."""
    import tensorflow as tf

    from seqclf.export.graph_columns import GraphColumns
    from seqclf.export.signature_inputs import with_inputs

    names = ["1", "10", "0", "-7", "true", "false", "True story", "1.5", "v1.0"]
    columns = ExtraColumns.fit({"c": "category"}, {"c": np.array(names * 5, object)})
    pairs = {"1.0": 1.0, " 10.000 ": 10, "-0.0": -0.0, "-7.0": "-7", "TRUE": True, "False": False, "1.50": "1.50"}
    given = [*names, *pairs, "tRuE", "1.", ".0", "1.0\n", "１.0"]
    graph = GraphColumns(columns)
    found = with_inputs(graph, graph.inputs)(tf.constant(given)).numpy()
    np.testing.assert_array_equal(found, columns.features({"c": given}, len(given)))
    same = columns.features({"c": list(pairs.values())}, len(pairs))
    np.testing.assert_array_equal(columns.features({"c": list(pairs)}, len(pairs)), same)
    assert columns.is_given(same).tolist() == [True] * 6 + [False]


def test_outside_python_an_input_may_be_left_out(tokenizer: Any, tmp_path: Path) -> None:
    """As TensorFlow Serving and TensorFlow's C++ library call a signature: by the graph's own names."""
    import tensorflow as tf

    from seqclf.export.saved_model import export_saved_model

    config = checked_config(small_config(data__train="x.csv", **MODELS["network"]))
    model = built(config, LABELS["three"])
    export_saved_model(model, config, tokenizer, LABELS["three"], tmp_path / "m", extra=fitted())
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(tmp_path / "m"))
        signature = graph.signature_def["with_columns"]
        assert set(signature.defaults) == {"price", "country", "age"}
        fed = {signature.inputs["text"].name: ["w3 w5 w1"] * 3, signature.inputs["age"].name: [3.0, 70.0, 9.0]}
        found = session.run(signature.outputs["probabilities"].name, fed)
    given = fitted().features({"age": [3, 70, 9]}, 3)
    expected = model([np.repeat(TOKENS[:1], 3, axis=0), given], training=False).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_every_column_has_an_input_that_tensorflow_accepts(tokenizer: Any, tmp_path: Path) -> None:
    import tensorflow as tf

    from seqclf.export.input_names import input_names
    from seqclf.export.saved_model import export_saved_model

    columns = ["Price (€)", "price", "PRICE_2", "1st", "país", "価格", "text", "self", "a b", "-", "training", "args"]
    names = input_names(columns, taken=["text"])
    assert list(names.values()) == [
        *("Price", "price_2", "PRICE_2_2", "st", "pais", "column_6", "text_2", "self_2", "a_b"),
        *("column_10", "training", "args"),
    ]
    extra = ExtraColumns.fit(dict.fromkeys(columns, "number"), {name: np.arange(9.0) for name in columns})
    config, labels = checked_config(small_config(data__train="x.csv", **MODELS["network"])), LABELS["two"]
    from seqclf.model.build import build_model

    model = build_model(config, 50, labels, extra=extra.width)
    export_saved_model(model, config, tokenizer, labels, tmp_path / "m", extra=extra)
    signature = tf.saved_model.load(str(tmp_path / "m")).signatures["with_columns"]
    given = {name: tf.constant([float(place)], tf.float64) for place, name in enumerate(names.values())}
    found = signature(text=tf.constant(["w3 w5"]), **given)["probabilities"].numpy()[0, 1]
    features_of = extra.features({name: [place] for place, name in enumerate(columns)}, 1)
    np.testing.assert_allclose(found, model([np.array([[5, 7]]), features_of]).numpy()[0, 0], atol=1e-5)


def test_quantized_weights_keep_the_default() -> None:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model
    from seqclf.export.quantize import quantized

    config, labels = checked_config(small_config(data__train="x.csv", **MODELS["network"])), LABELS["three"]
    content = onnx_model(built(config, labels), config, labels, extra=fitted()).SerializeToString()
    before, after = (onnxruntime.InferenceSession(one) for one in (content, quantized(content)))
    for fed in ({}, {"extra": features()}):
        expected, found = (one.run(["probabilities"], {"token_ids": TOKENS, **fed})[0] for one in (before, after))
        np.testing.assert_allclose(found, expected, atol=0.1)
