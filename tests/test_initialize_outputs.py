"""``initialize``: the output layer is taken only if it reads the same vector as in the run."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import small_config, write_csv, written_config
from language_models import lm_config
from origins import initialized, untrained_run

from seqclf.cli import cli
from seqclf.config import checked_config
from seqclf.data.prepare import prepare
from seqclf.runs import RUNNING
from seqclf.training.checkpoints import Checkpoints
from seqclf.training.initialize.start import Start, start_of
from seqclf.training.initialize.words import Account

GRU = {"type": "gru", "units": 5}
DENSE = {"type": "dense", "units": 4}
RESIDUAL = {"type": "residual", "layer": {"type": "dropout", "rate": 0.1}}
Layers = list[dict[str, Any]]


def _pool(*methods: str) -> dict[str, Any]:
    return {"type": "pool", "method": methods[0] if len(methods) == 1 else list(methods)}


def _window(size: int) -> dict[str, Any]:
    return {"type": "max_pool1d", "size": size}


def _start(
    mine: Layers, its: Layers, train: Path, runs: Path, *, heads: tuple[Layers, Layers] = ([], []), **more: Any
) -> Start:
    """Of a classifier with the layers ``mine`` from one with the layers ``its``. ``more``: of ``initialize``."""
    run = untrained_run(small_config(data__train=str(train), layers=its, head=heads[1]), runs)
    initialize = {"from": str(run.folder), **more}
    values = small_config(data__train=str(train), layers=mine, head=heads[0], initialize=initialize)
    start = start_of(checked_config(values), runs)
    assert start is not None
    return start


def _account(start: Start) -> Account:
    data = prepare(start.config)
    return Account(start, data.tokenizer, data.labels)


@pytest.mark.parametrize(
    ("layers", "origin"),
    [
        ([GRU, _pool("max", "mean", "last")], [GRU, _pool("last", "max", "mean")]),
        ([GRU, _pool("max")], [GRU, _pool("last", "max", "mean")]),
        ([GRU, _pool("last", "max", "mean")], [GRU]),
        ([GRU], [GRU, _pool("max")]),
        ([GRU, _pool("max")], [GRU, _pool("mean")]),
        ([GRU, _pool("attention", "max")], [GRU, _pool("max", "attention")]),
        ([GRU, _window(2), _pool("mean")], [GRU, _window(3), _pool("mean")]),
        ([GRU, _pool("mean")], [GRU, _window(3), _pool("mean")]),
        ([GRU, RESIDUAL, _pool("mean")], [GRU, _pool("mean")]),
        ([{**GRU, "bidirectional": True, "merge_mode": "sum"}], [{**GRU, "bidirectional": True}]),
        ([GRU, {**DENSE, "activation": "tanh"}, _pool("max")], [GRU, DENSE, _pool("max")]),
    ],
    ids=str,
)
def test_an_output_layer_that_would_read_another_vector_starts_fresh(
    layers: Layers, origin: Layers, sample_csv: Path, tmp_path: Path
) -> None:
    account = _account(_start(layers, origin, sample_csv, tmp_path))
    assert "layers[0] (gru)" in account.taken
    assert account.fresh == ["output layer"]
    assert account.sentences()[1] == "Starting fresh: output layer"


@pytest.mark.parametrize(
    ("layers", "origin"),
    [
        ([GRU, _pool("max", "mean")], [GRU, _pool("max", "mean")]),
        ([GRU, _pool("max")], [GRU, {"type": "pool", "method": ["max"]}]),
        ([GRU, {"type": "dropout", "rate": 0.3}, _pool("mean")], [GRU, _pool("mean")]),
        ([{**GRU, "dropout": 0.3, "recurrent_l2": 0.1}, _pool("mean")], [GRU, _pool("mean")]),
        ([GRU, {**DENSE, "kernel_initializer": "he_normal"}], [GRU, DENSE]),
        ([GRU, {"type": "spatial_dropout", "rate": 0.3}, _window(2), _pool("max")], [GRU, _window(2), _pool("max")]),
    ],
    ids=str,
)
def test_what_acts_only_in_training_may_differ(
    layers: Layers, origin: Layers, sample_csv: Path, tmp_path: Path
) -> None:
    account = _account(_start(layers, origin, sample_csv, tmp_path))
    assert account.fresh == []
    assert account.taken[-1] == "output layer"


def test_a_head_that_does_something_else_starts_fresh_with_the_output_layer(sample_csv: Path, tmp_path: Path) -> None:
    layers: Layers = [GRU, _pool("mean")]
    heads: tuple[Layers, Layers] = ([{**DENSE, "activation": "tanh"}], [DENSE])
    account = _account(_start(layers, layers, sample_csv, tmp_path, heads=heads))
    assert account.fresh == ["head[0] (dense)", "output layer"]


@pytest.mark.parametrize(
    ("between", "its"),
    [
        ([_pool("max", "last")], [_pool("last", "max")]),
        ([_pool("max")], [_pool("last", "max")]),
        ([_pool("max")], []),
    ],
    ids=str,
)
def test_matching_ends_where_another_pool_changes_what_a_layer_reads(
    between: Layers, its: Layers, sample_csv: Path, tmp_path: Path
) -> None:
    start = _start([GRU, *between, DENSE], [GRU, *its, DENSE], sample_csv, tmp_path)
    assert [pair.here for pair in start.plan.pairs] == [0]
    assert _account(start).fresh == [f"layers[{len(between) + 1}] (dense)", "output layer"]


def test_named_layers_get_weights_whatever_pool_is_before_them(sample_csv: Path, tmp_path: Path) -> None:
    mine, its = ([GRU, _pool(method), DENSE] for method in ("max", "last"))
    start = _start(mine, its, sample_csv, tmp_path, layers=[0, 2])
    assert [pair.here for pair in start.plan.pairs] == [0, 2]
    assert _account(start).fresh == ["output layer"], "it would read another vector"


def test_without_layers_only_the_embedding_is_taken(sample_csv: Path, tmp_path: Path) -> None:
    """Also if there are no layers with weights that could be left out."""
    account = _account(_start([_pool("max")], [_pool("max")], sample_csv, tmp_path, layers=[]))
    assert account.taken == ["tokenizer", "embedding"]
    assert account.fresh == ["output layer"]


def test_labels_of_another_file_format_keep_the_output_layer(tmp_path: Path) -> None:
    layers: Layers = [GRU, _pool("mean")]
    tables = []
    for name, spellings in (("whole", ("0", "1")), ("fractions", ("0.0", "1.0"))):
        rows = [(f"the thing {i} is a {label[0]}", label) for i in range(20) for label in spellings]
        tables.append(write_csv(tmp_path / f"{name}.csv", [("text", "label"), *rows]))
    run = untrained_run(small_config(data__train=str(tables[0]), layers=layers), tmp_path)
    values = small_config(data__train=str(tables[1]), layers=layers, initialize=str(run.folder))
    start = start_of(checked_config(values), tmp_path)
    assert start is not None
    account = _account(start)
    assert list(account.labels) == ["0.0", "1.0"]
    assert account.fresh == []
    assert (account.new_labels, account.dropped_labels) == ([], [])


def test_a_language_model_with_another_activation_has_a_fresh_output_layer(sample_csv: Path, tmp_path: Path) -> None:
    layers: Layers = [{"type": "lstm", "units": 8}, {"type": "dense", "units": 8}]
    origin = untrained_run(lm_config(sample_csv, layers=layers), tmp_path)
    for activation, taken in (("relu", True), ("tanh", False)):
        mine = [layers[0], {**layers[1], "activation": activation}]
        values = lm_config(sample_csv, layers=mine, tokenizer={}, initialize=str(origin.folder))
        start = start_of(checked_config(values), tmp_path)
        assert start is not None
        assert start.plan.output == taken


@pytest.mark.usefixtures("no_saved_models")
def test_a_pool_that_makes_a_smaller_vector_is_no_failure(sample_csv: Path, tmp_path: Path) -> None:
    origin = small_config(data__train=str(sample_csv), layers=[GRU, _pool("last", "max", "mean")], head=[])
    run = untrained_run(origin, tmp_path, model=True)
    layers = [GRU, _pool("max")]
    values = small_config(data__train=str(sample_csv), layers=layers, head=[], initialize=str(run.folder))
    model, [source] = initialized(values)
    np.testing.assert_array_equal(
        model.get_layer("layers_0_gru").get_weights()[0], source.get_layer("layers_0_gru").get_weights()[0]
    )
    assert not np.any(model.get_layer("logits").bias)


@pytest.mark.usefixtures("no_saved_models")
def test_check_copies_the_weights_that_training_would(sample_csv: Path, tmp_path: Path) -> None:
    """What does not fit is found before training; the origin may be one that is trained further."""
    origin = small_config(data__train=str(sample_csv), layers=[GRU, _pool("last", "max", "mean")], head=[])
    run = untrained_run(origin, tmp_path, status=RUNNING, model=True)
    content = io.BytesIO()
    np.savez(content, epoch=1)
    Checkpoints(run.checkpoints).save_final(content.getvalue())
    config = written_config(tmp_path, sample_csv, layers=[GRU, _pool("max")], head=[])
    checked = CliRunner().invoke(cli, ["check", str(config), "--init-from", str(run.folder), "--json"])
    assert checked.exit_code == 0, checked.output
    report = json.loads(checked.stdout)
    assert report["initialize"]["fresh"] == ["output layer"]
    assert "its best weights so far are used" in json.dumps(report["warnings"])
