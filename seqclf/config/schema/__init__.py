"""Every option of a config, defined once: its name, type, bounds, unit, default and meaning.

Validation, the JSON Schema, the reference page and a run's filled-in config are all derived from this schema. Checks
across options are in ``seqclf.config.checks``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from seqclf.config.schema.embedding import EmbeddingConfig
from seqclf.config.schema.initialize import Initialize, InitializeConfig
from seqclf.config.schema.losses import LossConfig
from seqclf.config.schema.ngrams import NgramsConfig
from seqclf.config.schema.optimizers import OptimizerConfig
from seqclf.config.schema.schedules import ScheduleConfig
from seqclf.config.schema.tasks import TaskConfig, TaskOptions
from seqclf.config.schema.tasks.classification import ClassificationTask
from seqclf.config.schema.tasks.language_model import LanguageModelTask
from seqclf.config.schema.tokenizers import TokenizerConfig, TokenizerOptions
from seqclf.config.schema.tokenizers.subword import SubwordTokens
from seqclf.config.schema.training import (
    EarlyStopping,
    MovingAverage,
    Sharpness,
    TrainingConfig,
)
from seqclf.layer_types import HeadConfig, LayerConfig, RecurrentLayer, walk
from seqclf.option_types import Strict
from seqclf.sources import DataConfig

__all__ = [
    "ClassificationTask",
    "Config",
    "EarlyStopping",
    "EmbeddingConfig",
    "InitializeConfig",
    "LanguageModelTask",
    "LossConfig",
    "MovingAverage",
    "NgramsConfig",
    "OptimizerConfig",
    "ScheduleConfig",
    "Sharpness",
    "Strict",
    "TaskConfig",
    "TaskOptions",
    "TokenizerConfig",
    "TokenizerOptions",
    "TrainingConfig",
]


def _written(name: Any) -> Any:
    """An integer as a name: ``2020`` needs no quotes."""
    return str(name) if type(name) is int and name >= 0 else name


NAME_PATTERN, LONGEST_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$", 100
RunName = Annotated[str, Field(pattern=NAME_PATTERN, max_length=LONGEST_NAME), BeforeValidator(_written)]


class Config(Strict):
    """A model: what it is for, its data, tokenizer, layers and training."""

    name: RunName = Field(
        "run", description="Prefix of the run folder's name: letters, digits, dots, dashes and underscores."
    )
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(
        0, description="Seed for all randomness: splits, initial weights, order of the texts, dropout."
    )
    task: TaskConfig = Field(
        ClassificationTask(), description="What the model is trained for; the name of a type stands for its defaults."
    )
    data: DataConfig = Field(description="Source of the texts and labels.")
    initialize: Initialize = Field(
        None,
        description="The run whose tokenizer and weights the training starts from; its name alone stands for "
        "`{from: NAME}`. null: train from random weights.",
    )
    tokenizer: TokenizerConfig = Field(
        SubwordTokens(), description="How a text becomes token ids; subword if `type` is omitted."
    )
    embedding: EmbeddingConfig = Field(EmbeddingConfig(), description="How token ids become vectors.")
    layers: list[LayerConfig] = Field(
        max_length=100,
        description="Layers that read the text, in order; they must end in one vector per text; in a language "
        "model, in one per token. `[]`: `ngrams` only.",
    )
    ngrams: NgramsConfig | None = Field(
        None, description="A linear model over n-grams, alongside the network or instead of it; null: none."
    )
    head: list[HeadConfig] = Field(
        [], max_length=100, description="Layers between the text vector and the output layer."
    )
    training: TrainingConfig = Field(TrainingConfig(), description="Optimizer, loss, schedule, stopping, checkpoints.")

    @property
    def has_recurrent_layers(self) -> bool:
        return any(isinstance(layer, RecurrentLayer) for _, layer in walk(self.layers))
