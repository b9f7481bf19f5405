"""The weights of network and n-grams in their sum, and the warning about a network that does not count."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from baseline_examples import config_with
from hypothesis import given
from hypothesis import strategies as st
from metric_examples import metrics_with

from seqclf.cli.against_baseline import advises, behind
from seqclf.cli.train_summary import summary
from seqclf.config import checked_config, parse_override
from seqclf.config.loading import plain
from seqclf.training.options import Outcome
from seqclf.training.silent_network import Mix, silent_network

FILE = "runs/my run-1/config.yaml"


def test_it_names_the_weight_and_what_to_try() -> None:
    message = silent_network(config_with(), Mix(0.0, 0.85), file=FILE)
    assert message is not None and advises(message)
    first, *steps = message.split("\n")
    assert first.startswith("the n-grams decide alone: ") and "the network's logits is 0.00" in first
    commands = [shlex.split(step.partition(": seqclf train ")[2]) for step in steps]
    assert [words[0] for words in commands] == [FILE] * 3
    settings = [[parse_override(words[i + 1]) for i, word in enumerate(words) if word == "--set"] for words in commands]
    assert [[(".".join(map(str, one.path)), one.value) for one in each] for each in settings] == [
        [("ngrams", None)],
        [("training.optimizer.learning_rate", pytest.approx(config_with().training.optimizer.rate / 3, rel=0.2))],
        [("layers", []), ("head", [])],
    ]


@given(st.floats(0, 3), st.floats(0, 3))
def test_it_warns_exactly_where_the_weight_is_shown_as_zero(network: float, ngrams: float) -> None:
    mix = Mix(network, ngrams)
    assert (silent_network(config_with(), mix, file=FILE) is None) == (not str(mix).startswith("0.00 x network"))


def test_other_models_have_no_such_weights() -> None:
    assert silent_network(config_with(), None, file=FILE) is None


def test_train_says_both(tmp_path: Path) -> None:
    validation = metrics_with(texts=100)
    for network, warns in ((0.0, True), (0.3, False)):
        outcome = Outcome("finished", 1, validation, 2.0, mix=Mix(network, 0.85))
        lines = summary(tmp_path / "x-1", tmp_path, config_with(), outcome).splitlines()
        assert f"Logits      {network:.2f} x network + 0.85 x n-grams" in lines
        assert ("decide alone" in (behind(config_with(), outcome, tmp_path / "x-1") or "")) == warns


def test_its_last_step_is_a_valid_config() -> None:
    config = plain(config_with(head=[{"type": "dropout", "rate": 0.5}], training={"objectives": [{"type": "r_drop"}]}))
    checked_config({**config, "ngrams": {}, "layers": [], "head": []})
