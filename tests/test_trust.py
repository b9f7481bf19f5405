"""Untrusted files are only data: nothing in a run, a config or a model makes seqclf run code."""

from __future__ import annotations

import ast
import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.errors import InputError
from seqclf.runs import Run
from seqclf.training.checkpoints import Checkpoints

MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "zipfile", "tarfile", "ctypes", "runpy"}
CALLS = {"eval", "exec", "compile", "yaml.load", "tf.saved_model.load"}
METHODS = {"unsafe_load", "full_load", "load_model", "extract", "extractall", "unpack_archive"}
KNOWN = {
    "seqclf/runtime.py": {"ctypes"},  # the C library's allocator
    "seqclf/cli/commands/export.py": {"zipfile"},  # whether a file is one
    "seqclf/model/weights.py": {"zipfile"},  # the name of an error
    "seqclf/training/initialize/origin.py": {"zipfile"},  # the name of an error
    "seqclf/run_answers.py": {"zipfile"},  # the name of an error
    "seqclf/run_held_out.py": {"zipfile"},  # the name of an error
    "seqclf/tables/packed.py": {"zipfile"},  # the only file within is read as a stream
    "seqclf/text/vectors/content.py": {"zipfile"},  # whether there is one, and the name of an error
    "seqclf/training/keeper.py": {"zipfile"},  # likewise
    "seqclf/training/state.py": {"zipfile"},  # likewise
}


class Opened:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


def _used(path: Path) -> set[str]:
    """The modules and functions in use that could run code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & MODULES
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module)} & MODULES
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found |= {name} & CALLS or {name.rpartition(".")[2]} & METHODS
            found |= {str(word.arg) for word in node.keywords if ast.unparse(word) == "allow_pickle=True"}
    return found


def test_nothing_is_called_that_could_run_what_it_reads() -> None:
    root = Path(__file__).parents[1]
    found = {path.relative_to(root).as_posix(): _used(path) for path in (root / "seqclf").rglob("*.py")}
    assert {name: used for name, used in found.items() if used} == KNOWN


def test_the_layers_of_a_model_s_file_are_not_read(binary_run: Run, tmp_path: Path) -> None:
    """Its config is foreign and has code, and a name in the archive points outside; only the weights are used."""
    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "runs" / "small-1")))
    lambda_layer = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": "no code"}}
    with zipfile.ZipFile(binary_run.model) as whole, zipfile.ZipFile(run.model, "w") as hostile:
        for name in whole.namelist():
            hostile.writestr(name, json.dumps(lambda_layer) if name == "config.json" else whole.read(name))
        hostile.writestr("../../made", "x")
    done = CliRunner().invoke(cli, ["eval", "--run", str(run.folder)])
    assert done.exit_code == 0, done.output
    assert run.metrics["test"]["loss"] > 0
    assert not list(tmp_path.rglob("made"))


def test_a_checkpoint_is_not_unpickled(binary_run: Run, tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "small-1")))
    run.update_manifest(status="failed")
    content = io.BytesIO()
    np.savez(content, scalars=np.array("{}"), variable_0=np.array([Opened(tmp_path / "made")], dtype=object))
    Checkpoints(run.checkpoints).save(999, 0, content.getvalue())
    refused = CliRunner().invoke(cli, ["train", "--resume", str(run.folder)])
    assert refused.exit_code == 2
    assert "the checkpoint is not a training state (Object arrays cannot be loaded" in refused.stderr
    assert not (tmp_path / "made").exists()


def test_a_run_with_custom_layers_needs_permission(binary_run: Run, tmp_path: Path) -> None:
    """``--resume`` reads a config as ``CONFIG`` does."""
    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "small-1")))
    run.update_manifest(status="interrupted")
    text = run.config.read_text(encoding="utf-8")
    (tmp_path / "hostile.py").write_text(f"open({str(tmp_path / 'made')!r}, 'w')", encoding="utf-8")
    before = text.index("layers:")
    run.config.write_text(
        text[:before] + "layers:\n- type: hostile:Layer\n- type: pool\n" + text[text.index("\nhead:") :]
    )
    for command in (["train", "--resume", str(run.folder)], ["eval", "--run", str(run.folder)]):
        refused = CliRunner().invoke(cli, command)
        assert refused.exit_code == 2, refused.output
        assert "--allow-code" in refused.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [touch made]", "!!python/name:os.system ''"])
def test_yaml_makes_plain_values_only(tag: str, tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(f"name: {tag}\n", encoding="utf-8")
    with pytest.raises(InputError, match="c.yaml:1:7"):
        load_config(config)
