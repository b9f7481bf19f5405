"""How many of the unlabelled texts a training reads: an epoch is one of the labelled texts, so it may be few."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seqclf.data.paired_batches import PairedBatches

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.training.state import TrainingState

UNLABELLED_READ = "unlabelled_read"
"""An entry of manifests."""


@dataclass(frozen=True)
class UnlabelledRead:
    """Numbers of unlabelled texts; each text counts once.

    Attributes:
        texts: those that the training uses.
        read: those that its steps have read.
        until_best: those that were read by the end of the best epoch; None without validation.
    """

    texts: int
    read: int
    until_best: int | None

    @classmethod
    def of(cls, batches: Any, config: Config, state: TrainingState) -> UnlabelledRead | None:
        """After the last step of a training; None if it reads no unlabelled texts.

        ``batches``: of its training texts.
        """
        if not isinstance(batches, PairedBatches):
            return None
        seed, best = config.seed, state.best_epoch
        steps = batches.steps_before(seed, state.epoch + 1) + state.so_far.step
        until_best = None if best is None else batches.texts_read(seed, batches.steps_before(seed, best + 1))
        return cls(batches.number_unlabelled, batches.texts_read(seed, steps), until_best)

    @classmethod
    def from_json(cls, saved: Any) -> UnlabelledRead | None:
        """As a manifest says; None if it says nothing, or is malformed."""
        if not isinstance(saved, dict):
            return None
        texts, read, until_best = (saved.get(name) for name in ("texts", "read", "until_best"))
        if not isinstance(texts, int) or not isinstance(read, int) or not 0 <= read <= texts or not texts:
            return None
        return cls(texts, read, until_best if isinstance(until_best, int) else None)

    def to_json(self) -> dict[str, Any]:
        return {UNLABELLED_READ: asdict(self)}

    def sentence(self, best_epoch: int | None) -> str:
        """``4,176 of 16,102 texts were read (26 %), 464 of them by the end of epoch 1, the best one``."""
        said = f"{_share(self.read, self.texts)} texts were read"
        if self.read < self.texts:
            said += f" ({100 * self.read / self.texts:.2g} %)"
        if best_epoch is not None and self.until_best is not None and self.until_best < self.read:
            said += f", {self.until_best:,} of them by the end of epoch {best_epoch}, the best one"
        return said


def planned_reading(batches: Any, config: Config) -> str | None:
    """What an epoch reads of the unlabelled texts, and how to read all if the planned epochs cannot; None if there are
    none, or an epoch reads all."""
    if not isinstance(batches, PairedBatches):
        return None
    texts, steps, epochs = batches.number_unlabelled, batches.steps_before(config.seed, 2), config.training.epochs
    an_epoch, every = (batches.texts_read(config.seed, steps * number) for number in (1, epochs))
    if an_epoch == texts:
        return None
    said = f"an epoch reads {an_epoch:,} of {texts:,} unlabelled texts"
    if every == texts:
        return said
    planned = "1 epoch reads" if epochs == 1 else f"{epochs:,} epochs read"
    said += f", the planned {planned} {every:,}"
    if batches.unlabelled.batch_tokens is not None:  # which limits the number of texts, too
        return said
    return f"{said}; training.unlabelled_batch_size={-(-texts // (steps * epochs))} reads all"


def _share(part: int, whole: int) -> str:
    return f"all {whole:,}" if part == whole else f"{part:,} of {whole:,}"
