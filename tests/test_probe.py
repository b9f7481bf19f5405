"""``seqclf probe memory``: the task, the measurements, and equal conditions for every network."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.probe import recall
from seqclf.probe.recall_task import CUES, FIRST_CUE, FIRST_FILLER, VOCABULARY_SIZE, recall_texts, token_vectors
from seqclf.probe.report import markdown, summarize

MEASURED = recall.Result("gru", 5, 0, 0.5, 10, 0.25, 0.0, 1.0)


def _probe(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["probe", "memory", *arguments])


def test_the_first_token_alone_decides_the_label() -> None:
    ids, labels = recall_texts(np.random.default_rng(1), rows=2_000, distance=7)
    assert ids.shape == (2_000, 8)
    assert np.array_equal(ids[:, 0], labels + FIRST_CUE)
    assert ids[:, 1:].min() == FIRST_FILLER and ids[:, 1:].max() == VOCABULARY_SIZE - 1
    assert set(labels) == set(range(CUES))
    assert np.bincount(labels).max() < 1.3 * 2_000 / CUES, (
        "equally frequent cues: chance is one divided by their number"
    )
    for label in range(CUES):  # no filler tells of the cue
        fillers = np.bincount(ids[labels == label, 1:].ravel() - FIRST_FILLER)
        assert fillers.max() < 1.25 * fillers.mean()


def test_all_recurrent_types_of_the_schema_are_known() -> None:
    assert set(recall.known_cells()) == {"lstm", "gru", "simple_rnn", "min_gru", "min_lstm", "qrnn", "sru"}


def test_token_vectors_are_those_that_the_model_has_and_keeps() -> None:
    model = recall.probe_model("gru", units=4, seed=3)
    table = np.array(model.get_layer("embedding").embeddings)
    vectors = token_vectors(3, recall.EMBEDDING_DIM)
    assert all(np.array_equal(table[token], vector) for token, vector in vectors.items())
    assert not model.get_layer("embedding").trainable_variables


@pytest.mark.parametrize("distance", [1, 6])
def test_reach_of_a_recurrence_that_is_known(distance: int) -> None:
    """h_t = tanh(x W + h / 2) with x W next to nothing: each step back halves the gradient."""
    model = recall.probe_model("simple_rnn", units=5, seed=0)
    layer = model.get_layer("layers_0_simple_rnn")
    kernel, recurrent, bias = layer.get_weights()
    layer.set_weights([kernel * 1e-4, np.eye(*recurrent.shape) / 2, bias])
    texts = recall_texts(np.random.default_rng(0), 16, distance)
    reach, accuracy = recall.build_reach(model)(*texts)
    assert reach == pytest.approx(0.5**distance, rel=1e-3)
    assert 0 <= accuracy < 1
    layer.set_weights([kernel, recurrent * 0, bias])
    assert recall.build_reach(model)(*texts)[0] == 0, "nothing flows back without a recurrence"


def test_gradients_fade_with_distance_before_training() -> None:
    for cell in ("simple_rnn", "lstm"):
        network = recall.Network(cell, units=8)
        near, far = (network.measure(distance, seed=0, steps=1).gradient_before for distance in (3, 30))
        assert far < near / 100, cell


def test_a_measurement_is_independent_of_earlier_ones() -> None:
    """Same seed, same result; weights and optimizer start afresh."""
    used = recall.Network("gru", units=6)
    used.measure(2, seed=1, steps=5)
    others = [network.measure(4, seed=2, steps=7) for network in (used, recall.Network("gru", units=6))]
    first, second = (replace(other, seconds=0) for other in others)
    assert first == second
    assert first.steps == 7
    assert replace(used.measure(4, seed=3, steps=7), seed=2, seconds=0) != first


def test_it_learns_to_recall_and_then_stops() -> None:
    result = recall.Network("gru", units=24).measure(3, seed=0, steps=600)
    assert result.accuracy > 0.99
    assert recall.SOLVED <= result.steps < 600


def test_rows_are_over_seeds() -> None:
    seeds = [
        MEASURED,
        replace(MEASURED, seed=1, accuracy=1.0, steps=20, gradient_before=1.0),
        replace(MEASURED, seed=2, accuracy=0.6, steps=90, gradient_before=0.5),
        replace(MEASURED, distance=9, accuracy=0.1),
    ]
    near, far = summarize(seeds)
    assert (near.accuracy, near.worst, near.best) == (pytest.approx(0.7), 0.5, 1.0)
    assert (near.steps, near.gradient_before, near.gradient_after) == (20, (0.25, 0.5, 1.0), (0, 0, 0))
    assert (far.distance, far.accuracy) == (9, 0.1)
    lines = markdown([near, far]).splitlines()
    assert len(lines) == 4
    assert lines[2] == "| gru | 5 | 0.700 | 0.500 to 1.000 | 20 | 5e-01 | 0 |"


def test_the_command(tmp_path: Path) -> None:
    figures, picture = tmp_path / "figures.json", tmp_path / "picture.png"
    small = ("--cells", "simple_rnn,sru", "--distances", "6,2,6", "--units", "4", "--steps", "3", "--seeds", "2")
    result = _probe(*small, "--json", str(figures), "--plot", str(picture))
    assert result.exit_code == 0, result.output
    assert "| sru | 6 | 0." in result.stdout
    assert "simple_rnn at 2, seed 1: accuracy 0." in result.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert (found["task"]["chance"], found["most_steps"], found["units"]) == (0.125, 3, 4)
    assert [(row["cell"], row["distance"], row["seed"]) for row in found["results"]] == [
        (cell, distance, seed) for cell in ("simple_rnn", "sru") for seed in (0, 1) for distance in (2, 6)
    ]
    assert len(found["summary"]) == 4
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cells", "lstm,transformer"), "unknown cell 'transformer' (known: gru, lstm, min_gru"),
        (("--cells", "simple_rrn"), 'did you mean "simple_rnn"?'),
        (("--distances", "5,0"), "is not a list of numbers from 1 to 65536"),
        (("--distances", ""), "is not a list of numbers"),
        (("--steps", "0"), "0: expected from 1 to 1,000,000"),
        (("--seeds", "many"), "'many': expected a whole number, from 1 to 100"),
        (("--json", "no/such/folder/x.json"), "no/such/folder does not exist"),
        (("--plot", "no/such/folder/x.png"), "no/such/folder does not exist"),
    ],
)
def test_errors_are_reported_before_anything_is_trained(arguments: tuple[str, ...], words: str) -> None:
    result = _probe(*arguments)
    assert result.exit_code == 2
    assert words in result.output
