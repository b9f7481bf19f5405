"""``learning_rate: auto`` and ``batch_size: auto``: what a training takes, records and resumes with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, small_config, written_config
from language_models import lm_config

from seqclf.cli import cli
from seqclf.config import Config, checked_config, load_config
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import prepare
from seqclf.runs import Run
from seqclf.training import batch_size
from seqclf.training.automatic import as_trained, is_decided, rates_for
from seqclf.training.batch_size import largest_batch
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.session import resume, train_new

AUTO: dict[str, Any] = {"training__optimizer": {"type": "adam", "learning_rate": "auto"}}
QUICK = TrainOptions(report=False)


def _config(train: Path, **changes: Any) -> Config:
    return checked_config(small_config(data__train=str(train), **{"layers": POOLED, **changes}))


def _weights(run: Run) -> list[np.ndarray]:
    import keras

    return list(keras.models.load_model(run.model, compile=False).get_weights())


@pytest.fixture(scope="module")
def automatic(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[str]]:
    """A run whose config had ``auto`` twice, and the notes about its training."""
    from trainings import without_saved_models

    from seqclf.training.events import TrainingStarted

    notes: list[str] = []

    def listen(event: object) -> None:
        if isinstance(event, TrainingStarted):
            notes.extend(event.notes)

    config = _config(sample_csv, training__batch_size="auto", **AUTO)
    with without_saved_models():
        run, _ = train_new(config, tmp_path_factory.mktemp("runs"), QUICK, Callbacks(listen))
    return run, notes


def test_a_run_has_numbers_in_its_config_and_manifest(automatic: tuple[Run, list[str]]) -> None:
    run, notes = automatic
    config = load_config(run.config)
    assert is_decided(config)
    chosen = run.manifest["automatic"]
    assert chosen["training.batch_size"]["value"] == config.training.batch_size == 16
    rate = chosen["training.optimizer.learning_rate"]
    assert rate["found"] and rate["value"] == rate["suggestion"] == config.training.optimizer.learning_rate
    assert len(rate["rates"]) == len(rate["losses"]) > 20
    assert any("batch_size: auto is 16" in note for note in notes)
    assert any(f"learning_rate: auto is {rate['value']:g}" in note for note in notes)


@pytest.mark.usefixtures("no_saved_models")
def test_the_numbers_by_hand_give_the_same_weights(
    automatic: tuple[Run, list[str]], sample_csv: Path, tmp_path: Path
) -> None:
    first, _ = automatic
    rate = load_config(first.config).training.optimizer.rate
    given = {"training__optimizer": {"type": "adam", "learning_rate": rate}}
    second, _ = train_new(_config(sample_csv, training__batch_size=16, **given), tmp_path, QUICK)
    for one, other in zip(_weights(first), _weights(second), strict=True):
        np.testing.assert_array_equal(one, other)
    assert "automatic" not in second.manifest


@pytest.mark.usefixtures("no_saved_models")
def test_a_stopped_run_resumes_with_the_numbers_that_it_took(
    automatic: tuple[Run, list[str]], sample_csv: Path, tmp_path: Path
) -> None:
    from seqclf.training.events import EpochDone

    done: list[object] = []
    config = _config(sample_csv, training__batch_size="auto", **AUTO)
    callbacks = Callbacks(lambda event: done.append(event), lambda: any(isinstance(one, EpochDone) for one in done))
    run, outcome = train_new(config, tmp_path, QUICK, callbacks)
    assert outcome.status == "interrupted"
    taken = run.manifest["automatic"]
    resumed, outcome = resume(run, QUICK)
    assert outcome.status == "finished"
    assert run.manifest["automatic"] == taken
    assert is_decided(resumed)
    for one, other in zip(_weights(run), _weights(automatic[0]), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("no_saved_models")
def test_where_no_rate_helps_the_usual_one_is_taken_with_a_warning(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.training import automatic as module
    from seqclf.training.events import Stage
    from seqclf.training.rate_curve import RateCurve, rates_of

    flat = RateCurve.of(rates_of(1e-4, 10, 40), [0.7] * 40)
    monkeypatch.setattr(module, "rate_curve", lambda *arguments: flat)
    said: list[str] = []
    callbacks = Callbacks(lambda event: said.append(event.what) if isinstance(event, Stage) else None)
    optimizer = {"type": "sgd", "learning_rate": "auto"}
    config = _config(sample_csv, training__optimizer=optimizer, training__epochs=1)
    run, _ = train_new(config, tmp_path, QUICK, callbacks)
    assert load_config(run.config).training.optimizer.rate == 0.01
    assert not run.manifest["automatic"]["training.optimizer.learning_rate"]["found"]
    assert any(one.startswith("warning: ") and "taking 0.01, the usual one of sgd" in one for one in said)


def test_the_sweep_starts_around_the_usual_rate_of_the_optimizer(sample_csv: Path) -> None:
    for kind, usual in {"adam": 1e-3, "sgd": 1e-2}.items():
        rates = rates_for(_config(sample_csv, training__optimizer={"type": kind, "learning_rate": "auto"}))
        assert rates[0] == pytest.approx(usual / 100) and rates[-1] == pytest.approx(usual * 1000)


def test_an_undecided_number_is_refused_where_it_is_used(sample_csv: Path) -> None:
    training = _config(sample_csv, training__batch_size="auto", **AUTO).training
    with pytest.raises(ValueError, match="batch_size is auto"):
        _ = training.rows
    with pytest.raises(ValueError, match="learning_rate is auto"):
        _ = training.optimizer.rate


@pytest.mark.parametrize(("free", "size", "bound"), [(10**12, 16, "updates"), (None, 16, "updates"), (1, 1, "memory")])
def test_a_batch_is_bounded_by_updates_and_memory(
    free: int | None, size: int, bound: str, sample_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = _config(sample_csv, training__batch_size="auto")
    monkeypatch.setattr(batch_size, "available_memory_bytes", lambda: free)
    found = largest_batch(config, prepare(config))
    assert (found.size, found.bound) == (size, bound)
    assert f"batch_size: auto is {size}" in found.sentence()


def test_a_batch_is_the_largest_power_of_two_with_enough_updates(
    sample_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = _config(sample_csv, training__batch_size="auto")
    data = prepare(config)
    texts = len(data.train)
    monkeypatch.setattr(batch_size, "_SMALLEST", 1)
    for wanted in (1, 2, 7, 30, texts):
        monkeypatch.setattr(batch_size, "UPDATES", wanted)
        found = largest_batch(config, data)
        assert found.updates >= wanted and found.size & (found.size - 1) == 0
        assert found.size == 4096 or -(-texts // (2 * found.size)) < wanted


@pytest.mark.usefixtures("no_saved_models")
def test_a_language_model_takes_streams_and_a_rate(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its states are carried from batch to batch, also over a measurement of the loss between two of them."""
    monkeypatch.setattr(batch_size, "UPDATES", 4)
    monkeypatch.setattr(batch_size, "_SMALLEST", 1)
    config = checked_config(lm_config(sample_csv, training__batch_size="auto", training__epochs=1, **AUTO))
    run, _ = train_new(config, tmp_path, QUICK)
    chosen = run.manifest["automatic"]
    assert chosen["training.batch_size"]["updates"] >= 4
    assert chosen["training.optimizer.learning_rate"]["found"]
    assert load_config(run.config).training.rows == chosen["training.batch_size"]["value"]


