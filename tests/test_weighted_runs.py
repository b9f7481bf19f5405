"""Whole trainings with weights of texts and with probabilities of labels, from the table to the metrics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import POOLED, small_config, trained, write_csv
from trainings import Killed, killed_after, result

from seqclf.cli import cli
from seqclf.config import checked_config, load_config
from seqclf.new_runs import begin_run
from seqclf.runs import Run
from seqclf.sources.sample.grammar import reviews
from seqclf.training.options import Callbacks, TrainOptions

COLUMNS = ("text", "label", "w", "p_neg", "p_pos")


def _rows(count: int, shift: int = 0) -> list[tuple[str, ...]]:
    """Reviews, each with a weight and probabilities whose most probable label is the review's."""
    rows: list[tuple[str, ...]] = []
    for number, (text, label) in enumerate(reviews(count + shift)[shift:]):
        sure = 0.6 + number % 5 / 10
        positive = sure if label == "positive" else 1 - sure
        rows.append((text, label, f"{number % 4}", f"{1 - positive:.2f}", f"{positive:.2f}"))
    return rows


def _config(train: Path, validation: Path, **changes: Any) -> dict[str, Any]:
    """A network beside n-grams, with class weights: everything that weights go through."""
    return small_config(
        data__train=str(train),
        data__validation=str(validation),
        data__test=None,
        layers=POOLED,
        ngrams={"buckets": 1024, "weights": "naive_bayes_idf"},
        training__class_weights="balanced",
        training__moving_average={"decay": 0.9},
        training__epochs=1,
        **changes,
    )


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("weighted") / "validation.csv", [COLUMNS, *_rows(40, 120)])


@pytest.mark.usefixtures("no_saved_models")
def test_equal_weights_and_rows_of_weight_zero_change_no_bit(validation: Path, tmp_path: Path) -> None:
    """The model and its scores are those of the table without the column and without these rows."""
    rows = _rows(120)
    plain = write_csv(tmp_path / "plain.csv", [COLUMNS, *rows])
    weighted = []
    for number, (text, label, _, *others) in enumerate(rows):
        weighted.append((text, label, "0.5", *others))
        if number % 3 == 0:
            weighted.append(("a negative unknown word " * (number % 7 + 1), "positive", "0", *others))
    heavy = write_csv(tmp_path / "weighted.csv", [COLUMNS, *weighted])
    ones = write_csv(tmp_path / "ones.csv", [COLUMNS, *((*row[:2], "3", *row[3:]) for row in _rows(40, 120))])
    expected = result(trained(_config(plain, validation), tmp_path / "plain"))
    found = result(trained(_config(heavy, ones, data__weight="w"), tmp_path / "weighted"))
    assert found["metrics"]["validation"].pop("weight") == 3 * 40
    for metrics in (found["metrics"], expected["metrics"]):
        del metrics["validation"]["data"]
    assert found == expected


@pytest.fixture(scope="module")
def soft_config(validation: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Weights and probabilities of labels."""
    train = write_csv(tmp_path_factory.mktemp("soft") / "train.csv", [COLUMNS, *_rows(120)])
    label = {"negative": "p_neg", "positive": "p_pos"}
    return _config(train, validation, data__label=label, data__weight="w", training__checkpoint_steps=2)


@pytest.fixture(scope="module")
def soft_run(soft_config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Run:
    run: Run = trained(soft_config, tmp_path_factory.mktemp("soft_runs"))
    return run


@pytest.mark.usefixtures("no_saved_models")
def test_a_stopped_training_resumes_bit_equal(soft_run: Run, soft_config: dict[str, Any], tmp_path: Path) -> None:
    from seqclf.training.train import train

    run = begin_run(tmp_path, "small")
    with pytest.raises(Killed):
        train(checked_config(soft_config), run, callbacks=Callbacks(listen=killed_after(3)))
    train(load_config(run.config), run, TrainOptions(resume=True))
    assert result(run) == result(soft_run)


def test_the_scores_are_weighted_and_those_of_the_most_probable_labels(soft_run: Run, validation: Path) -> None:
    """``eval`` of the same rows gives the validation's scores; scikit-learn and NumPy agree with both."""
    from sklearn.metrics import accuracy_score, f1_score

    from seqclf.evaluation.classifier import KerasClassifier

    noted = soft_run.metrics["validation"]
    shown = CliRunner().invoke(
        cli, ["eval", "--run", str(soft_run.folder), "--data", str(validation), "--json"], catch_exceptions=False
    )
    assert shown.exit_code == 0, shown.output
    measured = json.loads(shown.stdout)
    assert measured["confusion"] == noted["confusion"]
    for name in ("texts", "weight", "loss", "accuracy", "macro_f1"):
        assert measured[name] == pytest.approx(noted[name], rel=1e-6), name
    rows = _rows(40, 120)
    probabilities = KerasClassifier.load(soft_run).probabilities([row[0] for row in rows])
    truth = np.array([[float(row[3]), float(row[4])] for row in rows])
    weights = np.array([float(row[2]) for row in rows])
    losses = -(truth * np.log(probabilities)).sum(axis=1)
    assert noted["loss"] == pytest.approx(np.average(losses, weights=weights), rel=1e-5)
    ids = truth.argmax(axis=1), probabilities.argmax(axis=1)
    assert noted["accuracy"] == pytest.approx(accuracy_score(*ids, sample_weight=weights))
    assert noted["macro_f1"] == pytest.approx(f1_score(*ids, average="macro", sample_weight=weights))
    assert (noted["texts"], noted["weight"]) == (30, weights.sum())
    assert np.sum(noted["confusion"]) == 30


def test_eval_says_what_weighs(soft_run: Run, validation: Path, tmp_path: Path) -> None:
    command = ["eval", "--run", str(soft_run.folder), "--data", str(validation)]
    shown = CliRunner().invoke(cli, [*command, "--predictions", str(tmp_path / "predictions.csv")])
    assert "scores weigh each text by data.weight, 60 in sum" in shown.stdout
    assert len((tmp_path / "predictions.csv").read_text().splitlines()) == 1 + 40, "all rows are predicted"
    unweighted = write_csv(tmp_path / "unweighted.csv", [("text", "kind"), *(row[:2] for row in _rows(20, 130))])
    shown = CliRunner().invoke(cli, [*command[:3], "--data", str(unweighted), "--label", "kind"])
    assert 'no column "w" (data.weight), so all its texts count the same' in shown.stderr
    assert "20 texts" in shown.stdout and "scores weigh" not in shown.stdout
    zero = write_csv(tmp_path / "zero.csv", [COLUMNS, *((*row[:2], "0", *row[3:]) for row in _rows(5))])
    refused = CliRunner().invoke(cli, [*command[:3], "--data", str(zero)])
    assert refused.exit_code == 2
    assert 'every weight in "w" is 0' in refused.stderr
