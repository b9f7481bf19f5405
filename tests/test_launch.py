"""``seqclf launch``: real workers on this machine, one of which is killed, and which resume."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import POOLED, written_config
from many_workers import environment

from seqclf.cli import cli, launched, train_runs
from seqclf.cli.local_workers import LocalWorkers
from seqclf.cli.tracker_options import TrackerChoice
from seqclf.cli.worker_options import how_to_resume
from seqclf.runs import FAILED, Run
from seqclf.training.cluster import cluster_of
from seqclf.training.events import TrainingStarted
from seqclf.training.job import Job
from seqclf.training.workers import LostWorker, Workers

_EPOCHS = 400


@pytest.fixture(scope="module")
def config(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("launch")
    training = {"epochs": _EPOCHS, "batch_size": 16, "checkpoint_steps": 5, "baseline": False, "log_every": 100}
    return written_config(folder, sample_csv, layers=POOLED, training=training, data__test=None)


def _launched(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "seqclf",
        "launch",
        "--local",
        "2",
        *arguments,
        "--runs",
        str(folder),
        "--no-report",
    ]
    return subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def _worker(launcher: int, index: int) -> int:
    """The process of a worker."""
    import psutil

    for process in psutil.Process(launcher).children():
        command = process.cmdline()
        if "--index" in command and command[command.index("--index") + 1] == str(index):
            return process.pid
    raise AssertionError(f"no worker {index}")


def _wait_for(condition: Any, process: subprocess.Popen[str], seconds: float = 400) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_killed_worker_ends_all_and_the_run_resumes(config: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "small-1")
    launcher = _launched(str(config), folder=tmp_path)
    _wait_for(lambda: any("step" in path.name for path in run.checkpoints.glob("epoch000001-*")), launcher)
    os.kill(_worker(launcher.pid, 1), signal.SIGKILL)
    killed = time.monotonic()
    output, _ = launcher.communicate(timeout=120)
    assert time.monotonic() - killed < 60
    assert launcher.returncode == 1
    assert "[0] Error: worker 1 (127.0.0.1:" in output
    assert "ended or can no longer be reached, so this one stops, too; to resume from the last checkpoint" in output
    assert f"--resume {run.folder}" in output and "Traceback" not in output
    assert run.manifest["status"] == FAILED and run.has_checkpoint
    assert [path.name for path in tmp_path.iterdir()] == ["small-1"]

    kept = {path.name for path in run.checkpoints.iterdir()}
    resumed = _launched("--resume", "small-1", folder=tmp_path)
    _wait_for(lambda: {path.name for path in run.checkpoints.iterdir()}.isdisjoint(kept), resumed)
    resumed.send_signal(signal.SIGINT)
    output, _ = resumed.communicate(timeout=200)
    assert resumed.returncode == 130, output
    assert "[1] Worker 1: training was interrupted; worker 0 wrote the run." in output, output
    assert "[0] Interrupted; the weights so far are saved." in output
    assert f"To resume: seqclf launch --local 2 --resume {run.folder}" in output
    assert run.model.is_file()


def test_more_workers_than_the_memory_holds_are_not_started(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqclf.cli.local_workers.available_memory_bytes", lambda: 2_000_000_000)
    monkeypatch.setattr(LocalWorkers, "run", lambda self: 0)
    result = CliRunner().invoke(cli, ["launch", "--local", "6", str(config)])
    said = " ".join(result.output.split())
    assert result.exit_code == 2 and "but 2.0 GB are free; use --local 5 or fewer" in said
    assert CliRunner().invoke(cli, ["launch", "--local", "5", str(config)]).exit_code == 0


def test_every_worker_names_the_run_that_worker_0_writes(tmp_path: Path) -> None:
    class Told(Workers):
        def tell(self, values: list[Any]) -> list[Any]:
            return ["runs/small-7"]

    nothing: Any = None
    own = Run(tmp_path / "small-1")
    job = Job(nothing, own, nothing, nothing, nothing, task=nothing, started=0.0, workers=Told())
    assert "start all workers again with --resume runs/small-7 in place of the config" in job._after_a_loss()


def test_a_stopped_training_says_how_its_workers_resume(monkeypatch: pytest.MonkeyPatch) -> None:
    run, cluster = Run(Path("runs/a b-1")), cluster_of(["a:1", "b:1"], 0)
    assert how_to_resume(run, None) == run.how_to_resume
    assert how_to_resume(run, cluster) == "start all workers again with --resume 'runs/a b-1' in place of the config"
    for name, value in launched.variables(None).items():
        monkeypatch.setenv(name, value)
    assert how_to_resume(run, cluster) == "seqclf launch --local 2 --resume 'runs/a b-1'"


def test_a_loss_after_ctrl_c_is_an_interruption(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another worker may get the same Ctrl-C a moment before its first step, and end at once."""
    tracking = train_runs._Tracking(TrackerChoice(), tmp_path)
    with pytest.raises(LostWorker), train_runs._monitored(tracking=tracking):
        raise LostWorker("worker 1 ended")
    started = TrainingStarted("texts", 1, 9, 0, 5, True, False)
    with pytest.raises(KeyboardInterrupt) as raised, train_runs._monitored(tracking=tracking) as (_, callbacks):
        callbacks.listen(started)
        signal.raise_signal(signal.SIGTERM)
        raise LostWorker("worker 1 ended")
    assert raised.value.args == (signal.SIGTERM,)
    assert raised.value.__notes__ == ["worker 1 ended"]


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_lines_say_which_worker_wrote_them(capsys: pytest.CaptureFixture[str]) -> None:
    error = "import sys; print('one'); print('two', file=sys.stderr)"
    assert LocalWorkers([_python("print('zero')"), _python(error)]).run() == 0
    captured = capsys.readouterr()
    assert sorted(captured.out.splitlines()) == ["[0] zero", "[1] one"]
    assert captured.err == "[1] two\n"


