"""Mixup of the vectors of texts."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from seqclf.config.schema.objectives.base import ObjectiveOptions
from seqclf.option_types import PositiveReal


class Mixup(ObjectiveOptions):
    """The loss of mixed texts (Guo et al. 2019; Verma et al. 2019): the vector of each text, as the head reads it, is
    mixed with that of a random text of its batch, and so are their losses."""

    other_names = ("manifold_mixup", "sen_mixup", "mix_up")
    changes: ClassVar = "texts"
    draws: ClassVar = True

    type: Literal["mixup"] = Field(description="Objective type.")
    alpha: PositiveReal = Field(
        1.0,
        description="The share of a text in its mixture has the distribution Beta(alpha, alpha): with 1, all shares "
        "are equally probable; with less, most mixtures are mostly one text.",
    )
