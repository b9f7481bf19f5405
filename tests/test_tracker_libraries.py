"""What the libraries of the trackers read back from this machine's disk. Each part needs its extra."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_extra
from tracked_runs import MadeUp, begun_run, tell

from seqclf.runs import FAILED, FINISHED, INTERRUPTED
from seqclf.trackers.base import EPOCH, FINAL, TRAIN, Point
from seqclf.trackers.points import HistoryPoints, final_point
from seqclf.trackers.tracking import tracking

Numbers = dict[str, list[tuple[int, float]]]


def _nothing(text: str) -> None:
    assert not text.startswith("warning:"), text


def _expected(made: MadeUp) -> Numbers:
    """Every point of the finished run, from its files."""
    reader = HistoryPoints(made.run.history)
    points: list[Point] = [*reader.new(), final_point(made.run, reader.step)]
    assert {point.kind for point in points} == {TRAIN, EPOCH, FINAL}
    found: Numbers = {}
    for point in points:
        for name, value in point.values.items():
            found.setdefault(name, []).append((point.step, value))
    return found


def _trained(name: str, folder: Path, project: str | None = None, **options: Any) -> MadeUp:
    """A run that was stopped twice: at its second epoch, and by a kill that lost the history since then.

    Only its first training names the project.
    """
    made = MadeUp(begun_run(folder), steps=(3, 4, 2))
    (folder / "saved_model").mkdir()
    (folder / "saved_model" / "weights").write_bytes(b"1234")
    events = made.events()
    with tracking([name], _nothing, seconds=300, project=project, **options) as listen:
        for event in events:
            listen(event)
            if type(event).__name__ == "EpochDone":
                break
        place = made.history.place
        listen(made.end(INTERRUPTED))
    with tracking([name], _nothing, seconds=300, **options) as listen:
        tell(listen, islice(made.events((2, 0)), 4))
    made.history.restore(place)
    with tracking([name], _nothing, seconds=300, **options) as listen:
        tell(listen, [*made.events((2, 0)), made.end(FINISHED)])
    return made


def _same(found: Numbers, made: MadeUp) -> None:
    expected = _expected(made)
    # The end of a stopped training is a point as well: final scores at the step where it stopped.
    found = {
        name: [one for one in points if one[0] != 3 or not name.startswith(("final/", "baseline/"))]
        for name, points in found.items()
    }
    assert found.keys() == expected.keys()
    for name, points in expected.items():
        assert [step for step, _ in found[name]] == [step for step, _ in points], name
        assert [value for _, value in found[name]] == pytest.approx([value for _, value in points]), name


# TensorBoard


def test_tensorboard_reads_every_point_back(tmp_path: Path) -> None:
    reader = needs_extra("tensorboard", "tensorboard.backend.event_processing.event_accumulator")
    made = _trained("tensorboard", tmp_path / "runs" / "small-1")
    events = reader.EventAccumulator(str(made.run.folder / "tensorboard")).Reload()
    numbers = {name: [(event.step, event.value) for event in events.Scalars(name)] for name in events.Tags()["scalars"]}
    _same(numbers, made)
    (config,) = events.Tensors("config")
    assert b"| layers.0.units | 6 |" in config.tensor_proto.string_val[0]
    assert events.SummaryMetadata("config").plugin_data.plugin_name == "text"
    assert [event.tensor_proto.string_val[0] for event in events.Tensors("status")][-1] == FINISHED.encode()


# MLflow


@pytest.fixture
def mlflow_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the default store, ``mlflow.db`` in an empty working folder."""
    needs_extra("mlflow", "alembic")
    needs_extra("mlflow", "mlflow")
    from mlflow import MlflowClient

    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda: MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")


def _mlflow_runs(client: Any, experiment: str = "seqclf") -> dict[str, Any]:
    found = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
    return {run.info.run_name: run for run in found}


def test_mlflow_reads_every_point_back(mlflow_here: Any, tmp_path: Path) -> None:
    made = _trained("mlflow", tmp_path / "runs" / "small-1", files=["config.yaml", "saved_model"])
    client = mlflow_here()
    (run,) = _mlflow_runs(client).values()
    numbers = {
        name: sorted((metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, name))
        for name in run.data.metrics
    }
    _same(numbers, made)
    assert run.info.status == "FINISHED" and run.info.run_name == "small-1"
    assert run.data.params["layers.0.units"] == "6" and run.data.params["ngrams"] == "None"
    assert run.data.tags["seed"] == "3" and run.data.tags["mlflow.note.content"] == "a note"
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["config.yaml", "saved_model"]


