"""Keeps with a finished run what its model answered to each validation text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.data.corpus import noted_digests
from seqclf.data.prepare import TrainingData
from seqclf.evaluation.against_linear import keep_linear
from seqclf.evaluation.answers_store import write_answers
from seqclf.evaluation.evidence.source import SplitTexts
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.metrics.protocol import Metrics
from seqclf.run_answers import Bound, KeptAnswers
from seqclf.runs import Run
from seqclf.tasks.base import Say
from seqclf.tasks.classification.kept import kept_answers

VALIDATION = "validation"


def validation_answers(data: TrainingData, logits: NDArray[np.float32], metrics: Metrics) -> KeptAnswers:
    """The answers to the validation texts; ``metrics``: theirs."""
    assert data.validation is not None
    thresholds = metrics.thresholds(data.labels) if isinstance(metrics, MultiLabelMetrics) else None
    return kept_answers(data.validation, logits, data.labels, thresholds)


def keep_answers(
    run: Run, data: TrainingData, answers: KeptAnswers, linear: tuple[KeptAnswers, Bound] | None, say: Say
) -> None:
    """Write the answers to the validation texts, also those of the linear model. What fails is a warning: the run is
    complete without them."""
    corpus, fingerprint, texts = data.corpus, data.fingerprints[VALIDATION], data.validation
    assert texts is not None
    try:
        source = SplitTexts.of(corpus, VALIDATION, data.labels, texts, lambda: corpus.texts_of(VALIDATION, fingerprint))
        write_answers(run, VALIDATION, answers, source.digests(noted_digests(VALIDATION, fingerprint)))
        keep_linear(run, VALIDATION, linear)
    except Exception as error:
        reason = error or type(error).__name__
        say(f"warning: the answers to the validation texts are not kept, so runs compare cannot test them: {reason}")
    corpus.forget()
