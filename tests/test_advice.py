"""Advice on what to try next after a training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.runs import Run
from seqclf.training.advice import TrainingSummary, advice
from seqclf.training.history import EpochLine, epochs_of

RUN = Run(Path("runs/x-1"))


def told(
    epochs: list[dict[str, Any]], stopped_by: str = "finished", best: int | None = None, **config: Any
) -> list[str]:
    lines = [
        {"epoch": number, "loss": 0.5, "accuracy": 0.8, "val_loss": 0.5, "val_accuracy": 0.8} | epoch
        for number, epoch in enumerate(epochs, 1)
    ]
    return advice(
        checked_config(small_config(data__train="x.csv", **config)),
        RUN,
        TrainingSummary([EpochLine(**line) for line in lines], stopped_by, best),
    )


FALLING = [{"loss": 0.6}, {"loss": 0.4}, {"loss": 0.3}]


def test_still_improving() -> None:
    (line,) = told(FALLING, best=3)
    assert line.endswith(": seqclf train --resume runs/x-1 --epochs 8")
    (line,) = told(FALLING, best=3, training__schedule={"type": "cosine"})
    assert line.endswith(": seqclf train runs/x-1/config.yaml --set training.epochs=8")
    (line,) = told(FALLING, best=3, training__keep_checkpoints=False)
    assert line.endswith(": seqclf train runs/x-1/config.yaml --set training.epochs=8")
    assert told(FALLING * 4, best=12)[0].endswith("--epochs 24")


def test_validation_far_below_training() -> None:
    epochs = [{"loss": 0.6}, {"loss": 0.3, "accuracy": 0.97, "val_accuracy": 0.8}, {"loss": 0.2}]
    (line,) = told(epochs, best=2, embedding__dropout=0.3)
    assert "validation accuracy (0.8000) is far below training accuracy (0.9700)" in line
    assert "--set training.early_stopping.patience=2" in line
    assert "--set embedding.dropout=0.5" in line
    (line,) = told(epochs, best=2, training__early_stopping={"patience": 1})
    assert "early_stopping" not in line


def test_multi_label_scores_are_compared_by_loss() -> None:
    epochs = [{"loss": 0.6}, {"loss": 0.1, "accuracy": 0.3, "val_loss": 0.3, "val_micro_f1": 0.7}, {"loss": 0.05}]
    (line,) = told(epochs, best=2)
    assert "validation loss (0.3000) is far above training loss (0.1000)" in line
    assert told(epochs, best=2, training__class_weights="balanced") == []


def test_the_first_epoch_was_best() -> None:
    (line,) = told(FALLING, "early_stopping", best=1, training__optimizer={"learning_rate": 0.03})
    assert "--set training.optimizer.learning_rate=0.01" in line
    assert "fewer units, or" in line
    (line,) = told(FALLING, best=1, layers=[{"type": "pool", "method": "mean"}], head=[])
    assert "units" not in line and "try a lower learning rate" in line


def test_the_first_epoch_was_best_with_ngrams() -> None:
    (line,) = told(FALLING, "early_stopping", best=1, ngrams={}, training__early_stopping={"patience": 2})
    assert "learning_rate" not in line
    assert "seqclf train runs/x-1/config.yaml --set training.early_stopping.patience=5 --set training.epochs=" in line
    (line,) = told(FALLING, best=1, ngrams={}, layers=[{"type": "pool", "method": "mean"}])
    assert "give the network more epochs to improve on them: seqclf train --resume runs/x-1 --epochs 8" in line
    assert "units" not in line and "learning_rate" not in line


def test_a_loss_that_does_not_fall() -> None:
    (line,) = told([{"loss": 0.69}, {"loss": 0.691}, {"loss": 0.689}], best=2)
    assert "hardly fell (0.6900 to 0.6890)" in line
    assert "learning_rate=0.003" in line
    assert "a pool layer over all tokens" in line
    layers = [{"type": "gru", "units": 4}, {"type": "pool", "method": "mean"}]
    (line,) = told([{"loss": 0.69}, {"loss": 0.691}, {"loss": 0.689}], best=2, layers=layers)
    assert "hardly fell" in line and "pool" not in line


def test_a_linear_model_alone_gets_no_advice_on_training() -> None:
    assert told(FALLING, best=3, layers=[], head=[], ngrams={}) == []
    assert told(FALLING, best=1, layers=[], head=[], ngrams={}) == []
    assert len(told(FALLING, best=3, ngrams={})) == 1


@pytest.mark.parametrize(
    ("epochs", "stopped_by", "best"),
    [
        (FALLING, "interrupted", 3),
        (FALLING, "finished", None),
        (FALLING, "finished", 2),
        ([*FALLING[:2], {"loss": 0.1, "val_accuracy": 1.0}], "finished", 3),
        ([], "finished", None),
    ],
)
def test_nothing_to_say(epochs: list[dict[str, Any]], stopped_by: str, best: int | None) -> None:
    assert told(epochs, stopped_by, best) == []


def test_epochs_are_read_from_the_history(tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    assert epochs_of(history) == []
    epoch = {"type": "epoch", "epoch": 1, "loss": 0.5, "accuracy": 0.75, "val_loss": 0.6, "best": True}
    history.write_text(f'{{"type": "steps"}}\n{json.dumps(epoch)}\n', encoding="utf-8")
    assert epochs_of(history) == [EpochLine(epoch=1, loss=0.5, accuracy=0.75, val_loss=0.6)]
