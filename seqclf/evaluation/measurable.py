"""A classifier whose answers to encoded texts are measured, with ONNX Runtime or with Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config, load_config
from seqclf.data.encoded import EncodedTexts
from seqclf.extra_columns import ExtraColumns
from seqclf.inference import Classifier
from seqclf.labels import Labels
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.run_calibration import RunCalibration
from seqclf.runs import Run
from seqclf.tasks.classification.measure import metrics_of
from seqclf.text.tokenizer import Tokenizer


class MeasurableClassifier(Protocol):
    """What ``seqclf eval`` asks of a classifier. ``KerasClassifier`` describes the members."""

    @property
    def config(self) -> Config: ...

    @property
    def tokenizer(self) -> Tokenizer: ...

    @property
    def labels(self) -> Labels: ...

    @property
    def thresholds(self) -> tuple[float, ...] | None: ...

    @property
    def extra(self) -> ExtraColumns | None: ...

    @property
    def calibration(self) -> RunCalibration | None: ...

    def logits(self, texts: EncodedTexts) -> NDArray[np.float32]: ...

    def evaluate_each(self, texts: EncodedTexts) -> tuple[ClassifierMetrics, NDArray[np.float32]]: ...


@dataclass(frozen=True)
class OnnxClassifier:
    """A run's ONNX model as ``MeasurableClassifier``: a model of a hub may have no other."""

    config: Config
    light: Classifier

    @property
    def tokenizer(self) -> Tokenizer:
        return self.light.tokenizer

    @property
    def labels(self) -> Labels:
        return self.light.labels

    @property
    def thresholds(self) -> tuple[float, ...] | None:
        return self.light.thresholds

    @property
    def extra(self) -> ExtraColumns | None:
        return self.light.extra

    @property
    def calibration(self) -> RunCalibration | None:
        return self.light.calibration

    def logits(self, texts: EncodedTexts) -> NDArray[np.float32]:
        """Calibrated logits, ``float32 [texts, 1 or labels]``."""
        return self.light.logits_of_ids([texts[place] for place in range(len(texts))], texts.extra)

    def evaluate_each(self, texts: EncodedTexts) -> tuple[ClassifierMetrics, NDArray[np.float32]]:
        """All metrics, and the logits behind them, ``float32 [texts, 1 or labels]``."""
        logits = self.logits(texts)
        return metrics_of(logits, texts, self.labels, self.thresholds, evaluate=True), logits


def open_measurable(run: Run, config: Config, threads: int | str = "auto") -> MeasurableClassifier:
    """Open a run with Keras, or a hub's model with ONNX Runtime if it has an ONNX model.

    Args:
        config: says how TensorFlow starts.
        threads: a number; ``auto``: one for each core; ``stock``: as TensorFlow sets them.

    Raises:
        InputError: a file of the model is missing or malformed.
    """
    if not run.is_own and run.onnx.exists():
        light = Classifier.load(run.folder, threads=threads if isinstance(threads, int) else None)
        return OnnxClassifier(load_config(run.config), light)
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow(config, threads)
    from seqclf.evaluation.classifier import KerasClassifier

    return KerasClassifier.load(run)
