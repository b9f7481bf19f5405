"""Classification."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from seqclf.config.schema.tasks.base import TaskOptions


class ClassificationTask(TaskOptions):
    """Predict the label of a text, or its labels."""

    other_names = ("classify", "classifier", "text_classification", "sentiment")

    type: Literal["classification"] = Field("classification", description="Task type.")
