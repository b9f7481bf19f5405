"""Export a SavedModel of raw text: tokenizer, model and label names in one graph of standard TensorFlow operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqclf.config import Config
from seqclf.ensemble_recipe import Ensemble
from seqclf.export.graph_columns import GraphColumns
from seqclf.export.input_names import input_names
from seqclf.export.signature_inputs import SignatureInput, with_inputs
from seqclf.extra_columns import ExtraColumns
from seqclf.files import making_folder, utf8_path
from seqclf.labels import Labels
from seqclf.model.build import calibrated_model
from seqclf.model.ensemble import build
from seqclf.prior import Prior
from seqclf.run_calibration import RunCalibration
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.graph import GraphFieldTokenizer, GraphTokenizer
from seqclf.text.graph.tokenizer import with_a_token
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate
from seqclf.token_ids import known_tokens


class TextClassifier(tf.Module):
    """The exported module. Signatures:

    ``serving_default``: ``text`` (``tf.string [batch]``) -> ``label`` (``tf.string [batch]``) and ``probabilities``
    (``tf.float32 [batch, labels]``); ``tokens``: the same from ``token_ids`` (``tf.int32 [batch, time]``, padded right
    with 0; a row of padding is a text without tokens); ``labels``: nothing -> ``labels`` (``tf.string [labels]``), in
    the order of the columns of ``probabilities``.

    A model of several text columns has an input for each of them instead of ``text``, named after it (``input_names``).
    Multi-label, the first two return ``decisions`` (``tf.bool [batch, labels]``: which apply) instead of ``label``, and
    ``labels`` also returns ``thresholds`` (``tf.float32 [labels]``), which a probability must exceed. With two labels
    and a threshold, ``labels`` also returns it (``thresholds``, ``tf.float32 [1]``): ``label`` is the second if its
    probability exceeds it.
    A text without known tokens gets the ``prior``, if there is one. The logits of all others are divided by the
    temperatures of ``calibration``, if there is one.

    If the model also reads columns beside the text (``extra``), ``with_columns`` has an input for each, after those of
    ``serving_default`` (``graph_columns.py``). The other signatures answer a text alone: no column has a value.
    """

    def __init__(
        self,
        model: keras.Model,
        config: Config,
        tokenizer: Tokenizer,
        labels: Labels,
        *,
        thresholds: Sequence[float] | None = None,
        prior: Prior | None = None,
        extra: ExtraColumns | None = None,
        calibration: RunCalibration | None = None,
        ensemble: Ensemble | None = None,
    ) -> None:
        super().__init__(name="seqclf")
        if (labels.multi and thresholds is None) or len(thresholds or ()) not in (0, len(labels.with_thresholds)):
            raise ValueError("multi-label models need a threshold for each label, and those of two labels may have one")
        # Rebuilt, because a layer decides whether to use cuDNN when it is created.
        width = 0 if extra is None else extra.width
        portable = build(config, ensemble, tokenizer.vocabulary_size, labels, portable=True, extra=width)
        portable.set_weights(model.get_weights())
        if calibration is not None:
            portable = calibrated_model(portable, labels, calibration.temperatures)
        options = config.tokenizer
        self.tokenizer = graph_tokenizer(tokenizer, max_tokens=options.max_tokens, truncate=options.truncate)
        inputs = list(input_names(tokenizer.columns).values()) or ["text"]
        self.classify = tf.function(
            self._classify, [tf.TensorSpec([None], tf.string, name=name) for name in inputs], autograph=False
        )
        # TensorFlow's own variables: outside of Python, nothing would restore the graph's from those of Keras.
        self.weights = [variable.value for variable in portable.variables]
        self._call = portable.__call__  # a method, so the file has no Keras objects
        self.columns = None if extra is None else GraphColumns(extra, taken=inputs)
        if self.columns is not None:
            of_text = [SignatureInput(name, tf.string) for name in inputs]
            self.classify_with_columns = with_inputs(self._with_columns, [*of_text, *self.columns.inputs])
        self._labels = tf.constant([label.encode("utf-8") for label in labels])
        self._multi = labels.multi
        self._thresholds = None if thresholds is None else tf.constant(thresholds, tf.float32)
        self._unknown_id = tokenizer.unknown_id
        self._mute_ids = None if prior is None else prior.mute_ids
        if prior is not None:
            shares = prior.frequencies[1:] if labels.units == 1 and not labels.multi else prior.frequencies
            self._prior = tf.constant(shares, tf.float32)

    def _classify(self, *text: tf.Tensor) -> dict[str, tf.Tensor]:
        answer: dict[str, tf.Tensor] = self.classify_tokens(self.tokenizer(*text))
        return answer

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32, name="token_ids")], autograph=False)
    def classify_tokens(self, token_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        token_ids = with_a_token(token_ids, self._unknown_id)
        return self._answer(token_ids, None if self.columns is None else self.columns.alone(tf.shape(token_ids)[0]))

    def _with_columns(self, *inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """The answer for texts, of one or several columns, and the values of ``self.columns``."""
        assert self.columns is not None
        text, values = inputs[: -len(self.columns.inputs)], inputs[-len(self.columns.inputs) :]
        features = self.columns(*(tf.broadcast_to(column, tf.shape(text[0])) for column in values))
        return self._answer(self.tokenizer(*text), features)

    def _answer(self, token_ids: tf.Tensor, features: tf.Tensor | None) -> dict[str, tf.Tensor]:
        """The answer for token ids and, if the model reads columns, their features."""
        probabilities = self._call(token_ids if features is None else [token_ids, features], training=False)
        if self._mute_ids is not None:
            known = tf.reduce_any(known_tokens(token_ids, self._mute_ids), axis=1, keepdims=True)
            if self.columns is not None:
                known |= self.columns.is_given(features)
            probabilities = tf.where(known, probabilities, self._prior)
        if self._multi:
            return {"decisions": probabilities > self._thresholds, "probabilities": probabilities}
        if probabilities.shape[1] == 1:
            probabilities = tf.concat([1 - probabilities, probabilities], axis=1)
        if self._thresholds is None:
            places = tf.argmax(probabilities, axis=1)
        else:
            places = tf.cast(probabilities[:, 1] > self._thresholds[0], tf.int64)
        return {"label": tf.gather(self._labels, places), "probabilities": probabilities}

    @tf.function(input_signature=[], autograph=False)
    def label_names(self) -> dict[str, tf.Tensor]:
        thresholds = {} if self._thresholds is None else {"thresholds": self._thresholds}
        return {"labels": self._labels, **thresholds}


def graph_tokenizer(
    tokenizer: Tokenizer, *, max_tokens: int, truncate: Truncate
) -> GraphTokenizer | GraphFieldTokenizer:
    """The operators of a tokenizer, which take a tensor of texts for each of its columns."""
    if isinstance(tokenizer, FieldTokenizer):
        return GraphFieldTokenizer(tokenizer, max_tokens=max_tokens, truncate=truncate)
    return GraphTokenizer(tokenizer, max_tokens=max_tokens, truncate=truncate)


def export_saved_model(
    model: keras.Model,
    config: Config,
    tokenizer: Tokenizer,
    labels: Labels,
    folder: Path,
    *,
    thresholds: Sequence[float] | None = None,
    prior: Prior | None = None,
    extra: ExtraColumns | None = None,
    calibration: RunCalibration | None = None,
    ensemble: Ensemble | None = None,
) -> None:
    """Write ``folder``, which must not exist; it appears when complete. Multi-label models need ``thresholds``.

    ``ensemble``: how the model is made of several.
    """
    more: dict[str, Any] = {"thresholds": thresholds, "prior": prior, "extra": extra, "calibration": calibration}
    more["ensemble"] = ensemble
    with tf.device("/CPU:0"):
        module = TextClassifier(model, config, tokenizer, labels, **more)
        signatures = {
            "serving_default": module.classify,
            "tokens": module.classify_tokens,
            "labels": module.label_names,
            **({} if extra is None else {"with_columns": module.classify_with_columns}),
        }
        save(module, signatures, folder)


def save(module: tf.Module, signatures: Mapping[str, Any], folder: Path) -> None:
    """Write a SavedModel as ``folder``, which must not exist; it appears when complete."""
    with making_folder(folder) as temporary:
        try:
            with utf8_path(temporary) as path:
                tf.saved_model.save(module, path, signatures=signatures)
        except tf.errors.OpError as error:  # on a full disk: "resource exhausted"
            raise OSError(None, error.message.rpartition("; ")[2], str(folder)) from error
