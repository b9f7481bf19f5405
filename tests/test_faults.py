"""Full disks and unwritable or missing folders, for real: the training so far is kept."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from trainings import Killed, result, training_config

from seqclf.cli import cli
from seqclf.config import checked_config, load_config
from seqclf.errors import SeqclfError
from seqclf.files import making_folder, replacing
from seqclf.new_runs import begin_run
from seqclf.runs import Run
from seqclf.training.checkpoints import Checkpoints
from seqclf.training.options import Callbacks, TrainOptions


def _unprivileged() -> list[str]:
    """Start of a command that makes permissions apply to it."""
    if os.geteuid():
        return []
    capabilities = "-dac_override,-dac_read_search"
    command = ["setpriv", f"--bounding-set={capabilities}", f"--inh-caps={capabilities}"]
    if shutil.which("setpriv") is None or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("root may write everywhere, and there is no setpriv that could change that")
    return command


def _finished(run: Run) -> dict[str, Any]:
    """The result after resuming it."""
    from seqclf.training.train import train

    train(load_config(run.config), run, TrainOptions(resume=True))
    return result(run)


@pytest.mark.usefixtures("no_saved_models")
def test_a_full_disk(uninterrupted: dict[str, Any], sample_csv: Path, tmp_path: Path) -> None:
    """A disk with room for some checkpoints, but not for the models."""
    in_own_mounts = ["unshare", "--user", "--map-root-user", "--mount"]
    disk, kept, config = tmp_path / "disk", tmp_path / "kept", tmp_path / "c.yaml"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=512k tmpfs {shlex.quote(str(disk))}"
    if shutil.which("unshare") is None or subprocess.run([*in_own_mounts, "sh", "-c", mount]).returncode:
        pytest.skip("no disk can be mounted here")
    config.write_text(yaml.safe_dump(training_config(sample_csv)), encoding="utf-8")
    arguments = ["train", str(config), "--runs", str(disk), "--threads", "stock"]  # as this process has them
    train = shlex.join([sys.executable, "-m", "seqclf", *arguments])
    script = (
        f"{mount} || exit 99; {train}; code=$?; cp -r {shlex.quote(str(disk))} {shlex.quote(str(kept))}; exit $code"
    )
    done = subprocess.run([*in_own_mounts, "sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert "cannot be written (No space left on device)" in done.stderr
    assert f"`seqclf train --resume {disk}/small-1` resumes the run" in done.stderr
    assert "Traceback" not in done.stderr
    run = Run(kept / "small-1")
    assert run.manifest["status"] in ("failed", "running"), "there may be no room to say so"
    assert not list(run.folder.glob(".*")), "nothing half-written is left"
    assert _finished(run) == uninterrupted


_FORBIDDEN = """
import sys
from pathlib import Path
from trainings import training_config
from conftest import trained
from seqclf.errors import SeqclfError
from seqclf.training.events import StepDone

def listen(event):
    if isinstance(event, StepDone) and event.step == 6:
        (Path(sys.argv[2]) / "small-1" / "checkpoint").chmod(0o500)

try:
    trained(training_config(Path(sys.argv[1])), Path(sys.argv[2]), listen=listen)
