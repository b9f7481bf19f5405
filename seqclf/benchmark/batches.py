"""The batches that time every implementation."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.benchmark.cases import VOCABULARY, Case
from seqclf.data.batches import Batches
from seqclf.data.encoded import EncodedTexts

Batch = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Token ids, ``int32 [rows, time]``, padded right with 0, and labels, ``float32 [rows]``."""


def random_batch(case: Case) -> Batch:
    """Texts of random tokens, at least nine tenths as long as the longest."""
    generator = np.random.default_rng([case.length, case.rows])
    ids = generator.integers(1, VOCABULARY, size=(case.rows, case.length)).astype(np.int32)
    lengths = generator.integers(case.length * 9 // 10, case.length + 1, size=case.rows)
    lengths[0] = case.length
    ids[np.arange(case.length) >= lengths[:, np.newaxis]] = 0
    return ids, generator.integers(0, 2, size=case.rows).astype(np.float32)


@dataclass(frozen=True)
class Epoch:
    """A sample of an epoch's batches.

    Attributes:
        batches: number of all batches.
        sample: the batches to time.
        cells: tokens of an epoch, including padding.
        making_seconds: estimated time to plan and make all its batches.
    """

    batches: int
    sample: list[Batch]
    cells: int
    making_seconds: float


def epoch(texts: EncodedTexts, by_length: bool, sampled: int, seed: int, rows: int = 64) -> Epoch:
    """Untruncated texts in seqclf's batches (``by_length``), or shuffled and padded to the longest of each batch.

    The sample is spread evenly over the batch sizes and differs for each seed.
    """
    started = time.perf_counter()
    batches = Batches(texts, rows, int(texts.lengths.max()), "tail")
    if by_length:
        plan = batches.shuffled(seed, 1)
    else:
        order = np.random.default_rng(seed).permutation(len(texts))
        plan = [order[start : start + rows] for start in range(0, len(order), rows)]
    planned = time.perf_counter() - started
    sizes = np.array([batches.lengths[indices].max() * len(indices) for indices in plan])
    by_size = np.argsort(sizes, kind="stable")
    step = len(plan) / sampled
    places = ((np.arange(sampled) + np.random.default_rng(seed).uniform()) * step).astype(int)
    started = time.perf_counter()
    chosen = [batches.batch(plan[i]) for i in by_size[places]]
    making = planned + (time.perf_counter() - started) * step
    sample = [(np.minimum(ids, VOCABULARY - 1), _targets(labels)) for ids, labels, *_ in chosen]
    return Epoch(len(plan), sample, int(sizes.sum()), making)


def _targets(labels: NDArray[Any]) -> NDArray[np.float32]:
    """One target per text, ``float32 [rows]``; multi-label, the first label. The values do not affect the time."""
    return labels.reshape(len(labels), -1)[:, 0].astype(np.float32)
