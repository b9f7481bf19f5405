"""What every tracker is: a class with the facts about its library, and an object for each tracked run."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

Value = str | int | float | bool | None

TRAIN, EPOCH, FINAL = "train", "epoch", "final"
"""Kinds of points: of a line of steps, of an epoch, of the end."""

PROBES = {TRAIN: "train/loss", EPOCH: "epoch/loss", FINAL: "final/epochs"}
"""A number that every point of a kind has. Its last step is that of the last point that a tracker has."""

PROJECT = "seqclf"
"""Name of the experiment or project, unless the user names another."""

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s'\"]+@")
_KEYS = re.compile(r"((?:token|key|secret|password|signature|sig)=)[^&\s'\"]+", re.IGNORECASE)


@dataclass(frozen=True)
class Point:
    """Numbers at a step.

    Attributes:
        kind: ``TRAIN``, ``EPOCH`` or ``FINAL``.
        step: steps since the training began, over all epochs.
        values: names such as ``train/loss``, with finite numbers.
    """

    kind: str
    step: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class About:
    """What a tracker is told of a run before its first point.

    Attributes:
        name: of the run.
        folder: of the run.
        project: the experiment of MLflow, or the project of trackio; None: that of the environment, or ``PROJECT``.
        group: the name of what the run is a part of, such as its cross-validation; None without one.
        config: the options by their paths, such as ``layers.0.units``.
        facts: seed, versions, fingerprints of the data and others, by name.
        note: what a person should know about the run; may be empty.
    """

    name: str
    folder: Path
    project: str | None
    group: str | None
    config: Mapping[str, Value]
    facts: Mapping[str, str]
    note: str = ""


class Tracker(ABC):
    """A run in a tracker. Every method may raise anything: the caller catches it, and the training continues.

    All methods but the class methods are called in one thread, which is not that of the training.

    Attributes:
        packages: modules that it imports beside those that seqclf needs anyway.
        keeps_files: whether ``keep`` does something.
    """

    packages: ClassVar[tuple[str, ...]] = ()
    keeps_files: ClassVar[bool] = False

    def __init__(self, about: About) -> None:
        self.about = about

    @property
    def project(self) -> str | None:
        """The experiment or project that the run is in; None: there are none."""
        return None

    @classmethod
    @abstractmethod
    def how_to_look(cls, runs: Path, project: str | None) -> str:
        """What to type, or where to look, to see the runs of the folder ``runs``. Needs no package."""

    @abstractmethod
    def begin(self, known: str | None) -> str:
        """Start the run, or continue the one with the id ``known`` if it is still there; return its id."""

    @abstractmethod
    def last_steps(self) -> Mapping[str, int]:
        """The step of the last point of each kind that the tracker has already."""

    @abstractmethod
    def write(self, points: Sequence[Point]) -> None:
        """Add points, in the order of their steps."""

    @abstractmethod
    def end(self, status: str) -> None:
        """The training has ended: ``finished``, ``interrupted`` or ``failed``."""

    def keep(self, path: Path) -> None:
        """Add a file or a folder, after the end."""
        raise NotImplementedError

    @abstractmethod
    def close(self) -> None:
        """Nothing follows: wait until everything is stored. Raises if something was lost."""


def without_secrets(text: str) -> str:
    """The text without the user names, passwords and keys of the addresses in it."""
    return _KEYS.sub(r"\1***", _CREDENTIALS.sub("***@", text))
