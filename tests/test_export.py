"""The SavedModel: raw text in, labels out, with TensorFlow alone; and the same answer from every side."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.errors import InputError
from seqclf.export.folder import copy_saved_model
from seqclf.runs import Run

TEXTS = ["", "it is not bad , it is good .", "the film", "É ß 日本 👍 zzz", "a " * 50, "x" * 300, "the team said goal"]

# Loads a SavedModel where nothing but TensorFlow (and what TensorFlow itself needs) can be imported.
ALONE = """
import importlib.abc, json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"seqclf", "tokenizers", "tensorflow_text", "tensorflow_datasets", "pydantic", "yaml"}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
texts = [bytes.fromhex(text) for text in json.load(sys.stdin)]
answer = model.signatures["serving_default"](text=tf.constant(texts, tf.string))
labels = model.signatures["labels"]()["labels"]
print(json.dumps({
    "labels": [label.decode() for label in labels.numpy()],
    "label": [label.decode() for label in answer["label"].numpy()],
    "probabilities": answer["probabilities"].numpy().tolist(),
}))
"""


def _alone(saved_model: Path, texts: list[bytes]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(saved_model)],
        input=json.dumps([text.hex() for text in texts]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "gradient" not in done.stderr, "TensorFlow warns of gradients that the file lacks"
    return dict(json.loads(done.stdout))


def _signature(run: Run) -> Any:
    import tensorflow as tf

    return tf.saved_model.load(str(run.saved_model)).signatures["serving_default"]


@pytest.fixture(scope="module")
def signature(binary_run: Run) -> Any:
    return _signature(binary_run)


@pytest.mark.parametrize("fixture", ["binary_run", "three_label_run"])
def test_every_side_answers_the_same(fixture: str, request: pytest.FixtureRequest) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import Classifier

    run = request.getfixturevalue(fixture)
    classifier = Classifier.load(run)
    in_python = classifier.probabilities(TEXTS)
    alone = np.concatenate([classifier.probabilities([text]) for text in TEXTS])
    np.testing.assert_allclose(in_python, alone, atol=1e-5)
    outside = _alone(run.saved_model, [text.encode() for text in TEXTS])
    assert tuple(outside["labels"]) == classifier.labels.names == run.labels.names
    np.testing.assert_allclose(outside["probabilities"], in_python, atol=1e-5)
    assert outside["label"] == [classifier.labels[i] for i in in_python.argmax(axis=1)]
    signature = _signature(run)
    one_by_one = [signature(text=tf.constant([text]))["probabilities"].numpy()[0] for text in TEXTS]
    np.testing.assert_allclose(one_by_one, in_python, atol=1e-5)
    assert np.ptp(in_python, axis=0).min() > 0.01, "the texts must get different answers"


def test_bytes_that_are_not_utf8_and_long_texts_get_an_answer(binary_run: Run) -> None:
    hostile = [
        b"",
        b"\xff\xfe",
        b"good \xc3",
        b"\xed\xa0\x80" * 9,
        b"a" * 100_000,
        b"good film . " * 9_000,
        b"\x00" * 50,
    ]
    answer = _alone(binary_run.saved_model, hostile)
    np.testing.assert_allclose(np.sum(answer["probabilities"], axis=1), 1, atol=1e-5)


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=40) | st.text(max_size=40).map(str.encode), min_size=1, max_size=5))
def test_any_bytes_get_a_label(signature: Any, batch: list[bytes]) -> None:
    import tensorflow as tf

    answer = signature(text=tf.constant(batch, tf.string))
    assert answer["probabilities"].shape == (len(batch), 2)
    assert set(answer["label"].numpy()) <= {b"negative", b"positive"}


def test_an_empty_batch_has_an_empty_answer(signature: Any) -> None:
    import tensorflow as tf

    answer = signature(text=tf.constant([], tf.string))
    assert answer["label"].shape == (0,)
    assert answer["probabilities"].shape == (0, 2)


def test_the_graph_holds_plain_operators_only(three_label_run: Run) -> None:
    """What a stock TensorFlow on a machine without a GPU cannot run must not be there."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(three_label_run.saved_model))
    definition = loaded.signatures["serving_default"].graph.as_graph_def()
    operators = {node.op for node in definition.node}
    operators |= {node.op for function in definition.library.function for node in function.node_def}
    assert "LookupTableFindV2" in operators
    assert not {op for op in operators if op.startswith(("Cudnn", "Xla", "PyFunc", "EagerPyFunc"))}


def test_copies_appear_whole_and_never_replace_anything(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "variables").mkdir(parents=True)
    (source / "saved_model.pb").write_text("x")
    copy_saved_model(source, tmp_path / "deep" / "copy")
    assert (tmp_path / "deep" / "copy" / "saved_model.pb").read_text() == "x"
    (tmp_path / "empty").mkdir()
    copy_saved_model(source, tmp_path / "empty")
    for taken in (tmp_path / "empty", source / "saved_model.pb"):
        with pytest.raises(InputError, match="is there already"):
            copy_saved_model(source, taken)
    assert {path.name for path in tmp_path.iterdir()} == {"source", "deep", "empty"}
