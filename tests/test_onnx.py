"""ONNX models give the same results as Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken_configs import CONFIGS
from conftest import small_config
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_model import ALONE, KINDS, POOL

from seqclf.config import Config, checked_config, load_config
from seqclf.config.validation import validate
from seqclf.errors import InputError
from seqclf.labels import Labels

pytestmark = pytest.mark.usefixtures("code_allowed")

VOCABULARY = 50
LABELS = {"two": Labels(("a", "b")), "three": Labels(("a", "b", "c")), "lists": Labels(("a", "b", "c"), multi=True)}
NATIVE = {"LSTM", "GRU", "RNN"}
CLASSIFIERS = [path for path in CONFIGS if load_config(path).task.needs_labels]


def _config(**changes: Any) -> Config:
    return checked_config(small_config(data__train="x.csv", **changes))


def _built(config: Config, labels: Labels, seed: int = 0) -> Any:
    """A model with weights and biases large enough to reveal mistakes."""
    from seqclf.model.build import build_model

    model = build_model(config, VOCABULARY, labels)
    draw = np.random.default_rng(seed)
    model.set_weights([np.abs(w) + draw.uniform(0, 0.3, w.shape) * draw.choice([1, -0.5]) for w in model.get_weights()])
    return model


def _tokens(draw: np.random.Generator, texts: int, longest: int) -> np.ndarray:
    lengths = draw.integers(1, longest + 1, texts)
    lengths[0] = longest
    tokens = draw.integers(1, VOCABULARY, (texts, longest + 2)).astype(np.int32)
    tokens[np.arange(longest + 2) >= lengths[:, np.newaxis]] = 0
    return tokens


def _compare(config: Config, labels: Labels, seed: int = 0) -> Any:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model

    model = _built(config, labels, seed)
    written = onnx_model(model, config, labels, [0.5] * 3 if labels.multi else None)
    session = onnxruntime.InferenceSession(written.SerializeToString())
    draw = np.random.default_rng(seed)
    for texts, longest in ((4, 9), (1, 1), (2, 17)):
        tokens = _tokens(draw, texts, longest)
        expected = model(tokens, training=False).numpy()
        if expected.shape[1] == 1:
            expected = np.concatenate([1 - expected, expected], axis=1)
        logits, found = session.run(["logits", "probabilities"], {"token_ids": tokens})
        assert logits.shape == (texts, labels.units)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    return written


@pytest.mark.parametrize("name", sorted(set(ALONE) - {"custom"}))
def test_every_layer_type_gives_the_same_result(name: str) -> None:
    written = _compare(_config(layers=ALONE[name]), LABELS["three"])
    assert {entry.domain for entry in written.opset_import} == {""}, "only standard ONNX operators"


@pytest.mark.parametrize("labels", LABELS)
def test_every_kind_of_labels(labels: str) -> None:
    _compare(_config(), LABELS[labels])


@pytest.mark.parametrize("path", CLASSIFIERS, ids=lambda path: path.stem)
def test_every_shipped_config_of_a_classifier(path: Path) -> None:
    written = _compare(load_config(path), LABELS["lists" if path.stem == "goemotions" else "three"])
    operators = {node.op_type for node in written.graph.node}
    config = load_config(path)
    assert config.has_recurrent_layers == bool(operators & NATIVE)
    assert not operators & {"Loop", "Scan", "If"}, "recurrent layers are the native operators"


@pytest.mark.parametrize("activation", ["gelu", "elu", "selu", "silu", "softplus", "linear", "relu"])
@pytest.mark.parametrize("kind", ["lstm", "gru", "simple_rnn", "dense", "conv1d"])
def test_every_activation(kind: str, activation: str) -> None:
    # Weights of linear and growing activations are kept from exploding by short texts.
    layer = {**KINDS[kind], "activation": activation}
    if kind in ("gru", "lstm"):
        layer |= {"bidirectional": True, "recurrent_activation": "silu" if activation == "gelu" else "sigmoid"}
    _compare(_config(layers=[layer, POOL]), LABELS["two"])


@pytest.mark.parametrize("activation", ["tanh", "gelu"])
def test_a_gru_that_resets_first(activation: str) -> None:
    layer = {"type": "gru", "units": 3, "activation": activation, "reset_after": False, "go_backwards": True}
    _compare(_config(layers=[layer]), LABELS["two"])


def test_long_segments_and_short_ones() -> None:
    for segment in (1, 4, 30):
        for kind in ("lstm", "qrnn"):
            layer = {**KINDS[kind], "bidirectional": True, "segment": segment}
            _compare(_config(layers=[layer, {**POOL, "method": ["max", "last"]}]), LABELS["three"])
            backwards = {**KINDS[kind], "go_backwards": True, "segment": segment}
            _compare(_config(layers=[backwards, {**POOL, "method": ["max", "last"]}]), LABELS["three"])


_WITHOUT_BIAS = [{"use_bias": False}, {}]
_RECURRENT = ["lstm", "gru", "simple_rnn", "min_gru", "min_lstm", "qrnn", "sru"]


@st.composite
def _stacks(draw: st.DrawFn) -> list[dict[str, Any]]:
    layers = []
    for kind in draw(st.lists(st.sampled_from(sorted(KINDS.keys() - {"custom", "pool"})), min_size=1, max_size=4)):
        layer = dict(KINDS[kind])
        if kind in _RECURRENT:
            layer |= draw(st.sampled_from(_WITHOUT_BIAS))
            layer |= draw(
                st.sampled_from(
                    [{}, {"bidirectional": True}, {"bidirectional": True, "merge_mode": "mul"}, {"go_backwards": True}]
                )
            )
            layer |= draw(st.sampled_from([{}, {"segment": 3}]))
        layers.append(layer)
    return [*layers, {**POOL, "method": draw(st.sampled_from(["last", "mean", "max", "attention", ["mean", "max"]]))}]


@settings(max_examples=15, deadline=None)
@given(_stacks(), st.integers(0, 9))
def test_random_stacks(layers: list[dict[str, Any]], seed: int) -> None:
    # What pooling leaves of a text may be too short for a kernel.
    assume(validate(small_config(data__train="x.csv", layers=layers))[0] is not None)
    _compare(_config(layers=layers), LABELS["three"], seed)


def test_a_layer_from_outside_has_no_form_in_onnx() -> None:
    from seqclf.export.onnx_model import onnx_model

    config = _config(layers=ALONE["custom"])
    with pytest.raises(InputError, match="layers_of_a_user:Scaled: custom layers cannot be exported to ONNX"):
        onnx_model(_built(config, LABELS["two"]), config, LABELS["two"])
