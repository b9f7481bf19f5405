"""Why the weights of a layer do not fit into another one of the same type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqclf.config import Config
from seqclf.config.problems import Problem
from seqclf.config.schema import LanguageModelTask
from seqclf.layer_types import Layer, RecurrentLayer
from seqclf.option_types import OptionPath
from seqclf.training.initialize.origin import Origin
from seqclf.training.initialize.places import Place, direction_of, left_out, written

_DIRECTIONS = ("forward", "backward")


def _cure(mine: Place, config: Config) -> str:
    return f"change the layers before it, or {left_out(mine, config)}"


def misfits(
    mine: Place, others: Sequence[Place], config: Config, origins: Sequence[Origin], *, widths: bool
) -> Iterator[Problem]:
    """Why a layer cannot have the weights of one run. ``widths``: also compare the dimensions of the inputs."""
    match = _Match(mine, others[0], origins[0], config)
    found = [problem for layers in match.layers() for problem in _of_one_run(*layers, match)]
    yield from found
    own, wanted = mine.width, others[0].width
    if widths and not found and None not in (own, wanted) and own != wanted:
        yield Problem(
            ("layers", mine.index),
            f"reads vectors of {own} numbers, but {match.theirs} reads vectors of {wanted}; {_cure(mine, config)}",
        )


def halves_misfits(
    mine: Place, others: Sequence[Place], config: Config, origins: Sequence[Origin], *, widths: bool
) -> Iterator[Problem]:
    """Why a layer cannot have the weights of two runs, one for each direction.

    Each half computes exactly what its run computed, so the input must consist of those of the runs, side by side.
    """
    found: list[Problem] = []
    for other, origin, reads in zip(others, origins, _DIRECTIONS, strict=True):
        match = _Match(mine, other, origin, config)
        for layers in match.layers():
            found += [problem for problem in _of_a_half(*layers, match, reads) if problem not in found]
    yield from found
    own, parts = mine.width, [other.width for other in others]
    if widths and not found and own is not None and None not in parts and own != sum(filter(None, parts)):
        yield Problem(
            ("layers", mine.index),
            f"reads vectors of {own} numbers, but needs those that the layers of {origins[0].name} and "
            f"{origins[1].name} read, side by side: {parts[0]} and {parts[1]}; {_cure(mine, config)}",
        )


@dataclass(frozen=True)
class _Match:
    """A layer, and the one of a run whose weights it is to get."""

    mine: Place
    other: Place
    origin: Origin
    config: Config

    @property
    def theirs(self) -> str:
        return f"{self.other.title} of {self.origin.name}"

    def layers(self) -> Iterator[tuple[Layer, Layer, OptionPath]]:
        """Both layers, and those inside them, with the path of the first."""
        path: OptionPath = ("layers", self.mine.index)
        yield self.mine.layer, self.other.layer, path
        for (where, inner), (_, its) in zip(self.mine.layer.inner(), self.other.layer.inner(), strict=True):
            yield inner, its, (*path, *where)

    def of_options(self, layer: Layer, other: Layer, path: OptionPath, without: str | None = None) -> Iterator[Problem]:
        """Options that give the weights other shapes, except ``without``."""
        own, wanted = layer.shaped_by(self.mine.width), other.shaped_by(self.other.width)
        for option, value in own.items():
            if value == wanted[option] or option == without:
                continue
            its = written(wanted[option])
            both = ""
            if option == "bidirectional" and value:
                both = ", name a run for each direction (initialize.from: {forward: RUN, backward: RUN})"
            message = (
                f"is {written(value)}, but {self.theirs} has {its}, so the shapes of their weights differ; set it to "
                f"{its}{both}, or {left_out(self.mine, self.config)}"
            )
            yield Problem((*path, option), message)


def _of_one_run(layer: Layer, other: Layer, path: OptionPath, match: _Match) -> Iterator[Problem]:
    yield from match.of_options(layer, other, path)
    if not isinstance(layer, RecurrentLayer) or not isinstance(other, RecurrentLayer):
        return
    if layer.bidirectional or other.bidirectional:
        return
    # Weights that have learnt to read in one direction are of no use in the other.
    reads, read, name = direction_of(layer, match.config), direction_of(other, match.origin.config), match.origin.name
    if reads == read:
        return
    if isinstance(match.config.task, LanguageModelTask):
        cure = f"set it to {read}, or take no layers: initialize.layers: []"
        yield Problem(("task", "direction"), f"is {reads}, but {name} reads {read}; {cure}")
    else:
        cure = f"set it to {written(read == 'backward')}"
        message = f"the layer reads {reads}, but that of {name} reads {read}; {cure}"
        yield Problem((*path, "go_backwards"), message)


def _of_a_half(layer: Layer, other: Layer, path: OptionPath, match: _Match, reads: str) -> Iterator[Problem]:
    if not isinstance(layer, RecurrentLayer) or not isinstance(other, RecurrentLayer):
        return
    yield from match.of_options(layer, other, path, "bidirectional")
    if not layer.bidirectional:
        message = "is false, but initialize.from names a run for each direction; set it to true, or name one run"
        yield Problem((*path, "bidirectional"), message)
    elif layer.merge_mode != "concat":
        message = f"is {layer.merge_mode}, but the halves of two runs stay side by side; set it to concat"
        yield Problem((*path, "merge_mode"), message)
    role: OptionPath = ("initialize", "from", reads)
    if other.bidirectional:
        yield Problem(role, f"{match.theirs} reads in both directions; name {match.origin.name} alone: initialize.from")
    elif (read := direction_of(other, match.origin.config)) != reads:
        yield Problem(role, f"{match.theirs} reads {read}; name a run that reads {reads}")
