"""Hints with ``--set`` for a config that exists: the line to type loads."""

from __future__ import annotations

import itertools
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.config.loading import parse_override

BAG = "layers: [{type: pool, method: [mean, max]}]\n"
LSTM = "layers: [{type: lstm, units: 9, recurrent_dropout: 0.2}, {type: pool}]\n"
NGRAMS = "layers: []\nngrams: {orders: [1, 2]}\n"
ADAM = "training: {optimizer: {type: adam, learning_rate: 0.003, beta_1: 0.8}}\n"


def _settings(folder: Path, text: str, typed: str) -> list[str]:
    path = folder / "c.yaml"
    path.write_text(f"data: {{source: sample}}\n{text}", encoding="utf-8")
    done = CliRunner().invoke(cli, ["train", str(path), *shlex.split(typed)])
    assert done.exit_code == 2
    words = shlex.split(done.stderr.splitlines()[-1].partition("; type: ")[2])
    assert words[:3] == ["seqclf", "train", str(path)]
    settings = [word for before, word in itertools.pairwise(words) if before == "--set"]
    load_config(path, [parse_override(setting) for setting in settings])
    return settings


@pytest.mark.parametrize("layers", [BAG, LSTM, NGRAMS])
@pytest.mark.parametrize("kind", ["gru", "lstm", "min_gru", "conv1d", "conv", "bag", "self_attention", "dense"])
def test_another_kind_of_layer_comes_with_its_options(tmp_path: Path, layers: str, kind: str) -> None:
    (setting,) = _settings(tmp_path, layers, f"--layers {kind}")
    assert setting.startswith("layers")


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        (BAG, "--layers gru", "layers[0]={type: gru, units: 64}"),
        (LSTM, "--layers gru", "layers[0].type=gru"),
        (LSTM, "--layers sru", "layers[0]={type: sru, units: 9}"),
        (NGRAMS, "--layers lstm", "layers=[{type: lstm, units: 64}]"),
        (BAG + ADAM, "--optimizer sgd", "training.optimizer={type: sgd, learning_rate: 3e-3}"),
        (BAG, "--optimizer sgd", "training.optimizer.type=sgd"),
        (BAG, "--schedule exponential", "training.schedule={type: exponential, rate: 0.5}"),
        ("layers: [{type: dropout, rate: 0.1}, {type: gru, units: 3}]\n", "--units 9", "layers[1].units=9"),
    ],
)
def test_the_least_change_that_loads(tmp_path: Path, text: str, typed: str, expected: str) -> None:
    assert _settings(tmp_path, text, typed) == [expected]


def test_several_options_are_settings_of_one_line(tmp_path: Path) -> None:
    expected = ["training.epochs=2", "layers[0]={type: gru, units: 64}"]
    assert _settings(tmp_path, BAG, "--epochs 2 --layers gru") == expected
