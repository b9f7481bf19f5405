"""What is known of the runs of a folder: states, cross-validations, damaged files, and one by its name."""

from __future__ import annotations

import json
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_folders import made_folds, made_run, make_old, training

from seqclf.errors import InputError
from seqclf.new_runs import begin_run, this_process
from seqclf.run_catalogue import state as states
from seqclf.run_catalogue.catalogue import entries, exact_entry, find_entry, running
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.query import SORTED_BY, Filters, in_order
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, RUNNING


def by_name(runs: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in entries(runs)}


# --- states -----------------------------------------------------------------------------------------------------------


def test_a_run_is_running_while_its_lock_is_held_whatever_its_manifest_says(tmp_path: Path) -> None:
    resumed, killed = made_run(tmp_path, "a-1"), made_run(tmp_path, "b-1", RUNNING)
    assert by_name(tmp_path)["a-1"].state == FINISHED
    with training(resumed), training(killed):
        assert {entry.state for entry in entries(tmp_path)} == {RUNNING}
        assert running(tmp_path) is not None
    assert by_name(tmp_path)["b-1"].state == states.KILLED
    assert running(tmp_path) is None


def test_looking_at_a_run_does_not_stop_its_training(tmp_path: Path) -> None:
    """The look takes a lock for a moment; training waits for it."""
    from threading import Timer

    from seqclf.locks import is_locked

    run = made_run(tmp_path, "a-1")
    import fcntl

    held = os.open(run.folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH)
    Timer(0.03, os.close, [held]).start()
    with run.locked():
        assert is_locked(run.folder) is True
    assert is_locked(run.folder) is False


def test_a_run_that_just_began_is_running_before_it_has_a_lock(tmp_path: Path) -> None:
    run = begin_run(tmp_path, "a")
    assert by_name(tmp_path)["a-1"].state == RUNNING
    run.update_manifest(started="2026-01-01T10:00:00+00:00")
    assert by_name(tmp_path)["a-1"].state == states.KILLED


@pytest.mark.parametrize(
    ("changes", "recent", "expected"),
    [
        ({}, True, RUNNING),
        ({}, False, states.KILLED),
        ({"host": None}, False, states.KILLED),
        (this_process() | {"started": datetime.now(UTC).isoformat()}, False, RUNNING),
        (this_process(), False, states.KILLED),  # a process that began later has only the number
        ({"host": socket.gethostname(), "process": 2**22 + 7}, True, states.KILLED),
        ({"started": 5, "resumed": "x"}, False, states.KILLED),
    ],
)
def test_without_locks_the_process_decides(
    changes: dict[str, Any], recent: bool, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "is_locked", lambda folder: None)
    run = made_run(tmp_path, "a-1", RUNNING, **changes)
    if not recent:
        for path in (*run.folder.iterdir(), run.folder):
            make_old(path)
    assert by_name(tmp_path)["a-1"].state == expected


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"status": 3}', '{"status": "sleeping"}', '{"status": []}', "\xff", "[" * 9999]
)
def test_a_damaged_manifest_is_listed_with_its_reason(content: str, tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1")
    (run.folder / "manifest.json").write_bytes(content.encode("latin-1"))
    entry = by_name(tmp_path)["a-1"]
    assert entry.state == states.DAMAGED
    assert entry.problem is not None and "manifest.json" in entry.problem


def test_a_missing_manifest_is_damage_but_an_exported_folder_is_no_run(tmp_path: Path) -> None:
    lost = made_run(tmp_path, "lost-1")
    (lost.folder / "manifest.json").unlink()
    lost.history.touch()
    exported = tmp_path / "my_onnx"
    exported.mkdir()
    for name in ("model.onnx", "labels.json"):
        (exported / name).touch()
    (tmp_path / "file.txt").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / ".a-1.5-0123abcd").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert {name: entry.state for name, entry in by_name(tmp_path).items()} == {"lost-1": states.DAMAGED}
    assert entries(tmp_path / "nothing") == []
    with pytest.raises(InputError, match="cannot be read"):
        entries(tmp_path / "file.txt")


