"""Adversarial training."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from seqclf.config.schema.objectives.base import EPSILON, ObjectiveOptions
from seqclf.option_types import PositiveReal


class Adversarial(ObjectiveOptions):
    """The loss of texts whose token vectors are moved to where the loss rises fastest (Miyato et al. 2017, equation 5).
    Moves are relative to how far the vectors differ, so larger vectors do not make them harmless."""

    other_names = ("adversarial_training", "fgm", "adv")
    changes: ClassVar = "tokens"

    type: Literal["adversarial"] = Field(description="Objective type.")
    epsilon: PositiveReal = Field(5.0, description=EPSILON)
