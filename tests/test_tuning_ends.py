"""What ends or kills trials and searches of ``seqclf tune``, and who else works on them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import needs_extra
from searches import search_config, trials_of, tuned

from seqclf.config import read_config
from seqclf.runs import Run

optuna = needs_extra("tune", "optuna")
pytestmark = pytest.mark.usefixtures("no_saved_models")


def test_the_same_command_continues_the_search(sample_csv: Path, tmp_path: Path) -> None:
    path = search_config(tmp_path, sample_csv, training__epochs=1)
    assert tuned(path, "--trials", 1).exit_code == 0
    result = tuned(path, "--trials", 1)
    assert result.exit_code == 0, result.output
    assert [one.number for one in trials_of(path)] == [0, 1]
    changed = search_config(tmp_path, sample_csv, training__epochs=2)
    result = tuned(changed, "--trials", 1)
    assert result.exit_code == 2 and "the study small was begun with another config" in result.stderr
    changed = search_config(tmp_path, sample_csv, training__epochs=1, embedding__dim={"choices": [4, 9]})
    result = tuned(changed, "--trials", 1)
    assert result.exit_code == 2 and "other ranges; begin another one with --study NAME" in result.stderr
    assert tuned(changed, "--trials", 1, "--study", "other").exit_code == 0


def test_a_process_that_is_killed_while_it_writes_the_journal_does_not_stop_others(tmp_path: Path) -> None:
    """It leaves half a line, and has the lock; the path is a relative one."""
    program = (
        "import os, signal, sys; from pathlib import Path; from seqclf.tuning.journal import _Lock, journal_storage\n"
        "journal = Path('study/study.log'); journal_storage(journal.parent).create_new_study([], 'first')\n"
        "_Lock(journal).acquire(); open(journal, 'ab').write(b'{\"op_code\":5,')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    killed = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    program = (
        "from pathlib import Path; from seqclf.tuning.journal import journal_storage\n"
        "journal_storage(Path('study')).create_new_study([], 'second')\n"
        "print(*(one.study_name for one in journal_storage(Path('study')).get_all_studies()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.stdout == "first second\n", done.stderr


def test_a_damaged_journal_is_named(sample_csv: Path, tmp_path: Path) -> None:
    path = search_config(tmp_path, sample_csv)
    journal = tmp_path / "runs" / "small-tune" / "study.log"
    journal.parent.mkdir(parents=True)
    journal.write_text('not JSON\n{"op_code": 0}\n', encoding="utf-8")
    result = tuned(path, "--trials", 1)
    assert result.exit_code == 1 and "study.log: is damaged; to begin anew, remove" in " ".join(result.stderr.split())


def test_a_trial_that_becomes_nan_fails_and_the_search_continues(sample_csv: Path, tmp_path: Path) -> None:
    rates = {"learning_rate": {"choices": [1e-3, 1e38]}}
    path = search_config(tmp_path, sample_csv, embedding__dim=4, training__optimizer=rates)
    result = tuned(path, "--trials", 8)
    assert result.exit_code == 0, result.output
    states = [one.state.name for one in trials_of(path)]
    assert "FAIL" in states and states.count("COMPLETE") >= 1 and len(states) == 8
    assert re.search(r"trial \d: failed: the loss is nan", result.stderr)


def test_a_search_in_which_nothing_works_says_why(sample_csv: Path, tmp_path: Path) -> None:
    path = search_config(
        tmp_path, sample_csv, embedding__dim=4, training__optimizer={"learning_rate": {"choices": [1e38, 2e38]}}
    )
    result = tuned(path, "--trials", 1)
    assert result.exit_code == 1 and "no trial has a score that counts: the loss is nan" in result.stderr


def test_the_last_trial_ends_in_time_with_its_best_epoch(sample_csv: Path, tmp_path: Path) -> None:
    path = search_config(tmp_path, sample_csv, training__epochs=100_000)
    began = time.monotonic()
    result = tuned(path, "--time", "20s")
    assert result.exit_code == 0, result.output
    assert time.monotonic() - began < 90, "100,000 epochs take hours; tests/test_trial_clock.py has the exact times"
    (first, *_) = trials_of(path)
    run = Run(Path(first.user_attrs["run"]))
    assert first.value is not None and run.model.is_file() and run.manifest["status"] == "interrupted"


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The URL of a database of a PostgreSQL server of its own, as Debian's package has it, on a Unix socket."""
    pytest.importorskip("psycopg2", reason="needs psycopg2-binary; `make test-extras` installs it")
    (programs,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:] or [None]
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    user = "postgres" if os.getuid() == 0 else None  # it refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="seqclf-"))  # not tmp_path: a path of a socket has at most 107 bytes
    if user is not None:
        shutil.chown(folder, user)

    def call(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        call("initdb", "-U", "seqclf", "-A", "trust", "--no-sync")
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-F -k {folder} -h ''", "start")
        try:
            yield f"postgresql+psycopg2://seqclf@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["journal", "sqlite", "postgresql"])
def test_two_processes_share_a_study(
    kind: str, sample_csv: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = search_config(tmp_path, sample_csv, training__epochs=1)
    sqlite = f"sqlite:///{tmp_path / 'study.db'}"
    storage = request.getfixturevalue("postgresql") if kind == "postgresql" else sqlite
    given = [] if kind == "journal" else ["--storage", storage]
    arguments = [sys.executable, "-m", "seqclf", "tune", str(path), "--trials", "2", *given]
    both = [subprocess.Popen([*arguments, "--runs", str(tmp_path / "runs")], stderr=subprocess.PIPE) for _ in range(2)]
    for one in both:
        _, errors = one.communicate(timeout=900)
        assert one.returncode == 0, errors.decode()
    trials = optuna.load_study(study_name="small", storage=storage).trials if given else trials_of(path)
    assert [one.number for one in trials] == [0, 1, 2, 3]
    assert len({one.user_attrs["process"] for one in trials}) == 2
    assert len({json.dumps(one.params, sort_keys=True) for one in trials}) > 2


def test_a_killed_search_resumes_with_the_values_of_the_lost_trial(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.tuning.trial import Watch

    path = search_config(tmp_path, sample_csv, training__epochs=100_000)
    arguments = [sys.executable, "-m", "seqclf", "tune", str(path), "--trials", "9", "--runs", str(tmp_path / "runs")]
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(arguments, stderr=file)
    history = tmp_path / "runs" / "small-trial-1" / "history.jsonl"
    while not history.is_file():
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (lost,) = trials_of(path)
    assert lost.state.name == "RUNNING"
    heard = Watch._epoch

    def epoch(watch: Watch, event: Any) -> None:
        heard(watch, event)
        watch.stops = True  # as if the time were over

    monkeypatch.setattr(Watch, "_epoch", epoch)
    assert tuned(path, "--trials", 1).exit_code == 0
    again = trials_of(path)
    assert again[0].state.name == "FAIL"
    assert again[1].params == lost.params and again[1].value is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_whole_study_that_continues(
    number: signal.Signals, sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.tuning.trial import Watch

    path = search_config(tmp_path, sample_csv, training__epochs=2)
    heard = Watch._epoch

    def epoch(watch: Watch, event: Any) -> None:
        heard(watch, event)
        if watch.to_beat is not None:  # not in the first trial
            signal.raise_signal(number)

    with monkeypatch.context() as patch:
        patch.setattr(Watch, "_epoch", epoch)
        result = tuned(path, "--trials", 5)
    assert result.exit_code == 128 + number
    assert "Interrupted. The same command continues the search." in result.stderr
    assert "Best        val_accuracy" in result.stdout
    assert read_config(path.parent / "runs" / "small-tune" / "best.yaml").config.name == "small"
    first, second, waiting = trials_of(path)
    assert (first.state.name, second.state.name, waiting.state.name) == ("COMPLETE", "FAIL", "WAITING")
    assert Run(Path(second.user_attrs["run"])).manifest["status"] == "interrupted"
    assert tuned(path, "--trials", 1).exit_code == 0
    again = trials_of(path)[2]
    assert again.state.name in ("COMPLETE", "PRUNED") and again.params == second.params


def test_a_trial_without_memory_fails_and_the_search_continues(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.training import train as module

    path, train, count = search_config(tmp_path, sample_csv, training__epochs=1), module.train, 0

    def without_memory(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        if count == 2:
            raise MemoryError
        return train(*arguments)

    monkeypatch.setattr(module, "train", without_memory)
    result = tuned(path, "--trials", 3)
    assert result.exit_code == 0, result.output
    assert [one.state.name for one in trials_of(path)] == ["COMPLETE", "FAIL", "COMPLETE"]
    assert "trial 2: failed: out of memory" in result.stderr


def test_what_kills_the_process_twice_is_left_out(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.tuning.search import Wish
    from seqclf.tuning.study import HOST, PROCESS, Where, open_study, suggested

    loaded = read_config(search_config(tmp_path, sample_csv), search=True)
    wish, where = Wish(loaded.written.value, loaded.ranges, "accuracy"), Where(tmp_path, "small")
    killed = []
    for _ in range(3):
        study = open_study(where, wish.space, wish.start, seed=1, about=wish.about)
        trial = study.ask()
        killed.append(suggested(trial, wish.space))
        trial.set_user_attr(HOST, socket.gethostname())
        trial.set_user_attr(PROCESS, 2**22 + 1)
    assert killed[0] == killed[1] != killed[2]
