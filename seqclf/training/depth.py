"""Which weights an epoch trains, and how fast, by the depth of their layers (Howard & Ruder 2018)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import keras

from seqclf.config.depth import DepthGroup, first_epoch_of, rate_factors, unfrozen
from seqclf.config.schema import TrainingConfig
from seqclf.training.weight_rates import by_weight


@dataclass(frozen=True)
class Trained:
    """What a training step changes.

    Attributes:
        weights: in the order of the model's.
        frozen: layers without any of them.
        groups: number of groups that are trained.
        note: what a person should know about it; empty if everything is trained from the start.
    """

    weights: tuple[keras.Variable, ...]
    frozen: tuple[keras.layers.Layer, ...] = ()
    groups: int = 1
    note: str = ""

    @contextlib.contextmanager
    def tracing(self) -> Iterator[None]:
        """While a step is traced: frozen batch normalisation uses its running statistics, and keeps them."""
        inner = [one for layer in self.frozen for one in layer._flatten_layers()]
        paused = [one for one in inner if isinstance(one, keras.layers.BatchNormalization) and one.trainable]
        for layer in paused:
            layer.trainable = False
        try:
            yield
        finally:
            for layer in paused:
                layer.trainable = True


class Depth:
    """The groups of a model's layers.

    Args:
        groups: of the model's config, from the embedding up; may be omitted if ``config`` has neither ``layer_rates``
            nor ``unfreeze_every``.
    """

    def __init__(self, model: keras.Model, config: TrainingConfig, groups: Sequence[DepthGroup] = ()) -> None:
        if not groups and (config.layer_rates is not None or config.unfreeze_every is not None):
            raise ValueError("layer_rates and unfreeze_every need the groups of the config: seqclf.config.depth")
        self._model, self._config = model, config
        self._groups = groups or [DepthGroup("everything", None)]
        self._layers: list[list[keras.layers.Layer]] = [[] for _ in self._groups]
        for layer in model.layers:
            self._layers[self._group_of(layer)].append(layer)
        self._factors = rate_factors(config, len(self._groups))

    def optimizer(self) -> keras.optimizers.Optimizer:
        """The config's optimizer, to be built with the model's trainable weights."""
        begins_later = self._config.unfreeze_every is not None
        if not begins_later and set(self._factors) == {1.0}:
            return self._config.optimizer.build()
        of_weights = self._group_of_each_weight()
        factors = [self._factors[of_weights[id(weight)]] for weight in self._model.trainable_variables]
        return self._config.optimizer.build(by_weight(factors, begins_later=begins_later))

    def trained(self, epoch: int) -> Trained:
        """What the steps of an epoch (from 1) change."""
        count = unfrozen(self._config, epoch, len(self._groups))
        first = len(self._groups) - count
        chosen = [place for place in range(first, len(self._groups)) if self._factors[place] > 0]
        of_weights = self._group_of_each_weight()
        weights = [weight for weight in self._model.trainable_variables if of_weights[id(weight)] in chosen]
        frozen = [layer for place, layers in enumerate(self._layers) if place not in chosen for layer in layers]
        return Trained(tuple(weights), tuple(frozen), count, self._note(count, chosen))

    def _note(self, count: int, chosen: Sequence[int]) -> str:
        epoch = first_epoch_of(self._config, count)
        titles = [group.title for group in self._groups]
        frozen = [title for place, title in enumerate(titles) if place not in chosen]
        if self._config.unfreeze_every is None and not frozen:
            return ""
        if not frozen:
            return f"From epoch {epoch} on, all layers are trained"
        trained = [titles[place] for place in chosen]
        return f"Trained from epoch {epoch} on: {', '.join(trained)}; frozen: {', '.join(frozen)}"

    def _group_of(self, layer: keras.layers.Layer) -> int:
        for place, group in enumerate(self._groups):
            if group.name is None or layer.name == group.name or layer.name.startswith(f"{group.name}_"):
                return place
        raise ValueError(f"{layer.name}: belongs to no group of layers")

    def _group_of_each_weight(self) -> dict[int, int]:
        """By ``id``. A weight that several layers share belongs to the lowest of them."""
        found: dict[int, int] = {}
        for place, layers in enumerate(self._layers):
            for layer in layers:
                for weight in layer.trainable_variables:
                    found.setdefault(id(weight), place)
        return found
