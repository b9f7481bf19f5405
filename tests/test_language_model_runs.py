"""Runs of language models: training, resuming, evaluating, and commands that need a classifier."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import keras
import numpy as np
import onnxruntime
import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import trained
from language_models import lm_config
from trainings import Killed, killed_after, result

from seqclf.cli import cli
from seqclf.cli.train_summary import summary
from seqclf.config import checked_config, load_config
from seqclf.errors import InputError
from seqclf.evaluation.opening import open_classifier
from seqclf.new_runs import begin_run
from seqclf.runs import Run
from seqclf.training.options import Callbacks, Outcome, TrainOptions
from seqclf.training.written import write_models

LAYERS = [
    {"type": "lstm", "units": 6, "dropout": 0.2},
    {"type": "spatial_dropout", "rate": 0.2},
    {"type": "min_gru", "units": 8},
]
"""Layers with states and with random masks."""

CHANGES: dict[str, Any] = {
    "task": {"sampled": 20, "jitter": True, "activation_penalty": 0.1, "change_penalty": 0.1},
    "layers": LAYERS,
    "training__epochs": 2,
    "training__baseline": "auto",
    "training__accumulate_steps": 2,
    "training__checkpoint_steps": 4,
    "training__moving_average": {"decay": 0.9},
    "training__early_stopping": {"monitor": "val_perplexity", "patience": 3},
}


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture(scope="module")
def lm_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("language_models")


@pytest.fixture(scope="module")
def run(sample_csv: Path, lm_runs: Path) -> Run:
    """A run that nothing stopped."""
    return trained(lm_config(sample_csv, **CHANGES), lm_runs)


def test_stopped_anywhere_the_result_is_bit_equal(run: Run, sample_csv: Path, tmp_path: Path) -> None:
    """Carried states, the place in the streams and the draws of the sampled softmax included: before the first
    checkpoint, and later."""
    from seqclf.training.train import train

    stopped = begin_run(tmp_path, "small")
    config = checked_config(lm_config(sample_csv, **CHANGES))
    with pytest.raises(Killed):
        train(config, stopped, callbacks=Callbacks(listen=killed_after(2)))
    for stop in (13, 9):
        with pytest.raises(Killed):
            train(load_config(stopped.config), stopped, TrainOptions(resume=True), Callbacks(listen=killed_after(stop)))
    stopped.onnx.write_bytes(b"of an earlier training")
    train(load_config(stopped.config), stopped, TrainOptions(resume=True))
    assert result(stopped) == result(run)
    assert stopped.onnx.read_bytes() == run.onnx.read_bytes()


def test_the_onnx_model_of_the_run_is_that_of_keras(run: Run) -> None:
    model = keras.models.load_model(run.model, compile=False)
    draw = np.random.default_rng(0)
    tokens = draw.integers(1, model.outputs[0].shape[-1], (3, 7)).astype(np.int32)
    states = [draw.normal(size=(3, state.shape[1])).astype(np.float32) for state in model.inputs[1:]]
    logits, *after = model([tokens, *states], training=False)
    session = onnxruntime.InferenceSession(run.onnx)
    names = [one.name for one in session.get_inputs()]
    *found, _ = session.run(None, dict(zip(names, [tokens, *states], strict=True)))  # the last one: scores
    for one, other in zip(found, [logits[:, -1], *after], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_run_has_its_task_its_metrics_and_no_labels(run: Run) -> None:
    assert run.manifest["task"] == run.task == "language_model"
    assert not (run.folder / "labels.json").exists()
    metrics = run.metrics["validation"]
    assert set(metrics) >= {"loss", "perplexity", "bits_per_character", "word_perplexity", "tokens", "characters"}
    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    assert all("accuracy" not in line and line["perplexity"] > 1 for line in lines)
    epochs = [line for line in lines if line["type"] == "epoch"]
    assert [line["val_perplexity"] for line in epochs] == sorted(
        (line["val_perplexity"] for line in epochs), reverse=True
    )


def test_metrics_stay_while_the_model_stays_the_same(run: Run, tmp_path: Path) -> None:
    copy = Run(Path(shutil.copytree(run.folder, tmp_path / "copy")))
    model, config, data = keras.models.load_model(copy.model, compile=False), load_config(copy.config), Mock()
    write_models(config, data, model, None, copy)
    assert "validation" in copy.metrics
    table = model.get_layer("embedding").embeddings
    table.assign(table + 1)
    write_models(config, data, model, None, copy)
    assert copy.metrics == {}


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_summary_names_generate_if_the_model_can(direction: str, tmp_path: Path) -> None:
    config = checked_config(lm_config(tmp_path / "a.csv", task={"direction": direction}))
    shown = summary(tmp_path / "small-1", tmp_path, config, Outcome("finished", 1, None, 5))
    assert f"Next        seqclf eval --runs {tmp_path}" in shown
    assert (f"seqclf generate --runs {tmp_path}" in shown) == (direction == "forward")


def test_a_run_generates(run: Run, lm_runs: Path) -> None:
    options = ["--runs", str(lm_runs), "--seed", "5", "--tokens", "40", "--json"]
    first, again = (_invoke("generate", "the film", *options) for _ in range(2))
    assert first.exit_code == 0, first.output
    made = json.loads(first.stdout)
    assert 0 < made["tokens"] <= 40 and made["text"].strip()
    assert json.loads(again.stdout)["text"] == made["text"]


def test_eval_measures_splits_and_other_texts(run: Run, lm_runs: Path, tmp_path: Path) -> None:
    shown = _invoke("eval", "--runs", str(lm_runs), "--split", "validation")
    assert shown.exit_code == 0, shown.output
    assert "small-1 on validation" in shown.output
    for words in ("bits per character", "word perplexity", "tokens", "characters", "Unknown tokens: ", "baseline"):
        assert words in shown.output
    again = json.loads(_invoke("eval", "--runs", str(lm_runs), "--split", "validation", "--json").stdout)
    assert again["loss"] == pytest.approx(run.metrics["validation"]["loss"], rel=1e-6)
    test = json.loads(_invoke("eval", "--runs", str(lm_runs), "--json").stdout)
    assert test["split"] == "test"
    assert run.metrics["test"]["perplexity"] == test["perplexity"]
    assert run.metrics["test"]["baseline"] == test["baseline"]
    assert test["baseline"]["unigram"]["loss"] < np.log(test["tokens"])
    assert 0 <= test["unknown"] < test["tokens"] - test["texts"]
    table = tmp_path / "more.csv"
    table.write_text("text\nthe film was good\nthe film was bad\n", encoding="utf-8")
    plain = tmp_path / "more.txt"
    plain.write_text("the film was good", encoding="utf-8")
    of_table = json.loads(_invoke("eval", "--runs", str(lm_runs), "--data", str(table), "--json").stdout)
    of_file = json.loads(_invoke("eval", "--runs", str(lm_runs), "--data", str(plain), "--json").stdout)
    assert (of_table["texts"], of_table["words"]) == (2, 10)
    assert (of_file["texts"], of_file["characters"]) == (1, 18)
    assert "split" not in of_table
    plain.write_text("the film was 日本", encoding="utf-8")
    odd = _invoke("eval", "--runs", str(lm_runs), "--data", str(plain), "--json")
    assert "Warning: the model does not know '日', '本', which the text contains" in odd.stderr
    assert json.loads(odd.stdout)["unknown"] == 2
    scored = json.loads(_invoke("predict", "--score", "--runs", str(lm_runs), "the film was good", "--json").stdout)
    assert scored["log_probability"] == pytest.approx(-of_file["loss"] * of_file["tokens"], rel=1e-5)
    assert scored["perplexity"] == pytest.approx(of_file["perplexity"], rel=1e-4)
    assert scored["bits_per_character"] == pytest.approx(of_file["bits_per_character"], rel=1e-5)


def test_predict_says_what_the_run_is(run: Run, lm_runs: Path) -> None:
    for named in ([], ["--run", run.name]):
        refused = _invoke("predict", "a text", "--runs", str(lm_runs), *named)
        assert refused.exit_code == 2
        assert "is a language model, but this command needs a classifier" in refused.output


def test_predict_takes_the_newest_classifier_beside_a_newer_language_model(
    binary_run: Run, sample_csv: Path, tmp_path: Path
) -> None:
    (tmp_path / binary_run.name).symlink_to(binary_run.folder)
    trained(lm_config(sample_csv, training__epochs=1, name="newer"), tmp_path)
    answered = _invoke("predict", "--runs", str(tmp_path), "a good film")
    assert answered.exit_code == 0, answered.output


def test_a_classifier_cannot_be_opened_from_it(run: Run) -> None:
    with pytest.raises(InputError, match="is a language model, which has no labels"):
        open_classifier(run)


@pytest.mark.parametrize("option", ["--label=label", "--label-separator=,", "--predictions=p.csv"])
def test_eval_refuses_options_of_classifiers(option: str, run: Run, lm_runs: Path, sample_csv: Path) -> None:
    refused = _invoke("eval", "--runs", str(lm_runs), "--data", str(sample_csv), option)
    assert refused.exit_code == 2
    assert "works only with classifiers; this run is a language model" in refused.output


def test_check_counts_tokens_and_times_an_epoch_without_labels(
    sample_csv: Path, tmp_path: Path, real_steps: None
) -> None:
    config = tmp_path / "lm.yaml"
    config.write_text(yaml.safe_dump(lm_config(sample_csv)), encoding="utf-8")
    shown = _invoke("check", str(config))
    assert shown.exit_code == 0, shown.output
    assert "One epoch: " in shown.output
    assert "TiedEmbedding" in shown.output
    for absent in ("label", "over 512", "baseline"):
        assert absent not in shown.output
    found = json.loads(_invoke("check", str(config), "--json").stdout)
    assert found["splits"]["train"]["labels"] == {}
    assert found["max_tokens"] is None
    assert found["problems"] == []


def test_training_reads_no_label_and_not_the_test_split(tmp_path: Path) -> None:
    table = tmp_path / "plain.csv"
    table.write_text("text\n" + "the film was good\nthe day was long\n" * 30, encoding="utf-8")
    config = lm_config(table, data__validation=0.0, data__test=str(tmp_path / "missing.csv"), training__epochs=1)
    config["data"]["test"] = None
    run = trained(config, tmp_path)
    assert run.manifest["status"] == "finished"
    assert run.metrics == {}
    refused = _invoke("eval", "--runs", str(tmp_path))
    assert refused.exit_code == 2
    assert "has no test data; set data.test, or give a file with --data" in refused.output, "nor validation texts"
