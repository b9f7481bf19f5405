"""A training with every kind of state, and results that must not depend on when it was stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from conftest import small_config

from seqclf.files import making_folder
from seqclf.runs import Run
from seqclf.tensorflow_startup import import_tensorflow

# Dropout, schedules, averages, accumulated gradients and early stopping: all that has a state. And rates by depth.
TRAINING = {
    "epochs": 4,
    "batch_size": 16,
    "log_every": 3,
    "accumulate_steps": 2,
    "optimizer": {"type": "adam", "learning_rate": 0.01, "clip_norm": 1.0},
    "schedule": {"type": "plateau", "warmup": 2},
    "moving_average": {"decay": 0.9},
    "early_stopping": {"monitor": "val_loss", "patience": 3},
    "layer_rates": {"decay": 1.5},
    "checkpoint_steps": 4,
}
QUICK_START = "from seqclf.tensorflow_startup import import_tensorflow; import_tensorflow()\n"
"""The beginning of a program that uses TensorFlow: it is imported in half the time."""

TIMES = {"seconds", "validation_seconds", "wall_seconds", "tokens_per_second"}


def training_config(train: Path, **training: Any) -> dict[str, Any]:
    """Values of a config; ``training`` overrides its section of that name.

    No kind of recurrent layer has a state of its own from step to step; graphs of this one are traced fastest.
    """
    layers = [
        {"type": "simple_rnn", "units": 4, "dropout": 0.2, "recurrent_weight_drop": 0.1, "return_sequences": True},
        {"type": "batch_norm"},
        {"type": "simple_rnn", "units": 3, "recurrent_dropout": 0.1},
    ]
    dropout = {"embedding__dropout": 0.2, "embedding__row_dropout": 0.1}
    return small_config(data__train=str(train), data__test=None, layers=layers, training=TRAINING | training, **dropout)


@contextmanager
def without_saved_models() -> Iterator[None]:
    """Trainings within it write an empty folder as their SavedModel: tracing its graph takes longer than a small
    training. For tests of other results."""

    def export(*arguments: Any, **options: Any) -> None:
        *_, folder = arguments
        with making_folder(folder):
            pass

    import_tensorflow()
    with patch("seqclf.export.saved_model.export_saved_model", export):
        yield


class Killed(BaseException):
    """An exception that no error handler catches, like SIGKILL."""


def killed_after(steps: int) -> Any:
    """A listener that raises ``Killed``."""
    from seqclf.training.events import StepDone

    seen = 0

    def listen(event: Any) -> None:
        nonlocal seen
        seen += isinstance(event, StepDone)
        if seen > steps:
            raise Killed

    return listen


def result(run: Run) -> dict[str, Any]:
    """All results that must not depend on when a training was stopped."""
    import keras

    import seqclf.model  # noqa: F401

    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    weights = keras.models.load_model(run.model, compile=False).get_weights()
    return {
        "weights": [weight.tobytes() for weight in weights],
        "history": [{name: value for name, value in line.items() if name not in TIMES} for line in lines],
        "metrics": run.metrics,
        **{name: run.manifest[name] for name in ("status", "best_epoch", "epochs", "stopped_by")},
    }
