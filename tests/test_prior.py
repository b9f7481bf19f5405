"""Texts without known tokens get the same answer in every form of a model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.decisions import Decider
from seqclf.labels import Labels
from seqclf.prior import Prior
from seqclf.runs import Run

TEXTS = ["", " \n", "\u4e00", "\u4e00 \u4e01", "good \u4e00", "a good film", "bad"]
"""The first four have no token that the runs' tokenizers know."""


def labels_of(count: int, multi: bool = False) -> Labels:
    return Labels(tuple("abcdef"[:count]), multi)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=50))
def test_single_label_data(ids: list[int]) -> None:
    labels = labels_of(4)
    prior = Prior.of(np.array(ids), labels, 1)
    for label in set(ids) if len(set(ids)) > 1 else ():
        assert prior.frequencies[label] == pytest.approx(ids.count(label) / len(ids), abs=2 / len(ids))
    assert sum(prior.frequencies) == pytest.approx(1)
    assert all(0 < share < 1 for share in prior.frequencies)
    exp = np.exp(prior.logits(labels).astype(float))
    assert exp / exp.sum() == pytest.approx(np.array(prior.frequencies), rel=1e-5)
    assert Prior.from_json(json.loads(json.dumps(prior.as_json(labels))), labels) == prior


def test_of_two_labels_and_of_lists() -> None:
    two = Prior.of(np.array([0, 1, 1, 1]), labels_of(2), 1)
    assert 1 / (1 + np.exp(-two.logits(labels_of(2)))) == pytest.approx([0.75])
    lists = labels_of(2, multi=True)
    prior = Prior.of(np.array([[True, False], [True, True], [True, False], [True, False]]), lists, 1)
    assert prior.frequencies == (0.875, 0.25)
    assert 1 / (1 + np.exp(-prior.logits(lists))) == pytest.approx([0.875, 0.25])


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"unknown_id": 1, "frequencies": {"a": 1}},
        {"frequencies": {"a": 0.5, "b": 0.5}},
        {"unknown_id": 1, "frequencies": {"a": 0.0, "b": 0.5}},
    ],
)
def test_files_that_hold_none_are_refused(value: Any) -> None:
    with pytest.raises(
        ValueError, match="does not have a frequency for each label|has a value that is not a frequency"
    ):
        Prior.from_json(value, labels_of(2))


@pytest.mark.parametrize("name", ["binary_run", "three_label_run"])
def test_every_form_gives_the_same_answer(name: str, request: pytest.FixtureRequest) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    run: Run = request.getfixturevalue(name)
    assert run.prior is not None
    light = Classifier.load(run.folder)
    found = light.probabilities(TEXTS)
    assert found[:4] == pytest.approx(np.tile(run.prior.frequencies, (4, 1)), abs=1e-6)
    assert np.abs(found[4:] - np.array(run.prior.frequencies)).max(axis=1).min() > 1e-4, "known tokens are read"
    assert KerasClassifier.load(run).probabilities(TEXTS) == pytest.approx(found, abs=1e-5)
    loaded = tf.saved_model.load(str(run.saved_model))
    answer = loaded.signatures["serving_default"](text=tf.constant(TEXTS))["probabilities"]
    assert answer.numpy() == pytest.approx(found, abs=1e-5)
    padded = tf.constant([[run.prior.unknown_id, 0, 0], [run.prior.unknown_id] * 3], tf.int32)
    tokens = loaded.signatures["tokens"](token_ids=padded)["probabilities"]
    assert tokens.numpy() == pytest.approx(found[:2], abs=1e-6)


def test_it_stays_when_a_model_is_quantized_and_is_missed_in_older_runs(three_label_run: Run, tmp_path: Path) -> None:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.export.quantize import quantized
    from seqclf.inference import Classifier

    copy = Run(tmp_path / "copy")
    shutil.copytree(three_label_run.folder, copy.folder)
    copy.onnx.write_bytes(quantized(copy.onnx.read_bytes()))
    assert copy.prior is not None
    assert Classifier.load(copy.folder).probabilities([""])[0] == pytest.approx(copy.prior.frequencies, abs=1e-6)
    (copy.folder / "prior.json").unlink()
    older = KerasClassifier.load(copy)
    assert older.prior is None
    assert np.abs(older.probabilities([""])[0] - three_label_run.prior.frequencies).max() > 1e-4


def test_abstaining_from_empty_texts(three_label_run: Run, tmp_path: Path) -> None:
    run = ["--run", str(three_label_run.folder)]
    done = CliRunner().invoke(cli, ["predict", "", " ", "goal", "--json", "--abstain-empty", *run])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["label"] is None for row in rows] == [True, True, False]
    (tmp_path / "in.csv").write_text('text\n""\ngoal\n', encoding="utf-8")
    file = CliRunner().invoke(cli, ["predict", "--input", str(tmp_path / "in.csv"), "--abstain-empty", *run])
    assert [json.loads(line)["prediction"] is None for line in file.stdout.splitlines()] == [True, False]
    plain = CliRunner().invoke(cli, ["predict", "", "--json", *run])
    assert json.loads(plain.stdout)["label"] is not None


def test_deciders_need_the_texts_to_abstain() -> None:
    decider = Decider(labels_of(2), abstain_empty=True)
    rows = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert decider(rows) == [("a",), ("b",)]
    assert decider(rows, ["\t", "x"]) == [(), ("b",)]
