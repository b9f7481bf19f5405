"""Ctrl-C and SIGTERM, at every stage of a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.runs import Run


@pytest.fixture(autouse=True)
def as_from_a_terminal() -> Iterator[None]:
    """Background jobs of a shell, and their children, ignore Ctrl-C: ``make test &``."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def _endless(config_file: Path, runs: Path, begun: str, *settings: str) -> subprocess.Popen[str]:
    """An endless training that creates a file named ``begun`` in its folder."""
    command = [sys.executable, "-m", "seqclf", "train", str(config_file), "--runs", str(runs)]
    for setting in ("training.epochs=100000", "layers=[{type: pool}]", *settings):
        command += ["--set", setting]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not any((runs / "small-1").glob(begun)) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_stops_at_once_and_nothing_is_lost(number: int, config_file: Path, tmp_path: Path) -> None:
    """Even if no line of the history was written yet."""
    from seqclf.training.checkpoints import Checkpoints

    settings = ("training.log_every=1000000", "training.batch_size=1", "training.checkpoint_steps=2")
    process = _endless(config_file, tmp_path, "checkpoint/epoch000000-step*[2468].state", *settings)
    process.send_signal(number)
    assert process.stderr is not None
    while "Finishing the step" not in (line := process.stderr.readline()):
        assert line, "it has ended"
    process.send_signal(number)  # writing the models takes seconds
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 128 + number, stderr
    assert f"To resume: seqclf train --resume {tmp_path}/small-1" in stderr
    assert "Traceback" not in stderr
    run = Run(tmp_path / "small-1")
    assert run.manifest["status"] == "failed"
    damaged: list[str] = []
    assert Checkpoints(run.checkpoints).newest(damaged.append) is not None
    assert not damaged
    assert {path.name for path in run.folder.iterdir()} <= {
        "manifest.json", "config.yaml", "tokenizer", "labels.json", "prior.json", "history.jsonl", "checkpoint",
        "model.keras",
    }, "nothing half-written"  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_step_and_leaves_a_complete_run(number: int, config_file: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    process = _endless(config_file, runs, "history.jsonl")
    process.send_signal(number)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 128 + number, stderr
    assert "Finishing the step" in stderr
    assert Run(runs / "small-1").manifest["status"] == "interrupted"
    assert _call("predict", "x", "--runs", str(runs)).exit_code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_first_step_leaves_no_run(number: int, config_file: Path, tmp_path: Path) -> None:
    process = _endless(config_file, tmp_path, "config.yaml")  # TensorFlow is imported next: seconds
    process.send_signal(number)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 128 + number, stderr
    assert f"Nothing was kept: {tmp_path}/small-1 had no checkpoint yet, and was removed." in " ".join(stderr.split())
    assert "Interrupted." in stderr
    assert "Traceback" not in stderr
    assert list(tmp_path.glob("small-*")) == []


def test_handlers_of_sigterm_are_put_back() -> None:
    found = []

    def handler(number: int, frame: object) -> None:
        found.append(number)

    before = signal.getsignal(signal.SIGTERM)
    try:
        for mine in (signal.SIG_DFL, handler):
            signal.signal(signal.SIGTERM, mine)
            _call("config", "layers")
            assert signal.getsignal(signal.SIGTERM) == mine
    finally:
        signal.signal(signal.SIGTERM, before)
    assert found == []


def test_ctrl_c_while_tensorflow_is_imported_waits_for_it(capfd: pytest.CaptureFixture[str]) -> None:
    """In the middle of the import it would raise ``ImportError: initialization failed``."""
    from seqclf.tensorflow_startup import _interrupt_afterwards, quiet_stderr

    after = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), _interrupt_afterwards(), quiet_stderr():
            os.kill(os.getpid(), signal.SIGINT)
            os.write(2, b"chatter")
            after.append("the import went on")
        assert after
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with _interrupt_afterwards():
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert capfd.readouterr().err == ""


def test_tensorflow_starts_in_another_thread() -> None:
    """Only the main thread may change what a signal does."""
    from concurrent.futures import ThreadPoolExecutor

    from seqclf.tensorflow_startup import start_tensorflow

    with ThreadPoolExecutor(1) as other:
        other.submit(start_tensorflow).result()


def test_stderr_is_shown_on_failure(capfd: pytest.CaptureFixture[str]) -> None:
    from seqclf.tensorflow_startup import quiet_stderr

    with pytest.raises(ImportError), quiet_stderr():
        os.write(2, b"the reason\n")
        raise ImportError
    assert capfd.readouterr().err == "the reason\n"


def test_a_killed_run_is_named_if_no_run_is_finished(config_file: Path, tmp_path: Path) -> None:
    process = _endless(config_file, tmp_path, "checkpoint/epoch000001*.state")
    process.kill()
    process.communicate(timeout=60)
    for command in (["eval"], ["predict", "a text"]):
        result = _call(*command, "--runs", str(tmp_path))
        assert result.exit_code == 2
        assert f"Resume one: `seqclf train --resume {tmp_path}/small-1`" in " ".join(result.output.split())
