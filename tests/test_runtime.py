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


# Each command has a process of its own, which begins when all is imported. They are known before the first step, and a
# training takes seconds.
_UNTIL_THREADS_ARE_KNOWN = """
import gc, json, os, sys, traceback
from seqclf.tensorflow_startup import import_tensorflow
import_tensorflow()
imported = [name for name in ("keras", "sklearn", "matplotlib", "pandas") if name in sys.modules]
kept = gc.isenabled(), gc.get_freeze_count() > 100_000
import seqclf.training.session
from seqclf.cli import cli
from seqclf.runs import Run

def until_known(run, **values):
    update(run, **values)
    if "threads" in values:
        os.write(said, json.dumps(run.manifest["threads"]).encode())
        os._exit(0)

update, Run.update_manifest = Run.update_manifest, until_known
answers = []
for arguments in json.loads(sys.argv[1]):
    answer, said = os.pipe()
    if os.fork() == 0:
        try:
            cli.main(arguments, standalone_mode=False)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    os.close(said)
    assert not os.wait()[1], arguments
    answers.append(json.loads(os.read(answer, 10_000)))
import matplotlib, sklearn
print(json.dumps({"threads": answers, "imported": imported, "kept": kept}))
"""


def test_the_command_line_sets_the_requested_threads_and_imports_what_it_needs(
    tmp_path: Path, sample_csv: Path
) -> None:
    """Of the packages that Keras can do without, none; they can be imported afterwards."""
    gru = "[{type: gru, units: 2}]"
    expected = {("2", gru): (2, 1), ("stock", gru): (0, 0), ("2", "[{type: pool}]"): (0, 0)}
    calls = []
    for number, (threads, layers) in enumerate(expected):
        config = f"data: {{source: table, train: {sample_csv}}}\nlayers: {layers}\n"
        path = tmp_path / f"{number}.yaml"
        path.write_text(config + "training: {epochs: 1, baseline: false}\n", encoding="utf-8")
        calls.append(["train", str(path), "--threads", threads, "--runs", str(tmp_path)])
    found = _python(_UNTIL_THREADS_ARE_KNOWN, json.dumps(calls))
    assert found["threads"] == [{"inter_op": inter, "intra_op": intra} for inter, intra in expected.values()]
    assert found["imported"] == ["keras"]
    assert found["kept"] == [True, True], "the collector works, and walks nothing of TensorFlow"


_STARTED = """
import sys
import seqclf.cli
from seqclf.tensorflow_startup import start_tensorflow
if sys.argv[1] == "command":
    seqclf.cli.cli = lambda **_: start_tensorflow()
    seqclf.cli.main()
else:
    start_tensorflow()
import json, keras
print(json.dumps(keras.pandas is not None))
"""


@pytest.mark.parametrize("by", ["command", "notebook"])
def test_only_a_command_s_keras_goes_without_pandas(by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of the user's own, Keras trains on DataFrames afterwards. Stand-ins of the packages are fast."""
    (tmp_path / "pandas.py").write_text("")
    (tmp_path / "keras.py").write_text("try:\n    import pandas\nexcept ImportError:\n    pandas = None\n")
    (tmp_path / "tensorflow.py").write_text(
        "import keras, logging, types\nget_logger = logging.getLogger\n"
        "config = types.SimpleNamespace(list_physical_devices=lambda kind: [])\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path(__file__).parent.parent)]))
    assert _python(_STARTED, by) is (by == "notebook")


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "99999"])
def test_other_threads_are_the_user_s_error(value: str) -> None:
    result = CliRunner().invoke(cli, ["train", "config.yaml", "--threads", value])
    assert result.exit_code == 2
    assert "is not auto, stock or a number from 1 to 1024" in result.output
