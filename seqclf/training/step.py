"""One training step, as a function of a model, an optimizer and a batch."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from seqclf.config.schema import Adam, AdamW, OptimizerConfig, RmsProp, Sgd
from seqclf.model.build import logits_model
from seqclf.text.subword import PAD_ID

TrainStep = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]

_OPTIMIZERS = {
    Adam: keras.optimizers.Adam,
    AdamW: keras.optimizers.AdamW,
    Sgd: keras.optimizers.SGD,
    RmsProp: keras.optimizers.RMSprop,
}


def build_optimizer(config: OptimizerConfig) -> keras.optimizers.Optimizer:
    """Keras's optimizer with the config's options. ``clip_norm`` bounds the norm of all gradients together."""
    options = config.model_dump(exclude={"type", "clip_norm"})
    return _OPTIMIZERS[type(config)](global_clipnorm=config.clip_norm, **options)


def cross_entropy(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of each text in nats, ``float32 [batch]``; of lists of labels the mean over all labels.

    Args:
        logits: ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
        label_ids: ``int32 [batch]``, or ``bool [batch, labels]`` for lists of labels.
    """
    if label_ids.dtype == tf.bool:
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(label_ids, logits.dtype), logits), axis=1)
    if logits.shape[1] == 1:
        return tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(label_ids, tf.float32), logits[:, 0])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(label_ids, logits)


def predicted_ids(logits: tf.Tensor) -> tf.Tensor:
    """The most probable label of each text, ``int32 [batch]``."""
    if logits.shape[1] == 1:
        return tf.cast(logits[:, 0] > 0, tf.int32)
    return tf.argmax(logits, axis=1, output_type=tf.int32)


def right(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
    """Which texts are classified rightly, ``bool [batch]``; with lists of labels, all labels at the threshold 0.5."""
    if label_ids.dtype == tf.bool:
        return tf.reduce_all((logits > 0) == label_ids, axis=1)
    return predicted_ids(logits) == label_ids


def build_train_step(model: keras.Model, optimizer: keras.optimizers.Optimizer, multi: bool = False) -> TrainStep:
    """A compiled ``(token_ids, label_ids) -> (mean loss, texts right, real tokens)`` that updates the model.

    ``multi``: of ``Labels``; ``label_ids`` are ``bool [batch, labels]`` then, else ``int32 [batch]``.
    """
    logits_of = logits_model(model)
    variables = model.trainable_variables

    label_ids = tf.TensorSpec([None, None], tf.bool) if multi else tf.TensorSpec([None], tf.int32)
    signature = [tf.TensorSpec([None, None], tf.int32), label_ids]

    @tf.function(input_signature=signature, autograph=False)
    def train_step(token_ids: tf.Tensor, label_ids: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            logits = logits_of(token_ids, training=True)
            loss = tf.reduce_mean(cross_entropy(logits, label_ids))
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss, tf.math.count_nonzero(right(logits, label_ids)), tf.math.count_nonzero(token_ids != PAD_ID)

    return train_step  # type: ignore[no-any-return]
