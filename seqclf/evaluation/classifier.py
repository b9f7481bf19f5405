"""The classifier of a finished run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config, load_config
from seqclf.data.batches import Batches
from seqclf.data.encoded import EncodedTexts
from seqclf.ensemble_recipe import Ensemble, ensemble_of
from seqclf.extra_columns import ExtraColumns
from seqclf.inference.text_classifier import features_of
from seqclf.labels import Labels
from seqclf.layer_types import walk
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.model.build import calibrated_model, logits_model
from seqclf.model.ensemble import build
from seqclf.model.weights import load_weights
from seqclf.prior import Prior
from seqclf.run_calibration import RunCalibration
from seqclf.run_held_out import HeldOut
from seqclf.runs import Run
from seqclf.tasks.classification.measure import metrics_of, probabilities_of
from seqclf.tasks.predictor import Predictor
from seqclf.text.fields import check_several
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate

_TOKENS_A_BATCH, _TEXTS_A_BATCH = 16_384, 512


@dataclass(frozen=True)
class KerasClassifier:
    """The ``TextClassifier`` of Keras: a run's model with its tokenizer and labels.

    Attributes:
        thresholds: that the probability of each of ``labels.with_thresholds`` must exceed; None: the most probable
            label is predicted.
        prior: the answer for texts without known tokens; None: the model answers them.
        extra: the columns beside the text that the model reads; None: it reads the text alone.
        calibration: what the predictor's logits are divided by; ``model`` is without it. None: nothing.
        held_out: the validation texts, and answers in place of the model's, which has seen them; None: it has not.
        ensemble: how the model is made of several; ``config`` is then that of the first. None: it is a single one.
    """

    config: Config
    tokenizer: Tokenizer
    labels: Labels
    thresholds: tuple[float, ...] | None
    model: keras.Model
    predictor: Predictor
    prior: Prior | None = None
    extra: ExtraColumns | None = None
    calibration: RunCalibration | None = None
    ensemble: Ensemble | None = None
    held_out: tuple[EncodedTexts, HeldOut] | None = None

    @classmethod
    def load(cls, run: Run) -> KerasClassifier:
        """Load a complete run. Only the weights come from the model's file; the layers follow from the config."""
        config = load_config(run.config)
        tokenizer = load_tokenizer(run.tokenizer)
        extra = run.extra
        width, ensemble = 0 if extra is None else extra.width, ensemble_of(run)
        model = build(config, ensemble, tokenizer.vocabulary_size, run.labels, extra=width)
        load_weights(model, run.model)
        calibration = run.calibration
        predictor = _predictor(model, run.labels, calibration, extra)
        return cls(
            config, tokenizer, run.labels, run.thresholds, model, predictor, run.prior, extra, calibration, ensemble
        )

    def calibrated(
        self, calibration: RunCalibration | None, thresholds: tuple[float, ...] | None = None
    ) -> KerasClassifier:
        """With another calibration and its thresholds, or with none and ``thresholds``."""
        if calibration is not None:
            thresholds = calibration.thresholds
        predictor = _predictor(self.model, self.labels, calibration, self.extra)
        return replace(self, thresholds=thresholds, predictor=predictor, calibration=calibration)

    @property
    def exported_with(self) -> dict[str, Any]:
        """The arguments of exports besides the model, its config, tokenizer and labels."""
        return {
            "thresholds": self.thresholds,
            "prior": self.prior,
            "extra": self.extra,
            "calibration": self.calibration,
            "ensemble": self.ensemble,
        }

    @property
    def max_tokens(self) -> int:
        """Number of tokens that the model reads of a text at most."""
        return self.config.tokenizer.max_tokens

    @property
    def truncate(self) -> Truncate:
        """Which part of a longer text is cut."""
        return self.config.tokenizer.truncate

    @property
    def has_onnx(self) -> bool:
        """Whether all layers can be written as ONNX."""
        if self.ensemble is not None:
            return self.ensemble.has_onnx
        return all(layer.has_onnx for _, layer in walk(self.config.layers))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values together are a text; empty if a text is a single value."""
        return self.tokenizer.columns

    def probabilities(
        self, texts: Sequence[str], extra: Mapping[str, Sequence[Any]] | None = None
    ) -> NDArray[np.float64]:
        """Probability of every label, ``float64 [texts, labels]``; ``extra``: values of the columns beside the text."""
        check_several(texts)
        if not texts:
            return np.zeros((0, len(self.labels)))
        encoded = list(self.tokenizer.encode_all(texts))
        return probabilities_of(self.logits_of_ids(encoded, features_of(self, extra, len(texts))), self.labels)

    def logits_of_ids(
        self, encoded: Sequence[NDArray[np.int32]], features: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Calibrated logits of encoded texts, ``float32 [texts, 1 or labels]``.

        ``features``: those of ``self.extra``, ``float32 [texts, width]``; None: no column has a value.
        """
        if not encoded:
            return np.zeros((0, self.labels.units), np.float32)
        no_labels = np.zeros(len(encoded), dtype=np.int32)
        texts = EncodedTexts.collect(encoded, no_labels, self.tokenizer.vocabulary_size)
        if self.extra is not None and features is None:
            features = np.repeat(self.extra.missing[None], len(encoded), axis=0)
        return self.logits(replace(texts, separator_id=self.tokenizer.separator_id, extra=features))

    def evaluate(self, texts: EncodedTexts) -> ClassifierMetrics:
        """All metrics on texts encoded by this run's tokenizer."""
        return self.evaluate_each(texts)[0]

    def evaluate_each(self, texts: EncodedTexts) -> tuple[ClassifierMetrics, NDArray[np.float32]]:
        """The result of ``evaluate`` and the logits behind it, ``float32 [texts, 1 or labels]``."""
        logits = self.logits(texts)
        return metrics_of(logits, texts, self.labels, self.thresholds, evaluate=True), logits

    def logits(self, texts: EncodedTexts) -> NDArray[np.float32]:
        """Logits of texts encoded by this run's tokenizer, ``float32 [texts, 1 or labels]``."""
        return self.logits_and_known(texts)[0]

    def logits_and_known(self, texts: EncodedTexts) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """``logits``, and which texts the model answers: the others, ``bool [texts]``, get the prior."""
        if self.held_out is not None and texts is self.held_out[0]:
            return self._held_out(self.held_out[1])
        options = self.config.tokenizer
        batch_tokens = max(_TOKENS_A_BATCH, options.max_tokens)
        batches = Batches(texts, _TEXTS_A_BATCH, options.max_tokens, options.truncate, batch_tokens)
        if self.prior is None:
            return self.predictor.logits(batches), np.ones(len(texts), dtype=bool)
        logits, known = self.predictor.logits_and_known(batches, self.prior.unknown_id)
        return self.prior.replace_unknown(logits, known, self.labels), known

    def _held_out(self, found: HeldOut) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """``logits_and_known`` of the validation texts by the model that had not seen them."""
        temperatures = 1.0 if self.calibration is None else np.array(self.calibration.temperatures, np.float32)
        logits = found.logits / np.float32(temperatures)
        if self.prior is None:
            return logits, np.ones(len(logits), dtype=bool)
        return self.prior.replace_unknown(logits, found.known, self.labels), found.known


def _predictor(
    model: keras.Model, labels: Labels, calibration: RunCalibration | None, extra: ExtraColumns | None
) -> Predictor:
    """Calls the model, and divides its logits by the temperatures of the calibration."""
    outputs = None
    if calibration is not None:
        outputs = logits_model(calibrated_model(model, labels, calibration.temperatures))
    return Predictor(model, outputs, extra)
