"""Bidirectional layers from a run for each direction."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from conftest import small_config
from language_models import lm_config
from origins import initialized, output_of, padded, untrained_run

from seqclf.config import checked_config
from seqclf.config.problems import ConfigError
from seqclf.labels import NO_LABELS
from seqclf.model.encoder import EMBEDDING
from seqclf.runs import Run
from seqclf.training.initialize.start import start_of
from seqclf.training.initialize.words import Account

TEXTS = [[5], [7, 3, 9, 4, 2, 8, 6], [11, 12, 13]]
POOL = {"type": "pool", "method": ["last", "max"]}
STACKS: dict[str, list[dict[str, Any]]] = {
    "lstm, lstm": [{"type": "lstm", "units": 5}, {"type": "dropout", "rate": 0.1}, {"type": "lstm", "units": 4}],
    "gru without bias": [{"type": "gru", "units": 5, "use_bias": False}],
    "min_gru, sru": [{"type": "min_gru", "units": 5}, {"type": "sru", "units": 4}],
    "residual": [
        {"type": "simple_rnn", "units": 6},
        {"type": "residual", "layer": {"type": "qrnn", "units": 6}},
        {"type": "residual", "layer": {"type": "lstm", "units": 3}},
    ],
}
DIMS = (8, 6)


def _both_ways(layer: dict[str, Any]) -> dict[str, Any]:
    if layer["type"] == "residual":
        return {**layer, "layer": _both_ways(layer["layer"])}
    return {**layer, "bidirectional": True} if "units" in layer else layer


def _pair(layers: list[dict[str, Any]], train: Path, runs: Path, *, model: bool = True) -> dict[str, str]:
    """Language models of the two directions, as a config names them."""
    made = {}
    for direction, dim in zip(("forward", "backward"), DIMS, strict=True):
        task = {"direction": direction, "tied": False}
        config = lm_config(train, task, name=direction, layers=layers, embedding__dim=dim)
        made[direction] = str(untrained_run(config, runs, model=model).folder)
    return made


def _values(origin: Any, train: Path, layers: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    values = small_config(data__train=str(train), initialize={"from": origin}, layers=layers)
    del values["tokenizer"], values["embedding"]["dim"]
    return values | changes


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS.keys())
def test_each_half_computes_exactly_what_its_run_computes(
    layers: list[dict[str, Any]], sample_csv: Path, tmp_path: Path
) -> None:
    """At every token of texts of all lengths, in layers above others, too."""
    origin = _pair(layers, sample_csv, tmp_path)
    model, sources = initialized(_values(origin, sample_csv, [*map(_both_ways, layers), POOL]))
    [pool] = [one for one in model.layers if one.name.endswith("pool_max")]
    read = pool.input  # padding has other values; `pool` alone sees the vectors themselves
    below = keras.Model(model.inputs, read[0] if isinstance(read, list) else read)
    for row in TEXTS:
        mine = np.array(below([padded([row], extra=2)], training=False))[0, : len(row)]
        parts = [
            output_of(sources[0], "hidden", padded([row]))[0],
            output_of(sources[1], "hidden", padded([row[::-1]]))[0][::-1],
        ]
        widths = [part.shape[1] for part in parts]
        np.testing.assert_allclose(mine, np.concatenate(parts, axis=1), atol=1e-6)
        assert widths[0] == widths[1]
    tables = [np.array(one.get_layer(EMBEDDING).embeddings) for one in (model, *sources)]
    tokens = len(tables[0])
    np.testing.assert_array_equal(tables[0], np.concatenate([tables[1][:tokens], tables[2][:tokens]], axis=1))


@pytest.fixture(scope="module")
def pair(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two runs without weights, for tests of what is checked before any are read."""
    return _pair(STACKS["lstm, lstm"], sample_csv, tmp_path_factory.mktemp("pair"), model=False)


BOTH = [*map(_both_ways, STACKS["lstm, lstm"])]


def test_what_is_taken(pair: dict[str, str], sample_csv: Path) -> None:
    layers = [*BOTH, {"type": "gru", "units": 3, "bidirectional": True}]
    start = start_of(checked_config(_values(pair, sample_csv, layers)), Path("none"))
    assert start is not None
    assert start.config.embedding.dim == sum(DIMS)
    account = Account(start, start.origins[0].tokenizer, NO_LABELS)
    assert account.sentences() == [
        "Starting from forward-1 (forward) and backward-1 (backward): tokenizer, embedding, layers[0] (lstm), "
        "layers[2] (lstm)",
        "Starting fresh: layers[3] (gru), head[0] (dense), output layer",
    ]
    assert [run["folder"] for run in account.as_json()["runs"]] == list(pair.values())


