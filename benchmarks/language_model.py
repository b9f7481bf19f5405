"""How many tokens per second a language model trains on, by its softmax and its regularizers.

    python benchmarks/language_model.py --units 256 400

One tied LSTM layer reads random tokens with the frequencies of a natural text (Zipf's law) in 64 streams, windows of 70
tokens. The ways to train it take turns, so that the load of the machine changes all of them alike. A ratio is the
median, over the rounds, of the speed divided by that of the full softmax with the same units.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config, checked_config
from seqclf.data.encoded import EncodedTexts
from seqclf.data.windows import Windows

TOKENS_OF_A_DOCUMENT = 250
_WINDOW = 70
Advance = Callable[[], int]
"""Trains one step; returns its number of tokens."""


@dataclass(frozen=True)
class Way:
    """How a model is trained; ``sampled``: tokens of the sampled softmax, None: the full one."""

    units: int
    sampled: int | None = None
    weight_drop: float = 0.0
    jitter: bool = False

    @property
    def softmax(self) -> str:
        return "full" if self.sampled is None else f"sampled {self.sampled:,}"

    @property
    def more(self) -> str:
        """What it has besides the softmax."""
        return ", ".join(name for name, has in (("weight drop", self.weight_drop), ("jitter", self.jitter)) if has)

    def config(self, streams: int) -> Config:
        task = {"type": "language_model", "window": _WINDOW, "sampled": self.sampled, "jitter": self.jitter}
        lstm = {"type": "lstm", "units": self.units, "recurrent_weight_drop": self.weight_drop}
        return checked_config(
            {
                "name": "bench",
                "data": {"source": "sample"},
                "task": task,
                "embedding": {"dim": self.units},
                "layers": [lstm],
                "training": {"batch_size": streams, "optimizer": {"type": "adam", "clip_norm": 1.0}},
            }
        )


def ways_of(units: int, sampled: int) -> list[Way]:
    """The ways of one width, the one that ratios refer to first."""
    found = [Way(units), Way(units, weight_drop=0.5), Way(units, jitter=True)]
    return found + [Way(way.units, sampled, way.weight_drop, way.jitter) for way in found]


def documents(tokens: int, vocabulary: int) -> EncodedTexts:
    """Random token ids from 1 on, where the one of rank ``r`` is ``1 / r`` times as frequent as the first."""
    chances = 1 / np.arange(1, vocabulary)
    drawn = np.random.default_rng(0).choice(np.arange(1, vocabulary), tokens, p=chances / chances.sum())
    rows = np.array_split(drawn.astype(np.int32), max(1, tokens // TOKENS_OF_A_DOCUMENT))
    return EncodedTexts.collect(rows, np.zeros(len(rows), np.int32), vocabulary)


def trainer(way: Way, texts: EncodedTexts, vocabulary: int, streams: int) -> Advance:
    """A new model; each call trains it further, with batches that were made before."""
    import tensorflow as tf

    from seqclf.model.language_model import build_language_model
    from seqclf.tasks.language_model.softmax import SampledSoftmax
    from seqclf.tasks.language_model.task import LanguageModel
    from seqclf.training.state import TrainingState
    from seqclf.training.step import build_train_step

    config = way.config(streams)
    sampled = None
    if way.sampled is not None:
        sampled = SampledSoftmax(np.append(texts.counts(vocabulary), len(texts)), way.sampled)
    task = LanguageModel(config, vocabulary, streams, sampled)
    model = build_language_model(config, vocabulary + 1)
    state = TrainingState.begin(model, config.training, carried=task.carried(model))
    step = build_train_step(model, state.optimizer, task, state.accumulator, carried=state.carried)
    batches = Windows.of_training(texts, config, vocabulary)
    made: Iterator[tuple[NDArray[Any], ...]] = (
        batch for epoch in count() for batch in batches.stream(batches.shuffled(0, epoch))
    )

    def advance() -> int:
        result = step(*map(tf.constant, next(made)))
        return int(result.tokens)

    return advance


def speeds(trainers: Sequence[Advance], steps: int, rounds: int) -> list[list[float]]:
    """Tokens per second of each trainer in each round, after a first step that traces its graph."""
    for advance in trainers:
        advance()
    found: list[list[float]] = [[] for _ in trainers]
    for _ in range(rounds):
        for advance, own in zip(trainers, found, strict=True):
            started = time.perf_counter()
            tokens = sum(advance() for _ in range(steps))
            own.append(tokens / (time.perf_counter() - started))
    return found


def table(ways: Sequence[Way], found: Sequence[Sequence[float]]) -> str:
    """A row for each way, as Markdown; ``found``: its speed in each round."""
    rows = ["| units | softmax | with | tokens/s | ratio | spread |", "|---|---|---|---|---|---|"]
    first = {way.units: speed for way, speed in reversed(list(zip(ways, found, strict=True)))}
    for way, speed in zip(ways, found, strict=True):
        middle = statistics.median(speed)
        ratio = statistics.median(a / b for a, b in zip(speed, first[way.units], strict=True))
        spread = (max(speed) - min(speed)) / middle
        rows.append(
            f"| {way.units} | {way.softmax} | {way.more or '-'} | {middle:,.0f} | {ratio:.2f} x | {spread:.0%} |"
        )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, nargs="+", default=[256, 400])
    parser.add_argument("--vocabulary", type=int, default=8_185, help="tokens besides the end of a text")
    parser.add_argument("--sampled", type=int, default=1_024)
    parser.add_argument("--streams", type=int, default=64)
    parser.add_argument("--steps", type=int, default=10, help="steps of each way in each round")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    from seqclf.tensorflow_startup import start_tensorflow

    texts = documents(20 * arguments.streams * _WINDOW, arguments.vocabulary)
    ways = [way for units in arguments.units for way in ways_of(units, arguments.sampled)]
    start_tensorflow(ways[0].config(arguments.streams), "auto")
    trainers = [trainer(way, texts, arguments.vocabulary, arguments.streams) for way in ways]
    print(f"{arguments.vocabulary:,} tokens, {arguments.streams} streams x {_WINDOW} tokens, one LSTM layer")
    print(table(ways, speeds(trainers, arguments.steps, arguments.rounds)))


if __name__ == "__main__":
    main()
