"""The SavedModel: from raw text to labels with TensorFlow alone, with the same answers as other forms."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from trainings import QUICK_START

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.export.folder import copy_into, new_folder
from seqclf.runs import Run

TEXTS = ["", "it is not bad , it is good .", "the film", "É ß 日本 👍 zzz", "a " * 50, "x" * 300, "the team said goal"]
_ENCODED = [text.encode() for text in TEXTS]

# Loads SavedModels where nothing but TensorFlow (and what TensorFlow itself needs) can be imported.
ALONE = """
import gc, importlib.abc, json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in OTHERS:
            raise ImportError(name)
OTHERS = {"seqclf", "tokenizers", "tensorflow_text", "tensorflow_datasets", "pydantic", "yaml"}
OTHERS |= {"sklearn", "matplotlib", "pandas"}
sys.meta_path.insert(0, Refuse())
gc.disable()
import tensorflow as tf
def answers(path, *batches):
    model = tf.saved_model.load(path)
    labels = model.signatures["labels"]()["labels"]
    for batch in batches:
        texts = [bytes.fromhex(text) for text in batch]
        answer = model.signatures["serving_default"](text=tf.constant(texts, tf.string))
        yield {
            "labels": [label.decode() for label in labels.numpy()],
            "label": [label.decode() for label in answer["label"].numpy()],
            "probabilities": answer["probabilities"].numpy().tolist(),
        }
print(json.dumps([list(answers(*asked)) for asked in json.load(sys.stdin)]))
"""

HOSTILE = [
    b"",
    b"\xff\xfe",
    b"good \xc3",
    b"\xed\xa0\x80" * 9,
    b"a" * 100_000,
    b"good film . " * 9_000,
    b"\x00" * 50,
]


@pytest.fixture(scope="module")
def outside(binary_run: Run, three_label_run: Run) -> dict[str, list[dict[str, Any]]]:
    """Answers of SavedModels without seqclf: of each run to ``TEXTS``, of ``binary_run`` to ``HOSTILE`` as well.

    One process answers for all of them: TensorFlow takes seconds to start.
    """
    asked = {"binary_run": (binary_run, _ENCODED, HOSTILE), "three_label_run": (three_label_run, _ENCODED)}
    batches = [
        [str(run.saved_model), *([text.hex() for text in texts] for texts in batches)]
        for run, *batches in asked.values()
    ]
    done = subprocess.run(
        [sys.executable, "-c", ALONE], input=json.dumps(batches), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "gradient" not in done.stderr, "TensorFlow warns of gradients that the file lacks"
    return dict(zip(asked, json.loads(done.stdout), strict=True))


def _signature(run: Run) -> Any:
    import tensorflow as tf

    return tf.saved_model.load(str(run.saved_model)).signatures["serving_default"]


@pytest.fixture(scope="module")
def signature(binary_run: Run) -> Any:
    return _signature(binary_run)


@pytest.mark.parametrize("fixture", ["binary_run", "three_label_run"])
def test_every_side_answers_the_same(
    fixture: str, outside: dict[str, list[dict[str, Any]]], request: pytest.FixtureRequest
) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier

    run = request.getfixturevalue(fixture)
    classifier = KerasClassifier.load(run)
    in_python = classifier.probabilities(TEXTS)
    alone = np.concatenate([classifier.probabilities([text]) for text in TEXTS])
    np.testing.assert_allclose(in_python, alone, atol=1e-5)
    answer = outside[fixture][0]
    assert tuple(answer["labels"]) == classifier.labels.names == run.labels.names
    np.testing.assert_allclose(answer["probabilities"], in_python, atol=1e-5)
    assert answer["label"] == [classifier.labels[i] for i in in_python.argmax(axis=1)]
    signature = _signature(run)
    one_by_one = [signature(text=tf.constant([text]))["probabilities"].numpy()[0] for text in TEXTS]
    np.testing.assert_allclose(one_by_one, in_python, atol=1e-5)
    assert np.ptp(in_python, axis=0).min() > 0.01, "the texts must get different answers"


def test_bytes_that_are_not_utf8_and_long_texts_get_an_answer(outside: dict[str, list[dict[str, Any]]]) -> None:
    _, answer = outside["binary_run"]
    assert len(answer["probabilities"]) == len(HOSTILE)
    np.testing.assert_allclose(np.sum(answer["probabilities"], axis=1), 1, atol=1e-5)


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=40) | st.text(max_size=40).map(str.encode), min_size=1, max_size=5))
def test_any_bytes_get_a_label(signature: Any, batch: list[bytes]) -> None:
    import tensorflow as tf

    answer = signature(text=tf.constant(batch, tf.string))
    assert answer["probabilities"].shape == (len(batch), 2)
    assert set(answer["label"].numpy()) <= {b"negative", b"positive"}


def test_token_ids_have_a_signature_of_their_own(binary_run: Run) -> None:
    import tensorflow as tf

    from seqclf.inference import Classifier

    light = Classifier.load(binary_run.folder)
    rows = [light.tokenizer.encode(text) for text in ("a good film", "not so bad , is it ?")]
    width = max(map(len, rows)) + 3
    token_ids = tf.constant([row + [0] * (width - len(row)) for row in rows], tf.int32)
    answer = tf.saved_model.load(str(binary_run.saved_model)).signatures["tokens"](token_ids=token_ids)
    np.testing.assert_allclose(
        answer["probabilities"], light.probabilities(["a good film", "not so bad , is it ?"]), atol=1e-5
    )
    assert set(answer) == {"label", "probabilities"}


def test_an_empty_batch_has_an_empty_answer(signature: Any) -> None:
    import tensorflow as tf

    answer = signature(text=tf.constant([], tf.string))
    assert answer["label"].shape == (0,)
    assert answer["probabilities"].shape == (0, 2)


def test_the_graph_has_only_standard_operators(three_label_run: Run) -> None:
    """A stock TensorFlow without a GPU can run every operator."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(three_label_run.saved_model))
    definition = loaded.signatures["serving_default"].graph.as_graph_def()
    operators = {node.op for node in definition.node}
    operators |= {node.op for function in definition.library.function for node in function.node_def}
    assert "LookupTableFindV2" in operators
    assert not {op for op in operators if op.startswith(("Cudnn", "Xla", "PyFunc", "EagerPyFunc"))}


