"""What trackers are told of a training: every point once, however often it is stopped, and never at its cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracked_runs import MadeUp, Remembering, Told, begun_run, remembering, tell

from seqclf.errors import InputError
from seqclf.run_catalogue.notes import write_note
from seqclf.runs import FAILED, FINISHED, INTERRUPTED
from seqclf.trackers import kinds
from seqclf.trackers.about import about, flat
from seqclf.trackers.base import EPOCH, FINAL, PROBES, TRAIN, Point, without_secrets
from seqclf.trackers.kinds import NAMES, check, kind_of, missing_packages
from seqclf.trackers.points import HistoryPoints
from seqclf.trackers.record import Record, record_of
from seqclf.trackers.tracking import tracking

Kinds = list[type[Remembering]]


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Remembering]]:
    with remembering(monkeypatch, "one") as (kind,):
        yield kind


def _nothing(text: str) -> None:
    assert not text.startswith("warning:"), text


def _only(kind: type[Remembering]) -> Told:
    (told,) = kind.runs.values()
    return told


def _places(points: list[Point]) -> list[tuple[str, int]]:
    return [(point.kind, point.step) for point in points]


def test_every_line_of_the_history_is_a_point(one: type[Remembering], tmp_path: Path) -> None:
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(3, 2))
    with tracking(["one"], _nothing, project="mine", files=["report.html"]) as listen:
        tell(listen, made.events())
        listen(made.end(FINISHED))
        (tmp_path / "small-1" / "report.html").write_text("<p>", encoding="utf-8")
    told = _only(one)
    assert _places(told.points) == [(TRAIN, 2), (TRAIN, 3), (EPOCH, 3), (TRAIN, 5), (EPOCH, 5), (FINAL, 5)]
    first, _, epoch, _, second, final = (dict(point.values) for point in told.points)
    assert first == {
        "train/loss": pytest.approx(1.015),
        "train/accuracy": 0.5,
        "train/learning_rate": 0.01,
        "train/tokens_per_second": 16.0,
    }
    assert epoch["val/loss"] == 1.0 and second["val/loss"] == 0.5 and second["epoch/number"] == 2
    assert {"epoch/loss", "epoch/accuracy", "epoch/seconds", "epoch/tokens_per_second"} <= epoch.keys()
    assert final == {
        "final/epochs": 2.0,
        "final/best_epoch": 1.0,
        "final/wall_seconds": 3.5,
        "final/val_loss": 0.5,
        "baseline/linear_loss": 0.25,
    }
    assert told.statuses == [FINISHED] and told.files == ["report.html"] and told.closed == 1
    assert told.about.project == "mine" and told.about.config["layers.0.units"] == 6
    assert told.about.facts["versions.seqclf"] == "1.2" and told.about.facts["data_fingerprint.train"] == "a" * 12
    assert told.about.note == "a note" and told.about.group is None


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=3),
    st.booleans(),
)
def test_no_point_is_doubled_or_lost_by_kills(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], every: int, kills: list[tuple[int, int]], other: bool
) -> None:
    """A training that is killed after some events resumes from the checkpoint of the last complete epoch.

    ``kills``: after how many events, and how many points the tracker had not stored yet.
    """
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch, remembering(patch, "one", "other") as (kind, later):
        whole = MadeUp(begun_run(folder / "whole-1"), steps, every)
        with tracking(["one"], _nothing) as listen:
            tell(listen, [*whole.events(), whole.end(FINISHED)])
        expected = _only(kind).points
        kind.runs.clear()
        made = MadeUp(begun_run(folder / "killed-1"), steps, every)
        place, epochs = made.history.place, 0
        for kill, lost in kills:
            with tracking(["one"], _nothing) as listen:
                for event in islice(made.events((epochs + 1, 0)), kill):
                    listen(event)
                    if type(event).__name__ == "EpochDone":
                        place, epochs = made.history.place, epochs + 1
            made.history.restore(place)
            for told in kind.runs.values():
                del told.points[len(told.points) - lost :]
        with tracking(["one", "other"] if other else ["one"], _nothing) as listen:
            tell(listen, [*made.events((epochs + 1, 0)), made.end(FINISHED)])
        assert sorted(_places(_only(kind).points)) == sorted(_places(expected))
        assert not other or _only(later).points == expected


def test_a_return_to_a_checkpoint_doubles_nothing(one: type[Remembering], tmp_path: Path) -> None:
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(4, 4))
    with tracking(["one"], _nothing) as listen:
        events = made.events()
        for event in events:
            listen(event)
            if type(event).__name__ == "EpochDone":
                break
        place = made.history.place
        tell(listen, islice(events, 4))
        made.history.restore(place)
        again = made.events((2, 0))
        next(again)  # a training that returns to a checkpoint does not start anew
        tell(listen, [*again, made.end(FINISHED)])
    expected = [(TRAIN, 2), (TRAIN, 4), (EPOCH, 4), (TRAIN, 6), (TRAIN, 8), (EPOCH, 8), (FINAL, 8)]
    assert _places(_only(one).points) == expected


def test_a_resumed_run_is_the_same_one_of_its_tracker(one: type[Remembering], tmp_path: Path) -> None:
    run = begun_run(tmp_path / "small-1")
    made = MadeUp(run, steps=(2, 2))
    with tracking(["one"], _nothing) as listen:
        tell(listen, islice(made.events(), 4))
        listen(made.end(INTERRUPTED))
    assert record_of(run, "one") == Record("id-0")
    write_note(run, "my note")
    with tracking(["one"], _nothing) as listen:
        tell(listen, [*made.events((2, 0)), made.end(FINISHED)])
    told = _only(one)
    assert told.begun == 2 and told.statuses == [INTERRUPTED, FINISHED]
    assert told.about.note == "my note\na note"


@pytest.mark.parametrize("note", ["[]", "{", '{"id": 3}', '{"id": "id-0", "project": 3, "files": "x"}'])
def test_a_malformed_note_of_a_tracker_costs_nothing(one: type[Remembering], tmp_path: Path, note: str) -> None:
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(2,))
    (made.run.folder / "tracking").mkdir()
    (made.run.folder / "tracking" / "one.json").write_text(note, encoding="utf-8")
    with tracking(["one"], _nothing) as listen:
        tell(listen, [*made.events(), made.end(FINISHED)])
    assert _only(one).statuses == [FINISHED] and record_of(made.run, "one") == Record("id-0")


@pytest.mark.parametrize("status", [FAILED, INTERRUPTED])
def test_trainings_that_end_without_a_word(one: type[Remembering], tmp_path: Path, status: str) -> None:
    """An exception ends them: the manifest says how. The next training is a run of its own."""
    first, second = (MadeUp(begun_run(tmp_path / f"cv-1-fold{fold}"), steps=(2,)) for fold in (1, 2))
    with tracking(["one"], _nothing) as listen:
        tell(listen, islice(first.events(), 3))
        first.run.update_manifest(status=status)
        tell(listen, [*second.events(), second.end(FINISHED)])
    told = {found.about.name: found for found in one.runs.values()}
    assert told["cv-1-fold1"].statuses == [status] and told["cv-1-fold2"].statuses == [FINISHED]
    assert {found.about.group for found in told.values()} == {"cv-1"}
    assert (FINAL, 0) not in _places(told["cv-1-fold1"].points) or status == INTERRUPTED


def test_many_runs_keep_no_threads(one: type[Remembering], tmp_path: Path) -> None:
    before = threading.active_count()
    with tracking(["one"], _nothing) as listen:
        for trial in range(20):
            made = MadeUp(begun_run(tmp_path / f"trial-{trial}"), steps=(2,))
            tell(listen, [*made.events(), made.end(FINISHED)])
            until = time.monotonic() + 30
            while threading.active_count() > before and time.monotonic() < until:
                time.sleep(0.001)
            assert threading.active_count() == before
        assert len(listen._runs) == 1
    assert len(one.runs) == 20 and all(told.closed == 1 for told in one.runs.values())


def test_runs_begin_one_after_another(one: type[Remembering], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folds whose tracker is slow would all make the run that they are parts of."""
    begin, busy = Remembering.begin, threading.Lock()

    def slowly(self: Remembering, known: str | None) -> str:
        assert busy.acquire(blocking=False)
        time.sleep(0.05)
        busy.release()
        return begin(self, known)

    monkeypatch.setattr(Remembering, "begin", slowly)
    with tracking(["one"], _nothing) as listen:
        for fold in range(1, 5):
            made = MadeUp(begun_run(tmp_path / f"cv-1-fold{fold}"), steps=(2,))
            tell(listen, [*made.events(), made.end(FINISHED)])
    assert len(one.runs) == 4


