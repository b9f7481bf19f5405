"""The task of a config. Each task's module is imported when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqclf.config import Config
from seqclf.data.prepare import TrainingData

if TYPE_CHECKING:
    from seqclf.tasks.base import Task


def task_of(config: Config, data: TrainingData) -> Task:
    """The task that ``config.task`` names, for data prepared with this config."""
    if config.task.type == "language_model":
        from seqclf.tasks.language_model.task import LanguageModel

        return LanguageModel.of(config, data)
    from seqclf.tasks.classification.task import Classification

    return Classification.of(config, data)
