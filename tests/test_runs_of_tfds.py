"""Runs of data sets of tensorflow-datasets with several columns, from the training to every way of prediction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import POOLED, small_config, trained, write_csv

from seqclf.cli import cli
from seqclf.runs import Run

FIELDS = ("title", "body")
EXTRA = {"price": "number", "country": "category", "state": "category"}
TEXTS = ["good thing\x1fsome words", "bad thing\x1f", "\x1fworn", "\x1f", "fine\x1funheard"]
GIVEN: dict[str, list[Any]] = {
    "price": [12.5, None, 1e12, 3, "7"],
    "country": ["fr", "de", None, "xx", " de "],
    "state": ["old", "new", None, None, "strange"],
}


def _rows(count: int, seed: int) -> dict[str, Any]:
    """Offers whose label follows from the title; every kind of feature, with missing values."""
    draw, place = np.random.default_rng(seed), np.arange(count)
    sold = place % 2
    certainty = (0.6 + 0.3 * draw.random(count)).astype(np.float32)
    p_yes = np.where(sold == 1, certainty, 1 - certainty)
    return {
        "title": [f"{draw.choice(['good', 'fine'] if yes else ['bad', 'worn'])} thing {yes}" for yes in sold],
        "body": [f"some words {i}" if i % 3 else "" for i in place],
        "sold": sold,
        "p_no": 1 - p_yes,
        "p_yes": p_yes,
        "votes": place % 4,
        "price": np.where(place % 7 == 0, np.nan, draw.lognormal(2, 1, count)).astype(np.float32),
        "country": [["de", "fr", ""][i % 3] for i in place],
        "state": np.where(place % 5 == 0, -1, place // 2 % 2),
    }


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The options of ``data`` for a prepared data set."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    folder, features = tmp_path_factory.mktemp("tfds"), tfds.features
    numbers = {"p_no": tf.float32, "p_yes": tf.float32, "votes": tf.int64, "price": tf.float32}
    tfds.dataset_builders.store_as_tfds_dataset(
        name="offers",
        version="1.0.0",
        data_dir=folder,
        features=features.FeaturesDict(
            {
                **{name: features.Text() for name in ("title", "body", "country")},
                **{name: features.Scalar(dtype) for name, dtype in numbers.items()},
                "sold": features.ClassLabel(names=["no", "yes"]),
                "state": features.ClassLabel(names=["old", "new"]),
            }
        ),
        split_datasets={
            "train": tf.data.Dataset.from_tensor_slices(_rows(120, 0)),
            "test": tf.data.Dataset.from_tensor_slices(_rows(40, 1)),
        },
    )
    data = {"source": "tfds", "dataset": "offers", "data_dir": str(folder), "validation": 0.2, "weight": "votes"}
    return {**data, "text": ["title", "body"], "label": "sold"}


def _trained(data: dict[str, Any], folder: Path) -> Run:
    training = {"epochs": 1, "batch_size": 8, "optimizer": {"type": "adam", "learning_rate": 0.02}}
    run: Run = trained(small_config(data=data, layers=POOLED, training={**training, "baseline": "auto"}), folder)
    return run


@pytest.fixture(scope="module")
def run(offers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two text columns, a weight and columns beside the text."""
    return _trained({**offers, "extra": EXTRA}, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def soft_run(offers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same texts and weights with probabilities of labels."""
    return _trained({**offers, "label": {"no": "p_no", "yes": "p_yes"}}, tmp_path_factory.mktemp("soft_runs"))


def _command(*arguments: Any) -> str:
    done = CliRunner().invoke(cli, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    return done.stdout


def _csv(path: Path, rows: dict[str, Any]) -> Path:
    """The rows as a table; empty fields where a value is missing."""
    plain = {**rows, "state": [["old", "new", ""][number] for number in rows["state"]]}
    plain["sold"] = ["yes" if one else "no" for one in rows["sold"]]
    fields = (["" if value != value else str(value) for value in values] for values in plain.values())
    return write_csv(path, [tuple(plain), *zip(*fields, strict=True)])


def test_eval_of_the_test_split_is_that_of_the_same_rows_in_a_table(run: Run, tmp_path: Path) -> None:
    """A missing category of tensorflow-datasets, -1, is an empty field."""
    own = json.loads(_command("eval", "--run", run.folder, "--json"))
    table = _csv(tmp_path / "test.csv", _rows(40, 1))
    other = json.loads(_command("eval", "--run", run.folder, "--json", "--data", table))
    assert (own["texts"], own["weight"]) == (30, 60)
    assert own["loss"] == pytest.approx(other["loss"], rel=1e-6)
    assert own["confusion"] == other["confusion"]
    assert "linear model of the text alone" in _command("eval", "--run", run.folder, "--split", "validation")


def test_every_side_answers_the_same(run: Run, tmp_path: Path) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    _command("export", "--run", run.folder, "--format", "onnx", "--to", tmp_path / "onnx")
    _command("export", "--run", run.folder, "--format", "saved_model", "--to", tmp_path / "saved_model")
    card = (tmp_path / "onnx" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "a linear model of the text alone (TF-IDF" in card
    keras, light = KerasClassifier.load(run), Classifier.load(tmp_path / "onnx")
    module = tf.saved_model.load(str(tmp_path / "saved_model"))
    saved = module.signatures
    texts = {name: tf.constant([one.split("\x1f")[place] for one in TEXTS]) for place, name in enumerate(FIELDS)}
    columns = {
        "price": tf.constant([12.5, np.nan, 1e12, 3, 7], tf.float64),
        "country": tf.constant(["fr", "de", "", "xx", " de "]),
        "state": tf.constant(["old", "new", "", "", "strange"]),
    }
    expected, alone = keras.probabilities(TEXTS, GIVEN), keras.probabilities(TEXTS)
    assert np.abs(expected - alone).max() > 0.01, "the columns count"
    np.testing.assert_allclose(light.probabilities(TEXTS, GIVEN), expected, atol=1e-5)
    np.testing.assert_allclose(light.probabilities(TEXTS), alone, atol=1e-5)
    np.testing.assert_allclose(saved["with_columns"](**texts, **columns)["probabilities"], expected, atol=1e-5)
    by_name = module.classify_with_columns(**texts, price=columns["price"])["probabilities"]
    np.testing.assert_allclose(by_name, keras.probabilities(TEXTS, {"price": GIVEN["price"]}), atol=1e-5)
    np.testing.assert_allclose(saved["serving_default"](**texts)["probabilities"], alone, atol=1e-5)
    values = ["--field", "body=some words", "--field", "price=12.5", "--field", "country=fr", "--field", "state=old"]
    for folder in (run.folder, tmp_path / "onnx"):
        shown = json.loads(_command("predict", "--run", folder, "--json", "good thing", *values))
        assert list(shown["probabilities"].values()) == pytest.approx(expected[0], abs=1e-5)


def test_files_are_predicted_by_the_names_of_the_features(run: Run, tmp_path: Path) -> None:
    from seqclf.inference import Classifier

    lines = [dict(zip(FIELDS, text.split("\x1f"), strict=True)) for text in TEXTS]
    lines = [{**line, **{name: GIVEN[name][place] for name in GIVEN}} for place, line in enumerate(lines)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    found = [
        json.loads(line)
        for line in _command("predict", "--run", run.folder, "--input", tmp_path / "in.jsonl").splitlines()
    ]
    expected = Classifier.load(run.folder).predict(TEXTS, extra=GIVEN)
    assert [one["prediction"] for one in found] == [one.label for one in expected]


def test_soft_labels_are_learnt_and_scored_in_every_form(soft_run: Run, tmp_path: Path) -> None:
    """The loss is the cross-entropy with the probabilities of the test texts, weighted; for a table as well."""
    import tensorflow as tf

    from seqclf.inference import Classifier

    own = json.loads(_command("eval", "--run", soft_run.folder, "--json"))
    rows = _rows(40, 1)
    other = json.loads(_command("eval", "--run", soft_run.folder, "--json", "--data", _csv(tmp_path / "t.csv", rows)))
    texts = [f"{title}\x1f{body}" for title, body in zip(rows["title"], rows["body"], strict=True)]
    probabilities = Classifier.load(soft_run.folder).probabilities(texts)
    losses = -(np.stack([rows["p_no"], rows["p_yes"]], axis=1) * np.log(probabilities)).sum(axis=1)
    assert own["loss"] == pytest.approx(np.average(losses, weights=rows["votes"]), rel=1e-4)
    assert other["loss"] == pytest.approx(own["loss"], rel=1e-5)
    right = probabilities.argmax(axis=1) == rows["sold"]
    assert own["accuracy"] == pytest.approx(np.average(right, weights=rows["votes"]))
    saved = tf.saved_model.load(str(soft_run.saved_model)).signatures["serving_default"]
    found = saved(title=tf.constant(rows["title"]), body=tf.constant(rows["body"]))["probabilities"]
    np.testing.assert_allclose(found, probabilities, atol=1e-5)