def test_copies_appear_complete_and_never_replace_anything(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "variables").mkdir(parents=True)
    (source / "saved_model.pb").write_text("x")

    def copy(target: Path) -> None:
        with new_folder(target) as folder:
            copy_into(folder, *source.iterdir())

    copy(tmp_path / "deep" / "copy")
    assert (tmp_path / "deep" / "copy" / "saved_model.pb").read_text() == "x"
    (tmp_path / "empty").mkdir()
    copy(tmp_path / "empty")
    for taken in (tmp_path / "empty", source / "saved_model.pb"):
        with pytest.raises(InputError, match="already exists and is not empty"):
            copy(taken)
    with pytest.raises(RuntimeError), new_folder(tmp_path / "half") as folder:
        (folder / "file").touch()
        raise RuntimeError
    assert {path.name for path in tmp_path.iterdir()} == {"source", "deep", "empty"}


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.mark.parametrize("form", ["saved_model", "onnx", "keras"])
def test_exports_answer_as_their_card_says(form: str, three_label_run: Run, tmp_path: Path) -> None:
    """The Python code of the card runs in the folder and gives the run's predictions."""
    from seqclf.inference import Classifier

    out = tmp_path / "out"
    done = _call("export", "--format", form, "--to", str(out), "--run", str(three_label_run.folder))
    assert (done.exit_code, done.stdout) == (0, f"{out}\n"), done.output
    next_step = f"Next: {out / 'MODEL_CARD.md'} says how to call the model"
    assert "".join(next_step.split()) in "".join(done.stderr.split())
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    for part in (three_label_run.name, "`money`, `space`, `sport`", "| validation (", "## Limits", "embedding - gru"):
        assert part in card
    _, _, code = card.partition("```python\n")
    script = ("" if form == "onnx" else QUICK_START) + code.partition("```")[0]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=out, capture_output=True, text=True, check=False, env=environment
    )
    assert shown.returncode == 0, shown.stderr
    numbers = [float(number) for number in re.findall(r"\d\.\d+(?:e-\d+)?", shown.stdout)]
    (prediction,) = Classifier.load(three_label_run.folder).predict(["a text"])
    for probability in prediction.probabilities.values():
        assert min(abs(number - probability) for number in numbers) < 1e-4
    predicted = _call("predict", "a text", "--run", str(out))
    if form != "saved_model":
        assert predicted.stdout == _call("predict", "a text", "--run", str(three_label_run.folder)).stdout
    else:
        assert predicted.exit_code == 2
        assert "take a run, or what `seqclf export --format onnx` or `--format keras` wrote" in predicted.stderr
    inside = _call("export", "--format", form, "--run", str(three_label_run.folder)).stdout.strip()
    made = {"saved_model": three_label_run.saved_model, "onnx": three_label_run.onnx, "keras": three_label_run.model}
    assert Path(inside) == made[form]


def test_what_a_run_lacks_is_made_again(three_label_run: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "old-1")
    shutil.copytree(three_label_run.folder, run.folder)
    run.onnx.unlink()
    shutil.rmtree(run.saved_model)
    for form, path in (("onnx", run.onnx), ("saved_model", run.saved_model)):
        done = _call("export", "--format", form, "--run", str(run.folder))
        assert (done.exit_code, done.stdout) == (0, f"{path}\n"), done.output
        assert done.stderr == "Writing the model ...\n"
        assert path.exists()
    assert run.onnx.read_bytes() == three_label_run.onnx.read_bytes()