@pytest.mark.parametrize("method", ["begin", "write", "end", "keep", "close"])
def test_a_tracker_that_fails_is_warned_of_once(monkeypatch: Any, tmp_path: Path, method: str) -> None:
    warnings: list[str] = []
    with remembering(monkeypatch, "good", "bad") as (good, bad):
        bad.fails_in = method
        with tracking(["bad", "good"], warnings.append, files=["config.yaml"]) as listen:
            for name in ("small-1", "small-2"):
                made = MadeUp(begun_run(tmp_path / name), steps=(3, 3), every=1)
                for event in [*made.events(), made.end(FINISHED)]:
                    listen(event)
                    time.sleep(0.001)
        assert warnings == [
            "warning: bad no longer tracks the training: ConnectionError: https://***@example.org refused"
        ]
        for told in good.runs.values():
            assert told.statuses == [FINISHED] and told.files == ["config.yaml"] and told.closed == 1
            assert len(told.points) == 9


def test_a_tracker_that_hangs_stops_nothing(one: type[Remembering], tmp_path: Path) -> None:
    one.hangs = threading.Event()
    warnings: list[str] = []
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(3,))
    began = time.monotonic()
    with tracking(["one"], warnings.append, seconds=0.2) as listen:
        tell(listen, [*made.events(), made.end(FINISHED)])
    assert time.monotonic() - began < 10
    assert warnings == [
        "Waiting until one has stored everything",
        "warning: one no longer tracks the training: did not answer in time",
    ]
    one.hangs.set()


