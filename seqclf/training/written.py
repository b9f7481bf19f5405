"""The results that a training writes to the run's folder: the model in all formats, and the validation metrics."""

from __future__ import annotations

import shutil
from typing import Any

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.files import replacing
from seqclf.labels import DEFAULT_THRESHOLD, Labels
from seqclf.layer_types import walk
from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.metrics.protocol import Metrics
from seqclf.runs import Run


def write_models(config: Config, data: TrainingData, model: Any, validation: Metrics | None, run: Run) -> None:
    """Write the model in all formats, and its validation metrics."""
    if config.task.needs_labels:
        _write_classifier(config, data, model, validation, run)
    else:
        _write_language_model(config, model, run)
    if validation is not None:
        write_metrics(config, validation, run)


def _write_keras(model: Any, run: Run) -> None:
    from seqclf.layers.recurrent import plain

    with replacing(run.model) as temporary:
        plain(model).save(temporary)


def _write_onnx(content: bytes, run: Run) -> None:
    with replacing(run.onnx) as temporary:
        temporary.write_bytes(content)


def _forget_other_metrics(run: Run, content: bytes | None) -> None:
    """Delete the metrics of the earlier model, if the run was resumed and another epoch is the best now.

    ``content`` is the new ONNX model; None: it has none, so nothing says whether the model is the same.
    """
    if content is None or not run.onnx.is_file() or run.onnx.read_bytes() != content:
        run.forget_metrics()


def _write_classifier(config: Config, data: TrainingData, model: Any, validation: Metrics | None, run: Run) -> None:
    """Write the classifier in all formats, and its thresholds. The metrics of another model are deleted."""
    from seqclf.export.onnx_model import onnx_model
    from seqclf.export.saved_model import export_saved_model

    thresholds = None
    if data.labels.multi:
        thresholds = _thresholds(config, data.labels, validation)
    more: dict[str, Any] = {"thresholds": thresholds, "prior": run.prior, "extra": run.extra}
    has_onnx = all(layer.has_onnx for _, layer in walk(config.layers))
    content = onnx_model(model, config, data.labels, **more).SerializeToString() if has_onnx else None
    _forget_other_metrics(run, content)
    shutil.rmtree(run.saved_model, ignore_errors=True)  # from before a resume
    _write_keras(model, run)
    if thresholds is not None:
        run.write_thresholds(thresholds)
    export_saved_model(model, config, data.tokenizer, data.labels, run.saved_model, **more)
    if content is not None:
        _write_onnx(content, run)


def _write_language_model(config: Config, model: Any, run: Run) -> None:
    """Write the language model in all formats. The metrics of another model are deleted."""
    from seqclf.export.onnx_language_model import onnx_language_model

    content = onnx_language_model(model, config).SerializeToString()
    _forget_other_metrics(run, content)
    shutil.rmtree(run.saved_model, ignore_errors=True)  # an export of the model before a resume
    _write_keras(model, run)
    _write_onnx(content, run)


def write_metrics(config: Config, validation: Metrics, run: Run, baseline: BaselineScores | None = None) -> None:
    """Write the metrics of the validation texts, and the scores of a baseline on them."""
    compared = {} if baseline is None else {"baseline": baseline.to_json()}
    run.write_metrics("validation", {"data": config.data.describe("validation"), **validation.to_json(), **compared})


def _thresholds(config: Config, labels: Labels, validation: Metrics | None) -> tuple[float, ...]:
    """The threshold of each label for the kept weights; ``validation`` are their metrics."""
    if isinstance(validation, MultiLabelMetrics):
        return validation.thresholds(labels)
    fixed = config.training.thresholds
    return (DEFAULT_THRESHOLD if isinstance(fixed, str) else fixed,) * len(labels)
