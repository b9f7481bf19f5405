"""Folders of ``seqclf export --format keras``: all that seqclf builds the model from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from calibrating import copied
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.run_calibration import RunCalibration
from seqclf.runs import Run

GRADIENTS = ("--method", "integrated-gradients", "--json")


def call(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == code, done.output
    return done


def exported(run: Run, to: Path) -> Path:
    call("export", "--format", "keras", "--run", str(run.folder), "--to", str(to))
    return to


def explained(folder: Path) -> list[dict[str, Any]]:
    done = call("explain", "the new moon said", "unseenword", *GRADIENTS, "--run", str(folder))
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("temperature", [None, 2.5])
def test_integrated_gradients_are_those_of_the_run(
    temperature: float | None, three_label_run: Run, tmp_path: Path
) -> None:
    run = copied(three_label_run, tmp_path)
    if temperature is not None:
        run.write_calibration(RunCalibration((temperature,), None, 20))
        run.onnx.unlink()  # it has no temperature
    folder = exported(run, tmp_path / "out")
    own, theirs = explained(run.folder), explained(folder)
    assert len(own) == 2 and any(word["score"] for word in own[0]["words"])
    for one, other in zip(own, theirs, strict=True):
        assert other["probability"] == pytest.approx(one["probability"], abs=1e-6)
        assert other["output"] == pytest.approx(one["output"], abs=1e-5)
        scores = [[word["score"] for word in found["words"]] for found in (one, other)]
        assert scores[1] == pytest.approx(scores[0], abs=1e-5)


def test_a_folder_names_no_paths(three_label_run: Run, tmp_path: Path) -> None:
    folder = exported(three_label_run, tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {
        "MODEL_CARD.md",
        "config.yaml",
        "labels.json",
        "manifest.json",
        "metrics.json",
        "model.keras",
        "prior.json",
        "texts.json",
        "tokenizer",
    }
    for name in ("config.yaml", "manifest.json", "metrics.json"):
        assert str(three_label_run.folder.parent.parent) not in (folder / name).read_text(encoding="utf-8")
    (folder / "manifest.json").unlink()
    refused = call("predict", "a text", "--run", str(folder), code=2).stderr
    assert "a Keras model without its config" in " ".join(refused.split())
