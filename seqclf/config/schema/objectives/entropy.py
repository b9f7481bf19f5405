"""Entropy minimisation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.objectives.chosen_texts import ChosenTexts
from seqclf.option_types import PositiveReal


class Entropy(ChosenTexts):
    """The entropy of the prediction, which makes the model decide (Grandvalet & Bengio 2005). It needs no labels.

    Most of use together with `virtual_adversarial` on unlabelled texts."""

    other_names = ("entropy_minimization", "entropy_minimisation", "entmin")

    type: Literal["entropy"] = Field(description="Objective type.")
    weight: PositiveReal = Field(0.1, description="What the term is multiplied by before it is added to the loss.")