def test_layers_of_other_types_start_fresh(sample_csv: Path, tmp_path: Path) -> None:
    layers = [STACKS["lstm, lstm"][0], {"type": "layer_norm"}, {"type": "lstm", "units": 5}]
    origin = _pair(layers, sample_csv, tmp_path, model=False)
    start = start_of(checked_config(_values(origin, sample_csv, [*map(_both_ways, layers)])), tmp_path)
    assert start is not None
    assert [pair.here for pair in start.plan.pairs] == [0]
    assert start.plan.fresh == (1, 2)


MISFITS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"layers": [{**BOTH[0], "bidirectional": False}, BOTH[2]]},
        [
            "layers[0].bidirectional: is false, but initialize.from names a run for each direction; set it to true, or "
            "name one run"
        ],
    ),
    (
        {"layers": [{**BOTH[0], "units": 7, "merge_mode": "sum"}, BOTH[2]]},
        [
            "layers[0].units: is 7, but layers[0] (lstm) of forward-1 has 5, so the shapes of their weights differ; "
            "set it to 5, or write `initialize: {from: {forward: FORWARD, backward: BACKWARD}, layers: []}`",
            "layers[0].merge_mode: is sum, but the halves of two runs stay side by side; set it to concat",
            "layers[0].units: is 7, but layers[0] (lstm) of backward-1 has 5, so the shapes of their weights differ; "
            "set it to 5, or write `initialize: {from: {forward: FORWARD, backward: BACKWARD}, layers: []}`",
        ],
    ),
    (
        {"embedding": {"dim": 8}},
        [
            "embedding.dim: is 8, but the vectors of forward-1 and backward-1, side by side, have 8 + 6 numbers; set "
            "it to 14"
        ],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), MISFITS, ids=lambda value: str(value)[:50])
def test_misfits(changes: dict[str, Any], expected: list[str], pair: dict[str, str], sample_csv: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        start_of(checked_config(_values(pair, sample_csv, BOTH) | changes), Path("none"))
    names = {name.upper(): folder for name, folder in pair.items()}
    for name, folder in names.items():
        expected = [message.replace(name, folder) for message in expected]
    assert list(map(str, raised.value.problems)) == expected


def test_directions_and_tokenizers_of_the_runs(pair: dict[str, str], sample_csv: Path, tmp_path: Path) -> None:
    def problem(origin: Any, **changes: Any) -> str:
        with pytest.raises(ConfigError) as raised:
            start_of(checked_config(_values(origin, sample_csv, BOTH, **changes)), tmp_path)
        return str(raised.value.problems[0])

    swapped = {"forward": pair["backward"], "backward": pair["forward"]}
    expected = "initialize.from.forward: layers[0] (lstm) of backward-1 reads backward; name a run that reads forward"
    assert problem(swapped) == expected
    assert "initialize.from.backward: no run nowhere in" in problem(pair | {"backward": "nowhere"})
    assert "set it to false, name a run for each direction (initialize.from: {forward: RUN" in problem(pair["forward"])
    small = lm_config(sample_csv, {"direction": "backward"}, layers=STACKS["lstm, lstm"], tokenizer={"vocab_size": 64})
    small["task"]["tied"] = False
    other = untrained_run(small, tmp_path)
    assert "have different tokenizers; train both on the same texts" in problem(pair | {"backward": str(other.folder)})
    both = untrained_run(small_config(data__train=str(sample_csv), layers=BOTH), tmp_path)
    shutil.copytree(Run(Path(pair["forward"])).tokenizer, both.tokenizer, dirs_exist_ok=True)
    assert "reads in both directions; name small-2 alone" in problem(pair | {"forward": str(both.folder)})


def test_a_language_model_reads_in_one_direction(pair: dict[str, str], sample_csv: Path) -> None:
    values = lm_config(sample_csv, {"tied": False}, layers=STACKS["lstm, lstm"], initialize={"from": pair})
    with pytest.raises(ConfigError, match="names a run for each direction, but language_model reads in one"):
        start_of(checked_config(values), Path("none"))


def test_the_run_keeps_both_paths(pair: dict[str, str], sample_csv: Path) -> None:
    start = start_of(checked_config(_values(pair, sample_csv, BOTH)), Path("none"))
    assert start is not None and start.config.initialize is not None
    assert start.config.initialize.origins == tuple(str(Run(Path(one)).folder) for one in pair.values())
