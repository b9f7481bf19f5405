"""Which weights of a run a new model gets, decided from their configs alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqclf.config import Config
from seqclf.config.problems import Problem
from seqclf.layer_types import Layer
from seqclf.option_types import OptionPath
from seqclf.training.initialize.misfits import halves_misfits, misfits
from seqclf.training.initialize.origin import Origin
from seqclf.training.initialize.places import Place, effects, places_of

_FROM = ("initialize", "from")
_LAYERS = ("initialize", "layers")


@dataclass(frozen=True)
class Pair:
    """A layer that gets weights, by its index in ``layers``, and the index of that of each run."""

    here: int
    there: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What a new model gets from one run, or from one for each direction, besides tokenizer and embedding.

    Attributes:
        fresh: indices of the layers with weights that start fresh.
        output: head and output layer get weights, too. They are of use only if everything below them does, and if the
            layers without weights do the same, too: else the same weights read another vector. The output layer of a
            classifier has no weights for labels of which the run knows none.
    """

    pairs: tuple[Pair, ...]
    fresh: tuple[int, ...]
    output: bool


def plan_for(config: Config, origins: Sequence[Origin]) -> tuple[Plan, list[Problem]]:
    """The plan, and all reasons why the weights do not fit.

    The k-th layer with weights matches a run's k-th one. If the config does not name the layers, matching ends at a
    layer of another type, and at one whose input means something else: another pool without weights is before it.
    """
    if problem := _nothing_in_common(config, origins):
        return Plan((), (), False), [problem]
    here, theirs = places_of(config), [places_of(origin.config) for origin in origins]
    named = config.initialize.layers if config.initialize is not None else None
    problems = [] if named is None else list(_unusable_indices(named, config, theirs, origins))
    pairs: list[Pair] = []
    for mine, *others in zip(here, *theirs, strict=False):
        if named is not None and mine.index not in named:
            continue
        if not _same_kinds(mine, others):
            if named is None:
                break
            continue  # `_unusable_indices` reports it
        if named is None and any(other.below != mine.below for other in others):
            break
        compared = misfits if len(origins) == 1 else halves_misfits
        problems += compared(mine, others, config, origins, widths=not problems)
        pairs.append(Pair(mine.index, tuple(other.index for other in others)))
    taken = {pair.here for pair in pairs}
    fresh = tuple(place.index for place in here if place.index not in taken)
    complete = named != [] and not fresh and all(len(here) == len(there) for there in theirs)
    output = complete and _outputs_match(config, origins)
    return Plan(tuple(pairs), fresh, output), list(dict.fromkeys(problems))


def _nothing_in_common(config: Config, origins: Sequence[Origin]) -> Problem | None:
    without = ["layers is empty"] if not config.layers else []
    without += [f"{origin.name} has no layers" for origin in origins if not origin.config.layers]
    if without:
        return Problem(
            _FROM, f"{without[0]}: there are no weights to start from, because n-grams are always fitted anew"
        )
    if len(origins) > 1 and not config.task.reads_ahead:
        return Problem(_FROM, f"names a run for each direction, but {config.task.type} reads in one; name one run")
    return None


def _same_kinds(mine: Place, others: Sequence[Place]) -> bool:
    """Whether the types are the same. Only recurrent layers consist of a half for each direction."""
    if any(other.kinds != mine.kinds for other in others):
        return False
    return len(others) == 1 or hasattr(_innermost(mine.layer), "bidirectional")


def _innermost(layer: Layer) -> Layer:
    return next((inner for _, inner in layer.inner()), layer)


def _outputs_match(config: Config, origins: Sequence[Origin]) -> bool:
    """Whether the output layers are of the same task, and the layers below them do the same with the same weights."""
    both = (config, origins[0].config)
    if len(origins) > 1 or both[0].task.type != both[1].task.type:
        return False
    mine, its = ([effects(layers) for layers in (one.layers, one.head)] for one in both)
    if mine != its:
        return False
    heads = [[layer for layer in one.head if layer.has_weights] for one in both]
    shapes = [[(layer.type, layer.shaped_by(None)) for layer in head] for head in heads]
    # Other inputs beside the vector of the text are rows of a dense layer's kernel; other layers mix them.
    splits = not heads[0] or heads[0][0].type == "dense" or not any(map(_joins_inputs, both))
    return splits and shapes[0] == shapes[1]


def _joins_inputs(config: Config) -> bool:
    """Whether more than the vector of the text enters the head."""
    return bool(config.data.columns().extra) or (config.ngrams is not None and config.ngrams.join == "head")


def _unusable_indices(
    named: Sequence[int], config: Config, theirs: Sequence[Sequence[Place]], origins: Sequence[Origin]
) -> Iterator[Problem]:
    weighted = {place.index: (position, place) for position, place in enumerate(places_of(config))}
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
            yield from (Problem(path, reason) for reason in _without_match(position, place, theirs, origins))


def _without_match(
    position: int, place: Place, theirs: Sequence[Sequence[Place]], origins: Sequence[Origin]
) -> Iterator[str]:
    """Why a layer has no counterpart in a run."""
    for there, origin in zip(theirs, origins, strict=True):
        if position >= len(there):
            yield f"{origin.name} has only {len(there)} layers with weights, none for {place.title}"
        elif there[position].kinds != place.kinds:
            yield f"{place.title} has another type than {there[position].title} of {origin.name}"
        elif not _same_kinds(place, [there[position]] * len(origins)):
            yield f"{place.title} has no half for each direction, so it cannot get weights from two runs"
        else:
            continue
        return
