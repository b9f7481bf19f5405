"""Classifiers with random weights, without a training, and folders with their models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from conftest import small_config
from extra_examples import fitted
from learnt_tokenizers import learn_tokenizer

from seqclf.config import checked_config
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.labels import Labels
from seqclf.run_calibration import RunCalibration
from seqclf.text.field_tokenizer import FieldTokenizer

TWO = Labels(("no", "yes"))


def untrained_classifier(
    texts: Sequence[str],
    labels: Labels = TWO,
    *,
    columns: tuple[str, ...] = (),
    extra: bool = False,
    temperatures: tuple[float, ...] | None = None,
    **options: Any,
) -> KerasClassifier:
    """A classifier with random weights that are large, so that texts get different answers.

    Args:
        texts: its subword tokenizer is learnt from them.
        extra: whether it reads the columns of ``extra_examples.fitted``.
        temperatures: of a calibration.
        options: changes of ``small_config``.
    """
    from seqclf.model.build import build_model
    from seqclf.tasks.predictor import Predictor

    data = {"source": "table", "train": "x.csv", "text": list(columns)} if columns else {"source": "sample"}
    config = checked_config(small_config(data=data, embedding__dim=8, **options))
    tokenizer = learn_tokenizer(texts, type="subword", vocab_size=70, min_frequency=1)
    if columns:
        tokenizer = FieldTokenizer(tokenizer, columns)
    known = fitted() if extra else None
    model = build_model(config, tokenizer.vocabulary_size, labels, extra=0 if known is None else known.width)
    draw = np.random.default_rng(5)
    for weight in model.weights:
        if weight.name == "joins":
            weight.assign(tokenizer.word_joins())
        elif "float" in str(weight.dtype) and weight.name not in ("network_weight", "ngrams_weight"):
            weight.assign(draw.normal(0, 0.5, weight.shape))
    found = KerasClassifier(config, tokenizer, labels, None, model, Predictor(model, extra=known), extra=known)
    if labels.multi:
        found = found.calibrated(None, (0.5,) * len(labels))
    if temperatures is None:
        return found
    return found.calibrated(RunCalibration(temperatures, (0.5,) * len(labels), 9))


def export_untrained(folder: Path, classifier: KerasClassifier) -> Path:
    """A folder as ``seqclf export --format onnx`` writes it, without a card."""
    from seqclf.export.onnx_model import export_onnx

    folder.mkdir(parents=True)
    export_onnx(
        classifier.model, classifier.config, classifier.labels, folder / "model.onnx", **classifier.exported_with
    )
    classifier.tokenizer.save(folder / "tokenizer")
    return folder
