"""Advice on language models, before and after a training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from language_models import lm_config

from seqclf.config import checked_config
from seqclf.config.schema import EarlyStopping
from seqclf.metrics.scores import number_of
from seqclf.runs import Run
from seqclf.training.advice import TrainingSummary, advice
from seqclf.training.estimate import Estimate
from seqclf.training.examined import Report
from seqclf.training.history import EpochLine, steps_of
from seqclf.training.what_to_try import what_to_try

RUN = Run(Path("runs/x-1"))
LOSSES = [(3.0, 3.1), (2.5, 2.6), (2.1, 2.2)]


def told(losses: list[tuple[float, float]], best: int, steps: int | None = 200, **changes: Any) -> list[str]:
    epochs = [EpochLine(number, loss, val_loss=valid) for number, (loss, valid) in enumerate(losses, 1)]
    config = checked_config(lm_config(Path("x.txt"), data__source="text", **changes))
    return advice(config, RUN, TrainingSummary(epochs, "finished", best, steps))


def test_the_last_epoch_was_best() -> None:
    assert told(LOSSES, 3) == [
        "the last epoch was the best one; more epochs may help: seqclf train --resume runs/x-1 --epochs 8"
    ]
    (line,) = told(LOSSES, 3, training__schedule={"type": "cosine"})
    assert line.endswith("seqclf train runs/x-1/config.yaml --set training.epochs=8")
    assert told(LOSSES, 3, None) == told(LOSSES, 3), "an old run may not have lines of steps"


def test_few_updates_an_epoch() -> None:
    _, few = told(LOSSES, 3, 38, training__batch_size=32)
    assert few == (
        "an epoch has few updates (38); a smaller batch makes more of them: "
        "seqclf train runs/x-1/config.yaml --set training.batch_size=8"
    )
    assert len(told(LOSSES, 3, 38, training__batch_size=4)) == 1, "no smaller batch is useful"
    _, summed = told(LOSSES, 3, 200, training__accumulate_steps=4)
    assert summed.endswith("(50): seqclf train runs/x-1/config.yaml --set training.accumulate_steps=1")


def test_the_perplexity_rose_while_the_training_loss_fell() -> None:
    losses = [*LOSSES, (1.5, 2.5)]
    (line,) = told(losses, 3, 38, layers=[{"type": "lstm", "units": 8}])
    assert "rose from 9.0250 (epoch 3) to 12.182 while the training loss fell" in line
    assert "--set embedding.dropout=0.3" in line and "recurrent_weight_drop" in line and "fewer units" in line
    assert f"--set training.early_stopping.patience={EarlyStopping().patience}" in line
    (line,) = told(losses, 3, layers=[{"type": "lstm", "units": 8, "recurrent_weight_drop": 0.3}])
    assert "recurrent_weight_drop" not in line
    (line,) = told(losses, 3, embedding__dropout=0.6)
    assert "embedding.dropout" not in line, "the highest one that is proposed"
    (line,) = told(losses, 3, embedding__dropout=0.5)
    assert "embedding.dropout=0.6" in line
    assert told([*LOSSES, (1.5, 2.205)], 3) == [], "hardly"
    assert told([*LOSSES, (2.6, 2.9)], 3) == [], "the training loss rose as well"


def test_a_loss_that_hardly_fell_gets_no_pool_layer() -> None:
    (line,) = told([(3.0, 3.0), (2.99, 3.0), (2.99, 3.0)], 2)
    assert "hardly fell" in line and "pool" not in line


def test_check_proposes_a_smaller_batch() -> None:
    config = checked_config(lm_config(Path("x.txt"), data__source="text", training__batch_size=32))

    def found(steps: int) -> list[str]:
        return what_to_try(config, Report("x.txt", {}, {}, [], [], 12, estimate=Estimate(steps, 1, 1, 1)), "c.yaml")

    (line,) = found(10)
    assert line.endswith(": seqclf train c.yaml --set training.batch_size=4")
    assert found(100) == []


def test_steps_are_read_from_the_history(tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    assert steps_of(history) is None
    lines = [{"type": "steps", "step": step} for step in (20, 38, 20)] + [{"type": "epoch", "epoch": 1}]
    history.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    assert steps_of(history) == 38


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7.929784, "7.9298"),
        (9.999996, "10.000"),
        (150.8156, "150.82"),
        (7788.2761, "7,788.3"),
        (51633.974, "51,634"),
        (1234567.0, "1,234,567"),
        (1e304, "1.0000e+304"),
    ],
)
def test_perplexities_have_five_significant_digits(value: float, shown: str) -> None:
    assert number_of("perplexity", value) == number_of("word_perplexity", value) == shown
    assert number_of("loss", 123.45678) == "123.4568"
