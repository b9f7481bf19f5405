"""Training from another run's weights: what the new model computes, and that it needs the run no more."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from conftest import POOLED, small_config, trained
from language_models import lm_config
from origins import initialized, output_of, padded, untrained_run
from trainings import Killed, killed_after, result, training_config

from seqclf.cli import cli
from seqclf.config import checked_config, load_config
from seqclf.errors import InputError
from seqclf.model.encoder import EMBEDDING
from seqclf.model.language_model import HIDDEN, OutputWeights
from seqclf.new_runs import begin_run
from seqclf.runs import INTERRUPTED, RUNNING, Run
from seqclf.text.kinds import load_tokenizer
from seqclf.training.initialize.parts import weights_of
from seqclf.training.initialize.source import model_of
from seqclf.training.initialize.start import start_of
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.train import train

pytestmark = pytest.mark.usefixtures("no_saved_models")

TEXTS = [[5], [7, 3, 9, 4, 2, 8, 6], [11, 12, 13]]
STACKS: dict[str, list[dict[str, Any]]] = {
    "lstm, lstm": [{"type": "lstm", "units": 8}, {"type": "lstm", "units": 8}],
    "gru, dense": [{"type": "gru", "units": 6}, {"type": "dropout", "rate": 0.1}, {"type": "dense", "units": 8}],
    "residual": [{"type": "residual", "layer": {"type": "qrnn", "units": 6}}, {"type": "min_gru", "units": 8}],
    "norms": [{"type": "sru", "units": 8, "use_bias": False}, {"type": "layer_norm"}, {"type": "highway"}],
    "plain": [{"type": "simple_rnn", "units": 8}, {"type": "batch_norm"}, {"type": "min_lstm", "units": 8}],
}


def _tokenizer(train: Path) -> dict[str, Any]:
    """``small_config`` without the options that follow from a run."""
    config = small_config(data__train=str(train), tokenizer={"max_tokens": 12})
    del config["embedding"]["dim"]
    return config


def _from(origin: Run, train: Path, layers: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {**_tokenizer(train), "initialize": str(origin.folder), "layers": layers, **changes}


def _below_pool(model: keras.Model) -> keras.Model:
    """The model up to the vectors that its pool reads."""
    [pool] = [one for one in model.layers if "pool" in one.name]
    read = pool.input
    return keras.Model(model.inputs, read[0] if isinstance(read, list) else read)


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS.keys())
def test_a_classifier_computes_what_the_language_model_computes(
    layers: list[dict[str, Any]], sample_csv: Path, tmp_path: Path
) -> None:
    """At every token and for every length of text, padding included."""
    origin = untrained_run(lm_config(sample_csv, layers=layers), tmp_path, model=True)
    model, [source] = initialized(_from(origin, sample_csv, [*layers, {"type": "pool"}]))
    token_ids, longer = padded(TEXTS), padded(TEXTS, extra=3)
    below = _below_pool(model)
    for given in (token_ids, longer):
        mine, its = np.array(below([given], training=False)), output_of(source, HIDDEN, given)
        real = given != 0
        np.testing.assert_allclose(mine[real], its[real], atol=1e-6)
    embedded = [np.array(one.get_layer(EMBEDDING)(token_ids)) for one in (model, source)]
    np.testing.assert_array_equal(*embedded)


def test_a_layer_that_reads_backwards_computes_what_a_backward_language_model_does(
    sample_csv: Path, tmp_path: Path
) -> None:
    layers = STACKS["lstm, lstm"]
    origin = untrained_run(lm_config(sample_csv, {"direction": "backward"}, layers=layers), tmp_path, model=True)
    backwards = [{**layer, "go_backwards": True} for layer in layers]
    model, [source] = initialized(_from(origin, sample_csv, [*backwards, {"type": "pool"}]))
    below = _below_pool(model)
    for row in TEXTS:
        mine = np.array(below([padded([row], extra=2)], training=False))[0, : len(row)]
        np.testing.assert_allclose(mine[::-1], output_of(source, HIDDEN, padded([row[::-1]]))[0], atol=1e-6)


@pytest.mark.parametrize("tied", [[True, True], [True, False], [False, True], [False, False]], ids=str)
def test_a_language_model_goes_on_where_its_run_stopped(tied: list[bool], sample_csv: Path, tmp_path: Path) -> None:
    """The logits of all tokens and of the end of a text are those of the run, whether weights are shared or not."""
    layers = STACKS["lstm, lstm"]
    head = [{"type": "dense", "units": 8, "activation": "linear"}]
    origin = untrained_run(lm_config(sample_csv, {"tied": tied[0]}, layers=layers, head=head), tmp_path, model=True)
    values = lm_config(sample_csv, {"tied": tied[1]}, layers=layers, head=head, initialize=str(origin.folder))
    model, [source] = initialized(values | {"tokenizer": {}})
    expected = OutputWeights.of(source)
    if tied[1] and not tied[0]:
        np.testing.assert_array_equal(OutputWeights.of(model).bias, expected.bias)
        np.testing.assert_array_equal(OutputWeights.of(model).kernel, source.get_layer(EMBEDDING).embeddings)
        return
    for mine, its in zip(OutputWeights.of(model), expected, strict=True):
        np.testing.assert_array_equal(mine, its)
    np.testing.assert_array_equal(*(output_of(one, HIDDEN, padded(TEXTS)) for one in (model, source)))


def test_an_output_layer_above_other_layers_starts_fresh(sample_csv: Path, tmp_path: Path) -> None:
    layers = STACKS["lstm, lstm"]
    origin = untrained_run(lm_config(sample_csv, layers=layers), tmp_path, model=True)
    values = lm_config(sample_csv, layers=[*layers, {"type": "gru", "units": 8}], initialize=str(origin.folder))
    model, _ = initialized(values | {"tokenizer": {}})
    assert not np.any(OutputWeights.of(model).bias)


def test_a_language_model_from_a_classifier_and_layers_by_index(sample_csv: Path, tmp_path: Path) -> None:
    layers = STACKS["lstm, lstm"]
    origin = untrained_run(small_config(data__train=str(sample_csv), layers=layers), tmp_path, model=True)
    given = {"from": str(origin.folder), "layers": [1]}
    model, [source] = initialized(lm_config(sample_csv, layers=layers, initialize=given, tokenizer={}))
    for name, same in (("layers_0_lstm", False), ("layers_1_lstm", True)):
        pairs = zip(weights_of(model, name), weights_of(source, name), strict=True)
        assert all(np.array_equal(mine, its) for mine, its in pairs) == same
    tokens = len(load_tokenizer(origin.tokenizer).pieces)
    assert model.get_layer(EMBEDDING).embeddings.shape[0] == tokens + 1
    np.testing.assert_array_equal(*(np.array(one.get_layer(EMBEDDING).embeddings)[:tokens] for one in (model, source)))


def test_several_columns_share_the_pieces_and_have_a_separator_of_their_own(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = [f"good {i} day,more of {i},{i % 2}\n" for i in range(40)]
    table.write_text("title,text,label\n" + "".join(rows), encoding="utf-8")
    origin = untrained_run(lm_config(table, layers=STACKS["lstm, lstm"]), tmp_path, model=True)
    values = _from(origin, table, [*STACKS["lstm, lstm"], {"type": "pool"}])
    values["data"]["text"] = ["title", "text"]
    model, [source] = initialized(values)
    pieces = load_tokenizer(origin.tokenizer).vocabulary_size
    tables = [np.array(one.get_layer(EMBEDDING).embeddings) for one in (model, source)]
    assert [len(one) for one in tables] == [pieces + 1, pieces + 1], "the separator; the end of a text"
    np.testing.assert_array_equal(tables[0][:pieces], tables[1][:pieces])
    assert not np.array_equal(tables[0][pieces], tables[1][pieces])


def test_custom_layers_are_compared_when_they_are_built(sample_csv: Path, tmp_path: Path, code_allowed: None) -> None:
    layers = [{"type": "layers_of_a_user:Scaled", "options": {"factor": 2.0}}, {"type": "gru", "units": 4}]
    origin = untrained_run(small_config(data__train=str(sample_csv), layers=layers), tmp_path, model=True)
    model, [source] = initialized(_from(origin, sample_csv, layers))
    np.testing.assert_array_equal(*(output_of(one, "layers_1_gru", padded(TEXTS)) for one in (model, source)))


@pytest.fixture(scope="module")
def origin(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A classifier as ``training_config`` describes it."""
    return untrained_run(training_config(sample_csv), tmp_path_factory.mktemp("origins"), model=True)


