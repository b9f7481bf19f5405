"""The ONNX model of a language model: a window, or one token at a time, gives what Keras gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest
from broken_configs import CONFIGS
from hypothesis import given, settings
from hypothesis import strategies as st
from language_models import lm_config
from numpy.typing import NDArray
from test_model import KINDS

from seqclf.config import Config, checked_config, load_config
from seqclf.errors import InputError
from seqclf.export.onnx_language_model import export_onnx_language_model, onnx_language_model
from seqclf.inference import Classifier
from seqclf.layer_types import LAYER_TYPES
from seqclf.model.language_model import build_language_model

TOKENS, WIDTH = 30, 5
RECURRENT = ("lstm", "gru", "simple_rnn", "min_gru", "min_lstm", "qrnn", "sru")
BESIDE = ("dense", "highway", "layer_norm", "batch_norm", "dropout", "spatial_dropout", "gaussian_noise")
LOOK_AHEAD = ("conv1d", "max_pool1d", "pool", "self_attention", "custom")
LAST = {"type": "gru", "units": WIDTH}
STACKS: dict[str, list[dict[str, Any]]] = {
    **{kind: [{**KINDS[kind], "units": WIDTH}] for kind in RECURRENT},
    **{f"{kind}, without bias": [{**KINDS[kind], "units": WIDTH, "use_bias": False}] for kind in RECURRENT},
    **{f"{kind}, gru": [KINDS[kind], LAST] for kind in BESIDE},
    **{f"residual {kind}": [{"type": "residual", "layer": KINDS[kind]}, LAST] for kind in (*RECURRENT, "dense")},
    "every recurrent type": [*(KINDS[kind] for kind in RECURRENT), LAST],
    "gru that resets first": [{**LAST, "reset_after": False}],
    **{
        f"{kind}, {activation}": [{**KINDS[kind], "activation": activation}, LAST]
        for kind in ("lstm", "gru", "simple_rnn")
        for activation in ("relu", "gelu")
    },
}

SHIPPED = [path for path in CONFIGS if not load_config(path).task.needs_labels]

Arrays = list[NDArray[Any]]


class Both:
    """A model in Keras and in ONNX Runtime, with weights and biases large enough to reveal mistakes."""

    def __init__(self, config: Config, seed: int = 0) -> None:
        self.model = build_language_model(config, TOKENS)
        draw = np.random.default_rng(seed)
        drawn = [np.abs(w) + draw.uniform(0, 0.3, w.shape) * draw.choice([1, -0.5]) for w in self.model.get_weights()]
        self.model.set_weights(drawn)
        self.written = onnx_language_model(self.model, config)
        self.session = onnxruntime.InferenceSession(self.written.SerializeToString())
        self.names = [one.name for one in self.session.get_inputs()]

    def states(self, batch: int, draw: np.random.Generator) -> Arrays:
        return [draw.normal(size=(batch, one.shape[1])).astype(np.float32) for one in self.model.inputs[1:]]

    def keras(self, tokens: NDArray[np.int32], states: Arrays) -> Arrays:
        """The logits after each row's last token, and the states."""
        logits, *after = (keras.ops.convert_to_numpy(one) for one in self.model([tokens, *states], training=False))
        last = np.maximum((tokens != 0).sum(axis=1) - 1, 0)
        return [logits[np.arange(len(tokens)), last], *after]

    def onnx(self, tokens: NDArray[np.int32], states: Arrays) -> Arrays:
        """The same as ``keras``."""
        *found, scores = self.session.run(None, dict(zip(self.names, [tokens, *states], strict=True)))
        assert scores.shape == (0, 0), "nothing is scored unless there are targets"
        return found

    def scored(self, tokens: NDArray[np.int32], targets: NDArray[np.int32], states: Arrays) -> Arrays:
        """The log-probabilities of the targets, and the other outputs."""
        given = dict(zip([*self.names, "targets"], [tokens, *states, targets], strict=True))
        *others, scores = self.session.run(None, given)
        return [scores, *others]


