"""What a user sees while training."""

from __future__ import annotations

import io

from rich.console import Console
from rich.progress import Progress

from seqclf.cli.progress import BarProgress, PlainProgress, progress_listener
from seqclf.training.events import EpochDone, EpochStarted, Event, Stage, StepDone, TrainingDone, TrainingStarted

EVENTS: list[Event] = [
    Stage("Reading the training texts (synthetic sample)"),
    TrainingStarted("synthetic sample", epochs=3, train_texts=3600, validation_texts=400, parameters=36_001),
    EpochStarted(1, steps=2),
    StepDone(1, 1, loss=0.7, correct=16, texts=32, tokens=640, seconds=0.1, learning_rate=1e-3),
    StepDone(1, 2, loss=0.5, correct=24, texts=32, tokens=640, seconds=0.1, learning_rate=1e-3),
    EpochDone(1, 0.6, 0.625, {"loss": 0.55, "accuracy": 0.75}, True, 1280, 0.2, 0.1),
    EpochDone(2, 0.5, 0.7, None, False, 1280, 0.2, 0.1),
    TrainingDone("early_stopping", best_epoch=1),
    Stage("Writing the model"),
]


def test_lines_where_output_is_no_terminal() -> None:
    output = io.StringIO()
    listener = PlainProgress(Console(file=output, width=60))
    for event in EVENTS:
        listener(event)
    assert output.getvalue().splitlines() == [
        "Reading the training texts (synthetic sample) ...",
        "Training on 3,600 texts (synthetic sample), validating on 400; 36,001 parameters",
        "epoch 1/3 loss 0.6000 accuracy 0.6250 val_loss 0.5500 val_accuracy 0.7500 6,400 tokens/s 0 s (best so far)",
        "epoch 2/3 loss 0.5000 accuracy 0.7000 6,400 tokens/s 0 s",
        "No better epoch since epoch 1: stopped early",
        "Writing the model ...",
    ]


def test_a_bar_on_a_terminal() -> None:
    output = io.StringIO()
    with Progress(
        console=Console(file=output, force_terminal=True, width=100, highlight=False), auto_refresh=False
    ) as bar:
        listener = BarProgress(bar)
        for event in EVENTS[:5]:
            listener(event)
        (task,) = bar.tasks
        assert (task.description, task.completed, task.total) == ("epoch 1/3", 2, 2)
        assert task.fields["measures"].startswith("loss 0.59")
        assert "accuracy 0.62" in task.fields["measures"]
        assert "6,400 tokens/s" in task.fields["measures"]
        for event in EVENTS[5:]:
            listener(event)
    assert "val_accuracy 0.7500" in output.getvalue()


def test_which_of_them_follows_from_the_output() -> None:
    with progress_listener() as listener:
        assert isinstance(listener, PlainProgress)
