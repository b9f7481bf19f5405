"""R-Drop."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from seqclf.config.schema.objectives.base import ObjectiveOptions


class RDrop(ObjectiveOptions):
    """How much two passes with different dropout disagree (R-Drop; Liang et al. 2021): the mean of the two
    Kullback-Leibler divergences between their predictions. The loss of the labels becomes the mean of both passes."""

    other_names = ("rdrop", "r-drop")
    other_options: ClassVar = {"alpha": "weight"}
    needs_dropout: ClassVar = True

    type: Literal["r_drop"] = Field(description="Objective type.")
