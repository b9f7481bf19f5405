"""Which texts share a batch, and the padded arrays that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.text.subword import PAD_ID
from seqclf.text.truncation import Truncate, kept_ends

_BATCHES_A_POOL = 50

Plan = list[NDArray[np.int64]]
"""Indices of the texts of each batch."""


@dataclass(frozen=True)
class Batches:
    """Makes padded batches of a split's texts.

    Attributes:
        max_tokens: most tokens of a text that are used.
        truncate: the part of a longer text that is cut away.
    """

    texts: EncodedTexts
    batch_size: int
    max_tokens: int
    truncate: Truncate

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text after truncation; ``int64 [texts]``."""
        return np.minimum(self.texts.lengths, self.max_tokens)

    def shuffled(self, seed: int, epoch: int) -> Plan:
        """Another order every epoch, texts of like length together.

        Texts are shuffled and dealt into pools; within a pool they are sorted by length and cut into batches, and all
        batches are shuffled. So batches differ between epochs in what they hold, and hold little padding.
        """
        generator = np.random.default_rng([seed, epoch, 0xBA7C4])
        lengths = self.lengths
        order = generator.permutation(len(self.texts))
        pool_size = self.batch_size * _BATCHES_A_POOL
        plan: Plan = []
        for start in range(0, len(order), pool_size):
            pool = order[start : start + pool_size]
            plan += self._cut(pool[np.argsort(lengths[pool], kind="stable")])
        return [plan[i] for i in generator.permutation(len(plan))]

    def by_length(self) -> Plan:
        """Shortest texts first: least padding, for evaluation."""
        return self._cut(np.argsort(self.lengths, kind="stable"))

    def _cut(self, order: NDArray[np.int64]) -> Plan:
        return [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]

    def batch(self, indices: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Token ids (``int32 [batch, time]``, padded right with ``PAD_ID``) and label ids (``int32 [batch]``)."""
        indices = np.asarray(indices)
        lengths = self.lengths[indices]
        ids = np.full((len(indices), int(lengths.max())), PAD_ID, dtype=np.int32)
        first, last = kept_ends(self.max_tokens, self.truncate)
        for row, index in enumerate(indices):
            text = self.texts[index]
            if len(text) > self.max_tokens:
                ids[row, :first] = text[:first]
                ids[row, first : self.max_tokens] = text[len(text) - last :]
            else:
                ids[row, : len(text)] = text
        return ids, self.texts.labels[indices]

    def stream(self, plan: Plan) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        for indices in plan:
            yield self.batch(indices)
