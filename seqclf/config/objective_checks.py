"""Checks of ``training.objectives`` against the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seqclf.config.problems import Problem
from seqclf.config.schema import EmbeddingConfig, NgramsConfig, TaskConfig, TrainingConfig
from seqclf.layer_types import Layer, walk
from seqclf.sources import DataConfig

Layers = Sequence[Layer]
_RANDOM = ("dropout", "recurrent_dropout", "recurrent_weight_drop", "row_dropout", "word_dropout", "rate", "stddev")
"""Options of layers and of the embedding that make two passes differ."""


def objectives_have_texts(data: DataConfig, task: TaskConfig, training: TrainingConfig) -> Iterator[Problem]:
    if not task.needs_labels or data.unlabelled_part is not None:
        return
    for index, objective in enumerate(training.objectives):
        if objective.reads_unlabelled:
            message = (
                f"{objective.type} reads unlabelled texts, but data.unlabelled is not set; set it, or remove the option"
            )
            yield Problem(("training", "objectives", index, "texts"), message)


def objectives_fit_the_model(layers: Layers, task: TaskConfig, training: TrainingConfig) -> Iterator[Problem]:
    if not task.needs_labels:
        return  # `nothing_idle_is_set` asks to remove the option
    for index, objective in enumerate(training.objectives):
        path = ("training", "objectives", index)
        if objective.changes and not layers:
            what = f"{objective.type} changes the vectors of {objective.changes}"
            message = f"{what}, but layers is []; remove it, or add layers"
            yield Problem(path, message)
        yield from (Problem((*path, option), message) for option, message in objective.problems())


def objective_warnings(
    layers: Layers,
    head: Layers,
    embedding: EmbeddingConfig,
    ngrams: NgramsConfig | None,
    training: TrainingConfig,
) -> Iterator[Problem]:
    own = [embedding] if layers else []
    parts = [ngrams, *own, *(layer for _, layer in walk(layers)), *head]
    random = any(getattr(part, option, 0) for part in parts for option in _RANDOM)
    random = random or any(layer.needs_code for _, layer in walk(layers))
    for index, objective in enumerate(training.objectives):
        path = ("training", "objectives", index)
        if objective.needs_dropout and not random:
            message = (
                f"{objective.type} has no effect without dropout: two passes of a text are the same; set dropout in "
                "embedding, layers or head"
            )
            yield Problem(path, message)
        yield from (Problem((*path, option), message) for option, message in objective.warnings())
