"""Classifiers that teach others, made without training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from origins import untrained_run

from seqclf.config import load_config
from seqclf.data.prepare import prepare
from seqclf.runs import Run


def teacher_run(values: dict[str, Any], runs: Path) -> Run:
    """A classifier of this config with random weights, which says that it was trained on the training texts."""
    import keras

    from seqclf.export.onnx_model import onnx_model

    run = untrained_run(values, runs, model=True)
    config = load_config(run.config)
    data = prepare(config)
    thresholds = (0.5,) * len(data.labels) if data.labels.multi else None
    model = keras.models.load_model(run.model, compile=False)
    content = onnx_model(model, config, data.labels, thresholds=thresholds, prior=run.prior, extra=run.extra)
    run.onnx.write_bytes(content.SerializeToString())
    run.update_manifest(data_fingerprint=data.fingerprints)
    return run
