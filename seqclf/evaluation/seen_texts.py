"""What texts that a run has seen in training mean for its scores."""

from __future__ import annotations

from seqclf.data.seen import Seen
from seqclf.metrics.measured import Measured


def effect_on_scores(measured: Measured) -> str | None:
    """``the scores are slightly too good``, or that they say little; None if seen texts are few or were not counted."""
    if measured.seen is None:
        return None
    found = Seen(measured.metrics.texts, measured.seen.trained_on or 0, measured.seen.validated_on or 0)
    return found.effect if found.matters else None
