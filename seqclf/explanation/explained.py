"""A text with what a model predicts for it, and why."""

from __future__ import annotations

from typing import Any, NamedTuple

from seqclf.explanation.attribution import Attribution
from seqclf.inference.prediction import Prediction


class Explained(NamedTuple):
    """A text that was explained.

    Attributes:
        attributions: one for each label that was explained.
        where: the place of the text, ``FILE:ROW``; None if it was typed.
    """

    prediction: Prediction
    attributions: tuple[Attribution, ...]
    where: str | None = None

    def to_json(self) -> list[dict[str, Any]]:
        """An object for each label: that of ``Attribution.to_json`` with ``prediction`` and, if known, ``where``."""
        label = self.prediction.label
        more = {"prediction": list(label) if isinstance(label, tuple) else label}
        if self.where is not None:
            more["where"] = self.where
        return [{**one.to_json(), **more} for one in self.attributions]
