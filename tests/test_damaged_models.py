"""Models that ONNX Runtime opens but cannot run, or that give something else than they should: one clear error."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from made_up_models import write_model
from onnx import TensorProto, helper, numpy_helper

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.inference import Classifier
from seqclf.onnx_session import open_session, run_session
from seqclf.runs import Run

IMPOSSIBLE = 2**45  # rows: more than any memory holds


def _damage(path: Path, output: str, rows: int) -> None:
    """Let the model add rows to one of its outputs."""
    model = onnx.load_from_string(path.read_bytes())
    (place,) = [i for i, node in enumerate(model.graph.node) if output in node.output]
    node = model.graph.node[place]
    node.output[list(node.output).index(output)] = "undamaged"
    pads = numpy_helper.from_array(np.array([0, 0, rows, 0]), "damage")
    model.graph.initializer.append(pads)
    model.graph.node.insert(place + 1, helper.make_node("Pad", ["undamaged", "damage"], [output]))
    path.write_bytes(model.SerializeToString())


@pytest.mark.parametrize(("rows", "message"), [(IMPOSSIBLE, "cannot be run ("), (1, "should have the shape [1, ")])
def test_a_language_model(rows: int, message: str, tmp_path: Path) -> None:
    run = write_model(tmp_path / "letters-1")
    _damage(run / "model.onnx", "logits", rows)
    done = CliRunner().invoke(cli, ["generate", "--run", str(run), "abc"])
    assert done.exit_code == 2
    said = " ".join(done.stderr.split())
    assert f"Error: {run}/model.onnx: " in said and message in said
    assert said.endswith("if the file is damaged, copy it again or train again")


@pytest.mark.parametrize(
    ("rows", "message"), [(IMPOSSIBLE, r"cannot be run \("), (1, r"should have the shape \[1, 3\]")]
)
def test_a_classifier(rows: int, message: str, three_label_run: Run, tmp_path: Path) -> None:
    shutil.copytree(three_label_run.tokenizer, tmp_path / "tokenizer")
    shutil.copy(three_label_run.onnx, tmp_path)
    _damage(tmp_path / "model.onnx", "probabilities", rows)
    with pytest.raises(InputError, match=f"model.onnx: .*{message}.*; if the file is damaged, copy it again"):
        Classifier.load(tmp_path).predict(["a"])


def _lookup(path: Path) -> Path:
    """Write a model that looks up numbers in a table of four rows."""
    table = numpy_helper.from_array(np.arange(4, dtype=np.float32), "table")
    given = helper.make_tensor_value_info("token_ids", TensorProto.INT32, ["rows", "time"])
    made = helper.make_tensor_value_info("found", TensorProto.FLOAT, ["rows", "time"])
    node = helper.make_node("Gather", ["table", "token_ids"], ["found"])
    graph = helper.make_graph([node], "lookup", [given], [made], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def test_only_a_token_without_a_row_is_said_to_be_unknown(tmp_path: Path) -> None:
    path = _lookup(tmp_path / "model.onnx")
    session = open_session(path)

    def look_up(token: int, dtype: type = np.int32, output: str = "found") -> float:
        given = {"token_ids": np.full((1, 1), token, dtype)}
        return float(run_session(session, {output: (1, 1)}, given, path=path)[0][0, 0])

    assert look_up(3) == 3
    with pytest.raises(InputError, match="do not belong together: the tokenizer gives ids up to 4, which"):
        look_up(4)
    with pytest.raises(InputError, match="cannot be run"):
        look_up(3, np.int64)
    with pytest.raises(InputError, match="cannot be run"):
        look_up(3, output="lost")


def test_too_little_memory_stays_that(tmp_path: Path) -> None:
    """The program then says what to do about the memory."""

    class Full:
        def run(self, *given: object) -> None:
            raise MemoryError

    with pytest.raises(MemoryError):
        run_session(Full(), {"found": (1, 1)}, {}, path=tmp_path)  # type: ignore[arg-type]
