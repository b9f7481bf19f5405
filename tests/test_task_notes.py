"""What the line about a training says beside its numbers: weights, kinds of labels, objectives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import POOLED, small_config, write_csv

from seqclf.config import checked_config
from seqclf.data.prepare import prepare
from seqclf.new_runs import begin_run
from seqclf.tasks.classification.task import Classification

SOFT = "accuracy compares with the most probable label; the loss of soft labels cannot reach 0"
SHARES = {"neg": "p_neg", "pos": "p_pos"}
ROWS = 1_300


def _notes(folder: Path, zeros: int, *, objectives: Any = (), **data: Any) -> tuple[str, ...]:
    """The notes of a training on texts of which the first ``zeros`` have weight 0; nothing is trained."""
    rows = [("text", "label", "weight", "p_neg", "p_pos")]
    for number in range(ROWS):
        share = (number % 10) / 10
        weight = "0" if number < zeros else "2"
        rows.append((f"text {number}", f"{number % 2}", weight, f"{1 - share:.1f}", f"{share:.1f}"))
    config = checked_config(
        small_config(
            data={"source": "table", "train": str(write_csv(folder / "t.csv", rows)), "validation": 0, **data},
            layers=POOLED,
            training__objectives=list(objectives),
        )
    )
    prepared = prepare(config)
    task, run = Classification.of(config, prepared), begin_run(folder / "runs", "notes")
    task.save(run)
    return task.begin(config, prepared, run, lambda stage: None).notes


@pytest.mark.parametrize(
    ("zeros", "data", "notes"),
    [
        (0, {}, ()),
        (0, {"weight": "weight"}, ("texts count by their weight",)),
        (1, {"weight": "weight"}, ("texts count by their weight (1 of weight 0 is left out)",)),
        (1_200, {"weight": "weight"}, ("texts count by their weight (1,200 of weight 0 are left out)",)),
        (0, {"label": SHARES}, (SOFT,)),
        (2, {"label": SHARES, "weight": "weight"}, ("texts count by their weight (2 of weight 0 are left out)", SOFT)),
        (0, {"label": "label", "label_separator": "|"}, ("accuracy counts texts with all labels correct",)),
    ],
)
def test_notes_name_weights_and_soft_labels(
    zeros: int, data: dict[str, Any], notes: tuple[str, ...], tmp_path: Path
) -> None:
    assert _notes(tmp_path, zeros, **data) == notes


def test_a_note_names_what_else_the_training_loss_includes(tmp_path: Path) -> None:
    (note,) = _notes(tmp_path, 0, objectives=["r_drop", {"type": "adversarial", "epsilon": 2}])
    assert note == "the training loss includes r_drop, adversarial; the validation loss does not"