except SeqclfError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.usefixtures("no_saved_models")
def test_a_folder_that_may_not_be_written_any_more(
    uninterrupted: dict[str, Any], sample_csv: Path, tmp_path: Path
) -> None:
    command = [*_unprivileged(), sys.executable, "-c", _FORBIDDEN, str(sample_csv), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    run = Run(tmp_path / "small-1")
    run.checkpoints.chmod(0o700)
    assert done.returncode == 1, done.stderr
    assert "cannot be written (Permission denied); earlier checkpoints are undamaged" in done.stdout
    assert run.manifest["status"] == "failed"
    assert _finished(run) == uninterrupted


def test_a_folder_of_runs_that_may_not_be_written(tmp_path: Path, sample_csv: Path) -> None:
    config, runs = tmp_path / "c.yaml", tmp_path / "runs"
    config.write_text(yaml.safe_dump(training_config(sample_csv)), encoding="utf-8")
    runs.mkdir(mode=0o500)
    command = [*_unprivileged(), sys.executable, "-m", "seqclf", "train", str(config), "--runs", str(runs)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"{runs}: cannot store runs" in done.stderr
    assert not list(runs.iterdir())


@pytest.mark.parametrize("gone", ["checkpoint", "."])
def test_a_folder_that_is_removed(gone: str, sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.training.events import StepDone
    from seqclf.training.train import train

    run = begin_run(tmp_path, "small")

    def listen(event: Any) -> None:
        if isinstance(event, StepDone) and event.step == 6:
            shutil.rmtree(run.folder / gone)
        if isinstance(event, StepDone) and event.epoch == 3:
            raise Killed

    config = checked_config(training_config(sample_csv))
    if gone == "checkpoint":
        with pytest.raises(Killed):
            train(config, run, callbacks=Callbacks(listen))
        assert Checkpoints(run.checkpoints).newest() is not None, "it is created again"
    else:
        with pytest.raises(SeqclfError, match=r"cannot be written \(No such file or directory\)") as raised:
            train(config, run, callbacks=Callbacks(listen))
        assert raised.value.exit_code == 1
        assert "--resume" not in str(raised.value), "there is nothing to resume"
        assert not run.folder.exists()


def test_files_and_folders_are_complete_or_absent(tmp_path: Path) -> None:
    file, folder = tmp_path / "f.txt", tmp_path / "f"
    file.write_text("before")
    with pytest.raises(Killed), replacing(file) as beside:
        beside.write_text("half")
        raise Killed
    with pytest.raises(Killed), making_folder(folder) as beside:
        (beside / "x").write_text("half")
        raise Killed
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]
    with making_folder(folder) as beside:
        (beside / "in").mkdir()
        (beside / "in" / "x").write_text("whole")
    with pytest.raises(OSError), making_folder(folder) as beside:
        (beside / "y").touch()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["f", "f.txt", "in", "x"]


def test_a_history_that_lost_lines_is_noticed(sample_csv: Path, tmp_path: Path, binary_run: Run) -> None:
    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "small-1")))
    run.update_manifest(status="failed")
    run.history.write_text("")
    refused = CliRunner().invoke(cli, ["train", "--resume", str(run.folder)])
    assert refused.exit_code == 2
    assert "history.jsonl: lines are missing at the end" in refused.stderr


@pytest.mark.parametrize(
    ("name", "content", "command", "message"),
    [
        ("model.keras", b"garbage", "eval", "model.keras: cannot be read as a model"),
        ("model.keras", b"garbage", "export --format keras --to OUT", "model.keras: cannot be read as a model"),
        ("model.onnx", b"garbage", "export --format onnx --to OUT", "model.onnx: cannot be read as a model"),
        ("tokenizer/tokenizer.json", b"{}", "export --format onnx --to OUT", "not a tokenizer that seqclf wrote"),
        ("labels.json", b"[]", "eval", "labels.json: cannot be read (too few labels, or a duplicate)"),
        ("metrics.json", b"[]", "eval", "metrics.json: is malformed (expected a JSON object"),
        ("manifest.json", None, "eval", "not a run (it has no manifest.json)"),
    ],
)
def test_a_damaged_file_of_a_run_is_reported(
    name: str, content: bytes | None, command: str, message: str, binary_run: Run, tmp_path: Path
) -> None:
    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "small-1")))
    if content is None:
        (run.folder / name).unlink()
    else:
        (run.folder / name).write_bytes(content)
    arguments = [str(tmp_path / "out") if word == "OUT" else word for word in command.split()]
    refused = CliRunner().invoke(cli, [*arguments, "--run", str(run.folder)])
    assert refused.exit_code == 2, refused.output
    assert message in refused.stderr
    assert not (tmp_path / "out").exists()


def test_what_killed_processes_left_in_the_cache_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cache import cached

    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path))
    gone = subprocess.Popen(["true"])
    gone.wait()
    old, new, alive = (
        f".{name}.{pid}-0123abcd" for name, pid in (("a", gone.pid), ("b", gone.pid), ("c", os.getpid()))
    )
    for name in (old, new, alive, "entry", ".hidden"):
        (tmp_path / "kind" / name).mkdir(parents=True)
        (tmp_path / "kind" / name / "file").touch()
        if name != new:
            os.utime(tmp_path / "kind" / name, (0, 0))
    cached("kind", "key", lambda folder: (folder / "file").touch())
    assert {path.name for path in (tmp_path / "kind").iterdir()} == {new, alive, "entry", ".hidden", "key"}
