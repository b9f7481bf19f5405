"""Groups of layers by depth, as ``training.layer_rates`` and ``training.unfreeze_every`` mean them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seqclf.config.schema import Config, EmbeddingConfig, LanguageModelTask, TaskConfig, TrainingConfig
from seqclf.config.schema.training import RateDecay
from seqclf.layer_types import Layer, layer_name


@dataclass(frozen=True)
class DepthGroup:
    """Layers that have the same learning rate and are unfrozen together.

    Attributes:
        title: in messages, such as ``layers[0] (lstm)``.
        name: of its Keras layers: itself, or what their names begin with (``layer_name``). None: all other layers.
    """

    title: str
    name: str | None


def depth_groups(config: Config) -> tuple[DepthGroup, ...]:
    """The groups of a config, from the embedding up.

    The last one is the head with the output layer. An output layer that shares the weights of the embedding is in the
    group of the embedding; the last group is then the head, or the last of ``layers`` if the head has no weights.
    """
    return groups_of(config.layers, config.embedding, config.head, config.task)


def groups_of(
    layers: Sequence[Layer], embedding: EmbeddingConfig, head: Sequence[Layer], task: TaskConfig
) -> tuple[DepthGroup, ...]:
    """``depth_groups`` of these sections. Layers without weights are in no group."""
    tied = isinstance(task, LanguageModelTask) and task.tied
    lowest = "embedding with output layer" if tied else "embedding"
    groups = [DepthGroup(lowest, layer_name("embedding"))] if layers and embedding.trainable else []
    groups += [
        DepthGroup(f"layers[{index}] ({layer.short_name})", layer_name("layers", index, layer.short_name))
        for index, layer in enumerate(layers)
        if layer.has_weights
    ]
    if tied and groups and not any(layer.has_weights for layer in head):
        return (*groups[:-1], replace(groups[-1], name=None))
    return (*groups, DepthGroup("head" if tied else "head and output layer", None))


def rate_factors(training: TrainingConfig, groups: int) -> tuple[float, ...]:
    """The factor of each group's learning rate, from the embedding up; 0: the group is not trained."""
    rates = training.layer_rates
    if rates is None:
        return (1.0,) * groups
    if isinstance(rates, RateDecay):
        return tuple(rates.decay**-below for below in reversed(range(groups)))
    return tuple(rates)


def unfrozen(training: TrainingConfig, epoch: int, groups: int) -> int:
    """How many of the groups are trained in an epoch (from 1), counted from the top."""
    if training.unfreeze_every is None:
        return groups
    return min(groups, 1 + (epoch - 1) // training.unfreeze_every)


def first_epoch_of(training: TrainingConfig, groups: int) -> int:
    """The first epoch (from 1) that trains this many groups, counted from the top."""
    return 1 if training.unfreeze_every is None else 1 + (groups - 1) * training.unfreeze_every
