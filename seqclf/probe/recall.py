"""Measure how far back a recurrent layer can remember, and how far back its gradient reaches.

The gradient of a loss at the last step flows back through the recurrence one step at a time. In a simple recurrent
layer it shrinks with each step (Hochreiter 1991; Bengio et al. 1994; Pascanu et al. 2013). A gradient that does not
reach the cue cannot teach the network to remember it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seqclf.config import Config, checked_config
from seqclf.labels import Labels
from seqclf.layer_types import LAYER_TYPES, RecurrentLayer
from seqclf.probe.recall_task import LABELS, VOCABULARY_SIZE, recall_texts, token_vectors

if TYPE_CHECKING:
    import keras

EMBEDDING_DIM = 16
ROWS = 64
LEARNING_RATE = 3e-3
CLIP_NORM = 1.0
SOLVED = 20  # batches in a row without a mistake
TESTED = 512  # texts
_TRAIN, _TEST = 0, 1  # keys of the random numbers


@dataclass(frozen=True)
class Result:
    """The result of one network.

    Attributes:
        accuracy: fraction of ``TESTED`` new texts, with the cue at exactly ``distance``, whose cue it predicts.
        steps: training steps; fewer than allowed if the task was solved earlier.
        gradient_before, gradient_after: ``reach`` on the same texts before and after training.
    """

    cell: str
    distance: int
    seed: int
    accuracy: float
    steps: int
    gradient_before: float
    gradient_after: float
    seconds: float


def known_cells() -> list[str]:
    """The types of recurrent layers."""
    return [name for name, kind in LAYER_TYPES.items() if issubclass(kind, RecurrentLayer)]


def probe_config(cell: str, units: int, seed: int) -> Config:
    """One recurrent layer on fixed vectors, so that all memory is in the layer."""
    return checked_config(
        {
            "name": "probe",
            "seed": seed,
            "data": {"source": "sample"},  # never read
            "embedding": {"dim": EMBEDDING_DIM, "trainable": False},
            "layers": [{"type": cell, "units": units}],
            "training": {"batch_size": ROWS, "optimizer": {"learning_rate": LEARNING_RATE, "clip_norm": CLIP_NORM}},
        }
    )


def probe_model(cell: str, units: int, seed: int) -> keras.Model:
    from seqclf.model.build import build_model

    config = probe_config(cell, units, seed)
    return build_model(config, VOCABULARY_SIZE, LABELS, vectors=token_vectors(seed, EMBEDDING_DIM))


def build_reach(model: keras.Model) -> Callable[[Any, Any], tuple[float, float]]:
    """A compiled ``(token_ids, label_ids) -> (reach, accuracy)`` for texts of equal length.

    Reach: the norm of the gradient of a text's loss with respect to the input vector at its first step (the cue),
    divided by the same norm at its last step; the median over the texts. 0 if the gradient is too small for float32.
    """
    import keras
    import tensorflow as tf

    from seqclf.model.build import LOGITS
    from seqclf.model.encoder import EMBEDDING
    from seqclf.tasks.classification.losses import cross_entropy, predicted_ids

    outputs = [model.get_layer(EMBEDDING).output, model.get_layer(LOGITS).output]
    vectors_and_logits = keras.Model(model.input, outputs)
    signature = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)]

    @tf.function(input_signature=signature, autograph=False)
    def ends(token_ids: tf.Tensor, label_ids: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            vectors, logits = vectors_and_logits(token_ids)
            tape.watch(vectors)
            loss = tf.reduce_sum(cross_entropy(logits, label_ids))
        gradient = tape.gradient(loss, vectors)
        # In float64, so that squares of small numbers do not underflow.
        first, last = (tf.norm(tf.cast(gradient[:, step], tf.float64), axis=-1) for step in (0, -1))
        return first, last, predicted_ids(logits) == label_ids

    def reach(token_ids: Any, label_ids: Any) -> tuple[float, float]:
        first, last, correct = (tensor.numpy() for tensor in ends(token_ids, label_ids))
        ratios = np.divide(first, last, out=np.zeros_like(first), where=last > 0)
        return float(np.median(ratios)), float(correct.mean())

    return reach


class Network:
    """A cell's network that can be trained repeatedly from the start; its graphs are built once."""

    def __init__(self, cell: str, units: int) -> None:
        from seqclf.tasks.classification.task import Classification
        from seqclf.training.step import build_train_step

        self.cell, self.units = cell, units
        self.model = probe_model(cell, units, seed=0)
        self._optimizer = probe_config(cell, units, seed=0).training.optimizer.build()
        self._optimizer.build(self.model.trainable_variables)
        self._unused = [np.array(variable) for variable in self._optimizer.variables]
        self._step = build_train_step(self.model, self._optimizer, Classification(Labels(LABELS)))
        self._reach = build_reach(self.model)

    def measure(self, distance: int, seed: int, steps: int) -> Result:
        """Train from the seed's weights for at most ``steps`` batches of new texts, and test.

        Each batch has one distance, sampled uniformly from 1 to ``distance``; the test uses ``distance`` only.
        """
        started = time.perf_counter()
        self.model.set_weights(probe_model(self.cell, self.units, seed).get_weights())
        for variable, value in zip(self._optimizer.variables, self._unused, strict=True):
            variable.assign(value)
        test = recall_texts(np.random.default_rng([seed, distance, _TEST]), TESTED, distance)
        before, _ = self._reach(*test)
        generator = np.random.default_rng([seed, distance, _TRAIN])
        without_mistake = step = 0
        while step < steps and without_mistake < SOLVED:
            step += 1
            nearer = int(generator.integers(1, distance + 1))
            correct = self._step(*recall_texts(generator, ROWS, nearer)).correct
            without_mistake = without_mistake + 1 if int(correct) == ROWS else 0
        after, accuracy = self._reach(*test)
        return Result(self.cell, distance, seed, accuracy, step, before, after, time.perf_counter() - started)


def run(
    cells: Sequence[str],
    distances: Sequence[int],
    *,
    units: int,
    steps: int,
    seeds: int,
    on_result: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Measure every cell at every distance for seeds 0, 1, ..., with the same texts and steps for every cell."""
    results = []
    for cell in cells:
        network = Network(cell, units)
        for seed in range(seeds):
            for distance in distances:
                results.append(network.measure(distance, seed, steps))
                on_result(results[-1])
    return results
