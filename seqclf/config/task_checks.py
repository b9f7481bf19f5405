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
from seqclf.option_types import OptionPath
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
    found = _last_width(layers, head, embedding.dim)
    if found is None or found[0] == embedding.dim:
        return
    width, path, last = found
    shares = "and the output layer shares the weights of the embedding"
    dense = f"add `head: [{{type: dense, units: {embedding.dim}, activation: linear}}]`, or set task.tied to false"
    if "dim" in embedding.model_fields_set:
        message = (
            f"is {embedding.dim}, but the last layer returns {width} numbers, {shares}: set it to {width}, {dense}"
        )
        yield Problem(("embedding", "dim"), message)
        return
    # The default is nowhere in the file; the layer is.
    size = f"embedding.dim is {embedding.dim}, its default"
    if isinstance(getattr(last, "units", None), int):
        change = f"set it to {embedding.dim}, embedding.dim to {width}"
        yield Problem(
            (*path, "units"), f"the last layer returns {width} numbers, but {size}, {shares}: {change}, {dense}"
        )
    else:
        change = f"set embedding.dim to {width}"
        yield Problem(path, f"{last.short_name} returns {width} numbers, but {size}, {shares}: {change}, {dense}")


def _last_width(layers: Layers, head: Layers, dim: int) -> tuple[int, OptionPath, Layer] | None:
    """How many numbers the last layer returns, and the last layer that changes how many; None: if it is not known, or
    no layer changes it.

    As if all layers read in one direction: `layers_do_not_look_ahead` removes the other one.
    """
    width: int | None = dim
    last: tuple[OptionPath, Layer] | None = None
    for section, part in (("layers", layers), ("head", head)):
        for index, layer in enumerate(part):
            before, path = width, (section, index)
            width = None if width is None else _one_way(layer).width_after(width)
            if width != before:
                last = (path, layer)
    return None if width is None or last is None else (width, *last)


def _one_way(layer: Layer) -> Layer:
    """The layer, and those inside it, reading in one direction."""
    inner = {str(where[0]): _one_way(one) for where, one in layer.inner()}
    return layer.model_copy(update=inner | ({"bidirectional": False} if isinstance(layer, RecurrentLayer) else {}))


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
