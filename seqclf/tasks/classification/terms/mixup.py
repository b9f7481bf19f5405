"""Mixup of the vectors of texts (Guo et al. 2019; Verma et al. 2019)."""

from __future__ import annotations

import tensorflow as tf

from seqclf.config.schema.objectives.mixup import Mixup
from seqclf.tasks.classification.terms import base
from seqclf.tasks.classification.terms.base import Texts


class Term(base.Term):
    """The loss of the mixture of each text and another one of the batch.

    With the share ``s``, the head reads ``s x + (1 - s) x'``, and the loss is ``s`` times that by the labels of the
    text, plus ``1 - s`` times that by the labels of the other: with cross-entropy, the loss by the mixed labels. Logits
    of n-grams are mixed like the vectors. Gradients go through both texts.
    """

    reads_text_vectors = True
    options: Mixup

    def __call__(self, texts: Texts) -> tf.Tensor:
        assert texts.loss is not None
        count = tf.shape(texts.token_ids)[0]
        draws = texts.forward.draws
        shares, order = draws.beta([count], self.options.alpha), draws.order(count)

        def mixed(values: tf.Tensor) -> tf.Tensor:
            return shares[:, tf.newaxis] * values + (1 - shares)[:, tf.newaxis] * tf.gather(values, order)

        logits = texts.forward.from_text_vectors(mixed(texts.text_vectors), mixed)
        return shares * texts.loss(logits) + (1 - shares) * texts.loss(logits, order)
