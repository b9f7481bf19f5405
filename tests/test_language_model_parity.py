"""Language models against the same models written by hand in Keras: the losses of 50 steps of training."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from language_models import lm_config

from seqclf.config import checked_config
from seqclf.data.prepare import prepare
from seqclf.data.windows import Windows
from seqclf.tasks.kinds import task_of
from seqclf.training.state import TrainingState
from seqclf.training.step import build_train_step

STEPS, WINDOW, DIM, RATE = 50, 7, 8, 0.01
LAYERS: dict[str, list[dict[str, Any]]] = {
    "lstm": [{"type": "lstm", "units": DIM}],
    "gru": [{"type": "gru", "units": DIM}],
    "simple_rnn": [{"type": "simple_rnn", "units": DIM}],
    "stacked": [{"type": "gru", "units": 6}, {"type": "lstm", "units": DIM}],
}
OF_KERAS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN"}

Step = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


class ByHand:
    """A stateful Keras model of recurrent layers, with the weights of ours; its output layer is tied or not."""

    def __init__(self, model: keras.Model, layers: list[dict[str, Any]], streams: int, *, tied: bool) -> None:
        inputs = keras.Input(batch_shape=(streams, None), dtype="int32")
        tokens = int(model.outputs[0].shape[-1])
        self.embedding = keras.layers.Embedding(tokens, DIM, mask_zero=True)
        self.recurrent = [
            getattr(keras.layers, OF_KERAS[layer["type"]])(layer["units"], return_sequences=True, stateful=True)
            for layer in layers
        ]
        x = self.embedding(inputs)
        for one in self.recurrent:
            x = one(x)
        self.network = keras.Model(inputs, x)
        first, *bias = model.get_layer("embedding").get_weights()
        self.embedding.set_weights([first])
        for number, (layer, one) in enumerate(zip(layers, self.recurrent, strict=True)):
            one.set_weights(model.get_layer(f"layers_{number}_{layer['type']}").get_weights())
        if tied:
            self.kernel, self.bias = self.embedding.embeddings, keras.Variable(bias[0])
        else:
            self.kernel, self.bias = map(keras.Variable, model.get_layer("logits").get_weights())
        output = [self.bias] if tied else [self.kernel, self.bias]
        self.variables = [*self.network.trainable_variables, *output]

    def loss(self, token_ids: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """The mean loss of the targets that are no padding."""
        hidden = self.network(token_ids, training=True)
        logits = tf.matmul(hidden, tf.convert_to_tensor(self.kernel), transpose_b=True) + self.bias
        real = tf.cast(targets != 0, tf.float32)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        return tf.reduce_sum(losses * real) / tf.reduce_sum(real)

    def step(self) -> Step:
        """A training step with Adam."""
        adam = keras.optimizers.Adam(RATE, global_clipnorm=1.0)
        adam.build(self.variables)
        rows = tf.TensorSpec([None, None], tf.int32)

        @tf.function(input_signature=[rows, rows], autograph=False)
        def take(token_ids: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                loss = self.loss(token_ids, targets)
            adam.apply(tape.gradient(loss, self.variables), self.variables)
            return loss

        return take  # type: ignore[no-any-return]


def _batches(windows: Windows) -> Iterator[tuple[np.ndarray, ...]]:
    for epoch in itertools.count(1):
        yield from map(windows.batch, windows.shuffled(1, epoch))


@pytest.mark.parametrize(
    "name, tied", [("lstm", True), ("gru", False), ("simple_rnn", True), ("stacked", True), ("stacked", False)]
)
def test_losses_of_50_steps_are_those_of_the_model_written_by_hand(name: str, tied: bool, sample_csv: Path) -> None:
    """The same windows, the last of an epoch with padding, and carried states: losses to one part in 10,000."""
    adam = {"learning_rate": RATE, "clip_norm": 1.0}
    task_options = {"tied": tied, "window": WINDOW}
    options = {
        "embedding__dim": DIM,
        "embedding__dropout": 0.0,
        "training__optimizer": adam,
        "training__batch_size": 16,
    }
    config = checked_config(lm_config(sample_csv, layers=LAYERS[name], task=task_options, **options))
    data = prepare(config)
    task = task_of(config, data)
    model = task.model(config, data)
    windows = task.batches(data.train, config, training=True)
    by_hand = ByHand(model, LAYERS[name], windows.streams, tied=tied)
    state = TrainingState.begin(model, config.training, carried=task.carried(model))
    ours, theirs = build_train_step(model, state.optimizer, task, carried=state.carried), by_hand.step()
    found, padded = [], 0
    for batch in itertools.islice(_batches(windows), STEPS):
        if batch[2].any():
            for one in by_hand.recurrent:
                one.reset_states()
        padded += (batch[0] == 0).any()
        result = ours(*batch)
        found.append((float(result.loss) / float(result.weight), float(theirs(batch[0], batch[1]))))
    np.testing.assert_allclose(*zip(*found, strict=True), rtol=1e-4)
    assert padded, "a window has padding"
    assert found[0][0] - 0.3 > found[-1][0], "it was trained"