def test_quantized_models_are_small_and_measured(
    three_label_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.export import quantize
    from seqclf.inference import Classifier

    options = ["export", "--format", "onnx", "--quantize", "--run", str(three_label_run.folder), "--to"]
    done = _call(*options, str(tmp_path / "small"), "--force")
    assert done.exit_code == 0, done.output
    found = re.search(r"accuracy (\d\.\d+) -> (\d\.\d+) on (\d+) validation texts", done.stderr)
    assert found is not None, done.stderr
    assert float(found[1]) == pytest.approx(three_label_run.metrics["validation"]["accuracy"], abs=1e-4)
    assert "| quantized to 8 bits | " in (tmp_path / "small" / "MODEL_CARD.md").read_text(encoding="utf-8")
    small, large = Classifier.load(tmp_path / "small"), Classifier.load(three_label_run.folder)
    texts = ["a match", "the moon", "old bank"]
    difference = np.abs(small.probabilities(texts) - large.probabilities(texts)).max()
    assert 0 < difference < 0.2
    monkeypatch.setattr(quantize, "MOST_LOST", -1.0)
    refused = _call(*options, str(tmp_path / "refused"))
    assert refused.exit_code == 2
    assert "the quantized model loses more than 0.5 points" in refused.stderr
    assert not (tmp_path / "refused").exists()
    for wrong in (["--quantize"], ["--force"], ["--format", "onnx", "--quantize"]):
        assert _call("export", *wrong, "--run", str(three_label_run.folder)).exit_code == 2


def test_multi_label_models_have_a_card_too() -> None:
    from seqclf.config import checked_config
    from seqclf.export.card import About, model_card
    from seqclf.labels import Labels

    config = checked_config({"data": {"source": "sample"}, "layers": [{"type": "pool"}]})
    manifest = {"data": "x.csv", "started": "2026-01-02T03", "seed": 7}
    about = About("lists-1", config, Labels(tuple("abc"), True), manifest, {}, cost="4.0 -> 1.0 MB")
    card = model_card(about, "onnx")
    assert "any number of 3 labels" in card
    assert "Nothing: `seqclf eval` measures" in card
    assert "A text gets every label whose probability exceeds its threshold." in card
    assert "4.0 -> 1.0 MB" in card


def test_a_model_card_names_the_teachers_without_their_folders() -> None:
    from seqclf.config import checked_config
    from seqclf.export.card import About, model_card
    from seqclf.labels import Labels

    teacher = {"runs": ["/home/me/runs/large-1", "/home/me/runs/large-2"]}
    data = {"source": "table", "train": "/home/me/a.csv", "unlabelled": "/home/me/more.csv"}
    config = checked_config({"data": data, "layers": [{"type": "pool"}], "training": {"teacher": teacher}})
    counts = {"found": 1_300, "left_out": {"validation": 4, "test": 6}}
    manifest = {"data": "a.csv", "started": "2026-01-02T03", "seed": 7, "unlabelled_texts": counts}
    card = model_card(About("x-1", config, Labels(tuple("abc")), manifest, {}), "onnx")
    assert "- It also read 1,290 texts without labels." in card
    assert "- It also learnt from what other models say about its texts: `large-1`, `large-2`. " in card
    assert "/home/me" not in card
    many = config.training.model_copy(update={"teacher": config.training.teacher.model_copy(  # type: ignore[union-attr]
        update={"runs": [f"/runs/folds-1-fold{number}" for number in range(1, 13)]}
    )})  # fmt: skip
    about = About("x-1", config.model_copy(update={"training": many}), Labels(tuple("abc")), manifest, {})
    assert "`folds-1-fold10` and 2 more. The texts" in model_card(about, "onnx")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("/home/me/my data/a.csv", "a.csv"),
        ("/home/me/a.csv and 3 more", "a.csv and 3 more"),
        ("glue/sst2", "glue/sst2"),
        ("synthetic sample", "synthetic sample"),
    ],
)
def test_a_model_card_names_the_training_texts_without_their_folders(data: str, shown: str) -> None:
    from seqclf.config import checked_config
    from seqclf.export.card import About, model_card
    from seqclf.labels import Labels

    config = checked_config({"data": {"source": "sample"}, "layers": [{"type": "pool"}]})
    manifest = {"data": data, "started": "2026-01-02T03", "seed": 7, "training_texts": 1234}
    about = About("x-1", config, Labels(tuple("abc")), manifest, {})
    assert f"| training texts | 1,234 of {shown} |" in model_card(about, "onnx")
    manifest["training_texts"] = 1
    assert f"| training texts | {shown}, as one text |" in model_card(about, "onnx")
    del manifest["training_texts"]
    assert f"| training texts | {shown} |" in model_card(about, "onnx"), "a run of an earlier version"


def test_a_model_card_names_the_n_grams() -> None:
    from seqclf.config import checked_config
    from seqclf.export.card import About, model_card
    from seqclf.labels import Labels

    ngrams = {"orders": [1, 2], "buckets": 1000}
    config = checked_config({"data": {"source": "sample"}, "layers": [], "head": [], "ngrams": ngrams})
    manifest = {"data": "3 texts", "started": "2024-05-01T00:00:00", "seed": 0, "parameters": 4000}
    card = model_card(About("wide-1", config, Labels(tuple("abc")), manifest, {}), "onnx")
    assert "| layers | none |" in card
    assert "n-grams of 1, 2 tokens, in 1,000 buckets: 3,000 weights (75.0% of the parameters) |" in card
