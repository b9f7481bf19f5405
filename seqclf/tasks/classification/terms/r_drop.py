"""R-Drop (Liang et al. 2021)."""

from __future__ import annotations

import tensorflow as tf

from seqclf.tasks.classification.terms import base
from seqclf.tasks.classification.terms.base import Texts
from seqclf.tasks.classification.terms.divergence import kl_divergence


class Term(base.Term):
    """The mean of the two divergences between the predictions of two passes. Gradients go through both passes."""

    clean_passes = 2

    def __call__(self, texts: Texts) -> tf.Tensor:
        one, other = texts.clean(0), texts.clean(1)
        there = kl_divergence(one, other, multi=texts.multi)
        back = kl_divergence(other, one, multi=texts.multi)
        return (there + back) / 2
