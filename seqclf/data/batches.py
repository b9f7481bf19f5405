"""Groups texts into batches of padded arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.encoded import EncodedTexts
from seqclf.data.sizes import BatchSizes
from seqclf.text.truncation import Truncate, truncate_ids
from seqclf.token_ids import PAD_ID

PARTS = ("token_ids", "labels", "scores", "weights", "extra", "teacher")
"""Names of the arrays of a batch, in their order. Those after the labels are there if the texts have them."""

_BATCHES_A_POOL = 200

Plan = list[NDArray[np.int64]]
"""Indices of the texts of each batch."""


@dataclass(frozen=True)
class Batches:
    """Makes padded batches of a split's texts.

    Attributes:
        batch_size: maximum number of texts in a batch.
        max_tokens: maximum number of tokens per text.
        truncate: the part of a longer text that is cut.
        batch_tokens: maximum number of tokens in a batch, including padding; None: limited only by ``batch_size``.
        scores: logits for each text, passed to the training step, ``float32 [texts, units]``; None if there are none.
        teacher: what a teacher says about each text, passed to the training step, ``float32 [texts, labels]``; None if
            there is none.
    """

    texts: EncodedTexts
    batch_size: int
    max_tokens: int
    truncate: Truncate
    batch_tokens: int | None = None
    scores: NDArray[np.float32] | None = None
    teacher: NDArray[np.float32] | None = None

    @classmethod
    def of(
        cls,
        texts: EncodedTexts,
        config: Config,
        scores: NDArray[np.float32] | None = None,
        teacher: NDArray[np.float32] | None = None,
    ) -> Batches:
        """Batches with the options of a config."""
        training, tokenizer = config.training, config.tokenizer
        return cls(
            texts,
            training.rows,
            tokenizer.max_tokens,
            tokenizer.truncate,
            training.batch_tokens,
            scores,
            teacher,
        )

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text after truncation; ``int64 [texts]``."""
        return np.minimum(self.texts.lengths, self.max_tokens)

    @property
    def largest(self) -> tuple[int, int]:
        """Texts and tokens of the largest batch."""
        tokens = int(self.lengths.max())
        texts = min(self.batch_size, len(self.texts))
        if self.batch_tokens is not None:
            texts = max(1, min(texts, self.batch_tokens // tokens))
        return texts, tokens

    def sizes(self, plan: Plan) -> BatchSizes:
        """The sizes of the batches of a plan."""
        lengths = [self.lengths[indices] for indices in plan]
        return BatchSizes(
            np.array([part.sum() for part in lengths]), np.array([part.max() * len(part) for part in lengths])
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of ``PARTS`` that a batch has."""
        return tuple(name for name in PARTS if name == "token_ids" or name in self._rows)

    @cached_property
    def _rows(self) -> dict[str, NDArray[Any]]:
        """The parts of a batch that have a row for each text."""
        texts = self.texts
        rows = {
            "labels": texts.truth,
            "scores": self.scores,
            "weights": texts.relative_weights,
            "extra": texts.extra,
            "teacher": self.teacher,
        }
        return {name: part for name, part in rows.items() if part is not None}

    def shuffled(self, seed: int, epoch: int) -> Plan:
        """A new order for each epoch, in which texts of similar length share a batch; without texts of weight 0.

        Texts are shuffled and split into two or more pools. Each pool is sorted by length and cut into batches, then
        all batches are shuffled. Batches therefore contain different texts in each epoch, with little padding: their
        boundaries are quantiles of the lengths in the pool.
        """
        generator = np.random.default_rng([seed, epoch, 0xBA7C4])
        lengths = self.lengths
        counted = self.texts.counted
        order = counted[generator.permutation(len(counted))]
        size = self._mean_size
        pool_size = size * min(_BATCHES_A_POOL, -(-len(order) // (2 * size)))
        plan: Plan = []
        for start in range(0, len(order), pool_size):
            pool = order[start : start + pool_size]
            plan += self._cut(pool[np.argsort(lengths[pool], kind="stable")])
        return [plan[i] for i in generator.permutation(len(plan))]

    def by_length(self) -> Plan:
        """Shortest texts first, with minimal padding, for evaluation."""
        return self._cut(np.argsort(self.lengths, kind="stable"))

    @property
    def _mean_size(self) -> int:
        """Approximate number of texts in a batch."""
        if self.batch_tokens is None:
            return self.batch_size
        return max(1, min(self.batch_size, int(self.batch_tokens / self.lengths[self.texts.counted].mean())))

    def _cut(self, order: NDArray[np.int64]) -> Plan:
        """Cut texts in order of increasing length into batches."""
        if self.batch_tokens is None:
            return [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        plan, start = [], 0
        lengths = self.lengths[order]
        while start < len(order):
            candidates = lengths[start : start + self.batch_size]
            # The n-th text is the longest of the first n.
            fitting = np.count_nonzero(candidates * np.arange(1, len(candidates) + 1) <= self.batch_tokens)
            stop = start + max(1, int(fitting))
            plan.append(order[start:stop])
            start = stop
        return plan

    def batch(self, indices: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        """The arrays that ``parts`` names.

        ``token_ids`` are ``int32 [batch, time]``, padded right with ``PAD_ID``. ``labels`` are ``int32 [batch]``, for
        multi-label texts ``bool [batch, labels]``; where the data have probabilities of labels, those, ``float32
        [batch, labels]``. ``scores`` are ``float32 [batch, units]``. ``weights`` are ``float32 [batch]``, with mean 1
        over all texts that count. ``extra`` are the features of the columns beside the text, ``float32 [batch,
        width]``, and ``teacher`` ``float32 [batch, labels]``. Without indices, the arrays have no rows, and time is 1.
        """
        indices = np.asarray(indices, dtype=np.int64)
        lengths = self.lengths[indices]
        ids = np.full((len(indices), int(lengths.max(initial=1))), PAD_ID, dtype=np.int32)
        for row, index, length in zip(ids, indices, lengths, strict=True):
            row[:length] = truncate_ids(self.texts[index], self.max_tokens, self.truncate, self.texts.separator_id)
        return tuple(ids if name == "token_ids" else self._rows[name][indices] for name in self.parts)

    def stream(self, plan: Plan) -> Iterator[tuple[NDArray[Any], ...]]:
        for indices in plan:
            yield self.batch(indices)

    def part(self, plan: Plan, index: int, count: int) -> Plan:
        """The texts of each batch that one of ``count`` replicas takes."""
        return [indices[index::count] for indices in plan]
