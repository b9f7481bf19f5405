"""Bounds on the model of a trial: the size of its ONNX file, and the time of a prediction."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Any

from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import TrainingData
from seqclf.runs import Run

_NUMBER = 4  # bytes of a float32
_TEXTS = 50
_MEGABYTE = 1e6

SIZE, LATENCY = "size_mb", "latency_ms"
"""Names of what was measured, in the attributes of a trial."""


@dataclass(frozen=True)
class Limits:
    """Bounds on a model; None: none.

    Attributes:
        size: of ``model.onnx``, in MB of 1,000,000 bytes.
        latency: median time of a prediction of one validation text by ONNX Runtime on this machine, in ms.
    """

    size: float | None = None
    latency: float | None = None


def exceeded_before(limits: Limits, config: Config, data: TrainingData) -> float | None:
    """How far the weights alone exceed the size, as a fraction of it, before any training; None if they do not."""
    if limits.size is None:
        return None
    from seqclf.training.memory_estimate import memory_needs

    weights = memory_needs(config, data).parameters * _NUMBER / _MEGABYTE
    return weights / limits.size - 1 if weights > limits.size else None


def measured(limits: Limits, config: Config, run: Run, trial: Any) -> dict[str, float]:
    """How far the model of a run exceeds each bound, as a fraction of it: at most 0 where it keeps to it. What was
    measured is noted in the trial."""
    found = {}
    if limits.size is not None:
        size = run.onnx.stat().st_size / _MEGABYTE
        trial.set_user_attr(SIZE, round(size, 3))
        found[SIZE] = size / limits.size - 1
    if limits.latency is not None:
        latency = _latency(config, run)
        trial.set_user_attr(LATENCY, round(latency, 3))
        found[LATENCY] = latency / limits.latency - 1
    return found


def _latency(config: Config, run: Run) -> float:
    """The median time of a prediction, in ms."""
    from seqclf.inference import Classifier

    texts = Corpus(config).texts("validation").texts[:_TEXTS]
    classifier = Classifier.load(run.folder)
    classifier.predict([texts[0]])  # the first call allocates
    times = []
    for text in texts:
        started = time.perf_counter()
        classifier.predict([text])
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)
