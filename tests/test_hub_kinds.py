"""Models of every kind and format on a hub: language models, multi-label runs, SavedModels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from calibrating import call as checked_call
from calibrating import copied
from conftest import trained
from hub_calls import TEXT, call, on_one_line, push
from hub_server import Hub
from language_models import lm_config

from seqclf.runs import Run

TEXTS = ["a goal of the bank", "match and price and star", "old said", ""]


@pytest.fixture(scope="module")
def language_model(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    from trainings import without_saved_models

    with without_saved_models():
        run: Run = trained(lm_config(sample_csv, training__epochs=1), tmp_path_factory.mktemp("lm"))
    return run


def test_a_language_model(hub: Hub, language_model: Run) -> None:
    done = push(language_model, "--license", "mit", name="ann/reviewer")
    assert done.exit_code == 0, done.output
    files = hub.repositories["ann/reviewer"].files
    card = files["README.md"].decode()
    assert "pipeline_tag: text-generation" in card and "seqclf generate --run hf:ann/reviewer" in card
    assert not {"labels.json", "prior.json"} & files.keys()
    for command in (
        ["generate", "the film", "--temperature", "0", "--tokens", "5"],
        ["predict", "--score", "--json", TEXT],
    ):
        own, theirs = (call(*command, "--run", name) for name in (str(language_model.folder), "hf:ann/reviewer@main"))
        assert theirs.exit_code == 0, theirs.output
        assert theirs.stdout == own.stdout
    labels = call("predict", "--run", "hf:ann/reviewer", TEXT)
    assert labels.exit_code == 2 and "language model" in on_one_line(labels.stderr)
    measured = call("eval", "--run", "hf:ann/reviewer")
    assert measured.exit_code == 2 and "seqclf predict --score" in on_one_line(measured.stderr)


def test_a_multi_label_run_with_all_that_it_decides_by(
    hub: Hub, several_label_run: Run, tmp_path: Path, no_saved_models: None
) -> None:
    run = copied(several_label_run, tmp_path)
    checked_call("calibrate", "--run", str(run.folder), "--abstain", "0.3")
    assert push(run, name="ann/lists").exit_code == 0
    files = hub.repositories["ann/lists"].files
    assert json.loads(files["calibration.json"])["abstain"]["rate"] == 0.3 and "thresholds.json" in files
    assert "multi-label" in files["README.md"].decode()
    for options in (["--json"], ["--set-coverage", "0.8"], ["--answer-all", "--top", "2"]):
        own, theirs = (call("predict", "--run", name, *options, *TEXTS) for name in (str(run.folder), "hf:ann/lists"))
        assert theirs.exit_code == 0, theirs.output
        assert theirs.stdout == own.stdout
        assert "null" in own.stdout or "--json" not in options, "it abstains from one of them"
    call("calibrate", "--run", str(run.folder), "--undo")
    push(run, name="ann/lists")
    assert "calibration.json" not in hub.repositories["ann/lists"].files, "a push replaces what an earlier one wrote"


def test_a_saved_model(hub: Hub, several_label_run: Run, tmp_path: Path) -> None:
    import tensorflow as tf

    done = push(several_label_run, "--format", "saved_model", "--format", "onnx", name="ann/both")
    assert done.exit_code == 0, done.output
    files = hub.repositories["ann/both"].files
    assert {"model.onnx", "saved_model/saved_model.pb"} <= files.keys()
    for name, content in files.items():
        if name.startswith("saved_model/"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    answer = tf.saved_model.load(str(tmp_path / "saved_model")).signatures["serving_default"](text=tf.constant(TEXTS))
    lines = call("predict", "--run", "hf:ann/both", "--json", *TEXTS).stdout.splitlines()
    found = [list(json.loads(line)["probabilities"].values()) for line in lines]
    np.testing.assert_allclose(answer["probabilities"].numpy(), found, atol=1e-5)
    assert not [one for one in hub.calls if "resolve" in one and "saved_model" in one], "predict does not download it"
    push(several_label_run, "--format", "saved_model", name="ann/both")
    assert "model.onnx" not in hub.repositories["ann/both"].files
    alone = call("predict", "--run", "hf:ann/both", TEXT)
    assert alone.exit_code == 2 and "neither model.onnx nor model.keras" in on_one_line(alone.stderr)


@pytest.mark.parametrize("command", [["eval"], ["generate"], ["predict", "--score", TEXT], ["predict", TEXT]])
def test_every_command_says_the_same_of_what_it_cannot_read(
    hub: Hub, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    def refused(name: str) -> str:
        done = call(*command, "--run", name)
        assert done.exit_code == 2, done.output
        return on_one_line(done.stderr)

    assert "expected USER/NAME" in refused("hf:ann")
    assert '"-v1" is no branch, tag or commit' in refused("hf:ann/reviews@-v1")
    assert "no such model, or it is private" in refused("hf:ann/reviews")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE forbids to ask the hub" in refused("hf:ann/reviews")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    hub.status = 503
    later = call(*command, "--run", "hf:ann/reviews")
    assert later.exit_code == 1, later.output
