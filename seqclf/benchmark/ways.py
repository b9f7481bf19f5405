"""The implementations to time, each as a function that does the work of a case once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seqclf.benchmark.batches import Batch
from seqclf.benchmark.cases import EMBEDDING_DIM, FORWARD, VOCABULARY, Case

Work = Callable[[Batch], object]
"""Does the work on one batch and returns when it is done."""

_KERAS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN"}
_PARALLEL = {"min_gru": "MinGRU", "min_lstm": "MinLSTM", "qrnn": "QRNN", "sru": "SRU"}


def keras_work(case: Case, fast: bool) -> Work:
    """The course's model with the layers of stock Keras or of seqclf, in seqclf's training step."""
    import keras
    import tensorflow as tf

    from seqclf.layers import input_gated, recurrent

    if case.cell in _PARALLEL:
        layer = getattr(input_gated, _PARALLEL[case.cell])(case.units)
    else:
        layer = getattr(recurrent if fast else keras.layers, _KERAS[case.cell])(case.units)
    both = (recurrent if fast else keras.layers).Bidirectional(layer)
    token_ids = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(VOCABULARY, EMBEDDING_DIM)(token_ids)
    text = both(vectors, mask=keras.ops.not_equal(token_ids, 0))
    logits = keras.layers.Dense(1)(keras.layers.Dense(64, activation="relu")(text))
    model = keras.Model(token_ids, logits)
    ids = tf.TensorSpec([None, None], tf.int32)
    if case.measure == FORWARD:
        forward = tf.function(lambda ids: model(ids, training=False), input_signature=[ids], autograph=False)
        return lambda batch: forward(batch[0]).numpy()

    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)

    @tf.function(input_signature=[ids, tf.TensorSpec([None], tf.float32)], autograph=False)
    def step(ids: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, model(ids, training=True)[:, 0])
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return lambda batch: step(*batch).numpy()


def notebook_work(case: Case) -> Work:
    """The course's own code: a compiled Sequential model without a mask, trained with ``train_on_batch``."""
    import keras

    layer = getattr(keras.layers, _KERAS[case.cell])(case.units)
    model = keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(VOCABULARY, EMBEDDING_DIM),
            keras.layers.Bidirectional(layer),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), optimizer="adam", metrics=["accuracy"])
    return lambda batch: model.train_on_batch(*batch)


def torch_work(case: Case, packed: bool) -> Work:
    """The course's model in PyTorch, on padded batches or packed sequences."""
    import torch

    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "simple_rnn": torch.nn.RNN}[case.cell]

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = torch.nn.Embedding(VOCABULARY, EMBEDDING_DIM)
            self.recurrent = kind(EMBEDDING_DIM, case.units, batch_first=True, bidirectional=True)
            self.dense = torch.nn.Linear(2 * case.units, 64)
            self.logits = torch.nn.Linear(64, 1)

        def forward(self, ids: Any, lengths: Any) -> Any:
            vectors = self.embedding(ids)
            if packed:
                vectors = torch.nn.utils.rnn.pack_padded_sequence(
                    vectors, lengths, batch_first=True, enforce_sorted=False
                )
            last = self.recurrent(vectors)[1]
            last = last[0] if case.cell == "lstm" else last
            return self.logits(torch.relu(self.dense(torch.cat([last[0], last[1]], 1))))[:, 0]

    model = Model()
    optimizer = torch.optim.Adam(model.parameters())
    loss_of = torch.nn.BCEWithLogitsLoss()

    def work(batch: Batch) -> object:
        ids, labels = (torch.from_numpy(one) for one in batch)
        lengths = (ids != 0).sum(1)
        if case.measure == FORWARD:
            with torch.inference_mode():
                return model(ids, lengths)
        optimizer.zero_grad()
        loss = loss_of(model(ids, lengths), labels)
        loss.backward()
        optimizer.step()
        return float(loss)

    return work


def work_of(way: str, case: Case) -> Work:
    """Build an implementation's work for a case; slow, because it imports a framework."""
    if way.startswith("torch"):
        return torch_work(case, packed=way == "torch_packed")
    if way == "notes":
        return notebook_work(case)
    return keras_work(case, fast=way == "seqclf")
