"""What training needs of a task's metrics."""

from __future__ import annotations

from typing import Any, Protocol, Self


class Metrics(Protocol):
    """What a validation finds. Events, history, progress and checkpoints know nothing else about it.

    ``seqclf.metrics.scores.Scores`` has these methods.
    """

    @classmethod
    def monitored(cls) -> tuple[str, ...]:
        """Names of the scores in the headline."""

    def headline(self) -> tuple[tuple[str, float], ...]:
        """Names and values of the few scores that a person sees first: the columns of history and progress."""

    def score(self, name: str) -> float:
        """The score that ``training.early_stopping.monitor`` names after ``val_``, larger is better."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for checkpoints."""

    @classmethod
    def from_json(cls, saved: Any) -> Self:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else."""
