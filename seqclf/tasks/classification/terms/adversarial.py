"""Adversarial training of token vectors (Miyato et al. 2017)."""

from __future__ import annotations

import tensorflow as tf

from seqclf.config.schema.objectives.adversarial import Adversarial
from seqclf.tasks.classification.terms import base
from seqclf.tasks.classification.terms.base import Texts
from seqclf.tasks.classification.terms.moves import of_length


class Term(base.Term):
    """The loss at vectors that are moved along the gradient of the loss (equations 5 and 6 of the paper).

    Entries of vectors are measured in their deviations (``Texts.spread``), as if the vectors were normalised (equation
    1). The move is a constant: no gradient goes through it.
    """

    more_passes = 1
    follows_slope = True
    options: Adversarial

    def __call__(self, texts: Texts) -> tf.Tensor:
        assert texts.loss is not None
        moves = of_length(texts.slope, self.options.epsilon, texts.token_ids)
        return texts.loss(texts.moved(moves))
