"""Exported models answer batches without texts, and texts without tokens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.prior import Prior
from seqclf.runs import Run

SHAPES = ((0, 0), (2, 0), (0, 3), (2, 3))
POOL = [{"type": "pool"}]
LAYERS: dict[str, list[dict[str, Any]]] = {
    "lstm, both ways": [{"type": "lstm", "units": 3, "bidirectional": True}],
    "gru, in pieces": [{"type": "gru", "units": 3, "segment": 2}, {"type": "pool"}],
    "gru, step by step": [{"type": "gru", "units": 3, "activation": "softplus"}],
    "qrnn": [{"type": "qrnn", "units": 3}],
    "convolution": [{"type": "conv1d", "filters": 3, "kernel_size": 3}, {"type": "max_pool1d", "size": 2}, *POOL],
    "pools": [{"type": "pool", "method": ["last", "mean", "max", "attention"]}],
    "attention": [{"type": "self_attention", "heads": 2}, {"type": "pool", "method": "mean"}],
}  # fmt: skip


@pytest.mark.parametrize("prior", [None, Prior(1, (0.25, 0.75))], ids=["alone", "prior"])
@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_onnx_answers_batches_of_any_size(layers: list[dict[str, Any]], prior: Prior | None) -> None:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model
    from seqclf.model.build import build_model

    config, labels = checked_config(small_config(data__train="x.csv", layers=layers)), Labels(("a", "b"))
    content = onnx_model(build_model(config, 10, labels), config, labels, prior=prior).SerializeToString()
    session = onnxruntime.InferenceSession(content)

    def answers(token_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        logits, probabilities = session.run(["logits", "probabilities"], {"token_ids": token_ids.astype(np.int32)})
        assert logits.shape == (len(token_ids), 1)
        return logits, probabilities

    _, unknown = answers(np.ones((1, 1)))
    for shape in SHAPES:
        _, found = answers(np.zeros(shape))
        np.testing.assert_allclose(found, np.repeat(unknown, shape[0], axis=0), atol=1e-6)
    np.testing.assert_allclose(answers(np.array([[0, 0], [2, 3]]))[1][1:], answers(np.array([[2, 3]]))[1], atol=1e-6)


def test_onnx_answers_no_texts_beside_columns() -> None:
    import onnxruntime
    from test_extra_exports import fitted

    from seqclf.export.onnx_model import onnx_model
    from seqclf.model.build import build_model

    extra: ExtraColumns = fitted()
    config, labels = checked_config(small_config(data__train="x.csv")), Labels(("a", "b"))
    model = build_model(config, 10, labels, extra=extra.width)
    content = onnx_model(model, config, labels, prior=Prior(1, (0.5, 0.5)), extra=extra).SerializeToString()
    session = onnxruntime.InferenceSession(content)
    for rows, steps in SHAPES:
        values = np.ones((rows, extra.width), np.float32)
        token_ids = np.zeros((rows, steps), np.int32)
        for given in ({}, {"extra": values}):
            (found,) = session.run(["probabilities"], {"token_ids": token_ids, **given})
            assert found.shape == (rows, 2)
            assert np.isfinite(found).all()


@pytest.mark.parametrize("fixture", ["binary_run", "three_label_run"])
def test_the_signature_of_tokens_answers_batches_of_any_size(fixture: str, request: pytest.FixtureRequest) -> None:
    import tensorflow as tf

    run: Run = request.getfixturevalue(fixture)
    signatures = tf.saved_model.load(str(run.saved_model)).signatures
    empty = signatures["serving_default"](text=tf.constant([""]))["probabilities"]
    for shape in SHAPES:
        answer = signatures["tokens"](token_ids=tf.zeros(shape, tf.int32))
        np.testing.assert_allclose(answer["probabilities"], np.repeat(empty, shape[0], axis=0), atol=1e-6)
        assert answer["label"].shape == (shape[0],)


def test_the_light_predictor_answers_no_texts(binary_run: Run) -> None:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    light = Classifier.load(binary_run.folder)
    assert light.predict([]) == []
    assert light.probabilities([]).shape == (0, 2)
    assert light.logits_of_ids([]).shape == (0, 1)
    assert KerasClassifier.load(binary_run).probabilities([]).shape == (0, 2)
