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
    widths = [layer.units for layer in (*layers, *head) if hasattr(layer, "units")]
    if not widths or any(layer.short_name == "residual" for layer in layers) or widths[-1] == embedding.dim:
        return  # the width after a residual layer is known when the model is built
    message = (
        f"is {embedding.dim}, but the last layer has {widths[-1]} units, and the output layer shares the weights of "
        f"the embedding: set it to {widths[-1]}, add `head: [{{type: dense, units: {embedding.dim}, activation: "
        "linear}]`, or set task.tied to false"
    )
    yield Problem(("embedding", "dim"), message)


def nothing_idle_is_set(
    task: TaskConfig, data: DataConfig, ngrams: NgramsConfig | None, training: TrainingConfig
) -> Iterator[Problem]:
    sections: dict[str | int, Any] = {"data": data, "ngrams": ngrams, "training": training}
    for section, *options in task.idle:
        value = sections[section]
        for option in options:
            if str(option) not in type(value).model_fields:
                break
            if getattr(value, str(option)) == type(value).model_fields[str(option)].get_default(
                call_default_factory=True
            ):
                break
            yield Problem((section, option), f"has no effect in {task.type}; remove it")
        if not options and value is not None:
            yield Problem((section,), f"has no effect in {task.type}; remove it")


def monitor_belongs_to_the_task(task: TaskConfig, training: TrainingConfig) -> Iterator[Problem]:
    stopping = training.early_stopping
    known = monitors_of(labelled=task.needs_labels)
    if stopping is not None and stopping.monitor not in known:
        message = f"{stopping.monitor} is not a score of {task.type}; expected one of {', '.join(known)}"
        yield Problem(("training", "early_stopping", "monitor"), message)