def test_mlflow_nests_folds_and_says_how_runs_ended(
    mlflow_here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    ends = {1: FINISHED, 2: INTERRUPTED, 3: FAILED}
    with tracking(["mlflow"], _nothing, seconds=300) as listen:
        for fold, status in ends.items():
            made = MadeUp(begun_run(tmp_path / f"cv-1-fold{fold}"), steps=(2,))
            tell(listen, made.events())
            if status == FAILED:
                made.run.update_manifest(status=FAILED)
            else:
                listen(made.end(status))
    runs = _mlflow_runs(mlflow_here(), "mine")
    assert {name: run.info.status for name, run in runs.items()} == {
        "cv-1": "FINISHED",
        "cv-1-fold1": "FINISHED",
        "cv-1-fold2": "KILLED",
        "cv-1-fold3": "FAILED",
    }
    parents = {run.data.tags.get("mlflow.parentRunId") for name, run in runs.items() if name != "cv-1"}
    assert parents == {runs["cv-1"].info.run_id}


def test_mlflow_keeps_a_changed_option_of_a_resumed_run_as_a_tag(mlflow_here: Any, tmp_path: Path) -> None:
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(2,))
    with tracking(["mlflow"], _nothing, seconds=300) as listen:
        tell(listen, [*made.events(), made.end(FINISHED)])
    text = made.run.config.read_text(encoding="utf-8")
    made.run.config.write_text(text.replace("epochs: 2", "epochs: 7"), encoding="utf-8")
    with tracking(["mlflow"], _nothing, seconds=300) as listen:
        tell(listen, made.events((2, 0)))
    (run,) = _mlflow_runs(mlflow_here()).values()
    assert run.data.params["training.epochs"] == "2" and run.data.tags["resumed.training.epochs"] == "7"


def test_mlflow_in_another_store_gets_the_whole_run(
    mlflow_here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(2, 2))
    with tracking(["mlflow"], _nothing, seconds=300) as listen:
        tell(listen, islice(made.events(), 5))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'other.db'}")
    with tracking(["mlflow"], _nothing, seconds=300) as listen:
        tell(listen, made.events((2, 0)))
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path / 'other.db'}")
    (run,) = _mlflow_runs(client).values()
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "epoch/loss")] == [2, 4]


def test_a_server_that_is_down_is_one_warning(
    mlflow_here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:word@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    warnings: list[str] = []
    with tracking(["mlflow"], warnings.append, seconds=300) as listen:
        made = MadeUp(begun_run(tmp_path / "small-1"), steps=(2,))
        tell(listen, [*made.events(), made.end(FINISHED)])
    warnings = [text for text in warnings if text.startswith("warning:")]
    assert len(warnings) == 1 and warnings[0].startswith("warning: mlflow no longer tracks"), warnings
    assert "word" not in warnings[0]


# trackio


@pytest.fixture
def trackio_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The module, which stores everything in an empty folder: it reads ``TRACKIO_DIR`` when it is imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKIO_DIR", str(tmp_path_factory.mktemp("trackio")))
        for name in ("TRACKIO_PROJECT", "TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL"):
            patch.delenv(name, raising=False)
        for module in [name for name in sys.modules if name.partition(".")[0] == "trackio"]:
            patch.delitem(sys.modules, module)
        yield needs_extra("trackio", "trackio")


def test_trackio_reads_every_point_back(trackio_here: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = _trained("trackio", tmp_path / "runs" / "small-1", project="mine", files=["config.yaml"])
    from trackio.sqlite_storage import SQLiteStorage

    assert capfd.readouterr().out == ""
    (run,) = trackio_here.Api().runs("mine")
    numbers: Numbers = {}
    for row in SQLiteStorage.get_logs("mine", run.name, run_id=run.id):
        for name, value in row.items():
            if name not in ("step", "timestamp"):
                numbers.setdefault(name, []).append((row["step"], value))
    _same(numbers, made)
    assert run.name == "small-1" and run.config["layers.0.units"] == 6 and run.config["seed"] == "3"
    artifacts = SQLiteStorage.list_artifacts("mine")
    assert "small-1-config.yaml" in str(artifacts)


def test_trackio_groups_folds_and_tells_namesakes_apart(trackio_here: Any, tmp_path: Path) -> None:
    made = [MadeUp(begun_run(tmp_path / folder / "cv-1-fold1"), steps=(2,)) for folder in ("a", "b")]
    for one in made:  # of two folders of runs, with the same name
        with tracking(["trackio"], _nothing, seconds=300) as listen:
            tell(listen, islice(one.events(), 4))
    with tracking(["trackio"], _nothing, seconds=300) as listen:
        tell(listen, [*made[1].events((2, 0)), made[1].end(FINISHED)])
    runs = list(trackio_here.Api().runs("seqclf"))
    assert [run.name for run in runs] == ["cv-1-fold1"] * 2
    assert {run.config["_Group"] for run in runs} == {"cv-1"}
