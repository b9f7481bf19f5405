"""Checks of a config against what its model is trained for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seqclf.config.problems import Problem
from seqclf.config.schema import (
    EmbeddingConfig,
    InitializeConfig,
    LanguageModelTask,
    NgramsConfig,
    TaskConfig,
    TrainingConfig,
)
from seqclf.layer_types import Layer, RecurrentLayer, walk
from seqclf.metrics.monitors import monitors_of
from seqclf.sources import DataConfig

Layers = Sequence[Layer]


def layers_do_not_look_ahead(layers: Layers, task: TaskConfig) -> Iterator[Problem]:
    if task.reads_ahead:
        return
    for path, layer in walk(layers, "layers"):
        for option, reason in layer.looks_ahead():
            message = f"{reason}, but {task.type} predicts each token from those before it"
            yield Problem((*path, option), message)


def recurrent_layers_carry_the_state(layers: Layers, task: TaskConfig) -> Iterator[Problem]:
    if not task.reads_ahead and not any(isinstance(layer, RecurrentLayer) for _, layer in walk(layers)):
        yield Problem(("layers",), f"{task.type} needs a recurrent layer, such as {{type: lstm, units: 256}}")


def tied_widths_agree(
    layers: Layers,
    head: Sequence[Layer],
    task: TaskConfig,
    embedding: EmbeddingConfig,
    initialize: InitializeConfig | None,
) -> Iterator[Problem]:
    if not isinstance(task, LanguageModelTask) or not task.tied:
        return
    if initialize is not None and "dim" not in embedding.model_fields_set:
        return  # it will be that of the run
    width: int | None = embedding.dim
    for layer in (*layers, *head):
        width = None if width is None else layer.width_after(width)
    if width in (None, embedding.dim):
        return
    message = (
        f"is {embedding.dim}, but the last layer returns {width} numbers, and the output layer shares the weights of "
        f"the embedding: set it to {width}, add `head: [{{type: dense, units: {embedding.dim}, activation: linear}}]`, "
        "or set task.tied to false"
    )
    yield Problem(("embedding", "dim"), message)


def nothing_idle_is_set(
    task: TaskConfig, data: DataConfig, ngrams: NgramsConfig | None, training: TrainingConfig
) -> Iterator[Problem]:
    sections: dict[str | int, Any] = {"data": data, "ngrams": ngrams, "training": training}
    for path in task.idle:
        section, *options = path
        value, unset = sections[section], None
        for option in map(str, options):
            field = type(value).model_fields.get(option)
            unset = None if field is None else field.get_default(call_default_factory=True)
            value = None if field is None else getattr(value, option)
        if value != unset:
            yield Problem(path, f"has no effect in {task.type}; remove it")


def monitor_belongs_to_the_task(task: TaskConfig, training: TrainingConfig) -> Iterator[Problem]:
    stopping = training.early_stopping
    known = monitors_of(labelled=task.needs_labels)
    if stopping is not None and stopping.monitor not in known:
        message = f"{stopping.monitor} is not a score of {task.type}; expected one of {', '.join(known)}"
        yield Problem(("training", "early_stopping", "monitor"), message)
