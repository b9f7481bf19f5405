"""One training step, as a function of a model, an optimizer, an objective and a batch."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from seqclf.config.schema import Adam, AdamW, OptimizerConfig, RmsProp, Sgd
from seqclf.model.build import NGRAMS, has_ngrams, training_logits_model
from seqclf.token_ids import PAD_ID
from seqclf.training.accumulation import GradientSum
from seqclf.training.averaging import MovingAverage

Result = tuple[tf.Tensor, tf.Tensor, tf.Tensor]
TrainStep = Callable[..., Result]
"""``(token_ids, label_ids, *scores, update=True) -> (mean objective, correct texts, tokens without padding)``."""

_OPTIMIZERS = {
    Adam: keras.optimizers.Adam,
    AdamW: keras.optimizers.AdamW,
    Sgd: keras.optimizers.SGD,
    RmsProp: keras.optimizers.RMSprop,
}


def build_optimizer(config: OptimizerConfig) -> keras.optimizers.Optimizer:
    """The Keras optimizer with the config's options. ``clip_norm`` clips the global norm of the gradients."""
    options = config.model_dump(exclude={"type", "clip_norm"} | (set() if config.weight_decay else {"weight_decay"}))
    if isinstance(config, AdamW):
        options["weight_decay"] = config.weight_decay  # without it, Keras's own default
    return _OPTIMIZERS[type(config)](global_clipnorm=config.clip_norm, **options)


def cross_entropy(logits: tf.Tensor, label_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of each text in nats, ``float32 [batch]``; multi-label, the mean over all labels.

    Args:
        logits: ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
        label_ids: ``int32 [batch]``, or multi-label, ``bool [batch, labels]``.
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
    """Which texts are classified correctly, ``bool [batch]``; multi-label, every label at the threshold 0.5."""
    if label_ids.dtype == tf.bool:
        return tf.reduce_all((logits > 0) == label_ids, axis=1)
    return predicted_ids(logits) == label_ids


def build_train_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    objective: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] = cross_entropy,
    accumulator: GradientSum | None = None,
    average: MovingAverage | None = None,
    *,
    multi: bool = False,
) -> TrainStep:
    """Build a compiled step that updates the model as Keras's ``fit`` would.

    The objective that the step returns is without weight penalties (``kernel_l2``, ``recurrent_l2``).

    Args:
        objective: see ``seqclf.training.objectives``.
        accumulator: sums the gradients until a step is called with ``update=True``; without it, every step updates.
        average: includes the weights after every update.
        multi: as in ``Labels``; if true, ``label_ids`` are ``bool [batch, labels]``, else ``int32 [batch]``.

    A model with ``ngrams`` needs ``scores``, the texts' logits from a fit that has not seen them: ``float32 [batch,
    units]``.
    """
    logits_of = training_logits_model(model)
    variables = model.trainable_variables
    label_ids = tf.TensorSpec([None, None], tf.bool) if multi else tf.TensorSpec([None], tf.int32)
    scores = [tf.TensorSpec([None, model.get_layer(NGRAMS).units], tf.float32)] if has_ngrams(model) else []
    signature = [tf.TensorSpec([None, None], tf.int32), label_ids, *scores]

    def apply(gradients: list[tf.Tensor]) -> None:
        optimizer.apply(gradients, variables)
        if average is not None:
            average.add(optimizer.iterations)

    @tf.function(input_signature=signature, autograph=False)
    def learn(token_ids: tf.Tensor, label_ids: tf.Tensor, *scores: tf.Tensor) -> Result:
        texts = tf.shape(token_ids)[0]
        with tf.GradientTape() as tape:
            logits = logits_of([token_ids, *scores] if scores else token_ids, training=True)
            losses = objective(logits, label_ids)
            loss = tf.reduce_mean(losses)
            target = tf.add_n([loss, *logits_of.losses])  # with the layers' weight penalties
            if accumulator is not None:
                target *= tf.cast(texts, target.dtype)
        gradients = tape.gradient(target, variables)
        if accumulator is None:
            apply(gradients)
        else:
            accumulator.add([tf.convert_to_tensor(gradient) for gradient in gradients], texts)
        return loss, tf.math.count_nonzero(right(logits, label_ids)), tf.math.count_nonzero(token_ids != PAD_ID)

    if accumulator is None:
        return lambda *batch, update=True: learn(*batch)

    @tf.function(input_signature=[], autograph=False)
    def apply_all() -> None:
        apply(accumulator.drain())

    def step(*batch: tf.Tensor, update: bool = True) -> Result:
        result: Result = learn(*batch)
        if update:
            apply_all()
        return result

    return step
