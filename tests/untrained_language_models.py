"""Language models in Keras and in a run's folder, as they start: without a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from language_models import lm_config

from seqclf.config import Config, checked_config
from seqclf.data.encode import encode_texts
from seqclf.data.windows import Windows
from seqclf.files import write_json
from seqclf.inference import Scorer
from seqclf.labels import NO_LABELS
from seqclf.metrics.language_model import LanguageModelMetrics
from seqclf.sources.texts import UNLABELLED, LabelledTexts
from seqclf.text.tokenizer import Tokenizer


class Pair:
    """A model as it starts, with larger biases, in Keras and in a folder."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, **task: Any) -> None:
        from seqclf.export.onnx_language_model import export_onnx_language_model
        from seqclf.model.language_model import build_language_model

        self.tokenizer = tokenizer
        self.config: Config = checked_config(
            lm_config(
                data={"source": "sample"},
                task=task,
                layers=[{"type": "lstm", "units": 6}, {"type": "gru", "units": 8}],
                head=[{"type": "dense", "units": 8}],
            )
        )
        self.model = build_language_model(self.config, tokenizer.vocabulary_size + 1)
        draw = np.random.default_rng(3)
        self.model.set_weights(
            [weight + draw.normal(scale=0.4, size=weight.shape) for weight in self.model.get_weights()]
        )
        folder.mkdir(parents=True)
        export_onnx_language_model(self.model, self.config, folder / "model.onnx")
        tokenizer.save(folder / "tokenizer")
        manifest = {"status": "finished", "task": "language_model", "ended": "2026-01-01T00:00:00"}
        write_json(folder / "manifest.json", manifest)
        self.folder, self.scorer = folder, Scorer.load(folder)

    def evaluated(self, text: str) -> LanguageModelMetrics:
        """What ``seqclf eval --data`` says about a file of this text alone."""
        from seqclf.tasks.language_model.validation import PerplexityValidator

        texts = encode_texts(LabelledTexts([text], [UNLABELLED], "a test"), self.tokenizer, NO_LABELS)
        windows = Windows.of_evaluation(texts, self.config, self.tokenizer.vocabulary_size)
        return PerplexityValidator(self.model).metrics(windows)
