"""``seqclf eval --slice``."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import write_csv

from seqclf.cli import cli
from seqclf.runs import Run


@pytest.fixture
def run(offers_run: Run, tmp_path: Path) -> Run:
    """A copy, since eval writes into the run."""
    copy = Run(tmp_path / "copy-1")
    shutil.copytree(offers_run.folder, copy.folder)
    return copy


def _eval(run: Run, *options: str) -> Result:
    return CliRunner().invoke(cli, ["eval", "--runs", str(run.folder.parent), "--run", run.name, *options])


def test_slices_are_those_of_the_predictions(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    done = _eval(run, "--predictions", str(path), "--json", "--slice", "country", "--slice", "price")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert list(found["slices"]) == ["length", "label", "country", "price"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for column in ("label", "country"):
        for one in found["slices"][column]:
            correct = [row["correct"] == "true" for row in rows if (row[column] or "(missing)") == one["value"]]
            assert (len(correct), sum(correct) / len(correct)) == (one["texts"], pytest.approx(one["accuracy"]))
    for one in found["slices"]["label"]:
        assert one["accuracy"] == pytest.approx(found["labels"][one["value"]]["recall"])
    for slices in found["slices"].values():
        assert sum(one["texts"] for one in slices) == found["texts"]
    assert "slices" not in run.metrics["test"]


def test_tables_and_markdown(run: Run) -> None:
    shown = _eval(run, "--slice", "label", "--slice", "column:country")
    assert shown.exit_code == 0, shown.output
    at = [shown.stdout.index(f"Accuracy by {what}, the worst first (all texts: ") for what in ("label", "country")]
    assert at == sorted(at) and "Accuracy by tokens" not in shown.stdout
    assert "| tokens | texts | accuracy | 95 % interval |" in _eval(run, "--slice", "length", "--markdown").stdout


def test_texts_that_are_dropped_are_in_no_slice(run: Run, offers_csv: Path, tmp_path: Path) -> None:
    with offers_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:6]
    columns = ["where", *rows[0]]
    places = ["here", "gone", "here", "there", "here", "there"]
    rows[1]["label"] = "unknown"
    given = write_csv(
        tmp_path / "given.csv",
        [tuple(columns), *[(place, *row.values()) for place, row in zip(places, rows, strict=True)]],
    )
    done = _eval(run, "--data", str(given), "--json", "--slice", "where")
    assert done.exit_code == 0, done.output
    counts = {one["value"]: one["texts"] for one in json.loads(done.stdout)["slices"]["where"]}
    assert counts == {"here": 3, "there": 2}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--slice", "contry"],
            'has no column "contry"; did you mean "country"? Use length, label or a column (text, ',
        ),
        (["--slice", "label", "--metric", "accuracy"], "--slice prints a table, --metric single numbers"),
        (["--slice", "label", "--against", "other"], "--slice is about one run, --against about two"),
    ],
)
def test_errors(options: list[str], words: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqclf.tensorflow_startup.start_tensorflow", lambda *_: pytest.fail("too late"))
    done = _eval(run, *options)
    assert done.exit_code == 2 and words in " ".join(done.output.split()), done.output
