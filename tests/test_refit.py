"""The config of the last training of a search (``seqclf tune --refit``). Neither Optuna nor TensorFlow is needed."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from seqclf.config import Config, checked_config
from seqclf.errors import InputError
from seqclf.tuning.refit import Found, check_refit, refit_values

FOUND = Found(epochs=4, learning_rate=0.02, batch_size=8)
TABLE = "data: {source: table, train: t.csv, validation: v.csv, test: e.csv}\n"


def _values(text: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(text + "layers: [{type: pool}]\n")
    return values


def _refitted(text: str) -> Config:
    values = _values(text)
    config = checked_config(values)
    check_refit(config, values)
    return checked_config(refit_values(config, values, FOUND))


def test_the_last_training_has_the_best_number_of_epochs_and_all_but_the_test_texts() -> None:
    text = "name: a\ndata: {source: sample}\ntraining: {epochs: 9, early_stopping: {patience: 2}}\n"
    config = _refitted(text)
    assert (config.name, config.training.epochs, config.training.early_stopping) == ("a-refit", 4, None)
    assert (config.data.validation, config.data.train_on_validation, config.data.validates) == (0.1, True, False)


def test_files_with_validation_texts_become_files_of_training_texts() -> None:
    data = _refitted(TABLE).data
    assert (data.train, data.validation) == (["t.csv", "v.csv"], 0)  # type: ignore[union-attr]
    assert data.parts()["test"] == "e.csv" and not data.validates


def test_automatic_numbers_are_those_of_the_best_trial() -> None:
    training = _refitted(
        "data: {source: sample}\ntraining: {batch_size: auto, optimizer: {learning_rate: auto}}\n"
    ).training
    assert (training.batch_size, training.optimizer.learning_rate) == (8, 0.02)
    training = _refitted("data: {source: sample}\ntraining: {batch_size: 16}\n").training
    assert (training.batch_size, training.optimizer.learning_rate) == (16, 0.001), "others stay"


def test_ngrams_are_fitted_once_to_all_texts() -> None:
    ngrams = _refitted("data: {source: sample}\nngrams: {refit: true}\n").ngrams
    assert ngrams is not None and not ngrams.refit


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            TABLE.replace("e.csv", "0.1"),
            "--refit: data.test is a fraction of data.train, and other texts would be in it",
        ),
        (
            "data: {source: folder, train: a, validation: b}\n",
            "--refit: the validation texts cannot be added to those of data.train (data.train: expected",
        ),
        (
            "data: {source: sample}\ntraining: {schedule: {type: plateau}}\n",
            "--refit: the schedule plateau needs validation texts, of which none are left",
        ),
    ],
)
def test_what_cannot_be_trained_on_all_texts_is_refused(text: str, problem: str) -> None:
    values = _values(text)
    with pytest.raises(InputError) as caught:
        check_refit(checked_config(values), values)
    assert str(caught.value).startswith(problem), str(caught.value)
