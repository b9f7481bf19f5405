"""Multi-label data: reading, splits, encoding, metrics, decisions and export."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import write_csv
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.data.label_sets import encode_labels
from seqclf.data.splits import partition
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.metrics.multi_label import DecidedLabelMetrics
from seqclf.sources.table.reader import TableSource
from seqclf.sources.texts import LabelledTexts
from seqclf.tasks.classification.multi_label import (
    best_threshold,
    multi_label_metrics,
    per_label_thresholds,
    shared_thresholds,
    sigmoid,
)

WORDS = {"sport": ["match", "goal", "team"], "money": ["bank", "share", "price"], "space": ["moon", "orbit", "star"]}


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def rows_of(count: int, labels: list[str], seed: int = 5) -> list[tuple[str, list[str]]]:
    """Texts with words of each of their labels; some have none."""
    draw = random.Random(seed)
    rows = []
    for index in range(count):
        chosen = [label for label in labels if draw.random() < 0.45]
        words = [draw.choice(WORDS[label]) for label in chosen] + draw.choices(["the", "a", "old", "said"], k=3)
        draw.shuffle(words)
        rows.append((f"{' '.join(words)} {index}", chosen))
    return rows


def write_jsonl(path: Path, rows: list[tuple[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps({'text': t, 'label': y})}\n" for t, y in rows), encoding="utf-8")
    return path


def _texts(label_sets: list[tuple[str, ...]]) -> LabelledTexts:
    return LabelledTexts([f"{i}" for i in range(len(label_sets))], label_sets, "here", multi=True)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_lists_and_joined_labels_are_read_in_the_same_way(tmp_path: Path) -> None:
    lists = write_jsonl(tmp_path / "a.jsonl", [("one", ["b", " a "]), ("two", []), ("three", [3, True, "a", "a"])])
    joined = write_csv(tmp_path / "a.csv", [("text", "label"), ("one", "b| a"), ("two", " "), ("three", "3|true|a|a")])
    expected = [("a", "b"), (), ("3", "a", "true")]
    for read in (
        TableSource("text", "label").read(str(lists)),
        TableSource("text", "label", separator="|").read(str(joined)),
    ):
        assert read.multi
        assert list(read.labels) == list(read.label_sets) == expected
    alone = TableSource("text", "label").read(str(write_csv(tmp_path / "b.csv", [("text", "label"), ("x", "a|b")])))
    assert not alone.multi
    assert (list(alone.labels), list(alone.label_sets)) == (["a|b"], [("a|b",)])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("x", ["a"]), ("y", "b")], 'a.jsonl:2: "label" is "b", one label; the rows before have lists'),
        (
            [("x", "b"), ("y", ["a"])],
            'a.jsonl:2: "label" is ["a"], a list; the rows before have one label each',
        ),
        ([("x", ["a", ""])], 'a.jsonl:1: "label" is ["a", ""], in which "" is empty'),
        ([("x", ["a", None])], 'a.jsonl:1: "label" is ["a", null], in which null is not a label'),
        ([("x", [["a"]])], 'a.jsonl:1: "label" is [["a"]], in which ["a"] is not a label'),
        ([("x", {"a": 1})], "expected a label (a string, an integer, true or false) or a list of labels"),
    ],
)
def test_malformed_lists_are_reported(tmp_path: Path, rows: list[tuple[str, Any]], message: str) -> None:
    with pytest.raises(InputError) as caught:
        TableSource("text", "label").read(str(write_jsonl(tmp_path / "a.jsonl", rows)))
    assert message in str(caught.value)


def test_a_separator_at_the_end_leaves_an_empty_label(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [("text", "label"), ("x", "a|")])
    with pytest.raises(InputError, match=r'a\.csv:2: "label" is \["a", ""\], in which "" is empty'):
        TableSource("text", "label", separator="|").read(str(path))


def test_the_separator_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", [("text", "label"), ("x", "a|b;c")]))
    prints = {TableSource("text", "label", separator=mark).fingerprint(path) for mark in (None, "|", ";")}
    assert len(prints) == 3


def test_sequences_of_tensorflow_datasets_are_lists(tmp_path: Path) -> None:
    import tensorflow as tf
    import tensorflow_datasets as tfds

    from seqclf.sources.base import TableColumns
    from seqclf.sources.tfds import TfdsSource

    rows = [("one", [1, 0], ["x"]), ("two", [], []), ("three", [1], ["y", "x"])]
    split = tf.data.Dataset.from_generator(
        lambda: ({"text": text, "label": ids, "tags": tags} for text, ids, tags in rows),
        output_signature={
            "text": tf.TensorSpec([], tf.string),
            "label": tf.TensorSpec([None], tf.int64),
            "tags": tf.TensorSpec([None], tf.string),
        },
    )
    features = tfds.features
    tfds.dataset_builders.store_as_tfds_dataset(
        name="lists",
        version="1.0.0",
        data_dir=tmp_path,
        features=features.FeaturesDict(
            {
                "text": features.Text(),
                "label": features.Sequence(features.ClassLabel(names=["zero", "one"])),
                "tags": features.Sequence(features.Text()),
            }
        ),
        split_datasets={"train": split},
    )
    read = TfdsSource("lists", None, str(tmp_path), TableColumns("text", "label")).read("train")
    assert dict(zip(read.texts, read.labels, strict=True)) == {"one": ("one", "zero"), "two": (), "three": ("one",)}
    assert (read.multi, read.label_names) == (True, ("zero", "one"))
    tags = TfdsSource("lists", None, str(tmp_path), TableColumns("text", "tags")).read("train")
    assert dict(zip(tags.texts, tags.labels, strict=True)) == {"one": ("x",), "two": (), "three": ("x", "y")}
    with pytest.raises(InputError, match=r'feature "tags" has the shape \(None,\), expected one value'):
        TfdsSource("lists", None, str(tmp_path), TableColumns("tags", "label")).read("train")


# --- splits, encoding, batches ----------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(
    label_sets=st.lists(st.lists(st.sampled_from("abcd"), unique=True).map(tuple), min_size=60, max_size=200),
    validation=st.floats(0.1, 0.4),
    test=st.just(0.0) | st.floats(0.1, 0.4),
    seed=st.integers(0, 5),
)
def test_every_label_is_split_in_the_same_proportions(
    label_sets: list[tuple[str, ...]], validation: float, test: float, seed: int
) -> None:
    texts = _texts(label_sets)
    splits = partition(texts, validation=validation, test=test, seed=seed)
    assert sorted(np.concatenate(list(splits.values())).tolist()) == list(range(len(texts)))
    counts = Counter(name for names in label_sets for name in names)
    for name, share in (("validation", validation), ("test", test)):
        assert abs(len(splits[name]) - share * len(texts)) < 4
        held = Counter(label for i in splits[name] for label in label_sets[i])
        assert all(abs(held[label] - share * count) < 6 for label, count in counts.items())
    again = partition(texts, validation=validation, test=test, seed=seed)
    assert all(np.array_equal(splits[name], again[name]) for name in splits)


def test_rare_labels_are_in_every_split_and_the_seed_decides_where() -> None:
    label_sets: list[tuple[str, ...]] = [("often",)] * 300 + [("often", "rare")] * 10 + [()] * 90
    splits = partition(_texts(label_sets), validation=0.2, test=0.2, seed=1)
    assert [sum("rare" in label_sets[i] for i in splits[name]) for name in ("train", "validation", "test")] == [6, 2, 2]
    assert [sum(not label_sets[i] for i in splits[name]) for name in ("train", "validation", "test")] == [54, 18, 18]
    other = partition(_texts(label_sets), validation=0.2, test=0.2, seed=2)
    assert not np.array_equal(splits["test"], other["test"])


def test_labels_are_encoded_as_which_apply() -> None:
    encoded = encode_labels(_texts([("a", "c"), (), ("b",)]), Labels(("a", "b", "c"), multi=True))
    assert encoded.dtype == np.bool_
    assert encoded.tolist() == [[True, False, True], [False] * 3, [False, True, False]]
    with pytest.raises(InputError, match='labels that do not occur in the training texts: "d"'):
        encode_labels(_texts([("d",)]), Labels(("a", "b"), multi=True))
    with pytest.raises(
        InputError, match="here: has several labels per text, but the training texts have one label per text"
    ):
        encode_labels(_texts([("a",)]), Labels(("a", "b")))
    with pytest.raises(
        InputError, match="here: has one label per text, but the training texts have several labels per text"
    ):
        encode_labels(LabelledTexts(["x"], ["a"], "here"), Labels(("a", "b"), multi=True))


def test_batches_and_the_pipeline_carry_them(tmp_path: Path) -> None:
    import tensorflow as tf

    from seqclf.data.batches import Batches
    from seqclf.data.encoded import EncodedTexts
    from seqclf.data.pipeline import dataset

    truth = np.random.default_rng(1).random((9, 3)) < 0.5
    rows = [np.arange(1, 2 + i, dtype=np.int32) for i in range(9)]
    EncodedTexts.write(tmp_path, rows, truth, vocabulary_size=20)
    texts = EncodedTexts.load(tmp_path)
    assert len(texts) == 9
    batches = Batches(texts, 4, 20, "tail")
    plan = batches.shuffled(1, 1)
    signature = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, 3], tf.bool)]
    pipeline = dataset(lambda: batches.stream(plan), signature)
    for indices, (ids, labels) in zip(plan, pipeline, strict=True):
        assert ids.shape[0] == len(indices)
        assert labels.dtype == bool
        assert np.array_equal(labels.numpy(), truth[indices])


def test_labels_keep_their_options() -> None:
    for labels, units in (
        (Labels(("a", "b")), 1),
        (Labels(("a", "b"), multi=True), 2),
        (Labels(("a", "b", "c")), 3),
        (Labels(("a",), multi=True), 1),
    ):
        assert labels.units == units
        assert Labels.from_json(json.loads(json.dumps(labels.as_json()))) == labels
    assert Labels.from_json(["a", "b"]) == Labels.of(["a", "b"]), "as in runs from before multi-label data"
    for wrong in ({}, {"names": ["a"]}, {"multi": True, "names": "a"}, [1], None):
        with pytest.raises(ValueError, match="no labels"):
            Labels.from_json(wrong)


# --- loss, metrics, thresholds ----------------------------------------------------------------------------------------


def test_the_loss_is_keras_s_and_right_means_all_labels() -> None:
    import keras
    import tensorflow as tf

    from seqclf.tasks.classification.losses import correct, cross_entropy

    logits, truth = tf.constant([[1.5, -0.5], [0.3, 2.0]]), tf.constant([[True, False], [False, True]])
    expected = keras.losses.binary_crossentropy(tf.cast(truth, tf.float32), logits, from_logits=True)
    np.testing.assert_allclose(cross_entropy(logits, truth), expected, rtol=1e-6)
    assert correct(logits, truth).numpy().tolist() == [True, False]


def test_metrics_by_hand() -> None:
    """Label a: 1 hit, 1 missed, 0 wrong. b: 1 hit, 0 missed, 2 wrong. c: never there, never found."""
    probabilities = np.array([[0.9, 0.6, 0.1], [0.3, 0.8, 0.1], [0.2, 0.7, 0.2], [0.1, 0.1, 0.1]])
    truth = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
    logits = np.log(probabilities / (1 - probabilities))
    metrics = multi_label_metrics(logits, truth, ["a", "b", "c"], [0.5, 0.5, 0.25])
    assert metrics.labels["a"] == DecidedLabelMetrics(
        precision=1.0, recall=0.5, f1=pytest.approx(2 / 3), support=2, threshold=0.5
    )
    assert metrics.labels["b"].precision == pytest.approx(1 / 3)
    assert metrics.labels["b"].f1 == pytest.approx(0.5)
    assert metrics.labels["c"] == DecidedLabelMetrics(precision=None, recall=None, f1=None, support=0, threshold=0.25)
    assert metrics.micro_precision == pytest.approx(2 / 4)
    assert metrics.micro_recall == pytest.approx(2 / 3)
    assert metrics.micro_f1 == pytest.approx(4 / 7)
    assert metrics.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 3)
    assert metrics.hamming_loss == pytest.approx(3 / 12)
    assert metrics.accuracy == 0.25, "only the last text has all labels correct"
    losses = -np.where(truth, np.log(probabilities), np.log(1 - probabilities))
    assert metrics.loss == pytest.approx(losses.mean())
    json.dumps(metrics.to_json())
    assert np.allclose(sigmoid(logits), probabilities)


def test_metrics_of_nothing_found_and_large_logits_are_numbers() -> None:
    metrics = multi_label_metrics(np.full((2, 2), -1e4), np.zeros((2, 2), bool), ["a", "b"], [0.5, 0.5])
    assert (metrics.micro_f1, metrics.accuracy, metrics.loss) == (0.0, 1.0, 0.0)
    assert metrics.micro_precision is metrics.micro_recall is None
    assert sigmoid(np.array([-1e4, 1e4])).tolist() == [0.0, 1.0]


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40))
def test_no_threshold_has_a_better_f1(decisions: list[tuple[int, bool]]) -> None:
    probabilities = np.array([score / 20 for score, _ in decisions])
    truth = np.array([true for _, true in decisions])

    def f1(threshold: float) -> float:
        found = probabilities > threshold
        return 2 * np.count_nonzero(found & truth) / max(1, np.count_nonzero(found) + np.count_nonzero(truth))

    chosen = best_threshold(probabilities, truth)
    if not truth.any():
        assert chosen == 0.5
    else:
        assert f1(chosen) >= max(f1(i / 40 - 0.001) for i in range(1, 42)) - 1e-12


def test_rare_labels_have_the_threshold_of_all() -> None:
    draw = np.random.default_rng(2)
    truth = draw.random((200, 3)) < (0.4, 0.2, 0)
    truth[:4, 2] = True
    probabilities = np.clip(truth * 0.3 + draw.random((200, 3)) * (0.6, 0.3, 0.5), 0, 1)
    shared = shared_thresholds(probabilities, truth)
    assert len(set(shared)) == 1
    own = per_label_thresholds(probabilities, truth)
    assert own[2] == shared[2]
    assert own[:2].tolist() == [best_threshold(probabilities[:, i], truth[:, i]) for i in (0, 1)]
    truth[4, 2] = True
    own = per_label_thresholds(probabilities, truth)
    assert own[2] == best_threshold(probabilities[:, 2], truth[:, 2])
    assert own[2] != shared_thresholds(probabilities, truth)[2]
