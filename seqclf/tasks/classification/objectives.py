"""Objectives: how the terms of a text's loss come from forward passes of the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import tensorflow as tf

from seqclf.model.draws import Draws
from seqclf.tasks.classification.losses import TextLoss, cross_entropy


class TextForward(Protocol):
    """The forward pass of a batch of texts (``seqclf.model.forward.Forward``), with what the batch adds to it."""

    def __call__(self, token_ids: tf.Tensor, *, vectors: tf.Tensor | None = None) -> tf.Tensor:
        """Logits, ``float32 [batch, units]``, with fresh dropout; ``vectors`` replace those of ``embed``."""

    def embed(self, token_ids: tf.Tensor) -> tf.Tensor:
        """The vectors of tokens, ``float32 [batch, time, embedding.dim]``."""

    def with_text_vectors(
        self, token_ids: tf.Tensor, *, vectors: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Logits, and the vectors of the texts that the head reads, ``float32 [batch, width]``."""

    def from_text_vectors(
        self, text_vectors: tf.Tensor, changed: Callable[[tf.Tensor], tf.Tensor] = lambda values: values
    ) -> tf.Tensor:
        """The logits that follow from vectors of texts; ``changed`` maps what else the logits depend on."""

    @property
    def draws(self) -> Draws:
        """Random numbers beside those of dropout."""


class Unlabelled(NamedTuple):
    """The unlabelled texts of a step (``data.unlabelled``).

    Attributes:
        forward: the forward pass for these texts.
        token_ids: ``int32 [unlabelled batch, time]``, with a time of its own.
        targets: what a teacher says about them (``data.taught.target_shares``), ``float32 [unlabelled batch,
            labels]``; None: nothing.
    """

    forward: TextForward
    token_ids: tf.Tensor
    targets: tf.Tensor | None = None


class Terms(NamedTuple):
    """An objective's result for a batch.

    Attributes:
        losses: each text's term of the minimised sum, ``float32 [batch]``.
        logits: the prediction that counts as correct or not, ``float32 [batch, units]``.
        unlabelled: the term of each unlabelled text, ``float32 [unlabelled batch]``, 0 where a text has none; None:
            there are no unlabelled texts. Their mean counts as much as the mean of ``losses``, whatever the numbers of
            texts are.
    """

    losses: tf.Tensor
    logits: tf.Tensor
    unlabelled: tf.Tensor | None = None


class Objective(Protocol):
    """What training minimises. An objective may call the model several times, and says how often."""

    @property
    def passes(self) -> int:
        """Number of calls of ``forward``, for the memory estimate."""

    def __call__(
        self,
        forward: TextForward,
        token_ids: tf.Tensor,
        label_ids: tf.Tensor,
        unlabelled: Unlabelled | None = None,
    ) -> Terms:
        """The terms of a batch: token ids ``int32 [batch, time]``, labels as for a ``TextLoss``.

        With a teacher, ``label_ids`` is a ``teaching.Taught``, which the ``TextLoss`` takes in place of labels.
        """


class OnePass:
    """The loss of the logits of one forward pass; of unlabelled texts, what a teacher says about them.

    Args:
        loss: of labelled texts.
        of_unlabelled: of texts of which only the teacher's targets are known (``Unlabelled.targets``), in place of
            label ids; None: there is no such term.
    """

    passes = 1

    def __init__(self, loss: TextLoss = cross_entropy, of_unlabelled: TextLoss | None = None) -> None:
        self._loss, self._of_unlabelled = loss, of_unlabelled

    def __call__(
        self,
        forward: TextForward,
        token_ids: tf.Tensor,
        label_ids: tf.Tensor,
        unlabelled: Unlabelled | None = None,
    ) -> Terms:
        logits = forward(token_ids)
        losses = self._loss(logits, label_ids)
        if unlabelled is None or self._of_unlabelled is None:
            return Terms(losses, logits)
        theirs = unlabelled.forward(unlabelled.token_ids)
        return Terms(losses, logits, self._of_unlabelled(theirs, unlabelled.targets))
