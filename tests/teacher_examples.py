"""Classifiers that teach others, made without training, and configs that learn from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import POOLED, small_config, write_csv
from origins import untrained_run

from seqclf.config import Config, checked_config, load_config
from seqclf.data.prepare import prepare
from seqclf.runs import Run
from seqclf.training.resolve import resolved

WORDS = "good bad film plot long day night story music scene".split()


def teacher_run(values: dict[str, Any], runs: Path) -> Run:
    """A classifier of this config with random weights, which says that it was trained on the training texts."""
    import keras

    from seqclf.export.onnx_model import onnx_model

    run = untrained_run(values, runs, model=True)
    config = load_config(run.config)
    data = prepare(config)
    thresholds = (0.5,) * len(data.labels) if data.labels.multi else None
    model = keras.models.load_model(run.model, compile=False)
    content = onnx_model(model, config, data.labels, thresholds=thresholds, prior=run.prior, extra=run.extra)
    run.onnx.write_bytes(content.SerializeToString())
    run.update_manifest(data_fingerprint=data.fingerprints)
    return run


def texts_of(count: int, shift: int = 0) -> list[str]:
    """Different texts, numbered from ``shift`` on."""
    return [f"{WORDS[i % 10]} {WORDS[i % 7]} w{i}" for i in range(shift, shift + count)]


def _table(path: Path, texts: list[str]) -> str:
    write_csv(path, [("text", "label"), *((text, f"{i % 2}") for i, text in enumerate(texts))])
    return str(path)


def made_teachers(folder: Path) -> Path:
    """The content of the fixture ``teachers``."""
    halves = {"one": texts_of(20), "two": texts_of(20, 20), "both": texts_of(40)}
    for name, texts in halves.items():
        data = {"source": "table", "train": _table(folder / f"{name}.csv", texts), "validation": 0}
        teacher_run(small_config(name=name, data=data, layers=POOLED, head=[]), folder / "runs")
    _table(folder / "valid.csv", texts_of(20, 500))
    _table(folder / "more.csv", texts_of(60, 900))
    return folder


def values_of(teachers: Path, runs: Any, *, data: Any = None, **teacher: Any) -> dict[str, Any]:
    """A config that learns from ``runs`` about the texts of ``both.csv``; ``teacher`` are further options of it."""
    given = {"source": "table", "train": str(teachers / "both.csv"), "validation": str(teachers / "valid.csv")}
    taught = {"training__teacher": {"runs": runs, **teacher}, "training__epochs": 1}
    return small_config(data=given | (data or {}), layers=POOLED, head=[], **taught)


def config_of(teachers: Path, runs: Any, **options: Any) -> Config:
    """``values_of`` as a config with the paths of the teachers."""
    return resolved(checked_config(values_of(teachers, runs, **options)), teachers / "runs")
