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
    model.set_weights([draw.normal(0, 0.3, weight.shape).astype(weight.dtype) for weight in model.get_weights()])
    run.model.unlink()
    plain(model).save(run.model)
