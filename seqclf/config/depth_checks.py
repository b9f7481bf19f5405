"""Checks of ``training.layer_rates`` and ``training.unfreeze_every``: one function per rule, as in ``checks``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seqclf.config.depth import groups_of, unfrozen
from seqclf.config.problems import Problem
from seqclf.config.schema import EmbeddingConfig, TaskConfig, TrainingConfig
from seqclf.layer_types import Layer

Layers = Sequence[Layer]

_RATES = ("training", "layer_rates")
_UNFREEZE = ("training", "unfreeze_every")


def layer_rates_fit_the_layers(
    layers: Layers, embedding: EmbeddingConfig, head: Layers, task: TaskConfig, training: TrainingConfig
) -> Iterator[Problem]:
    rates = training.layer_rates
    if not isinstance(rates, list):
        return
    titles = [group.title for group in groups_of(layers, embedding, head, task)]
    if len(rates) != len(titles):
        listed = f"{', '.join(titles[:-1])}, and {titles[-1]}" if len(titles) > 1 else titles[0]
        factors = f"{len(titles)} factors: one each for" if len(titles) > 1 else "one factor, for"
        message = f"expected {factors} {listed}{_without_weights(layers, embedding)}; found {len(rates)}"
        yield Problem(_RATES, message)
    elif rates[-1] == 0:
        message = f"is the factor of {titles[-1]}, which must be trained: expected more than 0, found 0"
        yield Problem((*_RATES, len(rates) - 1), message)


def _without_weights(layers: Layers, embedding: EmbeddingConfig) -> str:
    without = [f"layers[{index}] ({layer.short_name})" for index, layer in enumerate(layers) if not layer.has_weights]
    if layers and not embedding.trainable:
        without.insert(0, "embedding")
    if not without:
        return ""
    return f" ({', '.join(without)} {'has' if len(without) == 1 else 'have'} no weights to train)"


def depth_has_an_effect(
    layers: Layers, embedding: EmbeddingConfig, head: Layers, task: TaskConfig, training: TrainingConfig
) -> Iterator[Problem]:
    groups = groups_of(layers, embedding, head, task)
    if len(groups) > 1:
        return
    for path, value in ((_RATES, training.layer_rates), (_UNFREEZE, training.unfreeze_every)):
        if value is not None and not isinstance(value, list):
            yield Problem(path, f"has no effect: all weights to train are in {groups[0].title}")


def everything_is_unfrozen(
    layers: Layers, embedding: EmbeddingConfig, head: Layers, task: TaskConfig, training: TrainingConfig
) -> Iterator[Problem]:
    groups = groups_of(layers, embedding, head, task)
    every, count = training.unfreeze_every, unfrozen(training, training.epochs, len(groups))
    if every is None or count == len(groups):
        return
    frozen = ", ".join(group.title for group in groups[: len(groups) - count])
    message = (
        f"training ends before {frozen} {'is' if len(groups) - count == 1 else 'are'} unfrozen: the last of "
        f"{len(groups)} groups is unfrozen after {(len(groups) - 1) * every} epochs, and training.epochs is "
        f"{training.epochs}"
    )
    yield Problem(_UNFREEZE, message)


def patience_waits_for_unfreezing(
    layers: Layers, embedding: EmbeddingConfig, head: Layers, task: TaskConfig, training: TrainingConfig
) -> Iterator[Problem]:
    stopping, every = training.early_stopping, training.unfreeze_every
    if stopping is None or every is None or len(groups_of(layers, embedding, head, task)) == 1:
        return
    if stopping.patience < every:
        message = (
            f"training.early_stopping stops after {stopping.patience} epochs without improvement, which may be before "
            f"the next group is unfrozen: use a patience of at least {every}"
        )
        yield Problem(_UNFREEZE, message)
