"""Entropy minimisation (Grandvalet & Bengio 2005)."""

from __future__ import annotations

import tensorflow as tf

from seqclf.tasks.classification.terms import base
from seqclf.tasks.classification.terms.base import Texts
from seqclf.tasks.classification.terms.divergence import entropy


class Term(base.Term):
    """The entropy of the prediction of the first pass."""

    def __call__(self, texts: Texts) -> tf.Tensor:
        return entropy(texts.clean(), multi=texts.multi)
