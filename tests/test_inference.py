"""Inference without TensorFlow."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.evaluation.opening import find_model, open_classifier
from seqclf.inference import Classifier, Prediction
from seqclf.inference.prediction import predictions
from seqclf.inference.text_classifier import stream
from seqclf.labels import Labels
from seqclf.runs import Run

TEXTS = ["a good film", "", "the moon and a bank , old", "match " * 700, "new\tgoal", "été 日本 🚀", "share"]


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_it_gives_the_same_result_as_the_model(three_label_run: Run) -> None:
    from seqclf.evaluation.classifier import KerasClassifier

    light, heavy = Classifier.load(three_label_run.folder), KerasClassifier.load(three_label_run)
    expected = heavy.probabilities(TEXTS)
    np.testing.assert_allclose(light.probabilities(TEXTS), expected, atol=1e-5)
    alone = np.concatenate([light.probabilities([text]) for text in TEXTS])
    np.testing.assert_allclose(alone, expected, atol=1e-5)
    predictions = light.predict(TEXTS)
    assert [label for label, _ in predictions] == [heavy.labels[place] for place in expected.argmax(axis=1)]
    assert all(list(row.probabilities) == list(heavy.labels) for row in predictions)
    assert light.probabilities([]).shape == (0, 3)
    assert light.predict([]) == []


def test_no_tensorflow_is_imported(three_label_run: Run) -> None:
    script = (
        "import sys; from seqclf.inference import Classifier; "
        f"print(Classifier.load({str(three_label_run.folder)!r}).predict(['a match'])[0].label); "
        "heavy = {'tensorflow', 'keras', 'pydantic', 'yaml', 'onnx', 'pyarrow', 'rich'} & set(sys.modules); "
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "sport\n"), done.stderr
    command = [sys.executable, "-X", "importtime", "-m", "seqclf", "predict", "a match", "--run"]
    done = subprocess.run([*command, str(three_label_run.folder)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sport")
    assert not [name for name in ("tensorflow", "pydantic", "pyarrow") if f"{name}\n" in done.stderr]


@pytest.mark.parametrize("missing", [None, "model.onnx"])
def test_opened_by_either_runtime_a_run_gives_the_same_predictions(
    missing: str | None, three_label_run: Run, tmp_path: Path
) -> None:
    run = Run(tmp_path / "copy-1")
    shutil.copytree(three_label_run.folder, run.folder)
    if missing is not None:
        (run.folder / missing).unlink()
    texts = ["a match", "", "the market"]
    found = list(stream(open_classifier(find_model(tmp_path, "copy-1")), texts))
    expected = Classifier.load(three_label_run.folder).predict(texts)
    assert [one.label for one in found] == [one.label for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)


def test_a_prediction_of_several_labels_or_none() -> None:
    several = Prediction(("b", "a"), {"a": 0.6, "b": 0.7, "c": 0.6})
    assert several.chosen == [("b", 0.7), ("a", 0.6)]
    assert several.top(2) == [("b", 0.7), ("a", 0.6)], "the first of equals first"
    assert several.as_json("x") == {"text": "x", "labels": ["b", "a"], "probabilities": several.probabilities}
    none = Prediction(None, {"a": 0.4, "b": 0.6})
    assert none.chosen == []
    top = [{"label": "b", "probability": 0.6}]
    assert none.as_json("x", top=1) == {"text": "x", "label": None, "top": top, "probabilities": none.probabilities}


def test_threads_may_share_it(three_label_run: Run) -> None:
    classifier = Classifier.load(three_label_run.folder)
    texts = [f"{word} {number}" for number in range(40) for word in ("match", "moon", "unseen words of a text")]
    expected = Classifier.load(three_label_run.folder).probabilities(texts)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: classifier.probabilities([text])[0], texts))
    np.testing.assert_allclose(np.stack(rows), expected, atol=1e-5)


def test_streams_are_read_as_they_come(three_label_run: Run) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        for number in itertools.count():
            read += 1
            yield f"a match {number}"

    first = list(itertools.islice(Classifier.load(three_label_run.folder).stream(endless()), 3))
    assert len(first) == 3
    assert read < 10_000


def test_invalid_models_are_an_error(three_label_run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="model.onnx: is missing; `seqclf export --format onnx` writes it"):
        Classifier.load(tmp_path)
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copytree(three_label_run.tokenizer, copy / "tokenizer")
    content = three_label_run.onnx.read_bytes()
    for broken in (b"", b"no model", content[: len(content) // 2]):
        (copy / "model.onnx").write_bytes(broken)
        with pytest.raises(InputError, match=r"model.onnx: (cannot be read as a model|not a model that seqclf wrote)"):
            Classifier.load(copy)
    import onnx

    model = onnx.load_from_string(content)
    del model.metadata_props[:]
    (copy / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match="not a model that seqclf wrote"):
        Classifier.load(copy)
    shutil.rmtree(copy / "tokenizer")
    (copy / "model.onnx").write_bytes(content)
    with pytest.raises(InputError, match="not a tokenizer"):
        Classifier.load(copy)


def test_the_tokenizer_of_another_run_is_an_error(three_label_run: Run, tmp_path: Path) -> None:
    from seqclf.text.kinds.subword import SubwordTokenizer

    shutil.copy(three_label_run.onnx, tmp_path)
    unknown = SubwordTokenizer(["[PAD]", "[UNK]", *(f"piece{i}" for i in range(9_000)), "late"], lowercase=True)
    unknown.save(tmp_path / "tokenizer")
    with pytest.raises(InputError, match="do not belong together: the tokenizer gives ids up to 9002"):
        Classifier.load(tmp_path).predict(["late"])


def test_a_model_that_reads_other_files_is_refused(three_label_run: Run, tmp_path: Path) -> None:
    import onnx

    shutil.copytree(three_label_run.tokenizer, tmp_path / "tokenizer")
    model = onnx.load_from_string(three_label_run.onnx.read_bytes())
    onnx.save_model(model, str(tmp_path / "model.onnx"), save_as_external_data=True, size_threshold=0, location="data")
    assert (tmp_path / "data").stat().st_size > 0
    with pytest.raises(InputError, match="cannot be read as a model"):
        Classifier.load(tmp_path)


def test_a_run_without_it_predicts_by_keras(three_label_run: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "old-1")
    shutil.copytree(three_label_run.folder, run.folder)
    light = _call("predict", "a match", "--json", "--run", str(run.folder))
    run.onnx.unlink()
    heavy = _call("predict", "a match", "--json", "--run", str(run.folder))
    assert light.exit_code == heavy.exit_code == 0, heavy.output
    assert light.stdout[:30] == heavy.stdout[:30]


# --- decisions --------------------------------------------------------------------------------------------------------

TWO, THREE, LISTS = Labels(("no", "yes")), Labels(("a", "b", "c")), Labels(("a", "b", "c"), multi=True)


def test_the_most_probable_label_unless_it_is_too_improbable() -> None:
    rows = np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]], np.float32)
    assert Decider(THREE)(rows) == [("b",), ("a",)]
    assert Decider(THREE, abstain_below=0.5)(rows) == [("b",), ()]
    assert Decider(TWO, threshold=0.8)(np.array([[0.3, 0.7], [0.1, 0.9]])) == [("no",), ("yes",)]
    assert Decider(TWO, threshold=0.1)(np.array([[0.8, 0.2]])) == [("yes",)]


def test_lists_hold_what_exceeds_its_threshold() -> None:
    rows = np.array([[0.6, 0.7, 0.1], [0.2, 0.2, 0.2]])
    assert Decider(LISTS, (0.5, 0.5, 0.05))(rows) == [("b", "a", "c"), ("c",)]
    assert Decider(LISTS, (0.5, 0.5, 0.05), threshold=0.65)(rows) == [("b",), ()]


def test_lists_that_are_probably_not_exactly_right_are_abstained_from() -> None:
    """The probabilities of these lists: 0.6 * 0.7 * 0.9 = 0.378, and 0.8 ** 3 = 0.512 of having no label."""
    rows, halves = np.array([[0.6, 0.7, 0.1], [0.2, 0.2, 0.2]]), (0.5,) * 3
    np.testing.assert_allclose(Decider(LISTS, halves).confidences(rows), [0.378, 0.512])
    careful = Decider(LISTS, halves, abstain_below=0.4)
    assert [one.label for one in predictions(rows, careful)] == [None, ()]
    assert [one.label for one in predictions(rows, Decider(LISTS, halves, abstain_below=0.3))] == [("b", "a"), ()]
    uncertain, none = predictions(rows, careful)
    assert uncertain.is_multi and uncertain.chosen == [] and uncertain.as_json("x")["labels"] is None
    assert none.as_json("x")["labels"] == [] and list(uncertain) == [None, uncertain.probabilities]


def test_options_without_effect_are_rejected() -> None:
    with pytest.raises(InputError, match="here each text has one of 3"):
        Decider(THREE, threshold=0.5)


@given(st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3))
def test_the_first_of_the_top_is_the_decision(row: list[float]) -> None:
    probabilities = np.array([row], np.float32)
    (prediction,) = predictions(probabilities, Decider(THREE))
    best = prediction.top(3)
    assert Decider(THREE)(probabilities) == [(best[0][0],)]
    assert [value for _, value in best] == sorted(probabilities[0].tolist(), reverse=True)


def test_options_of_decisions_reach_the_answer(binary_run: Run, three_label_run: Run) -> None:
    of_two, of_three = ["--run", str(binary_run.folder)], ["--run", str(three_label_run.folder)]
    assert _call("predict", "a film", "--threshold", "0", *of_two).stdout.startswith("positive")
    assert _call("predict", "a film", "--threshold", "1", *of_two).stdout.startswith("negative")
    assert '"label": null' in _call("predict", "a film", "--abstain-below", "1", "--json", *of_two).stdout
    assert _call("predict", "a film", "--abstain-below", "1", *of_two).stdout.startswith("-  ")
    shown = _call("predict", "a match", "--top", "2", *of_three).stdout
    assert shown.startswith("sport  0.") and shown.count("sport 0.") == 1 and shown.count(",") == 1
    assert _call("predict", "a match", "--probabilities", *of_three).stdout.count(",") == 2
    refused = _call("predict", "a match", "--threshold", "0.5", *of_three)
    assert refused.exit_code == 2 and "--threshold: a threshold needs two labels" in refused.stderr
    assert "use --abstain-below" in " ".join(refused.stderr.split()) and "abstain_below" not in refused.stderr
    for wrong in (["predict"], ["predict", "x", "--input", "y"], ["predict", "x", "--resume"]):
        assert _call(*wrong).exit_code == 2
