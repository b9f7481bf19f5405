"""Whether the weights of runs can be averaged: one architecture, and one start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seqclf.config import Config
from seqclf.ensembles.candidates import Candidate, check_alike
from seqclf.errors import InputError
from seqclf.layer_types import Layer

_OF_NGRAMS = {"orders", "words", "buckets", "normalize", "join"}
"""Options of ``ngrams`` that the trained model depends on."""


def check_mixable(candidates: Sequence[Candidate]) -> None:
    """Raise ``InputError`` unless the mean of their weights can be a model: the same architecture, labels and inputs,
    and a common start.

    Networks from different starts reach minima between which the loss is high (Frankle et al. 2020, "Linear mode
    connectivity and the lottery ticket hypothesis"): their units do not correspond, and means of their weights are
    noise.
    """
    check_alike(candidates)
    first, *others = candidates
    problems = [f"{other.run.folder}: {problem}" for other in others for problem in _differences(first, other)]
    if problems:
        raise InputError("\n".join(problems))
    if not set.intersection(*(_starts(one) for one in candidates)):
        origins = "; ".join(f"{one.name} {_origin_in_words(one)}" for one in candidates)
        raise InputError(
            f"--soup: these runs do not share a start ({origins}). The mean of weights from different starts is noise: "
            "their units do not correspond. Average their probabilities instead (omit --soup), or train runs that "
            "start from the same one: seqclf train CONFIG --init-from RUN"
        )


def fresh_parts(candidates: Sequence[Candidate]) -> list[str]:
    """Parts of the models that began with random weights of different seeds, which the runs do not share."""
    if len({one.config.seed for one in candidates}) == 1:
        return []
    noted = [one.run.manifest.get("initialize") or {} for one in candidates]
    return list(dict.fromkeys(str(part) for one in noted for part in one.get("fresh", [])))


def _differences(first: Candidate, other: Candidate) -> Iterator[str]:
    name = first.name
    if first.labels.names != other.labels.names:
        yield f"has its labels in another order than {name}; average their probabilities instead (omit --soup)"
    own, theirs = _architecture(first.config), _architecture(other.config)
    if differing := [part for part, value in own.items() if theirs[part] != value]:
        yield (
            f"is built differently than {name} ({', '.join(differing)}), and only equal models have weights to "
            "average; average their probabilities instead (omit --soup)"
        )


def _architecture(config: Config) -> dict[str, Any]:
    """What a trained model depends on besides weights and input, by section of the config."""
    ngrams = config.ngrams
    return {
        "embedding.dim": config.embedding.dim if config.layers else None,
        "layers": _effects(config.layers),
        "head": _effects(config.head),
        "ngrams": None if ngrams is None else ngrams.model_dump(include=_OF_NGRAMS),
    }


def _effects(layers: Sequence[Layer]) -> list[Any]:
    return [
        (layer.short_name, layer.shaped_by(None), effect) for layer in layers if (effect := layer.effect()) is not None
    ]


def _starts(one: Candidate) -> set[tuple[Any, ...]]:
    """The weights that a run began with, and its own: each as what identifies the run or runs that they are from."""
    manifest = one.run.manifest
    found: set[tuple[Any, ...]] = {(_identity({**manifest, "folder": str(one.run.folder.resolve())}),)}
    if origins := _origins(one):
        found.add(tuple(map(_identity, origins)))
    return found


def _origins(one: Candidate) -> list[dict[str, Any]]:
    noted = one.run.manifest.get("initialize")
    rows = noted.get("runs") if isinstance(noted, dict) else None
    return [row for row in rows or [] if isinstance(row, dict)]


def _identity(run: dict[str, Any]) -> tuple[Any, ...]:
    """The end of a training in microseconds tells runs apart wherever they are moved; a run without one, its folder."""
    ended = run.get("ended")
    return ("ended", ended, run.get("best_epoch")) if ended else ("folder", run.get("folder"))


def _origin_in_words(one: Candidate) -> str:
    names = [str(row.get("folder", "")).rpartition("/")[2] for row in _origins(one)]
    return f"started from {' and '.join(names)}" if names else "from random weights"
