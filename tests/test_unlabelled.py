"""Unlabelled texts beside the labelled ones: which are read, left out and counted, and the batches that they are in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, write_csv
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config import Config, checked_config
from seqclf.config.problems import ConfigError
from seqclf.data.batches import Batches
from seqclf.data.encoded import EncodedTexts
from seqclf.data.paired_batches import PairedBatches
from seqclf.data.prepare import TrainingData, preparation_problems, prepare
from seqclf.data.unlabelled import UnlabelledPart
from seqclf.errors import InputError

WORDS = "good bad film plot long day night story music scene".split()


def _rows(count: int, shift: int = 0) -> list[tuple[str, str]]:
    """Different texts with two labels."""
    return [(f"{WORDS[(i + shift) % 10]} {WORDS[i % 7]} w{i + shift}", f"{i % 2}") for i in range(count)]


def _write(path: Path, rows: list[tuple[str, str]]) -> Path:
    return write_csv(path, [("text", "label"), *rows])


def _prepared(**data: Any) -> TrainingData:
    """Texts of a config that no teacher or objective uses, so that it is not checked."""
    return prepare(Config.model_validate(small_config(data=data)))


@pytest.fixture
def table(tmp_path: Path) -> dict[str, Any]:
    _write(tmp_path / "train.csv", _rows(40))
    _write(tmp_path / "valid.csv", _rows(10, 100))
    _write(tmp_path / "test.csv", _rows(10, 200))
    names = {split: str(tmp_path / f"{split}.csv") for split in ("train", "test")}
    return {"source": "table", **names, "validation": str(tmp_path / "valid.csv")}


def test_texts_of_validation_and_test_are_left_out_and_counted(table: dict[str, Any], tmp_path: Path) -> None:
    held_out = [_rows(10, 100)[3], _rows(10, 100)[4], ("  " + _rows(10, 200)[5][0].upper(), "0")]
    rows = [*_rows(20, 300), *held_out, _rows(40)[0]]
    write_csv(tmp_path / "more.csv", [("text",), *((text,) for text, _ in rows)])
    data = _prepared(**table, unlabelled=str(tmp_path / "more.csv"))
    assert data.unlabelled is not None
    assert data.unlabelled.counts.found == 24
    assert data.unlabelled.counts.left_out == {"validation": 2, "test": 1}
    assert list(data.unlabelled.part.texts().texts) == [text for text, _ in rows if (text, "0") not in held_out[2:]][
        :20
    ] + [rows[-1][0]], "a training text may stay"
    assert len(data.unlabelled.encoded) == 21
    kept = "21 unlabelled texts (2 equal to validation texts and 1 equal to test texts are left out)"
    assert data.notes == (f"also {kept}",)


def test_texts_of_random_splits_are_left_out(table: dict[str, Any]) -> None:
    drawn = table | {"validation": 0.25, "test": 0.25, "unlabelled": table["train"]}
    data = _prepared(**drawn)
    assert data.unlabelled is not None
    assert data.unlabelled.counts.left_out == {"validation": 10, "test": 10}
    assert sorted(data.unlabelled.part.texts().texts) == sorted(data.corpus.texts("train").texts)


def test_the_tokenizer_knows_the_training_texts_only(table: dict[str, Any], tmp_path: Path) -> None:
    other = _write(tmp_path / "more.csv", [("zebra quagga okapi", "?")] * 30)
    with_them, without = _prepared(**table, unlabelled=str(other)), _prepared(**table)
    assert with_them.tokenizer.fingerprint == without.tokenizer.fingerprint


def test_labels_and_weights_of_unlabelled_texts_are_not_read(table: dict[str, Any], tmp_path: Path) -> None:
    for split in ("train", "valid", "test"):
        rows = [(text, label, "1") for text, label in _rows(40, {"train": 0, "valid": 100, "test": 200}[split])]
        write_csv(tmp_path / f"{split}.csv", [("text", "label", "weight"), *rows])
    more = write_csv(tmp_path / "more.csv", [("text",), ("one film",), ("two films",)])
    data = _prepared(**table, weight="weight", unlabelled=str(more))
    assert data.unlabelled is not None
    assert data.unlabelled.encoded.weights is None


def test_lines_of_plain_text(table: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("one film\n\ntwo, films\n", encoding="utf-8")
    data = _prepared(**table, unlabelled=str(tmp_path / "more.txt"))
    assert data.unlabelled is not None
    assert list(data.unlabelled.part.texts().texts) == ["one film", "two, films"]


def test_plain_text_has_no_columns(table: dict[str, Any]) -> None:
    values = small_config(data=table | {"unlabelled": "more.txt", "extra": {"year": "number"}})
    with pytest.raises(ConfigError, match=r"data\.unlabelled: more\.txt is plain text, without the columns"):
        checked_config(values)
    values = small_config(data=table | {"unlabelled": ["more.txt", "more.csv"]})
    with pytest.raises(ConfigError, match="give files of one kind"):
        checked_config(values)


def test_a_folder_in_the_training_folder_is_no_label(tmp_path: Path) -> None:
    for index, (text, label) in enumerate(_rows(20)):
        for folder in (label, "unsup/deeper"):
            path = tmp_path / "train" / folder / f"{index}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text} {folder[:1]}", encoding="utf-8")
    folder = tmp_path / "train"
    data = _prepared(source="folder", train=str(folder), unlabelled=str(folder / "unsup"))
    assert data.labels.names == ("0", "1")
    assert data.unlabelled is not None
    assert len(data.unlabelled.encoded) == 20


def test_columns_beside_the_text(table: dict[str, Any], tmp_path: Path) -> None:
    for split, shift in (("train", 0), ("valid", 100), ("test", 200)):
        rows = [(text, label, f"{i}") for i, (text, label) in enumerate(_rows(40, shift))]
        write_csv(tmp_path / f"{split}.csv", [("text", "label", "year"), *rows])
    more = write_csv(tmp_path / "more.csv", [("text", "year"), ("one film", "3"), ("two films", "4")])
    options = table | {"extra": {"year": "number"}, "unlabelled": str(more)}
    data = _prepared(**options)
    assert data.unlabelled is not None
    assert data.unlabelled.encoded.extra is not None
    assert data.unlabelled.encoded.extra.shape == (2, data.extra.width)  # type: ignore[union-attr]
    write_csv(more, [("text",), ("one film",)])
    (problem,) = preparation_problems(Config.model_validate(small_config(data=options)))
    assert problem.path == ("data", "unlabelled")
    assert 'no column "year"' in problem.message


def test_what_cannot_be_used_is_refused(table: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"data\.unlabelled: all 10 texts are equal to validation or test texts"):
        _prepared(**table, unlabelled=table["test"])
    missing = Config.model_validate(small_config(data=table | {"unlabelled": str(tmp_path / "none.csv")}))
    (problem,) = preparation_problems(missing)
    assert problem.path == ("data", "unlabelled")
    with pytest.raises(ConfigError, match=r"data\.unlabelled: is not used"):
        checked_config(small_config(data=table | {"unlabelled": table["train"]}))
    with pytest.raises(ConfigError, match=r"training\.unlabelled_batch_size: has no effect without unlabelled texts"):
        checked_config(small_config(data=table, training__unlabelled_batch_size=3))


def test_the_test_texts_are_read_without_their_labels(table: dict[str, Any], tmp_path: Path) -> None:
    write_csv(tmp_path / "test.csv", [("text",), *((text,) for text, _ in _rows(10, 200))])
    config = Config.model_validate(small_config(data=table | {"unlabelled": table["train"]}))
    from seqclf.data.corpus import Corpus

    assert UnlabelledPart(config, Corpus(config)).counts.kept == 40


def _encoded(lengths: list[int]) -> EncodedTexts:
    rows = [np.full(length, 5 + i, np.int32) for i, length in enumerate(lengths)]
    return EncodedTexts.collect(rows, np.zeros(len(rows), np.int32), 1_000)


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[PairedBatches, int]:
    lengths = st.lists(st.integers(1, 9), min_size=1, max_size=40)
    limit = draw(st.none() | st.integers(9, 30))
    one, other = (
        Batches(_encoded(draw(lengths)), draw(st.integers(1, 9)), 9, "tail", batch_tokens=limit) for _ in range(2)
    )
    return PairedBatches(one, other), draw(st.integers(0, 100))


@given(_pairs())
def test_unlabelled_texts_have_epochs_of_their_own(case: tuple[PairedBatches, int]) -> None:
    batches, seed = case
    plans = [batches.shuffled(seed, epoch) for epoch in range(1, 5)]
    for epoch, plan in enumerate(plans, 1):
        for pair, own in zip(plan, batches.labelled.shuffled(seed, epoch), strict=True):
            np.testing.assert_array_equal(pair.labelled, own)
    read = np.concatenate([pair.unlabelled for plan in plans for pair in plan]).tolist()
    count = len(batches.unlabelled.texts)
    for start in range(0, len(read), count):
        part = read[start : start + count]
        assert len(set(part)) == len(part), "each text once in each of their epochs"
    for steps in range(sum(map(len, plans)) + 1):
        pairs = [pair for plan in plans for pair in plan][:steps]
        assert batches.texts_read(seed, steps) == len({place for pair in pairs for place in pair.unlabelled.tolist()})
    for epoch in range(1, 6):
        assert batches.steps_before(seed, epoch) == sum(map(len, plans[: epoch - 1]))
    # A process that resumes at any epoch makes the same plan.
    for epoch, plan in enumerate(plans, 1):
        again = PairedBatches(batches.labelled, batches.unlabelled).shuffled(seed, epoch)
        assert [pair.unlabelled.tolist() for pair in again] == [pair.unlabelled.tolist() for pair in plan]


def test_an_objective_gets_the_unlabelled_texts(table: dict[str, Any], tmp_path: Path) -> None:
    """The n-grams of labelled texts come from a fit that has not seen them, those of others from the table."""
    import keras
    import tensorflow as tf

    from seqclf.labels import Labels
    from seqclf.model.build import LOGITS, build_model
    from seqclf.model.forward import Forward
    from seqclf.tasks.classification.objectives import Terms, TextForward, Unlabelled
    from seqclf.tasks.classification.task import Classification

    class Both:
        passes = 2

        def __call__(
            self, forward: TextForward, token_ids: Any, label_ids: Any, unlabelled: Unlabelled | None = None
        ) -> Terms:
            assert unlabelled is not None
            return Terms(forward(token_ids)[:, 0], forward(token_ids), unlabelled.forward(unlabelled.token_ids)[:, 0])

    config = checked_config(small_config(data=table, layers=[], head=[], ngrams={"buckets": 64}))
    model = build_model(config, 300, Labels(("a", "b")))
    ngrams = model.get_layer("ngrams")
    ngrams.set_weights([np.random.default_rng(0).normal(size=one.shape) for one in ngrams.get_weights()])
    task = Classification(Labels(("a", "b")), config.training, Both(), unlabelled=_encoded([1]))
    forward = task.forward(model)
    assert isinstance(forward, Forward)
    ids = np.array([[5, 6], [7, 0]], np.int32)
    others = np.array([[8, 9, 9], [6, 0, 0], [5, 6, 7]], np.int32)
    scores = np.array([[0.5], [2.0]], np.float32)
    batch = [tf.constant(part) for part in (ids, np.array([0, 1], np.int32), scores, others)]
    assert [spec.shape.rank for spec in task.signature(model)] == [2, 1, 2, 2]
    sums = task.sums(forward, batch)
    given = forward.with_given(scores)(ids).numpy()[:, 0]
    alone = keras.Model(model.inputs, model.get_layer(LOGITS).output)
    computed = alone(others).numpy()[:, 0]
    assert sums.loss.numpy() == pytest.approx(given.sum() + 2 * computed.mean(), rel=1e-5)
    assert not np.allclose(forward.with_given(scores)(ids), alone(ids))


def test_a_batch_has_both_kinds_of_texts() -> None:
    batches = PairedBatches(Batches(_encoded([3, 1, 2]), 2, 9, "tail"), Batches(_encoded([6, 6]), 2, 4, "tail"))
    assert batches.parts == ("token_ids", "labels", "unlabelled")
    assert batches.largest == (4, 4)
    plan = batches.shuffled(0, 1)
    for pair, (ids, labels, unlabelled) in zip(plan, batches.stream(plan), strict=True):
        assert len(ids) == len(labels) == len(pair.labelled)
        assert unlabelled.shape == (2, 4)
    sizes = batches.sizes(plan)
    assert sizes.tokens.sum() == 6 + 2 * 8
