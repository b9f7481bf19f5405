"""Confusion matrices: their forms in memory, in JSON and on the screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from seqclf.cli.eval_tables import show_metrics
from seqclf.export.card import _metrics as metrics_of_card
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.confusion import Confusion
from seqclf.metrics.measured import Measured
from seqclf.runs import Run
from seqclf.tasks.classification.metrics import classification_metrics


def of_many(labels: int, texts: int) -> ClassificationMetrics:
    draw = np.random.default_rng(0)
    truth, predicted = draw.integers(0, labels, texts), draw.integers(0, labels, texts)
    return classification_metrics(
        np.eye(labels, dtype=np.float32)[predicted], truth, [f"label {place}" for place in range(labels)]
    )


@given(labels=st.integers(3, 140), texts=st.integers(1, 60), seed=st.integers(0, 99))
def test_both_forms_of_json_are_read_back(labels: int, texts: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = np.zeros((labels, labels), int)
    np.add.at(rows, tuple(draw.integers(0, labels, (2, texts))), 1)
    confusion = Confusion.of_rows(rows.tolist())
    assert list(confusion) == [tuple(row) for row in rows.tolist()]
    assert (len(confusion), confusion[1], confusion[-1]) == (labels, tuple(rows[1]), tuple(rows[-1]))
    assert confusion[1:3] == [tuple(row) for row in rows[1:3].tolist()]
    assert confusion.texts == tuple(rows.sum(axis=1))
    saved = json.loads(json.dumps(confusion.to_json()))
    assert isinstance(saved, list) == (labels <= 100)
    assert Confusion.from_json(saved, labels) == confusion
    assert Confusion.from_json(rows.tolist(), labels) == confusion, "as earlier versions wrote it"


def test_many_labels_make_a_small_file(tmp_path: Path) -> None:
    metrics = of_many(1_200, 3_600)
    run = Run(tmp_path)
    run.write_metrics("validation", Measured("data", metrics).to_json())
    assert (tmp_path / "metrics.json").stat().st_size < 400_000
    assert Measured.from_json(run.metrics["validation"], False).metrics == metrics
    matrix = run.metrics["validation"]["confusion"]
    assert sum(matrix["texts"]) == 3_600
    # What earlier versions wrote for as many labels.
    dense: dict[str, Any] = metrics.to_json() | {"confusion": [list(row) for row in metrics.confusion]}
    assert ClassificationMetrics.from_json(dense) == metrics


def test_a_file_has_a_line_for_each_row(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write_metrics("validation", {"confusion": [[1, 0], [2, 3]], "labels": {"é": {"f1": 0.5}}, "none": {}, "no": []})
    assert (tmp_path / "metrics.json").read_text(encoding="utf-8") == (
        '{\n  "validation": {\n    "confusion": [\n      [1, 0],\n      [2, 3]\n    ],\n    "labels": {\n'
        '      "é": {\n        "f1": 0.5\n      }\n    },\n    "none": {},\n    "no": []\n  }\n}\n'
    )


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        ({"true": [0], "predicted": [1]}, "does not have lists true, predicted, texts"),
        ({"true": [0], "predicted": [1], "texts": [1, 2]}, "of equal length"),
        ({"true": [0], "predicted": [3], "texts": [1]}, "a label that does not exist"),
        ({"true": [-1], "predicted": [0], "texts": [1]}, "a label that does not exist"),
        ({"true": [0.0], "predicted": [0], "texts": [1]}, "a label that does not exist"),
        ({"true": [0], "predicted": [0], "texts": [0]}, "an entry that is not a whole number"),
        ({"true": [0], "predicted": [0], "texts": ["1"]}, "an entry that is not a whole number"),
        ({"true": [1, 0], "predicted": [0, 0], "texts": [1, 1]}, "pairs once and in order"),
        ({"true": [1, 1], "predicted": [0, 0], "texts": [1, 1]}, "pairs once and in order"),
        ([[1, 0, 0], [0, True, 0], [0, 0, 1]], "an entry that is not a whole number"),
        ([[1, 0], [0, 1]], "does not have a row and a column for each label"),
        (None, "is missing"),
    ],
)
def test_malformed_matrices_are_rejected(saved: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Confusion.from_json(saved, 3)


def test_many_labels_do_not_flood_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=100, highlight=False)
    monkeypatch.setattr("seqclf.cli.eval_tables.console", lambda: console)
    metrics = of_many(1_200, 9_000)
    with console.capture() as shown:
        show_metrics("run-1", "test (data)", Measured("data", metrics))
    lines = shown.get().splitlines()
    assert len(lines) < 100
    assert "1,140 more labels" in shown.get()
    assert "For all labels and the full confusion matrix use --json." in lines
    ranked = sorted(metrics.labels, key=lambda label: (-metrics.labels[label].f1, -metrics.labels[label].support))
    for label in (*ranked[:30], *ranked[-30:]):
        assert sum(line.startswith(f"{label} ") for line in lines) >= 1


def test_a_card_says_how_many_labels_it_leaves_out() -> None:
    from types import SimpleNamespace

    measured = Measured("data", of_many(200, 900))
    about: Any = SimpleNamespace(
        metrics={"test": measured}, labels=SimpleNamespace(multi=False), cost=None, manifest={}, config=None
    )
    lines = list(metrics_of_card(about))
    assert lines[-1] == "| and 160 more | | | | |"