def _continued(origin: Run, train_file: Path) -> dict[str, Any]:
    return training_config(train_file, epochs=2) | {"initialize": str(origin.folder)}


def test_a_stopped_training_needs_the_run_no_more_and_is_bit_equal(
    origin: Run, sample_csv: Path, tmp_path: Path
) -> None:
    """Stopped in the first epoch, and again in the second."""
    shutil.copytree(origin.folder, tmp_path / "origin")
    values = _continued(Run(tmp_path / "origin"), sample_csv)
    whole = trained(values, tmp_path / "whole")
    assert whole.manifest["initialize"]["taken"][:3] == ["tokenizer", "embedding", "layers[0] (simple_rnn)"]
    stopped = begin_run(tmp_path / "stopped", "small")
    with pytest.raises(Killed):
        train(checked_config(values), stopped, callbacks=Callbacks(listen=killed_after(4)))
    shutil.rmtree(tmp_path / "origin")
    with pytest.raises(Killed):
        train(load_config(stopped.config), stopped, TrainOptions(resume=True), Callbacks(listen=killed_after(9)))
    train(load_config(stopped.config), stopped, TrainOptions(resume=True))
    assert result(stopped) == result(whole)
    assert stopped.manifest["initialize"] == whole.manifest["initialize"]


def test_commands_need_the_run_only_to_begin(origin: Run, sample_csv: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(origin.folder, runs / "first-1")
    values = _continued(origin, sample_csv)
    del values["initialize"]
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(values | {"name": "second"}), encoding="utf-8")
    invoke = CliRunner().invoke
    shared = ["--runs", str(runs)]
    done = invoke(cli, ["train", str(config), *shared, "--init-from", "first", "--set", "training.epochs=1"])
    assert done.exit_code == 0, done.output
    assert "Starting from the classifier first-1: tokenizer, embedding, layers[0] (simple_rnn)" in done.stderr
    checked = invoke(cli, ["check", str(config), *shared, "--init-from", "first", "--json"])
    assert json.loads(checked.stdout)["initialize"]["taken"][:2] == ["tokenizer", "embedding"]
    shutil.rmtree(runs / "first-1")
    for command in (["eval", "--split", "validation"], ["predict", "a good film"]):
        done = invoke(cli, [*command, *shared, "--run", "second-1"])
        assert done.exit_code == 0, done.output
    done = invoke(cli, ["train", str(config), *shared, "--init-from", "first"])
    assert done.exit_code == 2
    assert "--init-from: initialize.from: no run first in" in done.stderr
    again = invoke(cli, ["check", str(runs / "second-1" / "config.yaml"), *shared])
    assert again.exit_code == 2
    assert "config.yaml" in again.stderr


