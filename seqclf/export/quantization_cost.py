"""Measure the cost of quantization on the validation texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from seqclf.config import load_config
from seqclf.data.corpus import Corpus
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import prepare_split
from seqclf.export.quantize import Cost, quantized
from seqclf.inference import Classifier
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.runs import Run
from seqclf.tasks.classification.measure import metrics_of


def quantize_measured(run: Run, path: Path, on_stage: Callable[[str], None] = lambda stage: None) -> Cost:
    """Replace the model in ``path``, a file next to the run's tokenizer, by its quantized form; return the cost.

    Raises ``InputError`` if the run's validation texts are missing.
    """
    config = load_config(run.config)
    before = Classifier.load(path.parent)
    texts = None
    if Corpus(config).has("validation"):
        fingerprints = run.data_fingerprints
        texts = prepare_split(
            config,
            "validation",
            before.tokenizer,
            before.labels,
            fingerprints,
            extra=before.extra,
            on_stage=on_stage,
        )
    size_before = path.stat().st_size
    path.write_bytes(quantized(path.read_bytes()))
    on_stage("Measuring the quantized model")
    metric = "micro F1" if before.labels.multi else "accuracy"
    sizes = size_before, path.stat().st_size
    if texts is None:
        return Cost(metric, 0, None, None, *sizes)
    scores = _score(before, texts), _score(Classifier.load(path.parent), texts)
    return Cost(metric, len(texts.counted), *scores, *sizes, seen=run.was_fitted_to_validation)


def _score(classifier: Classifier, texts: EncodedTexts) -> float:
    logits = classifier.logits_of_ids([texts[place] for place in range(len(texts))], texts.extra)
    metrics = metrics_of(logits, texts, classifier.labels, classifier.thresholds)
    return metrics.micro_f1 if isinstance(metrics, MultiLabelMetrics) else metrics.accuracy
