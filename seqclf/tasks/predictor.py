"""Logits of a Keras model for many texts."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.data.batches import Batches
from seqclf.data.pipeline import dataset
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.model.build import extra_width, logits_model
from seqclf.prior import Prior
from seqclf.token_ids import PAD_ID, known_tokens

_TOKEN_IDS = tf.TensorSpec([None, None], tf.int32)


class Predictor:
    """Calls a model from ``build_model`` on batches; traced once for all lengths.

    Args:
        outputs: a model with the same variables whose outputs replace the logits, ``float32 [batch, any]``.
        extra: the columns beside the text that the model reads; None: it reads the text alone.
    """

    def __init__(
        self, model: keras.Model, outputs: keras.Model | None = None, extra: ExtraColumns | None = None
    ) -> None:
        logits = logits_model(model) if outputs is None else outputs
        width = extra_width(model)
        self._extra = extra
        self._signature = [_TOKEN_IDS, *([tf.TensorSpec([None, width], tf.float32)] if width else [])]

        @tf.function(input_signature=self._signature, autograph=False)
        def call(*inputs: tf.Tensor) -> tf.Tensor:
            return logits(list(inputs) if width else inputs[0], training=False)

        self._call = call

    def logits(self, batches: Batches) -> NDArray[np.float32]:
        """``float32 [texts, 1 or labels]``, or the results of ``outputs``, in the order of the texts."""
        return self.logits_and_known(batches, PAD_ID)[0]

    def logits_and_known(self, batches: Batches, unknown_id: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """``logits``, and which texts have a token other than ``unknown_id`` and the separators of fields, or a value
        in a column beside the text, ``bool [texts]``."""
        plan = batches.by_length()
        read = [batches.parts.index(name) for name in ("token_ids", "extra")[: len(self._signature)]]
        results, found = [], []
        separator_id = batches.texts.separator_id
        mute_ids = (unknown_id,) if separator_id is None else (unknown_id, separator_id)
        inputs = dataset(
            lambda: (tuple(batch[place] for place in read) for batch in batches.stream(plan)), self._signature
        )
        for token_ids, *extra in inputs:
            results.append(self._call(token_ids, *extra).numpy())
            found.append(tf.reduce_any(known_tokens(token_ids, mute_ids), axis=1).numpy())
        in_plan_order = np.concatenate(results)
        logits, known = np.empty_like(in_plan_order), np.empty(len(in_plan_order), dtype=bool)
        order = np.concatenate(plan)
        logits[order], known[order] = in_plan_order, np.concatenate(found)
        if self._extra is not None and batches.texts.extra is not None:
            known |= self._extra.is_given(batches.texts.extra)
        return logits, known


def logits_of(predictor: Predictor, batches: Batches, labels: Labels, prior: Prior | None) -> NDArray[np.float32]:
    """The classifier's logits, ``float32 [texts, 1 or labels]``; those of ``prior`` for texts without known tokens."""
    if prior is None:
        return predictor.logits(batches)
    logits, known = predictor.logits_and_known(batches, prior.unknown_id)
    return prior.replace_unknown(logits, known, labels)
