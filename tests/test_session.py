"""Training from Python: new runs, folds, resuming, and what is left after a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import POOLED, small_config

from seqclf.config import Config, checked_config, load_config
from seqclf.config.problems import ConfigError
from seqclf.errors import InputError
from seqclf.runs import FINISHED, INTERRUPTED
from seqclf.training.events import Event, Stage, StepDone
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.session import resume, train_folds, train_new

pytestmark = pytest.mark.usefixtures("no_saved_models")


def _config(sample_csv: Path, **changes: Any) -> Config:
    return checked_config(small_config(data__train=str(sample_csv), layers=POOLED, training__epochs=1, **changes))


def _interrupt(kind: type) -> Callbacks:
    """Callbacks that interrupt at the first event of a kind."""

    def listen(event: Event) -> None:
        if isinstance(event, kind):
            raise KeyboardInterrupt

    return Callbacks(listen)


def test_a_new_run_and_more_epochs(sample_csv: Path, tmp_path: Path) -> None:
    options = TrainOptions(starter=lambda config: f"# as written for {config.name}\n")
    run, outcome = train_new(_config(sample_csv), tmp_path / "runs", options)
    assert run.folder == tmp_path / "runs" / "small-1"
    assert run.manifest["status"] == outcome.status == FINISHED
    assert run.starter.read_text(encoding="utf-8") == f"# as written for {load_config(run.config).name}\n"
    config, outcome = resume(run, epochs=2)
    assert config.training.epochs == load_config(run.config).training.epochs == 2
    assert outcome.status == FINISHED
    assert run.manifest["epochs"] == 2


def test_folds_that_are_stopped(sample_csv: Path, tmp_path: Path) -> None:
    stages: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Stage):
            stages.append(event.what)

    config = _config(sample_csv, data__folds=3, data__fold=1)
    callbacks = Callbacks(listen, lambda: "Fold 2 of 3" in stages)
    folds, summary = train_folds(config, tmp_path, callbacks=callbacks)
    assert summary.status == INTERRUPTED
    assert [result.fold for result in summary.finished] == [1]
    assert folds.summary.is_file()
    assert "Fold 3 of 3" not in stages


def test_folds_need_no_fold_in_the_config(sample_csv: Path, tmp_path: Path) -> None:
    stages: list[Event] = []
    callbacks = Callbacks(stages.append, lambda: Stage("Fold 1 of 4") in stages)
    folds, summary = train_folds(_config(sample_csv), tmp_path, callbacks=callbacks, folds=4)
    assert (summary.status, summary.folds) == (INTERRUPTED, 4)
    assert [result.run for result in summary.results] == ["small-1-fold1"]
    assert load_config(tmp_path / "small-1-fold1" / "config.yaml").data.fold == 1
    assert folds.summary.is_file()


@pytest.mark.parametrize(
    ("folds", "changes", "message"),
    [
        (None, {}, "data.folds: is not set; .*folds=5"),
        (1, {}, "data.folds: expected at least 2, found 1"),
        (3, {"data__validation": "other.csv"}, "data.folds: .*data.validation names its own"),
    ],
)
def test_bad_folds_create_nothing(
    folds: int | None, changes: dict[str, Any], message: str, sample_csv: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        train_folds(_config(sample_csv, **changes), tmp_path / "runs", folds=folds)
    assert not (tmp_path / "runs").exists()


def test_options_that_do_not_fit_the_texts_leave_no_run(sample_csv: Path, tmp_path: Path) -> None:
    config = _config(sample_csv, training__class_weights={"absent": 2.0})
    with pytest.raises(ConfigError, match="absent.*is not a label of the training texts"):
        train_new(config, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_an_interruption_says_what_is_left(sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))  # texts in a cache are read without a stage
    runs = tmp_path / "runs"
    with pytest.raises(KeyboardInterrupt) as first:
        train_new(_config(sample_csv), runs, callbacks=_interrupt(Stage))
    assert not hasattr(first.value, "__notes__") and not runs.exists(), "before there is a run"

    def listen(event: Event) -> None:
        if event == Stage("Building the model"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as early:
        train_new(_config(sample_csv), runs, callbacks=Callbacks(listen))
    assert early.value.__notes__ == [f"Nothing was kept: {runs / 'small-1'} had no checkpoint yet, and was removed."]
    assert not (runs / "small-1").exists()
    with pytest.raises(KeyboardInterrupt) as late:
        train_new(_config(sample_csv), runs, callbacks=_interrupt(StepDone))
    assert late.value.__notes__ == [f"To resume: seqclf train --resume {runs / 'small-1'}"]