def test_the_exit_code_is_that_of_a_failed_worker() -> None:
    assert LocalWorkers([_python(""), _python("raise SystemExit(3)")]).run() == 3
    assert LocalWorkers([_python("raise SystemExit(2)"), _python("raise SystemExit(3)")]).run() == 2
    assert LocalWorkers([_python("import os; os.kill(os.getpid(), 9)")]).run() == 137


def test_workers_end_when_their_launcher_is_killed(tmp_path: Path) -> None:
    worker = f"""
import pathlib, signal, sys, time
from seqclf.cli.launched import end_with_launcher
end_with_launcher()
folder = pathlib.Path({str(tmp_path)!r})
def stop(*_):
    print("nobody reads this", flush=True)
    (folder / "ended").touch()
    sys.exit()
signal.signal(signal.SIGTERM, stop)
(folder / "started").touch()
time.sleep(600)
"""
    launch = f"import sys; from seqclf.cli.local_workers import LocalWorkers; LocalWorkers([{_python(worker)!r}]).run()"
    launcher = subprocess.Popen(_python(launch), env=environment(), start_new_session=True)
    _wait_for((tmp_path / "started").exists, launcher, seconds=60)
    launcher.kill()
    launcher.wait()
    ends = time.monotonic() + 60
    while not (tmp_path / "ended").exists():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_worker_that_does_not_end_after_a_failed_one_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cli import local_workers

    monkeypatch.setattr(local_workers, "_SECONDS_TO_END", 0.5)
    monkeypatch.setattr(local_workers, "_SECONDS_TO_OBEY", 1.0)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    started = time.monotonic()
    assert LocalWorkers([_python("import time; time.sleep(600)"), _python("exit(3)"), _python(stubborn)]).run() == 3
    assert time.monotonic() - started < 60


def test_signals_reach_all_workers_once() -> None:
    counts = """
import signal, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
print("ready", flush=True)
while not seen:
    time.sleep(0.01)
time.sleep(0.3)
raise SystemExit(10 + len(seen))
"""
    workers = LocalWorkers([_python(counts), _python(counts)])
    timer = threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    assert workers.run() == 11
    assert [worker.returncode for worker in workers._workers] == [11, 11]
