"""``seqclf calibrate``: fits the temperatures of a run and stores them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seqclf.calibration.confidence import abstain, conformal_scores
from seqclf.calibration.scored import VALIDATION, Scored
from seqclf.calibration.store import store
from seqclf.calibration.temperature import Fit, fit_temperatures
from seqclf.data.encoded import EncodedTexts
from seqclf.decisions import Decider
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.run_calibration import RunCalibration
from seqclf.runs import Run

Metrics = Mapping[str, ClassifierMetrics]


@dataclass(frozen=True)
class Calibrated:
    """What a calibration changes.

    Attributes:
        calibration: the new one.
        before, after: metrics by split, without any calibration and with the new one.
        thresholds_before: for the probabilities without calibration; None: the run has none.
        is_new: the run did not have this very calibration before.
        prior_changes: texts without known tokens get another label, because their probabilities stay and thresholds
            move.
    """

    calibration: RunCalibration
    fit: Fit
    before: Metrics
    after: Metrics
    thresholds_before: tuple[float, ...] | None
    is_new: bool
    prior_changes: bool

    def to_json(self) -> dict[str, Any]:
        """Log loss and expected calibration error by split, before and after."""
        names = {"before": self.before, "after": self.after}
        return {split: {name: _scores(metrics[split]) for name, metrics in names.items()} for split in self.before}


def _scores(metrics: ClassifierMetrics) -> dict[str, Any]:
    assert metrics.evaluation is not None
    error = metrics.evaluation.expected_calibration_error
    return {"texts": metrics.texts, "log_loss": metrics.loss, "expected_calibration_error": error}


def fitted(classifier: KerasClassifier, texts: EncodedTexts) -> Fit:
    """The temperatures of a classifier without calibration, on validation texts. Those without known tokens have no
    part in it: the network does not answer them."""
    logits, known = classifier.logits_and_known(texts)
    scored = Scored.of(texts, logits, classifier.labels)
    kept = known[texts.counted]
    weights = None if scored.weights is None else scored.weights[kept]
    return fit_temperatures(scored.logits[kept], scored.truth[kept], classifier.labels, weights)


def calibrate(
    run: Run, classifier: KerasClassifier, texts: Mapping[str, EncodedTexts], rate: float | None = None
) -> Calibrated:
    """Fit the temperatures on the validation texts, and store them unless the run has them already.

    Args:
        classifier: the run's.
        texts: the encoded texts to measure, by split; the validation texts among them.
        rate: the fraction of errors among the answered texts, at most, for which to choose the confidence below which
            no label is given; None: that of an earlier call, if there was one.

    Raises:
        InputError: another process is training the run, or no confidence leads to so few errors.
    """
    old = classifier.calibration
    thresholds = classifier.thresholds
    if old is not None and thresholds is not None:
        thresholds = old.moved_back(thresholds)
    raw = classifier.calibrated(None, thresholds)
    fit = fitted(raw, texts[VALIDATION])
    new = RunCalibration(fit.temperatures, None, len(texts[VALIDATION].counted))
    if old is not None and old.temperatures == new.temperatures:  # not moved back and forth: rounding would differ
        new = replace(new, thresholds=old.thresholds)
    elif thresholds is not None:
        new = replace(new, thresholds=new.moved(thresholds))
    if rate is None and old is not None and old.abstention is not None:
        rate = old.abstention.rate
    new = _with_confidences(new, raw.calibrated(new), texts[VALIDATION], rate)
    changed, is_new = raw.calibrated(new), old != new
    before = {split: raw.evaluate(encoded) for split, encoded in texts.items()}
    if is_new or not run.onnx.exists() or not run.saved_model.exists():  # an earlier call may have been killed
        change = new.temperatures != (_none(new) if old is None else old.temperatures)
        after = store(run, changed, texts, lambda: run.write_calibration(new), scores_change=change)
    else:
        after = {split: changed.evaluate(encoded) for split, encoded in texts.items()}
    return Calibrated(new, fit, before, after, thresholds, is_new, _prior_changes(raw, changed))


def _with_confidences(
    calibration: RunCalibration, classifier: KerasClassifier, texts: EncodedTexts, rate: float | None
) -> RunCalibration:
    """With what depends on the calibrated probabilities: when to abstain, and the scores of sets."""
    scored = Scored.of(texts, classifier.logits(texts), classifier.labels)
    abstention = None if rate is None else abstain(scored, calibration.thresholds, rate)
    return replace(calibration, abstention=abstention, conformal=conformal_scores(scored))


def undo(run: Run, classifier: KerasClassifier, texts: Mapping[str, EncodedTexts]) -> Metrics:
    """Remove the calibration of a run; returns its metrics without it. Raises ``InputError`` as ``calibrate`` does."""
    raw = classifier.calibrated(None, run.uncalibrated_thresholds)
    old = classifier.calibration
    change = old is None or old.temperatures != _none(old)
    return store(run, raw, texts, lambda: run.write_calibration(None), scores_change=change)


def _none(calibration: RunCalibration) -> tuple[float, ...]:
    """The temperatures that change nothing."""
    return (1.0,) * len(calibration.temperatures)


def _prior_changes(before: KerasClassifier, after: KerasClassifier) -> bool:
    """Whether texts without known tokens get another label."""
    if before.prior is None:
        return False
    row = np.array([before.prior.frequencies])
    decided = [Decider(one.labels, one.thresholds)(row) for one in (before, after)]
    return decided[0] != decided[1]
