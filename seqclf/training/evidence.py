"""Keeps with a finished run what a report shows of its training and validation texts beside the metrics.

The training is complete by then: whatever fails here is a warning.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.corpus import noted_digests
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import TrainingData
from seqclf.evaluation.evidence.content import Origin, SplitEvidence
from seqclf.evaluation.evidence.make import (
    Explain,
    Findings,
    Model,
    Training,
    data_evidence,
    find,
    with_findings,
    with_texts,
)
from seqclf.evaluation.evidence.mistakes import Judged
from seqclf.evaluation.evidence.source import SplitTexts
from seqclf.evaluation.evidence.store import model_fingerprint, write_evidence
from seqclf.explanation.timed import LEAST_SECONDS, explainer_of
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.new_runs import now
from seqclf.runs import Run
from seqclf.tasks.base import Say
from seqclf.tasks.classification.measure import probabilities_of
from seqclf.training.options import Callbacks

if TYPE_CHECKING:
    from seqclf.metrics.protocol import Metrics

TRAIN, VALIDATION = "train", "validation"

_SHARE = 0.03  # of the time of a training, for explanations


@dataclass(frozen=True)
class TrainingEvidence:
    """Makes the evidence of a training.

    Attributes:
        config: has absolute paths and matches ``data``.
        threads: for ONNX Runtime; None: one for each core.
    """

    config: Config
    run: Run
    data: TrainingData
    callbacks: Callbacks
    threads: int | None = None

    def findings(self, logits: NDArray[np.float32], metrics: Metrics) -> Findings | None:
        """What the logits say of the validation texts; None, after a warning, if that fails.

        ``metrics``: theirs.
        """
        labels, texts = self.data.labels, self.data.validation
        assert texts is not None
        thresholds = metrics.thresholds(labels) if isinstance(metrics, MultiLabelMetrics) else None
        with _warned(self.callbacks.stage):
            judged = Judged(labels, texts, probabilities_of(logits, labels), thresholds)
            return find(judged, self.config.tokenizer.max_tokens)
        return None

    def write(self, findings: Findings | None, seconds: float) -> None:
        """Write the evidence of the training texts, and of the validation texts if there are any.

        ``seconds``: that the training took; explaining texts takes a small fraction of it.
        """
        self.callbacks.stage("Collecting what a report shows")
        with _warned(self.callbacks.stage):
            data = self.data
            digests = noted_digests(TRAIN, data.fingerprints[TRAIN])
            of_training = self._of_data(TRAIN, data.train, digests, Training())
            write_evidence(self.run, of_training)
            if data.validation is not None:
                counts = {one.label: one.texts for one in of_training.labels}
                self._write_validation(data.validation, Training(digests, counts), findings, seconds)

    def _write_validation(
        self, texts: EncodedTexts, training: Training, findings: Findings | None, seconds: float
    ) -> None:
        corpus, fingerprint, split = self.data.corpus, self.data.fingerprints[VALIDATION], VALIDATION
        source = SplitTexts.of(corpus, split, self.data.labels, texts, lambda: corpus.texts_of(split, fingerprint))
        digests = source.digests(noted_digests(split, fingerprint))
        evidence = self._of_data(split, texts, digests, training)
        if findings is not None:
            evidence = with_findings(evidence, findings)
            with _warned(self.callbacks.stage):
                truncate, explain = self.config.tokenizer.truncate, self._explainer(seconds)
                evidence = with_texts(evidence, findings, texts, source, truncate=truncate, explain=explain)
        write_evidence(self.run, evidence)
        corpus.forget()

    def _explainer(self, seconds: float) -> Explain | None:
        """None if the model is another one than that of the findings, after a refit of the n-grams."""
        if self.run.was_fitted_to_validation:
            return None
        return explainer_of(self.run, max(LEAST_SECONDS, _SHARE * seconds), self.threads)

    def _of_data(
        self, split: str, texts: EncodedTexts, digests: NDArray[np.uint64] | None, training: Training
    ) -> SplitEvidence:
        config, data = self.config, self.data
        model = Model(data.tokenizer, data.labels, config.tokenizer.max_tokens if data.labels else None)
        made_of = model_fingerprint(self.run)
        origin = Origin(config.data.describe(split), split, len(texts), now(), "train", made_of)
        return data_evidence(origin, model, texts, digests, training)


@contextlib.contextmanager
def _warned(say: Say) -> Iterator[None]:
    """Report what fails in the block as a warning: the run is complete without it."""
    try:
        yield
    except Exception as error:
        say(f"warning: the report will lack some of its parts: {error or type(error).__name__}")
