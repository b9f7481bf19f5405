"""Virtual adversarial training of token vectors (Miyato et al. 2017)."""

from __future__ import annotations

import tensorflow as tf

from seqclf.config.schema.objectives.virtual_adversarial import VirtualAdversarial
from seqclf.tasks.classification.terms import base
from seqclf.tasks.classification.terms.base import Texts
from seqclf.tasks.classification.terms.divergence import kl_divergence
from seqclf.tasks.classification.terms.moves import of_length


class Term(base.Term):
    """KL(p || q) of the prediction ``p`` of the first pass, a constant, and that ``q`` at moved vectors.

    The move is along the gradient of the divergence at a random move of length ``xi`` (equations 7 and 8 of the paper),
    which is a step of the power iteration for the direction in which the prediction changes most (Miyato et al. 2019,
    section 3.3). Entries of vectors are measured in their deviations (``Texts.spread``), as if the vectors were
    normalised (equation 1). No gradient goes through the move.
    """

    more_passes = 1
    options: VirtualAdversarial

    def __call__(self, texts: Texts) -> tf.Tensor:
        clean = tf.stop_gradient(texts.clean())
        moves = texts.forward.draws.normal(tf.shape(texts.vectors))
        for _ in range(self.options.iterations):
            moves = self._slope(texts, clean, of_length(moves, self.options.xi, texts.token_ids))
        moved = of_length(moves, self.options.epsilon, texts.token_ids)
        return self._divergence(texts, clean, moved)

    def _slope(self, texts: Texts, clean: tf.Tensor, moves: tf.Tensor) -> tf.Tensor:
        """The gradient of each text's divergence by its move, as a constant, ``float32 [batch, time, dim]``."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(moves)
            divergences = self._divergence(texts, clean, moves)
        return tf.stop_gradient(tape.gradient(divergences, moves, unconnected_gradients="zero"))

    @staticmethod
    def _divergence(texts: Texts, clean: tf.Tensor, moves: tf.Tensor) -> tf.Tensor:
        return kl_divergence(clean, texts.moved(moves), multi=texts.multi)
