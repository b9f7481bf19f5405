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
from seqclf.evaluation.evidence.make import Findings, Model, Training, data_evidence, find, with_findings, with_texts
from seqclf.evaluation.evidence.mistakes import Judged
from seqclf.evaluation.evidence.source import SplitTexts
from seqclf.evaluation.evidence.store import model_fingerprint, write_evidence
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.new_runs import now
from seqclf.runs import Run
from seqclf.tasks.base import Say
from seqclf.tasks.classification.measure import probabilities_of
from seqclf.training.options import Callbacks

if TYPE_CHECKING:
    from seqclf.metrics.protocol import Metrics

TRAIN, VALIDATION = "train", "validation"


@dataclass(frozen=True)
class TrainingEvidence:
    """Makes the evidence of a training.

    Attributes:
        config: has absolute paths and matches ``data``.
    """

    config: Config
    run: Run
    data: TrainingData
    callbacks: Callbacks

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

    def write(self, findings: Findings | None) -> None:
        """Write the evidence of the training texts, and of the validation texts if there are any."""
        self.callbacks.stage("Collecting what a report shows")
        with _warned(self.callbacks.stage):
            data = self.data
            digests = self._digests(TRAIN)
            of_training = self._of_data(TRAIN, data.train, digests, Training())
            write_evidence(self.run, of_training)
            if data.validation is None:
                return
            counts = {one.label: one.texts for one in of_training.labels}
            known = Training(digests, counts)
            evidence = self._of_data(VALIDATION, data.validation, self._digests(VALIDATION), known)
            if findings is not None:
                evidence = with_findings(evidence, findings)
                with _warned(self.callbacks.stage):
                    evidence = self._with_texts(evidence, findings, data.validation)
            write_evidence(self.run, evidence)

    def _of_data(
        self, split: str, texts: EncodedTexts, digests: NDArray[np.uint64] | None, training: Training
    ) -> SplitEvidence:
        config, data = self.config, self.data
        model = Model(data.tokenizer, data.labels, config.tokenizer.max_tokens if data.labels else None)
        made_of = model_fingerprint(self.run)
        origin = Origin(config.data.describe(split), split, len(texts), now(), "train", made_of)
        return data_evidence(origin, model, texts, digests, training)

    def _with_texts(self, evidence: SplitEvidence, findings: Findings, texts: EncodedTexts) -> SplitEvidence:
        corpus, split = self.data.corpus, VALIDATION
        fingerprint = self.data.fingerprints[split]
        source = SplitTexts(corpus, split, self.data.labels, lambda: corpus.texts_of(split, fingerprint))
        try:
            return with_texts(evidence, findings, texts, source, truncate=self.config.tokenizer.truncate)
        finally:
            corpus.forget()

    def _digests(self, split: str) -> NDArray[np.uint64] | None:
        """The digests of the texts, from the cache; None if they are no longer there."""
        return noted_digests(split, self.data.fingerprints[split])


@contextlib.contextmanager
def _warned(say: Say) -> Iterator[None]:
    """Report what fails in the block as a warning: the run is complete without it."""
    try:
        yield
    except Exception as error:
        say(f"warning: the report will lack some of its parts: {error or type(error).__name__}")
