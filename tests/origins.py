"""Runs to start from, made without training."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np

from seqclf.config import checked_config, write_config
from seqclf.data.prepare import prepare
from seqclf.new_runs import begin_run, now
from seqclf.runs import FINISHED, Run


def untrained_run(values: dict[str, Any], runs: Path, *, status: str = FINISHED, model: bool = False) -> Run:
    """A run of this config, with the tokenizer of its texts.

    Args:
        model: also write a model, whose weights are random; without it, an empty file is in its place.
    """
    config = checked_config(values)
    data = prepare(config)
    run = begin_run(runs, config.name)
    write_config(run.config, config)
    data.tokenizer.save(run.tokenizer)
    run.model.touch()
    if data.labels:
        run.write_labels(data.labels)
    if model:
        _write_model(run, config, data)
    run.update_manifest(status=status, task=config.task.type, ended=now(), best_epoch=1, epochs=1)
    return run


def _write_model(run: Run, config: Any, data: Any) -> None:
    from seqclf.layers.recurrent import plain
    from seqclf.tasks.kinds import task_of

    task = task_of(config, data)
    task.save(run)
    model = task.model(config, data)
    draw = np.random.default_rng(zlib.crc32(run.name.encode()))
    for weight in model.weights:
        values = draw.normal(0, 0.3, weight.shape)
        weight.assign(np.abs(values) if weight.name == "moving_variance" else values)
    run.model.unlink()
    plain(model).save(run.model)


def initialized(values: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The new model of a config with ``initialize``, before its first step, and the models of its runs."""
    from seqclf.tasks.kinds import task_of
    from seqclf.training.initialize.source import model_of
    from seqclf.training.initialize.start import start_of
    from seqclf.training.initialize.weights import initialize

    start = start_of(checked_config(values), Path("runs"))
    assert start is not None
    data = prepare(start.config)
    model = task_of(start.config, data).model(start.config, data)
    initialize(model, start, data)
    return model, [model_of(origin) for origin in start.origins]


def output_of(model: Any, name: str, token_ids: np.ndarray) -> np.ndarray:
    """What a layer returns for each token, read from states of zeros."""
    import keras

    inputs: list[Any] = [token_ids, *(np.zeros((len(token_ids), one.shape[1]), "float32") for one in model.inputs[1:])]
    layer = model.get_layer(name).output
    output = layer[0] if isinstance(layer, list | tuple) else layer
    return np.array(keras.Model(model.inputs, output)(inputs, training=False))


def padded(rows: list[list[int]], extra: int = 0) -> np.ndarray:
    """Token ids, padded right with 0 to the longest row and ``extra`` more."""
    width = max(map(len, rows)) + extra
    return np.array([row + [0] * (width - len(row)) for row in rows], dtype=np.int32)
