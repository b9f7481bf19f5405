"""Streams that are closed, full, or no UTF-8: no traceback, no lost work, and an exit code that says so."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import POOLED, written_config
from made_up_models import write_model
from rich.console import Console

from seqclf.cli.progress import epoch_bar
from seqclf.cli.streams import Output, _escaped
from seqclf.runs import Run

SEQCLF = shlex.join([sys.executable, "-m", "seqclf"])
POSIX = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENCODINGS = [
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "utf-16"},
    {"LC_ALL": "C"},
    POSIX,
    {**POSIX, "LC_ALL": "de_DE.ISO-8859-1"},
]


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The result of a shell command; ``seqclf`` in it is this one. Never a traceback."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command.replace('SEQCLF', SEQCLF)}"],
        capture_output=True,
        cwd=folder,
        env={**kept, **environment},
        timeout=600,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"Exception ignored" not in done.stderr, done.stderr.decode()
    return done


@pytest.fixture(scope="module")
def folder(binary_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, a config and tables that are not ASCII."""
    folder = tmp_path_factory.mktemp("streams")
    (folder / "runs").mkdir()
    shutil.copytree(binary_run.folder, folder / "runs" / "small-1")
    rows = "".join(f"日本 é {number},да\nfilm {number},нет\n" for number in range(12))
    (folder / "données.csv").write_text(f"été,Etikett für\n{rows}", encoding="utf-8")
    write_model(folder / "lm-1")
    written_config(
        folder, Path("données.csv"), data__text="été", data__label="Etikett für", layers=POOLED, training__epochs=1
    )
    return folder


COMMANDS = ["--help", "config show config.yaml", "predict 'a film'", "predict -i données.csv --column été"]
COMMANDS += ["generate --run lm-1", "generate --run lm-1 --json"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("where", "says"),
    [
        (">/dev/full", "standard output: No space left on device"),
        (">&-", "standard output: closed"),
        ("| true", None),
    ],
)
def test_standard_output_that_cannot_be_written(command: str, where: str, says: str | None, folder: Path) -> None:
    # `true` ends before the command writes into the pipe.
    done = shell(f"(sleep 0.1; exec SEQCLF {command}) | true" if "|" in where else f"SEQCLF {command} {where}", folder)
    assert done.returncode == 1, done.stderr
    message = done.stderr.decode()
    assert message.count("Error") == (says is not None)
    assert says is None or f"Error: {says}" in message


def test_closed_standard_error_and_input_are_not_needed(folder: Path) -> None:
    command = "SEQCLF predict 'a film'"
    expected = shell(command, folder).stdout
    for closed in ("2>&-", "<&-", "2>/dev/full", "<&- 2>&-"):
        done = shell(f"{command} {closed}", folder)
        assert (done.returncode, done.stdout) == (0, expected), closed


@pytest.mark.parametrize(
    "arguments", ["predict -", "generate - --run lm-1", "predict --input - --input-format csv", "predict a -"]
)
def test_reading_a_closed_standard_input_is_an_error(arguments: str, folder: Path) -> None:
    done = shell(f"SEQCLF {arguments} <&-", folder)
    assert done.returncode == 2
    assert b"Error: standard input is closed" in done.stderr


def test_a_training_without_streams_is_saved(folder: Path) -> None:
    done = shell("SEQCLF train config.yaml --runs closed <&- 2>&- >/dev/full", folder)
    assert done.returncode == 1
    run = Run(folder / "closed" / "small-1")
    assert run.manifest["status"] == "finished"
    assert set(run.metrics) == {"validation"}
    assert (run.saved_model / "saved_model.pb").is_file() and run.onnx.is_file()


@pytest.mark.parametrize("environment", ENCODINGS, ids=lambda given: "-".join(given.values()))
def test_output_that_is_no_terminal_is_utf_8(environment: dict[str, str], folder: Path) -> None:
    """Also where Python would take names of files and columns for ASCII."""
    table = "predict -i données.csv --column été -o 日本.csv --overwrite"
    done = shell(f"SEQCLF predict '日本 é' && SEQCLF {table}", folder, **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().endswith("  日本 é\n")
    assert "-> 日本.csv" in done.stderr.decode()
    assert (folder / "日本.csv").read_text(encoding="utf-8").startswith("été,Etikett für,prediction")


def test_configs_in_a_locale_that_is_ascii(folder: Path) -> None:
    made = "SEQCLF init --from données.csv -o gemacht.yaml && SEQCLF config show gemacht.yaml"
    done = shell(made, folder, **POSIX)
    assert done.returncode == 0, done.stderr
    assert "train: données.csv\n" in done.stdout.decode()
    assert 'labels in "Etikett für"' in done.stderr.decode()


def _on_terminal(arguments: list[str], folder: Path, **environment: str) -> bytes:
    """Output of a command whose three streams are a terminal."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "seqclf", *arguments]
    environment = {**os.environ, "COLUMNS": "60", **environment}
    child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment)
    os.close(theirs)
    shown = b"".join(_read_all(ours))
    assert child.wait(600) == 0, shown
    os.close(ours)
    return shown


def _read_all(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(descriptor, 4_096)
        except OSError:  # Linux's way to say that nobody has the terminal open
            return
        if not part:
            return
        yield part


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("latin-1", b"\\u65e5\\u672c \xe9"), ("cp1252", b"\\u65e5\\u672c \xe9"), ("ascii", "日本 é".encode())],
)
def test_a_terminal_keeps_its_encoding(encoding: str, expected: bytes, folder: Path) -> None:
    assert expected in _on_terminal(["predict", "日本 é"], folder, PYTHONIOENCODING=encoding)
    table = ["predict", "-i", "données.csv", "--column", "été", "-o", f"{encoding}.csv"]
    assert b"24 texts in " in _on_terminal(table, folder, PYTHONIOENCODING=encoding, TERM="xterm")


def test_characters_that_a_stream_lacks_are_escaped() -> None:
    import codecs

    codecs.register_error("seqclf_escaped", _escaped)
    assert "a…█日\udce9".encode("latin-1", "seqclf_escaped") == rb"a.#\u65e5\udce9"
    assert "…日\udce9".encode("utf-8", "seqclf_escaped") == "…日".encode() + rb"\udce9"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_bars_on_a_terminal_that_is_not_utf_8(encoding: str) -> None:
    written = io.BytesIO()
    file = io.TextIOWrapper(written, encoding=encoding, write_through=True)
    with epoch_bar(Console(file=file, force_terminal=True, width=60, legacy_windows=False)) as bar:
        bar.add_task("epoch 1/2", total=3, measures="loss 0.5")
        bar.refresh()
    assert b"epoch 1/2" in written.getvalue()


def test_writing_goes_on_after_an_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    output = Output(writing)
    with io.TextIOWrapper(io.BufferedWriter(output), encoding="utf-8") as text:
        for _ in range(3):
            text.write("x" * 10_000)
            text.flush()
    os.close(writing)
    assert isinstance(output.failure, BrokenPipeError)


def test_a_stream_that_another_program_made_non_blocking() -> None:
    import threading

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    found: list[bytes] = []

    def read() -> None:
        while part := os.read(reading, 65_536):
            found.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    output = Output(writing)
    with io.TextIOWrapper(io.BufferedWriter(output), encoding="utf-8") as text:
        text.write("x" * 3_000_000)
    os.close(writing)
    reader.join()
    os.close(reading)
    assert output.failure is None
    assert sum(map(len, found)) == 3_000_000
