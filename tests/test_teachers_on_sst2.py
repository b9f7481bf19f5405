"""Teachers on real texts: the sentences of SST-2, few of them with labels."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import POOLED, small_config
from trainings import without_saved_models

from seqclf.config import checked_config
from seqclf.runs import Run
from seqclf.training.options import TrainOptions
from seqclf.training.session import train_new

LABELLED = 600


def _write(path: Path, rows: list[tuple[str, ...]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def _accuracy(values: dict[str, Any], runs: Path, **training: Any) -> tuple[Run, float]:
    values = {**values, "training": {**values["training"], **training}}
    run, outcome = train_new(checked_config(values), runs, TrainOptions(report=False))
    assert outcome.validation is not None
    return run, outcome.validation.score("accuracy")


@pytest.mark.real
def test_a_teacher_makes_up_for_labels(real_data: Path, tmp_path: Path) -> None:
    """A model with a tenth of the labels, and what a model with all of them says about the other texts."""
    folder = real_data / "data" / "sst2"
    with (folder / "train.tsv").open(encoding="utf-8") as file:
        rows = [(row["sentence"], row["label"]) for row in csv.DictReader(file, delimiter="\t")]
    random.Random(4).shuffle(rows)
    head = ("sentence", "label")
    every = _write(tmp_path / "all.csv", [head, *rows])
    few = _write(tmp_path / "few.csv", [head, *rows[:LABELLED]])
    more = _write(tmp_path / "more.csv", [("sentence",), *((text,) for text, _ in rows[LABELLED:])])
    dev = str(folder / "dev.tsv")
    values = small_config(
        data={"source": "table", "train": few, "validation": dev, "text": "sentence"},
        tokenizer={"vocab_size": 4_000, "max_tokens": 40},
        embedding={"dim": 32},
        layers=POOLED,
        head=[],
        training={"epochs": 8, "batch_size": 32, "baseline": False},
    )
    values["training"]["optimizer"] = {"type": "adam", "learning_rate": 5e-3}
    with without_saved_models():
        _, alone = _accuracy(values, tmp_path)
        teacher, best = _accuracy({**values, "name": "teacher", "data": {**values["data"], "train": every}}, tmp_path)
        values["data"]["unlabelled"] = more
        lesson = {"runs": "teacher", "unlabelled": 2.0, "temperature": 2.0}
        student, taught = _accuracy({**values, "name": "student"}, tmp_path, teacher=lesson, unlabelled_batch_size=256)
    assert taught > alone + 0.03
    assert taught > best - 0.05
    assert student.manifest["unlabelled_texts"]["found"] == len(rows) - LABELLED
    assert [row["name"] for row in student.manifest["teacher"]["runs"]] == [teacher.name]
