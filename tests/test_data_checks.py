"""Options that can be checked only after reading the texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from conftest import small_config, trained, write_csv
from language_models import lm_config

from seqclf.cli import cli
from seqclf.config import checked_config
from seqclf.data.prepare import prepare
from seqclf.training.data_checks import problems_with_data


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"class_weights": {"negative": 2, "good": 1}},
            'training.class_weights.good: is not a label of the training texts; they have "negative", "positive"',
        ),
        (
            {"epochs": 2, "batch_size": 16, "accumulate_steps": 2, "schedule": {"type": "cosine", "warmup": 9}},
            "training.schedule.warmup: expected at most 8, the updates of the whole training (2 epochs of 4), or a "
            "fraction below 1; found 9",
        ),
    ],
)
def test_options_that_do_not_fit_the_data_are_reported_before_training(
    options: dict[str, Any], message: str, sample_csv: Path, tmp_path: Path
) -> None:
    path, runs = tmp_path / "config.yaml", tmp_path / "runs"
    config = small_config(data__train=str(sample_csv), training=options)
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    train = CliRunner().invoke(cli, ["train", str(path), "--runs", str(runs)])
    assert train.exit_code == 2
    assert message in train.stderr
    assert f"{path}:" in train.stderr
    assert not runs.exists() or not list(runs.iterdir())
    check = CliRunner().invoke(cli, ["check", str(path), "--json"])
    assert check.exit_code == 1
    (problem,) = json.loads(check.stdout)["problems"]
    assert f"{problem['option']}: {problem['message']}" == message
    assert problem["line"]
    with pytest.raises(Exception, match="training"):
        trained(config, runs)


def test_more_samples_than_tokens_are_an_error(sample_csv: Path) -> None:
    """Where there are fewer tokens, only the texts know their number."""
    for sampled, wrong in ((5000, True), (2, False)):
        config = checked_config(lm_config(sample_csv, {"sampled": sampled}))
        found = problems_with_data(config, prepare(config))
        assert [problem.path for problem in found] == [("task", "sampled")] * wrong
    tokens = prepare(config).tokenizer.vocabulary_size + 1
    at_most = checked_config(lm_config(sample_csv, {"sampled": tokens - 1}))
    assert problems_with_data(at_most, prepare(at_most)) == []
    too_many = checked_config(lm_config(sample_csv, {"sampled": tokens}))
    [problem] = problems_with_data(too_many, prepare(too_many))
    expected = f"is {tokens:,}, but the model has only {tokens:,} tokens to draw from; set a lower number, or null"
    assert problem.message == expected


@pytest.mark.usefixtures("no_saved_models")
def test_numbers_are_labels_too(tmp_path: Path) -> None:
    rows = [("text", "label"), *((f"word {i}", f"{i % 2}") for i in range(40))]
    data = write_csv(tmp_path / "numbers.csv", rows)
    path = tmp_path / "config.yaml"
    text = yaml.safe_dump(small_config(data__train=str(data), layers=[{"type": "pool"}], training={"epochs": 1}))
    path.write_text(text + "  class_weights: {0: 2, 1: 1.5}\n", encoding="utf-8")
    assert CliRunner().invoke(cli, ["train", str(path), "--runs", str(tmp_path / "runs")]).exit_code == 0


def test_check_estimates_with_every_option(sample_csv: Path, tmp_path: Path, real_steps: None) -> None:
    path = tmp_path / "config.yaml"
    options = {
        "batch_size": 16,
        "accumulate_steps": 3,
        "class_weights": "balanced",
        "moving_average": {},
        "schedule": {"type": "one_cycle"},
        "loss": {"type": "focal"},
    }
    path.write_text(yaml.safe_dump(small_config(data__train=str(sample_csv), training=options)), encoding="utf-8")
    check = CliRunner().invoke(cli, ["check", str(path), "--json"])
    assert check.exit_code == 0
    report = json.loads(check.stdout)
    assert report["epoch"]["steps"] == 8
    assert not [warning for warning in report["warnings"] if warning["option"].startswith("training")]