def test_check_says_what_auto_will_be(sample_csv: Path, tmp_path: Path) -> None:
    path = written_config(tmp_path, sample_csv, layers=POOLED, training__batch_size="auto", **AUTO)
    result = _run("check", path, "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)["automatic"]
    assert "training.batch_size: auto is 16" in said[0]
    assert "first tries rates from 1e-05 to 1" in said[1]
    shown = _run("check", path).stdout
    assert "training.batch_size: auto is 16" in shown


def test_a_schedule_is_checked_against_the_chosen_batch(sample_csv: Path, tmp_path: Path) -> None:
    """The warm-up is longer than the training, which only the number of updates shows."""
    schedule = {"type": "linear", "warmup": 5000}
    config = _config(sample_csv, training__batch_size="auto", training__schedule=schedule)
    with pytest.raises(ConfigError, match="warmup"):
        train_new(config, tmp_path, QUICK)
    assert not list(tmp_path.iterdir()), "no run is left"


def test_as_trained_reads_only_what_was_chosen(automatic: tuple[Run, list[str]], sample_csv: Path) -> None:
    run, _ = automatic
    assert as_trained(_config(sample_csv, **AUTO), run) == load_config(run.config)
    given = _config(sample_csv)
    assert as_trained(given, run) is given


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def test_find_lr_prints_one_rate_and_what_to_type(sample_csv: Path, tmp_path: Path) -> None:
    path = written_config(tmp_path, sample_csv, layers=POOLED)
    before = sorted(tmp_path.rglob("*"))
    result = _run("find-lr", path, "--runs", tmp_path / "runs", "--plot", tmp_path / "curve.png")
    assert result.exit_code == 0, result.output
    rate = float(result.stdout)
    assert 1e-4 < rate < 1
    assert f"seqclf train {path} --set training.optimizer.learning_rate={rate:g}" in result.stderr
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "curve.png"]), "no run is left"


def test_find_lr_keeps_to_its_bounds(sample_csv: Path, tmp_path: Path) -> None:
    path = written_config(tmp_path, sample_csv, layers=POOLED, training__batch_size="auto")
    found = json.loads(_run("find-lr", path, "--low", "1e-4", "--high", "0.1", "--updates", "60", "--json").stdout)
    assert found["rates"][0] == pytest.approx(1e-4) and found["rates"][-1] == pytest.approx(0.1)
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) == 11, (
        "before the first update, and after every sixth one"
    )


def test_find_lr_says_what_is_wrong(sample_csv: Path, tmp_path: Path) -> None:
    path = written_config(tmp_path, sample_csv, layers=POOLED)
    result = _run("find-lr", path, "--low", "0.1", "--high", "0.2")
    assert result.exit_code == 2 and "ten times --low" in result.output
    result = _run("find-lr", path, "--plot", tmp_path / "no" / "a.png")
    assert result.exit_code == 2 and "does not exist" in result.output
    result = _run("find-lr", path, "--low", "1e-12", "--high", "1e-9", "--updates", "60")
    assert result.exit_code == 1
    assert "no rate lowered the loss" in result.stderr and "--updates 1000" in result.stderr
    assert result.stdout == ""
