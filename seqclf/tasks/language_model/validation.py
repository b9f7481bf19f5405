"""Validation of a language model: the perplexity of texts."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from seqclf.data.encoded import EncodedTexts
from seqclf.data.pipeline import dataset
from seqclf.data.windows import Windows
from seqclf.metrics.language_model import LanguageModelMetrics, Surprise
from seqclf.tasks.language_model.softmax import token_losses
from seqclf.token_ids import PAD_ID

SIGNATURE = (
    tf.TensorSpec([None, None], tf.int32),
    tf.TensorSpec([None, None], tf.int32),
    tf.TensorSpec([None], tf.bool),
    tf.TensorSpec([2], tf.int32),
)
"""Shapes and dtypes of a batch of ``Windows``."""


class PerplexityValidator:
    """Predicts all tokens with the softmax over the whole vocabulary, carrying the states from window to window."""

    def __init__(self, model: keras.Model) -> None:
        widths = [int(state.shape[1]) for state in model.inputs[1:]]
        self._widths = widths
        signature = [*SIGNATURE[:2], *(tf.TensorSpec([None, width], tf.float32) for width in widths)]

        @tf.function(input_signature=signature, autograph=False)
        def read(token_ids: tf.Tensor, targets: tf.Tensor, *before: tf.Tensor) -> tuple[tf.Tensor, ...]:
            logits, *after = model([token_ids, *before], training=False)
            losses = token_losses(logits, targets)
            total = tf.reduce_sum(tf.cast(losses, tf.float64))
            return total, tf.math.count_nonzero(targets != PAD_ID), *after

        self._read = read

    def metrics(self, validation: Windows) -> LanguageModelMetrics:
        """The metrics of the texts of ``validation``."""
        states = [tf.zeros([validation.streams, width]) for width in self._widths]
        nats, tokens = 0.0, 0
        for token_ids, targets, _, _ in dataset(lambda: validation.stream(validation.in_order()), SIGNATURE):
            total, counted, *states = self._read(token_ids, targets, *states)
            nats += float(total)
            tokens += int(counted)
        return LanguageModelMetrics.of(_surprise(nats, tokens, validation.texts), len(validation.texts))


def _surprise(nats: float, tokens: int, texts: EncodedTexts) -> Surprise:
    assert texts.words is not None and texts.characters is not None
    words, characters = (int(np.sum(counts)) + len(texts) for counts in (texts.words, texts.characters))
    return Surprise(nats, tokens, words, characters)
