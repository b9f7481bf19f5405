"""The option of objectives that need no labels."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.objectives.base import ObjectiveOptions


class ChosenTexts(ObjectiveOptions):
    """An objective that texts with and without labels can have."""

    texts: Literal["labelled", "unlabelled", "both"] = Field(
        "labelled", description="The texts that have this term; `unlabelled` ones are those of `data.unlabelled`."
    )

    @property
    def reads_labelled(self) -> bool:
        return self.texts != "unlabelled"

    @property
    def reads_unlabelled(self) -> bool:
        return self.texts != "labelled"
