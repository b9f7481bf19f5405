"""The members of an ensemble, as ``seqclf ensemble`` copied them into its folder, and why a run cannot be resumed if no
training made it.

``members/<number>/`` has all of a member but its weights, which are in the ensemble's ``model.keras``: ``config.yaml``,
``labels.json``, ``manifest.json``, and ``calibration.json`` if the member was calibrated. The entry ``ensemble`` of the
ensemble's manifest names the members and gives their weights. A run of averaged weights has the same folders for the
runs that it is the mean of; the entry ``soup`` of its manifest names them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.runs import Run

ENSEMBLE, SOUP = "ensemble", "soup"
"""Entries of manifests."""

SAME_SPLITS = "train them with --set seed=N --set data.split_seed=M, with one M for all"
"""How several runs of one config share their splits."""

_FOLDER = "members"
_SAME_WEIGHT = 1e-9


@dataclass(frozen=True)
class MemberRun:
    """A member of an ensemble.

    Attributes:
        run: its folder in that of the ensemble.
        name: of the run that it is a copy of.
        weight: of its probabilities, above 0.
    """

    run: Run
    name: str
    weight: float

    def to_json(self) -> dict[str, Any]:
        """Its entry in the manifest of the ensemble."""
        return {"name": self.name, "weight": self.weight}


def member_folder(ensemble: Run, place: int) -> Run:
    """The folder of a member; ``place`` is from 0."""
    return Run(ensemble.folder / _FOLDER / str(place + 1))


def members_of(run: Run) -> tuple[MemberRun, ...]:
    """The members of an ensemble; none of any other run. Raises ``InputError`` if its manifest is malformed."""
    saved = run.manifest.get(ENSEMBLE) if run.has_manifest else None
    if saved is None:
        return ()
    try:
        found = [
            MemberRun(member_folder(run, place), str(row["name"]), float(row["weight"]))
            for place, row in enumerate(saved["members"])
        ]
    except (TypeError, LookupError, ValueError, OverflowError) as error:
        raise _malformed(run) from error
    if not found or not all(0 < one.weight < math.inf for one in found):
        raise _malformed(run)
    return tuple(found)


def parts_of(run: Run) -> tuple[Run, ...]:
    """The folders of what a model was made of: of the members of an ensemble, or of the runs whose weights it averages.
    None of any other run. Raises ``InputError`` if its manifest is malformed."""
    saved = run.manifest.get(SOUP)
    if not isinstance(saved, dict):
        return tuple(one.run for one in members_of(run))
    return tuple(member_folder(run, place) for place, _ in enumerate(_names(run, saved, "runs")))


def shares_validation(run: Run) -> bool:
    """Whether the validation texts of a run are new to its model: nothing that it was made of was trained on them."""
    manifest = run.manifest
    saved = [manifest[name] for name in (ENSEMBLE, SOUP) if isinstance(manifest.get(name), dict)]
    return all(one.get("shared_validation") is not False for one in saved)


def why_not_trained(run: Run) -> str | None:
    """Why a run cannot be trained further, if that is because no training made it, and what to do; else None."""
    if ENSEMBLE in run.manifest:
        return "is an ensemble, which has no training to resume; train its members further and make it again"
    if SOUP in run.manifest:
        return (
            "is the mean of the weights of several runs, which has no training to resume; start a new training from "
            "it (initialize)"
        )
    return None


def how_to_make_again(run: Run) -> str | None:
    """The command that makes an ensemble or a mean of weights again, by the names of the runs that it was made of; None
    for a run that was trained. Raises ``InputError`` if the manifest is malformed."""
    if members := members_of(run):
        weights = [one.weight for one in members]
        equal = max(weights) - min(weights) < _SAME_WEIGHT
        options = [] if equal else ["--weights", ",".join(f"{one:g}" for one in weights)]
        return " ".join(["seqclf ensemble", *(shell_word(one.name) for one in members), *options])
    soup = run.manifest.get(SOUP)
    if not isinstance(soup, dict):
        return None
    names = [shell_word(name) for part in ("runs", "left_out") for name in _names(run, soup, part)]
    return " ".join(["seqclf ensemble", *names, "--soup", *(["--uniform"] if soup.get("recipe") == "uniform" else [])])


def _names(run: Run, soup: dict[str, Any], part: str) -> list[str]:
    """The names of runs in a part of the entry ``soup``."""
    names = soup.get(part) or []
    if not isinstance(names, list):
        raise _malformed(run, f'"{SOUP}" does not have a list of "{part}"')
    return list(map(str, names))


def _malformed(run: Run, what: str = f'"{ENSEMBLE}" does not have members with names and weights') -> InputError:
    return InputError(f"{run.folder / 'manifest.json'}: {what}; restore it from a copy of the run")
