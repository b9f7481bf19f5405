"""Folders of runs as trainings leave them, without training."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from conftest import small_config

from seqclf.config import checked_config, write_config
from seqclf.files import write_json
from seqclf.locks import locked
from seqclf.runs import FINISHED, Run

LONG_AGO = time.time() - 2 * 3600
WEIGHTS = ("checkpoint/final.state", "model.keras", "model.onnx")


def scores(accuracy: float, **others: float) -> dict[str, Any]:
    """An entry of ``metrics.json``, with the parts that no list needs."""
    values = {"loss": round(1 - accuracy, 4), "accuracy": accuracy, "macro_f1": accuracy - 0.01}
    label = {"precision": accuracy, "recall": accuracy, "f1": accuracy, "support": 5}
    return {"data": "reviews.csv", "texts": 10, **values, **others, "labels": {"a": label, "b": label}}


def made_run(
    runs: Path,
    name: str,
    status: str = FINISHED,
    *,
    validation: float | None = 0.5,
    files: tuple[str, ...] = WEIGHTS,
    config: dict[str, Any] | None = None,
    **manifest: Any,
) -> Run:
    """A run that ended an hour ago, or that was killed if its status is running.

    Args:
        validation: its accuracy; None: it has no metrics.
        files: of weights that it has.
        config: changes of ``small_config``.
        manifest: entries of the manifest; ``metrics`` are further splits of ``metrics.json``.
    """
    run = Run(runs / name)
    run.folder.mkdir(parents=True)
    metrics = manifest.pop("metrics", {})
    entries = {
        "status": status, "started": "2026-01-01T10:00:00+00:00", "process": 2**22 + 5, "host": "elsewhere",
        "data": "/data/reviews.csv", "data_fingerprint": {"train": "t", "validation": "v"},
    }  # fmt: skip
    if status != "running":
        entries |= {"ended": "2026-01-01T10:01:00+00:00", "epochs": 2, "best_epoch": 1, "wall_seconds": 60.0}
    write_json(run.folder / "manifest.json", entries | manifest)
    write_config(run.config, checked_config(small_config(**{"data__train": "/data/reviews.csv", **(config or {})})))
    if validation is not None:
        metrics = {"validation": scores(validation), **metrics}
    if metrics:
        write_json(run.folder / "metrics.json", metrics, lists_in_lines=True)
    for file in files:
        path = run.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"0" * 1000)
    return run


def made_folds(runs: Path, name: str, status: str = FINISHED, folds: int = 2, **summary: Any) -> Path:
    """A cross-validation; its folds have the accuracies 0.5, 0.6 and so on."""
    names = [f"{name}-fold{number}" for number in range(1, folds + 1)]
    for number, fold in enumerate(names):
        made_run(runs, fold, validation=0.5 + number / 10, config={"data__folds": 3, "data__fold": 1})
    rows = [{"fold": i + 1, "run": fold, "status": FINISHED, "seconds": 30.0} for i, fold in enumerate(names)]
    mean = {"mean": 0.55, "std": 0.07, "min": 0.5, "max": 0.6}
    path = runs / f"{name}-folds.json"
    content = {"name": name, "status": status, "data": "reviews.csv", "folds": 3, "validation": {"accuracy": mean}}
    write_json(path, content | {"runs": rows} | summary)
    return path


def epoch_line(epoch: int, accuracy: float = 0.5, **others: Any) -> str:
    """A line of ``history.jsonl``."""
    values = {
        "type": "epoch", "epoch": epoch, "loss": 0.5, "accuracy": 0.75, "val_loss": 0.4, "val_accuracy": accuracy,
        "val_macro_f1": accuracy, "best": True, "seconds": 2.0, "validation_seconds": 0.5,
        "wall_seconds": 2.5 * epoch, "tokens": 1000, "tokens_per_second": 500.0,
    }  # fmt: skip
    return json.dumps(values | others) + "\n"


def make_old(path: Path) -> None:
    """As if nobody had written to it for two hours."""
    os.utime(path, (LONG_AGO, LONG_AGO))


@contextmanager
def training(run: Run) -> Iterator[None]:
    """As while another process trains the run: a lock of another opened file is that of another process."""
    with locked(run.folder):
        yield


def taught(runs: Path, name: str, teacher: Run, **more: Any) -> Run:
    """A run that learnt from another one."""
    told = {"runs": [{"name": teacher.name, "fingerprint": "f"}]}
    config = {"training__teacher": {"runs": [str(teacher.folder)]}}
    return made_run(runs, name, teacher=told, config=config, **more)


def initialized(runs: Path, name: str, origin: Run, **more: Any) -> Run:
    """A run that started from another one."""
    run = made_run(runs, name, initialize={"runs": [{"folder": str(origin.folder), "task": "language_model"}]}, **more)
    config = yaml.safe_load(run.config.read_text(encoding="utf-8")) | {"initialize": {"from": str(origin.folder)}}
    run.config.write_text(yaml.safe_dump(config), encoding="utf-8")
    return run