@given(
    manifest=st.dictionaries(
        st.sampled_from(
            ("started", "ended", "resumed", "wall_seconds", "task", "data", "epochs", "initialize", "data_fingerprint",
             "process", "host")
        ),
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
        | st.dictionaries(st.sampled_from(("runs", "validation")), st.integers() | st.lists(st.none(), max_size=2)),
    ),
    metrics=st.recursive(
        st.none() | st.floats() | st.text(max_size=3),
        lambda inner: st.dictionaries(st.sampled_from(("validation", "test", "accuracy", "loss")), inner),
    ),
)  # fmt: skip
def test_any_values_in_manifest_and_metrics_can_be_listed_and_shown(
    manifest: dict[str, Any], metrics: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from seqclf.cli.run_facts import facts
    from seqclf.cli.run_list import as_json, plain_rows, run_table

    runs = tmp_path_factory.mktemp("runs")
    run = made_run(runs, "a-1", **manifest)
    (run.folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    found = entries(runs)
    for column in SORTED_BY:
        assert in_order(found, column) == found
    assert len(plain_rows(found, None)) == 2
    assert run_table(found, None, 80) and list(facts(found[0], runs, found))
    assert json.dumps(as_json(found[0]), allow_nan=False)


def test_damaged_metrics_leave_the_rest_readable(tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1")
    (run.folder / "metrics.json").write_text("[1")
    entry = by_name(tmp_path)["a-1"]
    assert (entry.state, dict(entry.scores)) == (FINISHED, {})
    assert entry.problem is not None and "metrics.json" in entry.problem


def test_a_run_of_an_earlier_version(tmp_path: Path) -> None:
    """Its manifest names neither task nor data, its metrics lack later scores."""
    run = made_run(tmp_path, "old-1", validation=None)
    (run.folder / "manifest.json").write_text('{"status": "finished", "started": "2020-01-01T00:00:00+00:00"}')
    entry = by_name(tmp_path)["old-1"]
    assert (entry.state, entry.task, entry.data, entry.seconds) == (FINISHED, "classification", None, None)
    assert Filters(data=["x"]).of([entry]) == []


def test_the_time_of_a_run(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1", wall_seconds=12.5)
    made_run(tmp_path, "failed-1", FAILED, wall_seconds=None)
    live = made_run(tmp_path, "live-1", RUNNING, started=datetime.fromtimestamp(time.time() - 50, UTC).isoformat())
    with training(live):
        found = by_name(tmp_path)
    assert (found["a-1"].seconds, found["failed-1"].seconds) == (12.5, 60.0)
    assert found["live-1"].seconds == pytest.approx(50, abs=20)


def test_size_counts_files_and_follows_no_link(tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1")
    before = by_name(tmp_path)["a-1"].size
    assert before == sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file())
    (tmp_path / "large").write_bytes(b"0" * 10**6)
    (run.folder / "link").symlink_to(tmp_path / "large")
    (run.folder / "up").symlink_to(tmp_path)
    assert before < by_name(tmp_path)["a-1"].size < before + 1000


# --- cross-validations ------------------------------------------------------------------------------------------------


def test_a_cross_validation_has_its_folds_and_their_mean(tmp_path: Path) -> None:
    made_folds(tmp_path, "x-1")
    made_run(tmp_path, "x-2")
    found = by_name(tmp_path)
    group = found["x-1"]
    assert group.folds == ("x-1-fold1", "x-1-fold2") and found["x-1-fold2"].fold_of == "x-1"
    assert dict(group.scores) == {"validation": {"accuracy": 0.55}}
    assert (group.state, group.seconds) == (FINISHED, 60.0)
    assert group.size > found["x-1-fold1"].size + found["x-1-fold2"].size
    assert {entry.name for entry in Filters().of(found.values())} == {"x-1", "x-2"}
    assert len(Filters(folds=True).of(found.values())) == 4
    assert exact_entry(tmp_path, "x-1") == group
    assert exact_entry(tmp_path, "x-1-fold1").fold_of == "x-1"


def test_folds_without_a_summary_are_runs(tmp_path: Path) -> None:
    made_folds(tmp_path, "x-1").unlink()
    assert {entry.name for entry in Filters().of(entries(tmp_path))} == {"x-1-fold1", "x-1-fold2"}


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"status": "finished", "runs": 3}'])
def test_a_damaged_summary(content: str, tmp_path: Path) -> None:
    made_folds(tmp_path, "x-1").write_text(content)
    group = by_name(tmp_path)["x-1"]
    assert group.state == states.DAMAGED and group.folds == ("x-1-fold1", "x-1-fold2")


def test_the_state_of_a_cross_validation_between_two_folds(tmp_path: Path) -> None:
    summary = made_folds(tmp_path, "x-1", RUNNING, **this_process())
    assert by_name(tmp_path)["x-1"].state == RUNNING
    summary = made_folds(tmp_path, "y-1", RUNNING, host=socket.gethostname(), process=2**22 + 7)
    assert by_name(tmp_path)["y-1"].state == states.KILLED
    with training(exact_entry(tmp_path, "y-1-fold2").run):
        assert by_name(tmp_path)["y-1"].state == RUNNING
    summary.write_text("")  # as earlier versions reserved the name
    assert by_name(tmp_path)["y-1"].state == RUNNING
    make_old(summary)
    assert by_name(tmp_path)["y-1"].state == states.KILLED


def test_training_folds_notes_its_process_until_it_ends(tmp_path: Path) -> None:
    from test_cross_validation import _folds_config, _pretend

    from seqclf.new_runs import begin_folds
    from seqclf.training.folds import cross_validate

    runs, seen = begin_folds(tmp_path, "x"), []
    pretend = _pretend([0.5, 0.6, 0.7])

    def train(config: Any, begin: Any) -> Any:
        seen.append(json.loads(runs.summary.read_text()))
        return pretend(config, begin)

    cross_validate(_folds_config(3), runs, train)
    assert [(one["status"], one["process"], len(one["runs"])) for one in seen] == [
        (RUNNING, os.getpid(), done) for done in range(3)
    ]
    assert "process" not in json.loads(runs.summary.read_text())


# --- finding one ------------------------------------------------------------------------------------------------------


def test_runs_are_found_in_any_state(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1", INTERRUPTED)
    made_run(tmp_path, "a-2", FAILED)
    made_run(tmp_path, "bad-1").folder.joinpath("manifest.json").write_text("{")
    assert find_entry(tmp_path, None).name == find_entry(tmp_path, "a").name == "a-1"
    assert find_entry(tmp_path, "bad-1").state == states.DAMAGED
    assert find_entry(tmp_path / "elsewhere", str(tmp_path / "a-2")).state == FAILED
    for find in (find_entry, exact_entry):
        with pytest.raises(InputError, match=r"no run a-11 in .*; did you mean"):
            find(tmp_path, "a-11")
    with pytest.raises(InputError, match="a: is a name without its number; .*: a-2, a-1"):
        exact_entry(tmp_path, "a")
    with pytest.raises(InputError, match="a different run every time"):
        exact_entry(tmp_path, "latest")


def test_without_a_complete_run_the_latest_is_the_one_started_last(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Train one with"):
        find_entry(tmp_path, None)
    made_run(tmp_path, "a-1", FAILED)
    made_run(tmp_path, "b-1", RUNNING, started="2026-02-01T10:00:00+00:00")
    assert find_entry(tmp_path, None).name == find_entry(tmp_path, "latest").name == "b-1"
