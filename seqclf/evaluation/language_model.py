"""A run's language model, in TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import keras

from seqclf.config import Config, load_config
from seqclf.data.encoded import EncodedTexts
from seqclf.data.windows import Windows
from seqclf.metrics.language_model import LanguageModelMetrics
from seqclf.model.language_model import build_language_model
from seqclf.model.weights import load_weights
from seqclf.runs import Run
from seqclf.tasks.language_model.validation import PerplexityValidator
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class KerasLanguageModel:
    """The language model of a run.

    Attributes:
        model: as ``build_language_model`` returns it.
    """

    config: Config
    tokenizer: Tokenizer
    model: keras.Model

    @classmethod
    def load(cls, run: Run) -> KerasLanguageModel:
        """Load a complete run. Only the weights come from the model's file; the layers follow from the config."""
        config, tokenizer = load_config(run.config), load_tokenizer(run.tokenizer)
        model = build_language_model(config, tokenizer.vocabulary_size + 1)
        load_weights(model, run.model)
        return cls(config, tokenizer, model)

    def evaluate(self, texts: EncodedTexts) -> LanguageModelMetrics:
        """Metrics on texts encoded by this run's tokenizer, without labels."""
        size = self.tokenizer.vocabulary_size
        windows = Windows.of_evaluation(texts, self.config, size)
        unknown = int(texts.counts(size)[self.tokenizer.unknown_id])
        return replace(PerplexityValidator(self.model).metrics(windows), unknown=unknown)
