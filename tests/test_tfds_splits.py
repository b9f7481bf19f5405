"""Several splits of a data set of tensorflow-datasets as one part, and splits without labels."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.config.problems import ConfigError
from seqclf.data.corpus import Corpus
from seqclf.errors import InputError
from seqclf.sources import SourceOptions
from seqclf.sources.texts import UNLABELLED, LabelledTexts

COUNTS = {"train": 30, "test": 10, "unsupervised": 40}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The options of ``data`` for a data set with a split that has no labels."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    folder = tmp_path_factory.mktemp("tfds")

    def rows(split: str, count: int) -> Any:
        labels = [-1 if split == "unsupervised" else i % 2 for i in range(count)]
        return tf.data.Dataset.from_tensor_slices({"text": [f"{split} {i}" for i in range(count)], "label": labels})

    features = {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["neg", "pos"])}
    tfds.dataset_builders.store_as_tfds_dataset(
        name="reviews",
        version="1.0.0",
        data_dir=folder,
        features=tfds.features.FeaturesDict(features),
        split_datasets={split: rows(split, count) for split, count in COUNTS.items()},
    )
    return {"source": "tfds", "dataset": "reviews", "data_dir": str(folder), "test": None}


def _options(stored: dict[str, Any], **data: Any) -> SourceOptions:
    return checked_config(small_config(data={**stored, **data})).data


def _read(options: SourceOptions, *, split: str = "train", with_labels: bool = False) -> LabelledTexts:
    return options.open(with_labels=with_labels).read(str(options.parts()[split]))


def test_splits_are_read_one_after_another(stored: dict[str, Any]) -> None:
    options = _options(stored, train=["unsupervised", "train[:50%]"], test=["test", "train[50%:]"])
    read = _read(options)
    alone = [_read(_options(stored, train=split)) for split in ("unsupervised", "train[:50%]", "train[50%:]")]
    assert [len(texts) for texts in alone] == [40, 15, 15]
    assert sorted(alone[0].texts) == sorted(f"unsupervised {i}" for i in range(40))
    assert list(read.texts) == [*alone[0].texts, *alone[1].texts]
    assert read.labels == [UNLABELLED] * 55
    assert read.label_names is None
    assert read.origin == "reviews unsupervised and train[:50%]"
    assert options.describe() == options.describe("validation") == "reviews, unsupervised and train[:50%]"
    test = _read(options, split="test", with_labels=True)
    assert list(test.texts[10:]) == list(alone[2].texts)
    assert all(
        label == ("neg", "pos")[int(text.split()[1]) % 2] for text, label in zip(test.texts, test.labels, strict=True)
    )
    three = _options(stored, train=["train", "test", "unsupervised"])
    assert three.describe() == "reviews, train, test and unsupervised"
    assert _options(stored).describe() == "reviews"


def test_validation_is_drawn_from_all_splits(stored: dict[str, Any]) -> None:
    corpus = Corpus(checked_config(small_config(data={**stored, "train": ["train", "test"], "validation": 0.25})))
    assert (len(corpus.texts("train")), len(corpus.texts("validation"))) == (30, 10)
    own = Corpus(checked_config(small_config(data={**stored, "validation": ["test", "train[:10%]"]})))
    assert len(own.texts("validation")) == 13


def test_the_label_feature_is_not_needed(stored: dict[str, Any]) -> None:
    for label in ("sentiment", ["a", "b"], {"neg": "a", "pos": "b"}):
        options = _options(stored, label=label)
        with pytest.raises(InputError, match="no feature"):
            _read(options, with_labels=True)
        assert _read(options).labels == [UNLABELLED] * 30


def test_fingerprints_follow_splits_and_labels(stored: dict[str, Any]) -> None:
    def of(train: Any, *, with_labels: bool = False) -> str:
        options = _options(stored, train=train)
        return options.open(with_labels=with_labels).fingerprint(str(options.parts()["train"]))

    different = [
        of("train"),
        of("train", with_labels=True),
        of(["train", "test"]),
        of(["test", "train"]),
        of(["train", "test"], with_labels=True),
    ]
    assert len(set(different)) == len(different)
    assert of(["train"]) == of("train")


def test_wrong_splits_are_reported(stored: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"^reviews: no split tests \(known: train, test, unsupervised\)$"):
        _read(_options(stored, train=["train", "tests"]))
    message = 'data.train: expected each split once, found "train" twice; its texts would count twice'
    with pytest.raises(ConfigError, match=message):
        _options(stored, train=["train", "test", "train"])
