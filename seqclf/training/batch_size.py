"""The largest batch that a training has room for: ``training.batch_size: auto``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.quantities import in_bytes
from seqclf.runtime import available_memory_bytes
from seqclf.training.data_checks import plain_batches
from seqclf.training.memory_estimate import memory_needs
from seqclf.training.schedules import updates_of

UPDATES = 100
"""Updates that an epoch has at least: with fewer, a model needs more epochs than a larger batch saves time."""

_SMALLEST, _LARGEST = 16, 4096
"""Bounds on the size where memory allows it: a smaller batch is slow, a larger one is no faster per text."""

_MOST = 1.8
"""Measured use of memory is at most this multiple of the estimate (``seqclf.training.memory_estimate``)."""


@dataclass(frozen=True)
class BatchSize:
    """A chosen ``training.batch_size``.

    Attributes:
        size: texts, or streams of a language model; a power of two.
        bound: what forbids twice as many: an epoch would have too few updates, the memory, or ``_LARGEST``.
        updates: of an epoch.
        memory_bytes: that the training may need, cautiously estimated.
        free_bytes: of memory, when the size was chosen; None: unknown.
    """

    size: int
    bound: Literal["updates", "memory", "largest"]
    updates: int
    memory_bytes: int
    free_bytes: int | None

    def sentence(self) -> str:
        """``batch_size: auto is 64: with 128, an epoch would have fewer than 100 updates (it has 156)``."""
        free = "" if self.free_bytes is None else f" of {in_bytes(self.free_bytes)} that are free"
        why = {
            "updates": f"with {2 * self.size:,}, an epoch would have fewer than {UPDATES} updates (it has "
            f"{self.updates:,})",
            "memory": f"with {2 * self.size:,}, the training might need more than the memory (it may need "
            f"{in_bytes(self.memory_bytes)}{free})",
            "largest": "larger batches are no faster",
        }
        return f"training.batch_size: auto is {self.size:,}: {why[self.bound]}"

    def as_json(self) -> dict[str, Any]:
        return {
            "value": self.size,
            "bound": self.bound,
            "updates": self.updates,
            "memory_bytes": self.memory_bytes,
            "free_bytes": self.free_bytes,
        }


def largest_batch(config: Config, data: TrainingData) -> BatchSize:
    """The largest power of two with which the training fits into the free memory and an epoch has ``UPDATES`` updates.

    An epoch of few texts has fewer: the size is at least 16 where memory allows it. The batches of ``batch_tokens``
    count as they are. Imports TensorFlow; allocates nothing.
    """
    size, bound = _LARGEST, "largest"
    while size > _SMALLEST and _updates(config, data, size) < UPDATES:
        size, bound = size // 2, "updates"
    free = available_memory_bytes()
    while (needed := _needed(config, data, size)) > (needed if free is None else free) and size > 1:
        size, bound = size // 2, "memory"
    return BatchSize(size, bound, _updates(config, data, size), needed, free)  # type: ignore[arg-type]


def with_size(config: Config, size: int) -> Config:
    """The config with this ``training.batch_size``."""
    return config.model_copy(update={"training": config.training.model_copy(update={"batch_size": size})})


def _updates(config: Config, data: TrainingData, size: int) -> int:
    """Updates of an epoch with batches of this size."""
    sized = with_size(config, size)
    return updates_of(len(plain_batches(sized, data).shuffled(config.seed, epoch=1)), config.training)


def _needed(config: Config, data: TrainingData, size: int) -> int:
    return int(_MOST * memory_needs(with_size(config, size), data).bytes)
