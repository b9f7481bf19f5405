"""Columns of data sets of tensorflow-datasets: read as those of tables, and written to tables as they were read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.data.corpus import Corpus
from seqclf.data.written_splits import data_section, write_splits
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts

COUNT = 40
COLUMNS = {
    "text": ["title", "body"],
    "label": {"neg": "p_neg", "pos": "p_pos"},
    "weight": "votes",
    "extra": {"price": "number", "kind": "category", "stars": "number"},
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The options of ``data`` for a data set with many features."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    folder = tmp_path_factory.mktemp("tfds")
    place = np.arange(COUNT)
    p_neg = ((place % 8) / 8 + 1 / 16).astype(np.float32)
    rows = {
        "title": [f"title {i}" for i in place],
        "body": [f"body {i}" if i % 3 else "" for i in place],
        "p_neg": p_neg,
        "p_pos": 1 - p_neg,
        "votes": place % 4,
        "price": np.where(place % 5 == 0, np.nan, place / 2).astype(np.float32),
        "kind": place % 2,
        "stars": (place % 6).astype(np.uint8),
        "toxic": place % 3 == 0,
        "rude": place % 2,
    }
    features = tfds.features
    tfds.dataset_builders.store_as_tfds_dataset(
        name="wide",
        version="1.0.0",
        data_dir=folder,
        features=features.FeaturesDict(
            {
                "title": features.Text(),
                "body": features.Text(),
                "p_neg": features.Scalar(tf.float32),
                "p_pos": features.Scalar(tf.float32),
                "votes": features.Scalar(tf.int64),
                "price": features.Scalar(tf.float32),
                "kind": features.ClassLabel(names=["old", "new"]),
                "stars": features.Scalar(tf.uint8),
                "toxic": features.Scalar(tf.bool),
                "rude": features.Scalar(tf.int64),
            }
        ),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices(rows)},
    )
    return {"source": "tfds", "dataset": "wide", "data_dir": str(folder), "validation": 0.2, "test": 0.2}


def _by_text(texts: LabelledTexts) -> dict[str, tuple[Any, ...]]:
    beside = [values for values in (texts.weights, texts.shares) if values is not None]
    columns = [texts.labels, *(values.tolist() for values in beside), *(v.tolist() for v in texts.extra.values())]
    return {text: tuple(map(repr, row)) for text, *row in zip(texts.texts, *columns, strict=True)}


def test_all_columns_are_read(stored: dict[str, Any]) -> None:
    read = Corpus(checked_config(small_config(data={**stored, **COLUMNS}))).texts("train")
    found = _by_text(read)
    assert found["title 1\x1fbody 1"] == ("'pos'", "1.0", "[0.1875, 0.8125]", "0.5", "'new'", "1.0")
    assert read.label_names == ("neg", "pos")


@pytest.mark.parametrize("columns", [COLUMNS, {"text": "title", "label": ["toxic", "rude"]}])
def test_written_splits_give_the_same_texts(stored: dict[str, Any], columns: dict[str, Any], tmp_path: Path) -> None:
    config = checked_config(small_config(data={**stored, **columns}))
    files = {name: split.path for name, split in write_splits(config, tmp_path / "out").items()}
    again = checked_config(small_config(data=data_section(config, files)))
    for name in ("train", "validation", "test"):
        before, after = Corpus(config).texts(name), Corpus(again).texts(name)
        assert (before.multi, list(before.texts)) == (after.multi, list(after.texts))
        assert _by_text(before) == _by_text(after)


def test_wrong_features_are_reported(stored: dict[str, Any]) -> None:
    def read(**columns: Any) -> LabelledTexts:
        return Corpus(checked_config(small_config(data={**stored, **COLUMNS, **columns}))).texts("train")

    with pytest.raises(InputError, match='feature "votes" is not text'):
        read(text=["title", "votes"], weight=None)
    with pytest.raises(InputError, match=r'no feature "vote"; did you mean "votes"'):
        read(weight="vote")
    with pytest.raises(InputError, match='"kind" is "(old|new)", expected a number'):
        read(extra={"kind": "number"})
    with pytest.raises(InputError, match="the probabilities of the labels sum to"):
        read(label={"neg": "p_neg", "pos": "stars"}, extra={})
