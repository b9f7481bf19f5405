"""The loss of a text about which a teacher has said something (Hinton, Vinyals & Dean 2015, section 2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema.teacher import TeacherConfig
from seqclf.data.prepare import TrainingData
from seqclf.data.taught import target_shares
from seqclf.tasks.classification.losses import TextLoss


class Taught(NamedTuple):
    """What is known about the labels of texts: takes the place of label ids in calls of a loss with a teacher.

    Attributes:
        label_ids: as for ``losses.cross_entropy``.
        targets: what the teacher says, from ``data.taught.target_shares``, ``float32 [batch, labels]``.
    """

    label_ids: tf.Tensor
    targets: tf.Tensor


def divergence(logits: tf.Tensor, targets: tf.Tensor, options: TeacherConfig, *, multi: bool) -> tf.Tensor:
    """The divergence of a model from its teacher, ``float32 [batch]``: ``T * T * KL(targets || model at T)`` in nats.

    Multi-label, it is the mean over the labels of the divergence of each decision, as in ``losses.cross_entropy``.

    Args:
        logits: of the model, ``float32 [batch, 1]`` for two labels, else ``[batch, labels]``.
        targets: from ``data.taught.target_shares``, ``float32 [batch, labels]``.
    """
    cooled = logits / options.temperature
    if multi:
        cross = tf.nn.sigmoid_cross_entropy_with_logits(targets, cooled)
        known = tf.math.xlogy(targets, targets) + tf.math.xlogy(1 - targets, 1 - targets)
        return options.temperature**2 * tf.reduce_mean(cross + known, axis=1)
    known = tf.reduce_sum(tf.math.xlogy(targets, targets), axis=1)
    if logits.shape[1] == 1:
        cross = tf.nn.sigmoid_cross_entropy_with_logits(targets[:, 1], cooled[:, 0])
    else:
        cross = tf.nn.softmax_cross_entropy_with_logits(targets, cooled)
    return options.temperature**2 * (cross + known)


def taught_loss(loss: TextLoss, options: TeacherConfig, *, multi: bool) -> TextLoss:
    """``loss`` of the labels and the divergence from the teacher, weighted; for ``Taught`` in place of label ids."""

    def both(logits: tf.Tensor, known: Taught) -> tf.Tensor:
        taught = options.weight * divergence(logits, known.targets, options, multi=multi)
        if options.weight == 1:
            return taught
        return (1 - options.weight) * loss(logits, known.label_ids) + taught

    return both


class Lesson(NamedTuple):
    """The losses of a training, and what its teacher says about the texts.

    Attributes:
        loss: of labelled texts; with ``targets`` it takes ``Taught``.
        targets: of the training texts, ``float32 [texts, labels]``; None: there is no teacher for them.
        of_unlabelled: the loss of unlabelled texts, which takes their targets; None: there is no teacher for them.
        unlabelled_targets: theirs, ``float32 [texts, labels]``.
    """

    loss: TextLoss
    targets: NDArray[np.float32] | None = None
    of_unlabelled: TextLoss | None = None
    unlabelled_targets: NDArray[np.float32] | None = None


def lesson_of(config: Config, data: TrainingData, loss: TextLoss) -> Lesson:
    """The lesson of a config for which the teachers have been asked; ``loss`` is of the labels alone."""
    options, taught, multi = config.training.teacher, data.taught, data.labels.multi
    if options is None or taught is None:
        return Lesson(loss)

    def of_unlabelled(logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        return options.unlabelled * divergence(logits, targets, options, multi=multi)

    lesson = Lesson(loss)
    if taught.train is not None:
        targets = target_shares(taught.train, options, multi=multi)
        lesson = lesson._replace(loss=taught_loss(loss, options, multi=multi), targets=targets)
    if taught.unlabelled is not None:
        targets = target_shares(taught.unlabelled, options, multi=multi)
        lesson = lesson._replace(of_unlabelled=of_unlabelled, unlabelled_targets=targets)
    return lesson
