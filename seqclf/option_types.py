"""Building blocks of the schema: a strict base model, and number types with bounds and units."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

OptionPath = tuple[str | int, ...]
"""Path from the top of a config to one option: ``("layers", 1, "units")``."""


class Strict(BaseModel):
    """Unknown options and silent conversions ("3" to 3) are errors; a checked model is immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


# Upper bounds catch typing errors: larger values are useless or exceed memory.
Fraction = Annotated[float, Field(ge=0, lt=1)]
PositiveFraction = Annotated[float, Field(gt=0, lt=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]
PositiveReal = Annotated[float, Field(gt=0)]
NonNegativeReal = Annotated[float, Field(ge=0)]
Width = Annotated[int, Field(ge=1, le=65_536, json_schema_extra={"unit": "entries"})]
Tokens = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "tokens"})]
Texts = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "texts"})]
Steps = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "steps"})]
Epochs = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "epochs"})]
Name = Annotated[str, Field(min_length=1)]

MAPPING = "mapping"
"""Tag that distinguishes a mapping from an option's other values: part of pydantic's locations, not of option paths."""