def test_folds_start_from_one_run(origin: Run, sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.training.session import train_folds

    values = _continued(origin, sample_csv) | {"layers": POOLED}
    values["data"].pop("validation")
    values["training"] = {"epochs": 1, "batch_size": 64, "baseline": False}
    _, summary = train_folds(checked_config(values), tmp_path, folds=2)
    fingerprints = set()
    for path in tmp_path.glob("small-1-fold*/manifest.json"):
        fingerprints.add(load_tokenizer(Run(path.parent).tokenizer).fingerprint)
    assert fingerprints == {load_tokenizer(origin.tokenizer).fingerprint}, "no fold trains its own"
    assert summary.status == "finished"


def test_a_run_without_a_model_gives_the_weights_of_its_best_epoch(sample_csv: Path, tmp_path: Path) -> None:
    """One whose training was killed, or still goes on."""
    values = training_config(sample_csv)
    run = begin_run(tmp_path, "small")
    with pytest.raises(Killed):
        train(checked_config(values), run, callbacks=Callbacks(listen=killed_after(13)))
    run.update_manifest(status=RUNNING)
    start = start_of(checked_config({**values, "initialize": str(run.folder)}), tmp_path)
    assert start is not None
    assert "has not finished" in start.warnings[0].message
    model = model_of(start.origins[0])
    best = start.origins[0].checkpoint_weights()
    assert best is not None
    for mine, its in zip(model.weights, best, strict=True):
        np.testing.assert_array_equal(mine, its)
    train(load_config(run.config), run, TrainOptions(resume=True), Callbacks(should_stop=lambda: True))
    assert run.manifest["status"] == INTERRUPTED
    interrupted = model_of(start_of(checked_config({**values, "initialize": str(run.folder)}), tmp_path).origins[0])  # type: ignore[union-attr]
    for mine, its in zip(interrupted.weights, best, strict=True):
        np.testing.assert_array_equal(mine, its)


def test_a_damaged_model_is_an_error(origin: Run, sample_csv: Path, tmp_path: Path) -> None:
    copy = Run(tmp_path / "origin")
    shutil.copytree(origin.folder, copy.folder)
    copy.model.write_bytes(b"no model")
    with pytest.raises(InputError, match="model.keras: cannot be read as a model"):
        trained(_continued(copy, sample_csv), tmp_path / "runs")
