"""How much more time a training step takes with each of ``training.objectives``, and with ``sharpness``.

    python benchmarks/objectives.py --layer lstm

One bidirectional recurrent layer reads batches of random tokens. The ways to train it take turns, and processor time is
measured, so that the load of the machine changes little. A ratio is the median, over the rounds, of the time divided by
that of the loss of the labels alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from seqclf.config import Config, checked_config

VOCABULARY = 8_185
WAYS: dict[str, dict[str, Any]] = {
    "the labels alone": {},
    **{f"`{kind}`": {"objectives": [kind]} for kind in ("adversarial", "r_drop", "entropy", "mixup")},
    "`virtual_adversarial`": {"objectives": ["virtual_adversarial"]},
    "`virtual_adversarial`, `iterations: 2`": {"objectives": [{"type": "virtual_adversarial", "iterations": 2}]},
    "`adversarial` and `r_drop`": {"objectives": ["adversarial", "r_drop"]},
    "`adversarial` and `virtual_adversarial`": {"objectives": ["adversarial", "virtual_adversarial"]},
    "`training.sharpness`": {"sharpness": {}},
}
"""Options of training of each way."""


def config_of(layer: str, **training: Any) -> Config:
    """The config of a way; ``layer`` is a type of recurrent layer."""
    return checked_config(
        {
            "data": {"source": "sample"},
            "embedding": {"dim": 64, "dropout": 0.3},
            "layers": [{"type": layer, "units": 64, "bidirectional": True}],
            "training": training,
        }
    )


def trainer(config: Config, texts: int, tokens: int) -> Callable[[], None]:
    """A new model; each call trains it one step further."""
    from seqclf.labels import Labels
    from seqclf.model.build import build_model
    from seqclf.tasks.classification.losses import build_loss
    from seqclf.tasks.classification.task import Classification
    from seqclf.tasks.classification.terms.combined import objective_of
    from seqclf.tasks.classification.terms.spread import Spread
    from seqclf.training.state import TrainingState
    from seqclf.training.step import build_train_step

    rng = np.random.default_rng(0)
    labels, truth = Labels(("a", "b")), rng.integers(0, 2, texts).astype(np.int32)
    ids = rng.integers(2, VOCABULARY, (texts, tokens)).astype(np.int32)
    loss, spread = build_loss(config.training, labels, truth), Spread(np.bincount(ids.ravel(), minlength=VOCABULARY))
    objective = objective_of(config.training.objectives, loss, multi=False, spread=spread)
    task = Classification(labels, config.training, objective)
    model = build_model(config, VOCABULARY, labels)
    state = TrainingState.begin(model, config.training, carried=task.carried(model))
    sharpness = config.training.sharpness
    step = build_train_step(model, state.optimizer, task, carried=state.carried, sharpness=sharpness)

    def advance() -> None:
        float(step(ids, truth).loss)  # waits for the result

    return advance


def ratios(trainers: Sequence[Callable[[], None]], steps: int, rounds: int) -> list[float]:
    """The processor time of a step of each trainer divided by that of the first, after a step that traces its graph."""
    for advance in trainers:
        advance()
    found: list[list[float]] = [[] for _ in trainers]
    for _ in range(rounds):
        for advance, own in zip(trainers, found, strict=True):
            started = time.process_time()
            for _ in range(steps):
                advance()
            own.append(time.process_time() - started)
    return [statistics.median(one / first for one, first in zip(own, found[0], strict=True)) for own in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layer", default="lstm", help="type of the recurrent layer")
    parser.add_argument("--texts", type=int, default=32, help="of a batch")
    parser.add_argument("--tokens", type=int, default=64, help="of each text")
    parser.add_argument("--steps", type=int, default=2, help="steps of each way in each round")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()

    from seqclf.tensorflow_startup import start_tensorflow

    configs = [config_of(arguments.layer, **options) for options in WAYS.values()]
    start_tensorflow(configs[0], "auto")
    trainers = [trainer(config, arguments.texts, arguments.tokens) for config in configs]
    print(f"{arguments.texts} texts x {arguments.tokens} tokens, a bidirectional {arguments.layer} of 64 units")
    print("| terms | processor time of a step |\n|---|---|")
    for name, ratio in zip(WAYS, ratios(trainers, arguments.steps, arguments.rounds), strict=True):
        print(f"| {name} | {ratio:.1f} x |")


if __name__ == "__main__":
    main()
