"""``task``: what the model is trained for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.option_types import Strict


class ClassificationTask(Strict):
    """Predict the label of a text, or its labels."""

    type: Literal["classification"] = Field("classification", description="Task type.")


TaskConfig = ClassificationTask
