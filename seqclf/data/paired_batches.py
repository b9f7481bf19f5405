"""Batches of labelled texts with batches of unlabelled ones beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqclf.data.batches import Batches
from seqclf.data.sizes import BatchSizes

UNLABELLED_PARTS = {
    "token_ids": "unlabelled",
    "scores": "unlabelled_scores",
    "extra": "unlabelled_extra",
    "teacher": "unlabelled_teacher",
}
"""Names of the arrays of unlabelled texts in a batch, by their names in ``Batches.parts``; no others are used."""

_ORDER = 0x0BE5  # makes their order another one than that of labelled texts


class Pair(NamedTuple):
    """The texts of a step.

    Attributes:
        labelled: indices of the labelled texts.
        unlabelled: indices of the unlabelled ones.
    """

    labelled: NDArray[np.int64]
    unlabelled: NDArray[np.int64]


@dataclass(frozen=True)
class PairedBatches:
    """Batches for training: each step reads a batch of labelled texts and one of unlabelled texts.

    An epoch is one of the labelled texts. The unlabelled ones have epochs of their own, which continue where the last
    epoch of the labelled texts ended. The seed and the number of a step among all steps of the training determine its
    unlabelled texts.
    """

    labelled: Batches
    unlabelled: Batches
    _steps: dict[tuple[int, int], int] = field(default_factory=dict, repr=False)
    _rounds: dict[tuple[int, int], int] = field(default_factory=dict, repr=False)

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of ``Batches.parts`` for the labelled texts, then of ``UNLABELLED_PARTS``."""
        return *self.labelled.parts, *(UNLABELLED_PARTS[name] for name in self._used)

    @property
    def _used(self) -> list[str]:
        return [name for name in self.unlabelled.parts if name in UNLABELLED_PARTS]

    @property
    def largest(self) -> tuple[int, int]:
        """All texts of the largest batch, and the tokens of the longest."""
        (texts, tokens), (more, their_tokens) = self.labelled.largest, self.unlabelled.largest
        return texts + more, max(tokens, their_tokens)

    def sizes(self, plan: list[Pair]) -> BatchSizes:
        """The sizes of the batches of a plan; those of both kinds of texts are added."""
        first = self.labelled.sizes([pair.labelled for pair in plan])
        second = self.unlabelled.sizes([pair.unlabelled for pair in plan])
        return BatchSizes(first.tokens + second.tokens, first.padded + second.padded)

    def shuffled(self, seed: int, epoch: int) -> list[Pair]:
        """The plan of an epoch: ``Batches.shuffled`` of the labelled texts, with the next unlabelled batches."""
        plan = self.labelled.shuffled(seed, epoch)
        self._steps[seed, epoch] = len(plan)
        skipped = self.steps_before(seed, epoch)
        return [Pair(*both) for both in zip(plan, self._stream_of_plans(seed, skipped), strict=False)]

    @property
    def number_unlabelled(self) -> int:
        """How many unlabelled texts there are to read."""
        return len(self.unlabelled.texts.counted)

    def texts_read(self, seed: int, steps: int) -> int:
        """How many different unlabelled texts the first steps of a training read."""
        return sum(map(len, self.unlabelled.shuffled(seed ^ _ORDER, 1)[:steps]))

    def steps_before(self, seed: int, epoch: int) -> int:
        """Number of steps of all epochs before ``epoch``."""
        if self.labelled.batch_tokens is None and epoch > 1:
            return (epoch - 1) * self._steps_of(seed, 1)
        return sum(self._steps_of(seed, before) for before in range(1, epoch))

    def _steps_of(self, seed: int, epoch: int) -> int:
        """Number of steps of an epoch, which may differ between epochs if ``batch_tokens`` limits batches."""
        if (seed, epoch) not in self._steps:
            self._steps[seed, epoch] = len(self.labelled.shuffled(seed, epoch))
        return self._steps[seed, epoch]

    def _stream_of_plans(self, seed: int, skipped: int) -> Iterator[NDArray[np.int64]]:
        """The unlabelled batches of all their epochs, one epoch after another, without the first ``skipped``."""
        own_epoch = 0
        while True:
            own_epoch += 1
            known = self._rounds.get((seed, own_epoch))
            if known is not None and known <= skipped:
                skipped -= known
                continue
            plan = self.unlabelled.shuffled(seed ^ _ORDER, own_epoch)
            self._rounds[seed, own_epoch] = len(plan)
            yield from plan[skipped:]
            skipped = max(0, skipped - len(plan))

    def batch(self, pair: Pair) -> tuple[NDArray[Any], ...]:
        """The arrays that ``parts`` names: those of ``Batches.batch`` for the labelled texts, then for the unlabelled
        ones ``int32 [unlabelled batch, time]`` token ids and what else they have."""
        own = dict(zip(self.unlabelled.parts, self.unlabelled.batch(pair.unlabelled), strict=True))
        return *self.labelled.batch(pair.labelled), *(own[name] for name in self._used)

    def stream(self, plan: list[Pair]) -> Iterator[tuple[NDArray[Any], ...]]:
        """The arrays of each batch of a plan."""
        for pair in plan:
            yield self.batch(pair)

    def part(self, plan: list[Pair], index: int, count: int) -> list[Pair]:
        """The texts of each batch, of both kinds, that one of ``count`` replicas takes."""
        return [Pair(pair.labelled[index::count], pair.unlabelled[index::count]) for pair in plan]