def _config(**changes: Any) -> Config:
    options = {"layers": [LAST], "embedding__dim": WIDTH, **changes}
    return checked_config(lm_config(data={"source": "sample"}, **options))


def _tokens(draw: np.random.Generator, lengths: list[int], extra: int = 0) -> NDArray[np.int32]:
    time = max(lengths) + extra
    tokens = draw.integers(1, TOKENS, (len(lengths), time)).astype(np.int32)
    tokens[np.arange(time) >= np.array(lengths)[:, np.newaxis]] = 0
    return tokens


def _assert_equal(found: Arrays, expected: Arrays, atol: float = 1e-4) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=atol, rtol=1e-4)


def test_every_allowed_layer_type_is_compared() -> None:
    assert set(LAYER_TYPES) == {*RECURRENT, *BESIDE, *LOOK_AHEAD, "residual"}


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("name", STACKS)
def test_logits_and_states_are_those_of_keras(name: str, tied: bool) -> None:
    both = Both(_config(layers=STACKS[name], task={"tied": tied}))
    draw = np.random.default_rng(1)
    for lengths, extra in (([1], 0), ([9, 1, 4, 7], 2), ([17, 17], 0)):
        tokens, states = _tokens(draw, lengths, extra), both.states(len(lengths), draw)
        _assert_equal(both.onnx(tokens, states), both.keras(tokens, states))
    assert {entry.domain for entry in both.written.opset_import} == {""}, "only standard ONNX operators"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_config_of_a_language_model(path: Path) -> None:
    both = Both(load_config(path))
    draw = np.random.default_rng(6)
    tokens, states = _tokens(draw, [3, 7], 1), both.states(2, draw)
    _assert_equal(both.onnx(tokens, states), both.keras(tokens, states))
    assert not {node.op_type for node in both.written.graph.node} & {"Loop", "Scan"}, "layers are native operators"


def test_layers_of_the_head_are_applied_to_the_last_token() -> None:
    head = [KINDS["highway"], KINDS["dropout"], KINDS["batch_norm"], {"type": "dense", "units": WIDTH}]
    both = Both(_config(head=head))
    draw = np.random.default_rng(2)
    tokens, states = _tokens(draw, [3, 8], 1), both.states(2, draw)
    _assert_equal(both.onnx(tokens, states), both.keras(tokens, states))


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
def test_log_probabilities_of_targets_are_those_of_keras(tied: bool) -> None:
    head = [KINDS["highway"], KINDS["batch_norm"], {"type": "dense", "units": WIDTH}]
    both = Both(_config(layers=STACKS["every recurrent type"], head=head, task={"tied": tied}))
    draw = np.random.default_rng(5)
    for lengths, extra in (([1], 0), ([9, 1, 4, 0], 2)):
        tokens, states = _tokens(draw, lengths, extra), both.states(len(lengths), draw)
        targets = draw.integers(1, TOKENS, tokens.shape).astype(np.int32) * (tokens != 0)
        targets[0, 0] = 0  # a token whose successor is not asked for
        scores, *others = both.scored(tokens, targets, states)
        _assert_equal(others, both.onnx(tokens, states))
        logits = np.asarray(keras.ops.convert_to_numpy(both.model([tokens, *states], training=False)[0]), np.float64)
        logits -= logits.max(axis=-1, keepdims=True)
        expected = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        chosen = np.take_along_axis(expected, targets[..., None], axis=2)[..., 0]
        _assert_equal([scores], [np.where(targets == 0, 0, chosen)])
        assert (scores[targets != 0] < 0).all()


def test_no_target_of_no_row_or_token_has_a_score() -> None:
    both = Both(_config())
    for shape in ((0, 4), (3, 0), (0, 0)):
        none = np.zeros(shape, np.int32)
        scores, logits, *_ = both.scored(none, none, both.states(shape[0], np.random.default_rng(4)))
        assert (scores.shape, logits.shape) == (shape, (shape[0], TOKENS))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(RECURRENT), min_size=1, max_size=3), st.booleans(), st.integers(0, 9))
