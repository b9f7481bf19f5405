"""Which weights of a run a new model gets, decided from their two configs alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqclf.config import Config
from seqclf.config.problems import Problem
from seqclf.config.schema import LanguageModelTask
from seqclf.layer_types import Layer, RecurrentLayer
from seqclf.option_types import OptionPath
from seqclf.training.initialize.origin import Origin

_FROM = ("initialize", "from")
_LAYERS = ("initialize", "layers")


@dataclass(frozen=True)
class Pair:
    """A layer that gets the weights of one of the run: their indices in ``layers``."""

    here: int
    there: int


@dataclass(frozen=True)
class Plan:
    """What a new model gets from a run, besides tokenizer and embedding.

    Attributes:
        fresh: indices of the layers with weights that start fresh.
        output: head and output layer get weights, too. They are of use only if everything below them does.
    """

    pairs: tuple[Pair, ...]
    fresh: tuple[int, ...]
    output: bool


@dataclass(frozen=True)
class _Place:
    """A layer with weights.

    Attributes:
        width: dimension of its input; None: only the built model knows it.
    """

    index: int
    layer: Layer
    width: int | None

    @property
    def title(self) -> str:
        return f"layers[{self.index}] ({self.layer.short_name})"

    @property
    def kinds(self) -> list[str]:
        """The types of the layer and of those inside it."""
        return [self.layer.type, *(inner.type for _, inner in self.layer.inner())]


def plan_for(config: Config, origin: Origin) -> tuple[Plan, list[Problem]]:
    """The plan, and all reasons why the weights do not fit. The k-th layer with weights matches the run's k-th one."""
    here, there = _places(config), _places(origin.config)
    if not config.layers or not origin.config.layers:
        whose = "layers is empty" if not config.layers else f"{origin.name} has no layers"
        message = f"{whose}: there are no weights to start from, because n-grams are always fitted anew"
        return Plan((), (), False), [Problem(_FROM, message)]
    named = config.initialize.layers if config.initialize is not None else None
    problems = [] if named is None else list(_unusable_indices(named, config, here, there, origin))
    pairs: list[Pair] = []
    for mine, other in zip(here, there, strict=False):
        if named is not None and mine.index not in named:
            continue
        if mine.kinds != other.kinds:
            if named is None:
                break
            continue  # `_unusable_indices` reports it
        problems += _Match(mine, other, config, origin).problems(widths=not problems)
        pairs.append(Pair(mine.index, other.index))
    taken = {pair.here for pair in pairs}
    fresh = tuple(place.index for place in here if place.index not in taken)
    complete = not fresh and len(here) == len(there)
    return Plan(tuple(pairs), fresh, output=complete and _heads_match(config, origin)), problems


def _heads_match(config: Config, origin: Origin) -> bool:
    """Whether the output layers are of the same task, and the heads below them consist of the same layers."""
    if config.task.needs_labels or not origin.is_language_model:
        return False
    heads = [[layer for layer in one.head if layer.has_weights] for one in (config, origin.config)]
    shapes = [[(layer.type, layer.shaped_by(None)) for layer in head] for head in heads]
    return shapes[0] == shapes[1]


def _places(config: Config) -> list[_Place]:
    found, width = [], config.embedding.dim
    known: int | None = width
    for index, layer in enumerate(config.layers):
        if layer.has_weights:
            found.append(_Place(index, layer, known))
        known = None if known is None else layer.width_after(known)
    return found


def _unusable_indices(
    named: Sequence[int], config: Config, here: Sequence[_Place], there: Sequence[_Place], origin: Origin
) -> Iterator[Problem]:
    weighted = {place.index: (position, place) for position, place in enumerate(here)}
    for entry, index in enumerate(named):
        path: OptionPath = (*_LAYERS, entry)
        if index in named[:entry]:
            yield Problem(path, f"{index} is listed twice")
        elif index >= len(config.layers):
            yield Problem(path, f"there is no layers[{index}]; the last one is layers[{len(config.layers) - 1}]")
        elif index not in weighted:
            yield Problem(path, f"layers[{index}] ({config.layers[index].short_name}) has no weights")
        else:
            position, place = weighted[index]
            other = there[position] if position < len(there) else None
            if other is None:
                yield Problem(path, f"{origin.name} has only {len(there)} layers with weights, none for {place.title}")
            elif other.kinds != place.kinds:
                yield Problem(path, f"{place.title} has another type than {other.title} of {origin.name}")


@dataclass(frozen=True)
class _Match:
    """Two layers of the same type: one of the new model, and the one of the run whose weights it is to get."""

    mine: _Place
    other: _Place
    config: Config
    origin: Origin

    def problems(self, *, widths: bool) -> Iterator[Problem]:
        """Why the weights do not fit; ``widths``: also compare the dimensions of the inputs."""
        path: OptionPath = ("layers", self.mine.index)
        layer, other = self.mine.layer, self.other.layer
        found = [*self._of(layer, other, path)]
        for (where, inner), (_, its) in zip(layer.inner(), other.inner(), strict=True):
            found += self._of(inner, its, (*path, *where))
        yield from found
        own, wanted = self.mine.width, self.other.width
        if widths and not found and None not in (own, wanted) and own != wanted:
            yield Problem(
                path,
                f"reads vectors of {own} numbers, but {self.other.title} of {self.origin.name} reads vectors of "
                f"{wanted}; change the layers before it, or leave it out of initialize.layers",
            )

    def _of(self, layer: Layer, other: Layer, path: OptionPath) -> Iterator[Problem]:
        """Problems of two layers, or of those inside them."""
        own, wanted = layer.shaped_by(self.mine.width), other.shaped_by(self.other.width)
        for option, value in own.items():
            if value != wanted[option]:
                its = written(wanted[option])
                message = (
                    f"is {written(value)}, but {self.other.title} of {self.origin.name} has {its}, so the shapes of "
                    f"their weights differ; set it to {its}, or leave {self.mine.title} out of initialize.layers"
                )
                yield Problem((*path, option), message)
        yield from self._of_direction(layer, other, path)

    def _of_direction(self, layer: Layer, other: Layer, path: OptionPath) -> Iterator[Problem]:
        """Weights that have learnt to read in one direction are of no use in the other."""
        if not isinstance(layer, RecurrentLayer) or not isinstance(other, RecurrentLayer):
            return
        if layer.bidirectional or other.bidirectional:
            return
        reads, read = _direction(layer, self.config), _direction(other, self.origin.config)
        if reads == read:
            return
        name = self.origin.name
        if isinstance(self.config.task, LanguageModelTask):
            yield Problem(("task", "direction"), f"is {reads}, but {name} reads {read}; set it to {read}")
        else:
            cure = f"set it to {written(read == 'backward')}"
            message = f"the layer reads {reads}, but that of {name} reads {read}; {cure}"
            yield Problem((*path, "go_backwards"), message)


def _direction(layer: RecurrentLayer, config: Config) -> str:
    if isinstance(config.task, LanguageModelTask):
        return config.task.direction
    return "backward" if layer.go_backwards else "forward"


def written(value: object) -> str:
    """A value as in a config."""
    return str(value).lower() if isinstance(value, bool) else str(value)
