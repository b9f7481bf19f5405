"""Advice for epochs of few updates."""

from __future__ import annotations

from seqclf.config import Config
from seqclf.option_types import AUTO

_FEW = 100
_SMALLEST = 4
"""Streams or texts in a batch: with fewer, updates are noisy and slow."""


def smaller_batch(config: Config, steps: int, train: str) -> str | None:
    """A sentence that proposes a smaller batch if an epoch of a language model has few updates; else None.

    Args:
        steps: of an epoch.
        train: the command that trains the config.
    """
    updates = -(-steps // config.training.accumulate_steps)
    if updates >= _FEW or config.training.batch_size == AUTO:
        return None
    if config.training.accumulate_steps > 1:
        return f"{_few(updates)}: {train} --set training.accumulate_steps=1"
    size = config.training.rows
    while size // 2 >= _SMALLEST and steps * config.training.rows < _FEW * size:
        size //= 2
    if size == config.training.batch_size:
        return None
    return f"{_few(updates)}; a smaller batch makes more of them: {train} --set training.batch_size={size}"


def _few(updates: int) -> str:
    return f"an epoch has few updates ({updates})"
