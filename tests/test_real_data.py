"""The complete workflow on real data, if available."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, trained

from seqclf.config import checked_config
from seqclf.data.prepare import prepare, prepare_split
from seqclf.data.splits import partition
from seqclf.errors import InputError
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.sources.base import TableColumns
from seqclf.sources.table.reader import TableSource
from seqclf.sources.tfds import TfdsSource

pytestmark = pytest.mark.real


def _test_metrics(run: Any) -> ClassifierMetrics:
    from seqclf.evaluation.classifier import KerasClassifier

    classifier = KerasClassifier.load(run)
    return classifier.evaluate(
        prepare_split(
            classifier.config, "test", classifier.tokenizer, classifier.labels, run.manifest["data_fingerprint"]
        )
    )


@pytest.fixture(scope="module")
def imdb(real_data: Path) -> TfdsSource:
    return TfdsSource("imdb_reviews", None, str(real_data / "tfds"), TableColumns("text", "label"))


def test_imdb_is_read_through_tfds(imdb: TfdsSource) -> None:
    imdb.check("test")
    test = imdb.read("test")
    assert len(test) == 25_000
    assert test.label_names == ("neg", "pos")
    assert [test.labels.count(name) for name in ("neg", "pos")] == [12_500, 12_500]
    assert any("<br />" in text for text in test.texts)
    assert imdb.fingerprint("test") != imdb.fingerprint("train")


@pytest.mark.parametrize(
    ("options", "part", "message"),
    [
        ({}, "tain", r"no split tain \(known: "),
        ({"text": "txt"}, "train", 'no feature "txt"; did you mean "text"'),
        ({"label": "labels"}, "train", 'no feature "labels"; did you mean "label"'),
        ({"text": "label"}, "train[:10]", 'feature "label" is not text'),
    ],
)
def test_wrong_parts_of_imdb_are_reported(real_data: Path, options: dict[str, str], part: str, message: str) -> None:
    columns = {"text": "text", "label": "label"} | options
    source = TfdsSource("imdb_reviews", None, str(real_data / "tfds"), TableColumns(columns["text"], columns["label"]))
    with pytest.raises(InputError, match=message):
        source.read(part)


def test_graph_and_bulk_ids_are_equal_on_imdb(imdb: TfdsSource) -> None:
    import tensorflow as tf

    from seqclf.text.graph import GraphTokenizer
    from seqclf.text.kinds.subword import SubwordTokenizer
    from seqclf.text.truncation import truncate_ids

    texts = imdb.read("train[:2000]").texts
    tokenizer = SubwordTokenizer.learn(texts[:1500], vocab_size=4096)
    graph = GraphTokenizer(tokenizer, max_tokens=256, truncate="middle")
    call = tf.function(graph, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    for start in range(0, len(texts), 500):
        batch = texts[start : start + 500]
        for text, row in zip(batch, call(tf.constant(batch)).numpy(), strict=True):
            ids = truncate_ids(np.array(tokenizer.encode(text)), 256, "middle")
            assert row[: len(ids)].tolist() == ids.tolist(), text
            assert not row[len(ids) :].any()


def test_the_retired_subwords_of_imdb_have_their_ids(real_data: Path, imdb: TfdsSource) -> None:
    import tensorflow as tf
    import tensorflow_datasets as tfds
    from learnt_tokenizers import learn_tokenizer

    from seqclf.text.graph import GraphTokenizer

    path = real_data / "data" / "subwords8k" / "text.text.subwords"
    original = tfds.deprecated.text.SubwordTextEncoder.load_from_file(str(path.with_suffix("")))
    tokenizer = learn_tokenizer([], type="subword_file", file=str(path))
    assert tokenizer.vocabulary_size == original.vocab_size == 8_185
    graph = GraphTokenizer(tokenizer, max_tokens=100_000, truncate="middle")
    call = tf.function(graph, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    texts = imdb.read("train[:1000]+test[-1000:]").texts
    for start in range(0, len(texts), 250):
        batch = texts[start : start + 250]
        rows = zip(batch, tokenizer.encode_all(batch), call(tf.constant(batch)).numpy(), strict=True)
        for text, ids, row in rows:
            expected = original.encode(text)
            assert ids.tolist() == expected, text
            assert row[: len(ids)].tolist() == expected, text
            assert not row[len(ids) :].any()


def test_imdb_part_trains_and_predicts(real_data: Path, tmp_path: Path) -> None:
    data = {
        "source": "tfds",
        "dataset": "imdb_reviews",
        "data_dir": str(real_data / "tfds"),
        "train": "train[:5%]+train[-5%:]",
        "test": "test[:2%]+test[-2%:]",
    }
    config = small_config(
        data=data,
        tokenizer={"vocab_size": 2048, "max_tokens": 128},
        embedding={"dim": 32},
        layers=[{"type": "gru", "units": 16, "bidirectional": True}, {"type": "pool", "method": "max"}],
        head=[],
        training={"epochs": 4, "batch_size": 32, "optimizer": {"type": "adam", "learning_rate": 5e-3}},
    )
    run = trained(config, tmp_path)
    assert run.labels.names == ("neg", "pos")
    assert _test_metrics(run).accuracy > 0.65


def test_trec_trains_from_csv(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "data" / "trec"
    config = small_config(
        data={"source": "table", "train": str(folder / "train.csv"), "test": str(folder / "test.csv")},
        tokenizer={"vocab_size": 2048, "max_tokens": 40},
        embedding={"dim": 48, "dropout": 0.2},
        layers=[{"type": "lstm", "units": 48, "bidirectional": True}, {"type": "pool", "method": "max"}],
        head=[],
        training={"epochs": 5, "batch_size": 64, "optimizer": {"type": "adam", "learning_rate": 5e-3}},
    )
    run = trained(config, tmp_path)
    assert run.labels.names == ("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM")
    assert _test_metrics(run).accuracy > 0.8


@pytest.mark.parametrize(
    ("path", "text", "label", "rows", "labels"),
    [
        ("sst2/train.tsv", "sentence", "label", 6_920, 2),
        ("snips/train.jsonl", "text", "intent", 13_084, 7),
        ("ag_news/test.csv", "text", "label", 7_600, 4),
        ("trec/train.csv", "text", "label", 5_452, 6),
    ],
)
def test_tables_are_read_whole(real_data: Path, path: str, text: str, label: str, rows: int, labels: int) -> None:
    read = TableSource(text, label).read(str(real_data / "data" / path))
    assert (len(read), len(set(read.labels))) == (rows, labels)


def test_multi_label_data_are_read_and_stratified(real_data: Path) -> None:
    read = TableSource("text", "labels").read(str(real_data / "data" / "goemotions" / "train.jsonl"))
    assert (len(read), read.multi) == (43_410, True)
    splits = partition(read, validation=0.1, test=0.1, seed=3)
    whole = Counter(name for names in read.labels for name in names)
    assert len(whole) == 28
    for split in ("validation", "test"):
        counts = Counter(name for i in splits[split] for name in read.labels[i])
        assert len(splits[split]) == pytest.approx(4_341, rel=0.01)
        assert all(abs(counts[name] - 0.1 * count) <= 1 for name, count in whole.items())


def test_validation_is_split_off_stratified(real_data: Path) -> None:
    path = str(real_data / "data" / "trec" / "train.csv")
    config = checked_config(small_config(data={"source": "table", "train": path, "validation": 0.2}))
    data = prepare(config)
    assert data.validation is not None
    assert len(data.train) + len(data.validation) == 5_452
    shares = np.bincount(data.validation.labels) / np.bincount(
        np.concatenate([data.train.labels, data.validation.labels])
    )
    np.testing.assert_allclose(shares, 0.2, atol=0.01)
