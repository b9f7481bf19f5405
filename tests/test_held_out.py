"""Choices on validation texts that the n-grams were fitted to at the end (``ngrams.refit``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibrating import call, copied
from conftest import POOLED, small_config, trained
from trainings import without_saved_models

from seqclf.config import load_config
from seqclf.errors import InputError
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.run_held_out import HeldOut
from seqclf.runs import Run
from seqclf.training.extend import extended
from seqclf.training.options import TrainOptions
from seqclf.training.train import train

pytestmark = pytest.mark.usefixtures("no_saved_models")


def _config(path: Path, *, refit: bool, **changes: Any) -> dict[str, Any]:
    ngrams = {"buckets": 4096, "refit": refit}
    return small_config(data__train=str(path), layers=POOLED, ngrams=ngrams, training__epochs=2, **changes)


@pytest.fixture(scope="module")
def runs(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Run]:
    """Two runs that differ in the refit at the end alone."""
    folder = tmp_path_factory.mktemp("refit")
    configs = {refit: _config(sample_csv, refit=refit, name=f"refit-{refit}") for refit in (False, True)}
    with without_saved_models():
        return {refit: trained(config, folder) for refit, config in configs.items()}


def _json(*arguments: str) -> dict[str, Any]:
    return json.loads(call(*arguments, "--json").stdout)  # type: ignore[no-any-return]


def test_the_temperature_is_that_of_the_model_before(runs: dict[bool, Run], sample_csv: Path, tmp_path: Path) -> None:
    assert runs[True].held_out.exists() and not runs[False].held_out.exists()
    mine, plain = (copied(runs[refit], tmp_path / str(refit)) for refit in (True, False))
    found, expected = (_json("calibrate", "--run", str(run.folder)) for run in (mine, plain))
    assert found["temperature"] == pytest.approx(expected["temperature"], rel=1e-4) and found["temperature"] != 1
    assert found["validation"]["before"]["log_loss"] == pytest.approx(runs[True].metrics["validation"]["loss"])
    assert found["validation"]["after"] == pytest.approx(expected["validation"]["after"], rel=1e-3)
    assert mine.metrics["validation"]["loss"] == pytest.approx(plain.metrics["validation"]["loss"], rel=1e-4)
    texts = ["a dull film", "a clever film"]
    raw, calibrated = (KerasClassifier.load(run).probabilities(texts) for run in (runs[True], mine))
    logits = np.log(raw[:, 1] / raw[:, 0]) / found["temperature"]
    np.testing.assert_allclose(calibrated[:, 1], 1 / (1 + np.exp(-logits)), rtol=1e-5)


def test_calling_it_again_changes_nothing_and_undo_is_before(runs: dict[bool, Run], tmp_path: Path) -> None:
    run = copied(runs[True], tmp_path)
    before = run.metrics["validation"]
    once, twice = (_json("calibrate", "--run", str(run.folder), "--abstain", "0.4") for _ in range(2))
    assert once == twice
    call("calibrate", "--run", str(run.folder), "--undo")
    assert run.metrics["validation"]["loss"] == pytest.approx(before["loss"])


@pytest.mark.parametrize("save", [(), ("--save",)], ids=["prints", "saves"])
def test_the_threshold_is_that_of_the_model_before(
    runs: dict[bool, Run], tmp_path: Path, save: tuple[str, ...]
) -> None:
    mine, plain = (copied(runs[refit], tmp_path / str(refit)) for refit in (True, False))
    given = ("--recall", "0.9", *save)
    found, expected = (_json("find-threshold", "--run", str(run.folder), *given) for run in (mine, plain))
    assert found["threshold"] == pytest.approx(expected["threshold"], abs=1e-5)
    shown = call("find-threshold", "--run", str(mine.folder), "--recall", "0.9").stderr
    assert "before the n-grams were fitted to them" in " ".join(shown.split())


def test_further_training_keeps_new_answers(runs: dict[bool, Run], tmp_path: Path) -> None:
    run = copied(runs[True], tmp_path)
    before = run.held_out.read_bytes()
    further = TrainOptions(resume=True, further=True)
    train(extended(load_config(run.config), run, 4, None), run, further)
    assert run.held_out.read_bytes() != before


def test_a_file_that_does_not_fit_is_an_error(runs: dict[bool, Run], tmp_path: Path) -> None:
    run = copied(runs[True], tmp_path)
    saved = np.load(run.held_out)
    HeldOut(saved["logits"][1:], saved["known"][1:]).write(run.held_out)
    assert "held_out.npz: expected 1 logits of each of" in call("calibrate", "--run", str(run.folder), code=2).stderr
    run.held_out.write_bytes(b"PK")
    with pytest.raises(InputError, match="cannot be read"):
        HeldOut.read(run.held_out, 1, 40)


def test_an_ensemble_of_such_runs_is_measured_and_calibrated(
    runs: dict[bool, Run], sample_csv: Path, tmp_path: Path
) -> None:
    one = runs[True]
    other = trained(_config(sample_csv, refit=True, name="other", seed=9, data__split_seed=3), tmp_path)
    made = _json("ensemble", "--runs", str(tmp_path), str(one.folder), other.name, "--name", "both")
    assert made["why_not_measured"] is None
    run = Run(tmp_path / "both-1")
    both = [HeldOut.read(each.held_out, 1, 40) for each in (one, other)]
    probabilities = np.mean([1 / (1 + np.exp(-each.logits)) for each in both], axis=0)
    mixed = HeldOut.read(run.held_out, 1, 40)
    np.testing.assert_allclose(1 / (1 + np.exp(-mixed.logits)), probabilities, rtol=1e-5)
    found = _json("calibrate", "--run", str(run.folder))
    assert found["validation"]["before"]["log_loss"] == pytest.approx(made["validation"]["loss"], rel=1e-5)