def test_token_by_token_equals_at_once(kinds: list[str], tied: bool, seed: int) -> None:
    both = Both(_config(layers=[*(KINDS[kind] for kind in kinds), LAST], task={"tied": tied}), seed)
    draw = np.random.default_rng(seed)
    tokens, states = _tokens(draw, [8, 8]), both.states(2, draw)
    at_once = both.onnx(tokens, states)
    stepwise: Arrays = [np.empty(0), *states]
    for step in range(tokens.shape[1]):
        stepwise = both.onnx(tokens[:, step : step + 1], stepwise[1:])
    _assert_equal(stepwise, at_once, atol=1e-5)


@pytest.mark.parametrize("name", [*RECURRENT, "gru that resets first", "lstm, gelu", "every recurrent type"])
def test_a_row_of_padding_keeps_its_states(name: str) -> None:
    both = Both(_config(layers=STACKS[name]))
    draw = np.random.default_rng(3)
    tokens, states = _tokens(draw, [0, 5, 0, 2], 1), both.states(4, draw)
    logits, *after = both.onnx(tokens, states)
    expected, *of_keras = both.keras(tokens, states)
    _assert_equal([logits[[1, 3]], *after], [expected[[1, 3]], *of_keras])
    assert np.isfinite(logits).all()
    for one, other in zip(after, states, strict=True):
        np.testing.assert_array_equal(one[[0, 2]], other[[0, 2]])


@pytest.mark.parametrize("batch, time", [(0, 4), (0, 0), (3, 0), (3, 2)])
@pytest.mark.parametrize("name", ["every recurrent type", "lstm, gelu"])
def test_windows_without_rows_or_tokens(name: str, batch: int, time: int) -> None:
    both = Both(_config(layers=STACKS[name]))
    states = both.states(batch, np.random.default_rng(4))
    logits, *after = both.onnx(np.zeros((batch, time), np.int32), states)
    assert logits.shape == (batch, TOKENS)
    assert np.isfinite(logits).all()
    for one, other in zip(after, states, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
def test_the_file_has_each_table_once(tied: bool) -> None:
    both = Both(_config(task={"tied": tied}))
    tables = [tuple(one.dims) for one in both.written.graph.initializer if sorted(one.dims) == [WIDTH, TOKENS]]
    assert tables == [(TOKENS, WIDTH)] * (1 if tied else 2)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_names_and_metadata(direction: str, tmp_path: Path) -> None:
    config = _config(layers=[KINDS["lstm"], LAST], task={"direction": direction})
    model = build_language_model(config, TOKENS)
    path = tmp_path / "model.onnx"
    export_onnx_language_model(model, config, path)
    session = onnxruntime.InferenceSession(path)
    inputs, outputs = session.get_inputs(), session.get_outputs()
    names = ["layers_0_lstm_state_0", "layers_0_lstm_state_1", "layers_1_gru_state_0"]
    assert [one.name for one in inputs] == [one.name for one in model.inputs] == ["token_ids", *names]
    assert [one.name for one in session.get_overridable_initializers()] == ["targets"]
    assert [one.name for one in outputs] == ["logits", *(f"{name}_after" for name in names), "log_probabilities"]
    assert [one.shape for one in outputs[:-1]] == [["batch", TOKENS], ["batch", 3], ["batch", 3], ["batch", WIDTH]]
    assert [one.type for one in inputs] == ["tensor(int32)", *["tensor(float)"] * 3]
    about = {name: json.loads(value) for name, value in session.get_modelmeta().custom_metadata_map.items()}
    assert about == {
        "task": "language_model",
        "direction": direction,
        "end_id": TOKENS - 1,
        "states": [
            {"input": name, "output": f"{name}_after", "units": units}
            for name, units in zip(names, (3, 3, WIDTH), strict=True)
        ],
    }


def test_a_classifier_cannot_be_loaded_from_it(tmp_path: Path) -> None:
    config = _config()
    export_onnx_language_model(build_language_model(config, TOKENS), config, tmp_path / "model.onnx")
    with pytest.raises(InputError, match=r"model\.onnx: is a language model, which has no labels"):
        Classifier.load(tmp_path)
