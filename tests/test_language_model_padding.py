"""Padding and batch mates are invisible to a language model: in training, in evaluation and in ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from language_models import lm_config
from numpy.typing import NDArray
from test_onnx_language_model import LAST, RECURRENT, STACKS, TOKENS, WIDTH, Both

from seqclf.config import checked_config
from seqclf.data.encoded import Beside, EncodedTexts
from seqclf.data.windows import Windows
from seqclf.model.language_model import build_language_model
from seqclf.tasks.language_model.softmax import SampledSoftmax
from seqclf.tasks.language_model.task import LanguageModel
from seqclf.tasks.language_model.validation import PerplexityValidator

NAMES = [
    *RECURRENT,
    *("gru that resets first", "lstm, gelu", "residual lstm", "residual dense"),
    *("dense, gru", "highway, gru", "layer_norm, gru", "batch_norm, gru"),
]
LENGTHS = [9, 1, 0, 6]
EXTRA = 5

Batch = tuple[NDArray[np.int32], NDArray[np.int32]]


class Trained:
    """A model and its task, with states as after some windows."""

    def __init__(self, name: str = "every recurrent type", sampled: int | None = None, **task: Any) -> None:
        options = {"layers": STACKS[name], "embedding__dim": WIDTH, "embedding__dropout": 0.0}
        config = checked_config(lm_config(data={"source": "sample"}, task=task, **options))
        softmax = None if sampled is None else SampledSoftmax(np.arange(TOKENS)[::-1].copy(), sampled)
        self.task = LanguageModel(config, TOKENS - 1, len(LENGTHS), softmax)
        self.model = build_language_model(config, TOKENS)
        draw = np.random.default_rng(2)
        self._weights = [weight + draw.normal(scale=0.2, size=weight.shape) for weight in self.model.get_weights()]
        self._weights = [np.abs(weight) if name == "batch_norm, gru" else weight for weight in self._weights]
        self.states = [draw.normal(size=(len(LENGTHS), one.shape[1])) for one in self.model.inputs[1:]]

    def sums(self, batch: Batch, rows: slice = slice(None)) -> tuple[float, float, list[Any], list[Any]]:
        """What some rows of a batch add up to: loss, number of predictions, gradients; and the states after it."""
        self.model.set_weights(self._weights)  # training changes those of batch_norm
        carried = [tf.Variable(state[rows], dtype=tf.float32) for state in self.states]
        forward = self.task.forward(self.model, carried)
        starts = np.array([True, False, False, False])[rows]
        arrays = [*(one[rows] for one in batch), starts, np.array([3, 4], np.int32)]
        with tf.GradientTape() as tape:
            found = self.task.sums(forward, list(map(tf.constant, arrays)))
        gradients = tape.gradient(found.loss, self.model.trainable_variables)
        as_arrays = [tf.convert_to_tensor(one).numpy() for one in gradients]
        return float(found.loss), float(found.weight), as_arrays, [state.numpy() for state in carried]


def _batch(extra: int = 0) -> Batch:
    """Rows of ``LENGTHS`` tokens, padded; the second token of the first row is read, but its successor not counted."""
    draw = np.random.default_rng(1)
    real = np.arange(max(LENGTHS)) < np.array(LENGTHS)[:, np.newaxis]
    token_ids, targets = (draw.integers(1, TOKENS, real.shape) * real for _ in range(2))
    targets[0, 1] = 0
    return tuple(np.pad(one, [(0, 0), (0, extra)]).astype(np.int32) for one in (token_ids, targets))  # type: ignore[return-value]


def _assert_equal(found: Any, expected: Any, atol: float = 1e-5) -> None:
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=atol)


@pytest.mark.parametrize("name", NAMES)
def test_padding_changes_no_loss_gradient_or_state_in_training(name: str) -> None:
    trained = Trained(name)
    loss, count, gradients, states = trained.sums(_batch())
    padded = trained.sums(_batch(EXTRA))
    assert count == sum(LENGTHS) - 1
    assert padded[:2] == (pytest.approx(loss, rel=1e-5), count)
    _assert_equal(padded[2], gradients)
    _assert_equal(padded[3], states)
    for before, after in zip(trained.states, states, strict=True):
        np.testing.assert_allclose(after[2], before[2], rtol=1e-6, err_msg="a row without tokens keeps its state")
        assert (np.abs(after[[0, 1, 3]] - before[[0, 1, 3]]).max(axis=1) > 1e-3).all()


@pytest.mark.parametrize(
    "options",
    [{"tied": False}, {"sampled": 10}, {"activation_penalty": 0.5, "change_penalty": 0.5}],
    ids=lambda options: ", ".join(options),
)
def test_padding_changes_nothing_with_other_losses(options: dict[str, Any]) -> None:
    trained = Trained(**options)
    loss, count, gradients, states = trained.sums(_batch())
    padded = trained.sums(_batch(EXTRA))
    assert padded[:2] == (pytest.approx(loss, rel=1e-5), count)
    _assert_equal(padded[2], gradients)
    _assert_equal(padded[3], states)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "batch_norm, gru"])
def test_rows_add_up_to_their_batch_in_training(name: str) -> None:
    """Batch normalisation sees the whole batch; everything else reads each row alone."""
    trained = Trained(name)
    loss, count, gradients, states = trained.sums(_batch())
    alone = [trained.sums(_batch(), slice(row, row + 1)) for row in range(len(LENGTHS))]
    assert sum(one[0] for one in alone) == pytest.approx(loss, rel=1e-5)
    assert sum(one[1] for one in alone) == count
    _assert_equal([np.sum(parts, axis=0) for parts in zip(*(one[2] for one in alone), strict=True)], gradients)
    _assert_equal([np.concatenate(parts) for parts in zip(*(one[3] for one in alone), strict=True)], states)


@pytest.mark.parametrize("window", [4, 1000])
def test_padding_is_invisible_in_an_evaluation(window: int) -> None:
    """Streams of unequal length, in windows that end anywhere: each alone, without padding, gives the same."""
    draw = np.random.default_rng(4)
    documents = [draw.integers(1, TOKENS - 1, length).astype(np.int32) for length in (11, 1, 5, 7, 2)]
    ones = np.ones(len(documents), np.int64)
    texts = EncodedTexts.collect(
        documents, np.zeros(len(documents), np.int32), TOKENS - 1, beside=Beside(words=ones, characters=ones)
    )
    model = Trained("residual lstm").model
    windows = Windows(texts, TOKENS - 1, streams=3, window=window)
    plan = windows.in_order()
    assert any((windows.batch(one)[0] == 0).any() for one in plan), "a window has padding"
    sequence = windows._read(plan[0].order, 0, windows.predictions + 1)
    total = 0.0
    for start, stop in zip(windows._starts, windows._starts[1:], strict=False):
        states = [np.zeros((1, one.shape[1]), np.float32) for one in model.inputs[1:]]
        logits = model([sequence[np.newaxis, start:stop], *states])[0]
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(sequence[np.newaxis, start + 1 : stop + 1], logits)
        total += float(tf.reduce_sum(losses))
    metrics = PerplexityValidator(model).metrics(windows)
    assert metrics.tokens == windows.predictions == sum(map(len, documents)) + len(documents)
    assert metrics.loss * metrics.tokens == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize("name", [*NAMES, "every recurrent type"])
def test_padding_and_batch_mates_are_invisible_in_onnx(name: str) -> None:
    layers = STACKS[name]
    both = Both(checked_config(lm_config(data={"source": "sample"}, layers=layers, embedding__dim=WIDTH)))
    states = both.states(len(LENGTHS), np.random.default_rng(6))
    (token_ids, targets), (wide_ids, wide_targets) = _batch(), _batch(EXTRA)
    together = both.scored(token_ids, targets, states)
    scores, *padded = both.scored(wide_ids, wide_targets, states)
    _assert_equal([scores[:, :-EXTRA], *padded], together)
    assert not scores[:, -EXTRA:].any()
    for row, length in enumerate(LENGTHS):
        own = slice(row, row + 1)
        alone = both.scored(token_ids[own, :length], targets[own, :length], [one[own] for one in states])
        first = 1 if length else 2  # the logits after no token mean nothing
        _assert_equal([alone[0]], [together[0][own, :length]])
        _assert_equal(alone[first:], [one[own] for one in together[first:]])


def test_every_allowed_recurrent_layer_is_tried() -> None:
    assert set(RECURRENT) <= set(NAMES)
    assert LAST["type"] in RECURRENT
