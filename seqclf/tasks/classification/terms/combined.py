"""The objective of a config with ``training.objectives``: the loss of the labels and the terms, added up."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from seqclf.config.schema.objectives import ObjectiveOptions
from seqclf.tasks.classification.losses import TextLoss
from seqclf.tasks.classification.objectives import Objective, OnePass, TextForward, Unlabelled
from seqclf.tasks.classification.objectives import Terms as Result
from seqclf.tasks.classification.terms.base import Term, Texts
from seqclf.tasks.classification.terms.spread import Spread


def objective_of(
    options: Sequence[ObjectiveOptions],
    loss: TextLoss,
    of_unlabelled: TextLoss | None = None,
    *,
    multi: bool,
    spread: Spread | None = None,
) -> Objective:
    """The objective of ``training.objectives``.

    Args:
        loss: of the labels, or of what a teacher says as well.
        of_unlabelled: of unlabelled texts by what a teacher says, as for ``OnePass``.
        multi: whether each label is a decision of its own.
        spread: measures the moves of token vectors; needed if an objective changes them.
    """
    if not options:
        return OnePass(loss, of_unlabelled)
    return Combined(loss, [term_of(one) for one in options], of_unlabelled, multi=multi, spread=spread)


def term_of(options: ObjectiveOptions) -> Term:
    """The term that the options describe, without its weight."""
    module = importlib.import_module(f"{__package__}.{options.type}")
    term: Term = module.Term(options)
    return term


class Combined:
    """The loss of the labels, and the sum of all terms times their weights.

    The loss of the labels is the mean over all passes of the texts as they are: two with ``r_drop``, else one. The
    first one's prediction counts as correct or not.
    """

    def __init__(
        self,
        loss: TextLoss,
        terms: Sequence[Term],
        of_unlabelled: TextLoss | None = None,
        *,
        multi: bool,
        spread: Spread | None = None,
    ) -> None:
        self._loss, self._of_unlabelled, self._multi, self._spread = loss, of_unlabelled, multi, spread
        self._labelled = [term for term in terms if term.options.reads_labelled]
        self._unlabelled = [term for term in terms if term.options.reads_unlabelled]

    @property
    def passes(self) -> int:
        """Forward passes of a text; those of labelled and unlabelled texts are not added."""
        both = (self._labelled, self._unlabelled)
        return max(_clean_passes(terms) + sum(one.more_passes for one in terms) for terms in both)

    def __call__(
        self, forward: TextForward, token_ids: tf.Tensor, label_ids: Any, unlabelled: Unlabelled | None = None
    ) -> Result:
        def loss(logits: tf.Tensor, order: tf.Tensor | None = None) -> tf.Tensor:
            if order is None:
                return self._loss(logits, label_ids)
            return self._loss(logits, tf.nest.map_structure(lambda part: tf.gather(part, order), label_ids))

        spread = None if self._spread is None else self._spread(forward)
        texts = Texts(
            forward,
            token_ids,
            self._multi,
            loss,
            spread,
            follows_slope=any(term.follows_slope for term in self._labelled),
            reads_text_vectors=any(term.reads_text_vectors for term in self._labelled),
        )
        passes = [loss(texts.clean(i)) for i in range(_clean_passes(self._labelled))]
        losses = tf.add_n(passes) / len(passes)
        losses += _sum(self._labelled, texts)
        if unlabelled is None:
            return Result(losses, texts.clean())
        others = Texts(unlabelled.forward, unlabelled.token_ids, self._multi, spread=spread)
        theirs = _sum(self._unlabelled, others)
        if self._of_unlabelled is not None:
            theirs += self._of_unlabelled(others.clean(), unlabelled.targets)
        return Result(losses, texts.clean(), theirs)


def _clean_passes(terms: Sequence[Term]) -> int:
    return max((term.clean_passes for term in terms), default=1)


def _sum(terms: Sequence[Term], texts: Texts) -> tf.Tensor:
    """The sum of the terms times their weights, ``float32 [batch]``."""
    zeros = tf.zeros(tf.shape(texts.token_ids)[:1])
    return tf.add_n([zeros, *(term.options.weight * term(texts) for term in terms)])
