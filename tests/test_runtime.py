"""Threads and memory: what is set, when, and only on request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.runtime import Threads, tune_runtime


@pytest.mark.parametrize(
    ("threads", "expected"),
    [(1, Threads(1, 1)), (2, Threads(2, 1)), (8, Threads(8, 1)), (16, Threads(8, 2)), (100, Threads(8, 12))],
)
def test_chains_first_then_threads_within_an_operator(threads: int, expected: Threads) -> None:
    assert Threads.for_recurrence(threads) == expected


@pytest.mark.parametrize("threads", [0, -1, "stock", 1.5])
def test_other_threads_are_a_value_error(threads: Any) -> None:
    with pytest.raises(ValueError, match="expected 1 or more"):
        tune_runtime(threads)


def _python(program: str, *arguments: str) -> Any:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("gpus", "given"), [(["GPU"], {}), (["GPU"], {"TF_DETERMINISTIC_OPS": "0"}), ([], {})])
def test_a_gpu_computes_repeatably_and_is_shared(
    gpus: list[str], given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    from seqclf.tensorflow_startup import start_tensorflow

    names = ("TF_DETERMINISTIC_OPS", "TF_FORCE_GPU_ALLOW_GROWTH")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    monkeypatch.setattr(os, "environ", environment | given)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: gpus)
    start_tensorflow()
    defaults = dict(zip(names, ("1", "true"), strict=True)) if gpus else {}
    assert {name: os.environ[name] for name in names if name in os.environ} == defaults | given


def test_importing_sets_nothing_but_the_function_does() -> None:
    program = """
import json
import os
import seqclf.model
from seqclf.runtime import current_threads, keep_freed_memory, tune_runtime
import tensorflow as tf
before = current_threads()
set_to = tune_runtime(3)
after = current_threads()
tf.constant(1.0) + 1
try:
    tune_runtime(5)
    late = "nothing"
except RuntimeError as error:
    late = str(error)
model = seqclf.layers.recurrent.LSTM(2)
both = seqclf.layers.recurrent.Bidirectional(model)
parts = [seqclf.layers.recurrent.passes(layer)["parts"] for layer in (model, both.forward_layer)]
print(json.dumps([vars(before), vars(set_to), vars(after), late, parts, keep_freed_memory()]))
"""
    before, set_to, after, late, parts, kept = _python(program)
    assert before == {"inter_op": 0, "intra_op": 0}
    assert set_to == after == {"inter_op": 3, "intra_op": 1}
    assert late == "TensorFlow's threads are set already: call tune_runtime() before its first use"
    assert parts == [3, 1]
    assert kept is (sys.platform.startswith("linux") and "musl" not in sys.version)


@pytest.mark.parametrize(
    ("threads", "layers", "expected"),
    [
        ("2", "[{type: gru, units: 2}]", {"inter_op": 2, "intra_op": 1}),
        ("stock", "[{type: gru, units: 2}]", {"inter_op": 0, "intra_op": 0}),
        ("2", "[{type: pool}]", {"inter_op": 0, "intra_op": 0}),
    ],
)
def test_the_command_line_sets_the_requested_threads(
    tmp_path: Path, sample_csv: Path, threads: str, layers: str, expected: Any
) -> None:
    config = f"data: {{source: table, train: {sample_csv}}}\nlayers: {layers}\n"
    config += "training: {epochs: 1, baseline: false}\n"
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    # They are written before the first step, and a training takes seconds.
    program = """
import json, sys
from seqclf.cli import cli
from seqclf.runs import Run

def until_known(run, **values):
    update(run, **values)
    if "threads" in values:
        print(json.dumps(run.manifest["threads"]))
        sys.exit()

update, Run.update_manifest = Run.update_manifest, until_known
cli.main(sys.argv[1:], standalone_mode=False)
"""
    arguments = ["train", "config.yaml", "--threads", threads]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == expected


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "99999"])
def test_other_threads_are_the_user_s_error(value: str) -> None:
    result = CliRunner().invoke(cli, ["train", "config.yaml", "--threads", value])
    assert result.exit_code == 2
    assert "is not auto, stock or a number from 1 to 1024" in result.output
