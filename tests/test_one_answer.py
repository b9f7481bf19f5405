"""The warning about a network that gives nearly every text the same label."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence

import pytest
from baseline_examples import config_with
from hypothesis import given
from hypothesis import strategies as st
from metric_examples import metrics_with

from seqclf.cli.against_baseline import advises
from seqclf.config import Config, parse_override
from seqclf.metrics.confusion import Confusion
from seqclf.training.one_answer import one_answer


def said(rows: Sequence[Sequence[int]], config: Config | None = None, more_epochs: str | None = None) -> str | None:
    confusion = Confusion.of_rows(rows)
    metrics = dataclasses.replace(metrics_with(texts=sum(map(sum, rows))), confusion=confusion)
    return one_answer(config or config_with(), metrics, file="runs/x-1/config.yaml", more_epochs=more_epochs)


def test_it_names_what_the_network_does_and_the_cures() -> None:
    config = config_with(head=[{"type": "dense", "units": 4, "activation": "relu"}], seed=9)
    message = said([(50, 0), (49, 1)], config)
    assert message is not None and advises(message)
    first, *steps = message.split("\n")
    assert first.startswith('this network answers "neg" to 99 of 100 validation texts, and 50 have this label')
    assert [step.split(":")[0] for step in steps] == [
        "  1. a lower learning rate",
        "  2. activation",
        "  3. another seed, as the first weights are drawn",
    ]
    assert steps[2].endswith(": seqclf train runs/x-1/config.yaml --set seed=10")


def test_its_settings_can_be_set() -> None:
    message = said([(0, 50), (0, 50)])
    assert message is not None
    commands = [shlex.split(line.partition(": seqclf ")[2]) for line in message.split("\n") if ": seqclf " in line]
    assert len(commands) == 2
    for words in commands:
        path = parse_override(words[words.index("--set") + 1]).path
        assert path in (("training", "optimizer", "learning_rate"), ("seed",))


def test_more_epochs_come_first_if_the_last_one_was_the_best() -> None:
    message = said([(50, 0), (50, 0)], more_epochs="seqclf train --resume x-1 --epochs 9")
    assert message is not None
    assert "\n  1. more training.epochs: the last one was the best: seqclf train --resume x-1 --epochs 9\n" in message


@pytest.mark.parametrize(
    "rows",
    [
        [(50, 0), (48, 2)],  # two answers
        [(95, 0), (5, 0)],  # hardly anything else to answer
        [(5, 0), (5, 0)],  # too few texts
    ],
)
def test_other_networks_have_none(rows: Sequence[Sequence[int]]) -> None:
    assert said(rows) is None


def test_n_grams_alone_have_none() -> None:
    assert said([(50, 0), (50, 0)], config_with(embedding={}, layers=[], head=[], ngrams={})) is None


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_network_with_a_good_accuracy_has_none(a: int, b: int, c: int, d: int) -> None:
    right, texts = a + d, a + b + c + d
    if texts and right > 0.92 * texts:
        assert said([(a, b), (c, d)]) is None
