"""Virtual adversarial training."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.config.schema.objectives.base import EPSILON
from seqclf.config.schema.objectives.chosen_texts import ChosenTexts
from seqclf.option_types import PositiveReal


class VirtualAdversarial(ChosenTexts):
    """How much the prediction changes at token vectors that are moved to where it changes most (Miyato et al. 2017,
    equations 7 and 8; Miyato et al. 2019): the Kullback-Leibler divergence. It needs no labels. Moves
    are relative to how far the vectors differ, so larger vectors do not make them harmless."""

    other_names = ("vat", "virtual_adversarial_training")
    changes: ClassVar = "tokens"
    draws: ClassVar = True

    type: Literal["virtual_adversarial"] = Field(description="Objective type.")
    epsilon: PositiveReal = Field(5.0, description=EPSILON)
    xi: PositiveReal = Field(
        0.1,
        description="Length, in the same units, of the small random move at which the direction is measured.",
    )
    iterations: Annotated[int, Field(ge=1, le=10)] = Field(
        1, description="Number of times that the direction is measured; each takes a forward and a backward pass."
    )