def test_files_of_the_run_that_cannot_be_read_stop_nothing(one: type[Remembering], tmp_path: Path) -> None:
    warnings: list[str] = []
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(1,))
    made.run.config.write_text("no: config\n", encoding="utf-8")
    with tracking(["one"], warnings.append) as listen:
        tell(listen, [*made.events(), made.end(FINISHED)])
    assert len(warnings) == 1 and warnings[0].startswith("warning: one no longer tracks the training: ")
    assert not one.runs


def test_a_file_that_the_run_lacks_is_named(one: type[Remembering], tmp_path: Path) -> None:
    warnings: list[str] = []
    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(1,))
    with tracking(["one"], warnings.append, files=["report.html", "config.yaml"]) as listen:
        tell(listen, [*made.events(), made.end(FINISHED)])
    assert _only(one).files == ["config.yaml"]
    assert len(warnings) == 1 and "report.html: does not exist" in warnings[0]


def test_points_of_a_line_that_is_still_written(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    points = HistoryPoints(path)
    assert points.new() == []
    path.write_text('{"type": "steps", "epoch": 1, "step": 2, "loss": 1.5}\n{"type": "st', encoding="utf-8")
    assert points.new() == [Point(TRAIN, 2, {"train/loss": 1.5})]
    with path.open("a", encoding="utf-8") as file:
        file.write('eps", "epoch": 1, "step": 4, "loss": NaN}\n{"type": "baseline", "texts": 3}\n')
    assert points.new() == [Point(TRAIN, 4, {})]
    assert points.new() == []


def test_a_config_is_flat_and_has_no_secrets(tmp_path: Path) -> None:
    run = begun_run(tmp_path / "small-1", data__train="https://me:word@example.org/x.csv?token=abc&a=b")
    found = about(run, group="mine")
    assert found.group == "mine"
    assert found.config["training.optimizer.learning_rate"] == 0.001
    assert found.config["head.1.rate"] == 0.2 and found.config["ngrams"] is None
    assert "word" not in str(found.config["data.train"]) and "abc" not in str(found.config["data.train"])
    assert dict(flat({"a": [1, "x"], "b": {}, "c": [{"d": 1}]})) == {"a": '[1, "x"]', "b": "{}", "c.0.d": 1}
    assert without_secrets("see http://u:p@h:5000/x and a@b.c") == "see http://***@h:5000/x and a@b.c"


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    assert missing_packages("tensorboard") == []  # TensorFlow writes its files
    for name in set(NAMES) - {"tensorboard"}:
        with pytest.raises(InputError, match=rf'--track {name}: .*pip install "seqclf\[{name}\]"'):
            check([name])


def test_each_tracker_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", "TRACKIO_SERVER_URL", "TRACKIO_SPACE_ID", "TRACKIO_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    said = {name: kind_of(name).how_to_look(Path("my runs"), None) for name in NAMES}
    assert said == {
        "mlflow": "mlflow ui --backend-store-uri sqlite:///mlflow.db",
        "tensorboard": "tensorboard --logdir 'my runs'",
        "trackio": "trackio show --project seqclf",
    }
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://user:secret@example.org")
    assert kind_of("mlflow").how_to_look(Path(), "mine") == "experiment mine at https://***@example.org"
    assert set(PROBES) == {TRAIN, EPOCH, FINAL}


def test_a_run_that_was_removed_has_failed(one: type[Remembering], tmp_path: Path) -> None:
    import shutil

    made = MadeUp(begun_run(tmp_path / "small-1"), steps=(2,))
    with tracking(["one"], lambda text: None) as listen:
        tell(listen, islice(made.events(), 4))
        while not (one.runs and _only(one).points):
            time.sleep(0.01)
        shutil.rmtree(tmp_path / "small-1")
    assert _only(one).statuses == [FAILED]
