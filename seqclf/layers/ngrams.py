"""Keras layers of the n-gram branch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from seqclf.token_ids import CONTINUES, GOES_ON, PAD_ID, PRIME, coefficients, word_coefficients

PACKAGE = "seqclf"

NETWORK_WEIGHT, NGRAMS_WEIGHT = 0.3, 0.6
"""Default weights of the two sets of logits, used without validation texts."""


@keras.saving.register_keras_serializable(PACKAGE)
class NgramLogits(keras.layers.Layer):
    """Sums the weights of the different buckets of a text's n-grams and words (``seqclf.token_ids``).

    From token ids (``int32 [batch, time]``, padded right with 0) to ``float32 [batch, units]``. The weights are not
    trained by gradients: ``seqclf.ngrams`` fits them.

    Args:
        orders: numbers of tokens in an n-gram.
        buckets: rows of the table, ``float32 [buckets, units]``.
        units: columns of the table, entries of the bias.
        normalize: divide the sum by the root of the number of different buckets.
        words: number of token ids if words count, else 0. A third weight then says which tokens form a word
            (``uint8 [words]``, from ``Tokenizer.word_joins``).
    """

    is_fitted = True  # training steps do not change it

    def __init__(
        self,
        orders: Sequence[int],
        buckets: int,
        units: int,
        *,
        normalize: bool = False,
        words: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"trainable": False, **kwargs})
        self.orders, self.buckets, self.units = tuple(orders), buckets, units
        self.normalize, self.words = normalize, words

    def build(self, input_shape: Any) -> None:
        self.table = self.add_weight(shape=(self.buckets, self.units), initializer="zeros", name="table")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        if self.words:
            self.joins = self.add_weight(shape=(self.words,), initializer="zeros", dtype="uint8", name="joins")

    def call(self, token_ids: tf.Tensor) -> tf.Tensor:
        buckets = tf.sort(self.buckets_of(token_ids), axis=1)  # missing buckets come last
        before = tf.concat([tf.fill(tf.shape(buckets[:, :1]), tf.constant(-1, tf.int64)), buckets[:, :-1]], axis=1)
        counts = (buckets != before) & (buckets < self.buckets)
        weights = tf.gather(tf.convert_to_tensor(self.table), tf.where(counts, buckets, 0))
        total = tf.reduce_sum(tf.where(counts[:, :, tf.newaxis], weights, 0.0), axis=1)
        if self.normalize:
            different = tf.reduce_sum(tf.cast(counts, total.dtype), axis=1, keepdims=True)
            total /= tf.sqrt(tf.maximum(different, 1.0))
        return total + self.bias

    def buckets_of(self, token_ids: tf.Tensor) -> tf.Tensor:
        """The bucket of each n-gram and of each word, ``int64 [batch, (orders + words) * time]``.

        It is ``self.buckets`` if the n-gram includes padding, or if no word ends at the token.
        """
        longest = max(self.orders)
        ids = tf.pad(tf.cast(token_ids, tf.int64), [[0, 0], [0, longest - 1]], constant_values=PAD_ID)
        time = tf.shape(token_ids)[1]
        found = []
        for order in self.orders:
            first, *others = coefficients(order)
            total = tf.constant(first, tf.int64)
            for place, coefficient in enumerate(others):
                total += coefficient * ids[:, place : place + time]
            last = ids[:, order - 1 : order - 1 + time]
            found.append(tf.where(last == PAD_ID, tf.constant(self.buckets, tf.int64), total % PRIME % self.buckets))
        if self.words:
            found.append(self._words_of(ids[:, :time]))
        return tf.concat(found, axis=1)

    def _words_of(self, ids: tf.Tensor) -> tf.Tensor:
        """The bucket of the word that ends at each token."""
        flags = tf.gather(tf.convert_to_tensor(self.joins), ids)
        continues = (flags[:, 1:] & CONTINUES != 0) & (flags[:, :-1] & GOES_ON != 0)  # the word of the previous token
        nothing = tf.zeros_like(ids[:, :1], tf.bool)
        is_last = (ids != PAD_ID) & ~tf.concat([continues, nothing], axis=1)
        joined = tf.concat([nothing, continues], axis=1)
        first, last, *others = word_coefficients()
        total, more = first + last * ids, joined
        for coefficient in others:
            ids = tf.concat([tf.zeros_like(ids[:, :1]), ids[:, :-1]], axis=1)
            total += coefficient * tf.where(more, ids, 0)
            joined = tf.concat([nothing, joined[:, :-1]], axis=1)
            more &= joined
        return tf.where(is_last, total % PRIME % self.buckets, tf.constant(self.buckets, tf.int64))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, int]:
        return input_shape[0], self.units

    def compute_output_spec(self, token_ids: Any) -> Any:
        return keras.KerasTensor((token_ids.shape[0], self.units), "float32")

    def get_config(self) -> dict[str, Any]:
        own = {"buckets": self.buckets, "units": self.units, "normalize": self.normalize, "words": self.words}
        return {**super().get_config(), "orders": list(self.orders), **own}


@keras.saving.register_keras_serializable(PACKAGE)
class NgramMix(keras.layers.Layer):
    """A weighted sum of logits: from ``[network, ngrams]``, each ``float32 [batch, units]``, to the same shape.

    The two weights are not trained by gradients: the network is more confident on training texts than on new texts.
    ``seqclf.tasks.classification.validation`` chooses them on the validation texts.

    For some rows of a training step the result is the network's logits alone, so that the network also learns to
    predict without n-grams.

    Args:
        dropout: fraction of those rows.
        seed: of the random choice of rows.
    """

    def __init__(self, dropout: float = 0.0, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"trainable": False, **kwargs})
        self.dropout, self.seed = dropout, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        constant = keras.initializers.Constant
        self.network_weight = self.add_weight(shape=(), initializer=constant(NETWORK_WEIGHT), name="network_weight")
        self.ngrams_weight = self.add_weight(shape=(), initializer=constant(NGRAMS_WEIGHT), name="ngrams_weight")

    def call(self, logits: Sequence[Any], training: bool = False) -> Any:
        network, ngrams = logits
        mixed = network * self.network_weight + ngrams * self.ngrams_weight
        if not training or not self.dropout:
            return mixed
        uniform = keras.random.uniform((keras.ops.shape(network)[0], 1), seed=self.seed_generator)
        return keras.ops.where(uniform < self.dropout, network, mixed)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dropout": self.dropout, "seed": self.seed}


@keras.saving.register_keras_serializable(PACKAGE)
class SilentRows(keras.layers.Layer):
    """Sets all entries of some rows to zero during training, without rescaling; ``float32 [batch, width]``.

    Args:
        rate: fraction of the rows.
        seed: of the random choice of rows.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.seed = rate, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, rows: Any, training: bool = False) -> Any:
        if not training:
            return rows
        uniform = keras.random.uniform((keras.ops.shape(rows)[0], 1), seed=self.seed_generator)
        return keras.ops.where(uniform < self.rate, 0.0, rows)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
