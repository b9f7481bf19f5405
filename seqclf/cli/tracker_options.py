"""The options of ``seqclf train`` that choose trackers, and the listener that follows from them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.value_types import OneOf
from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.trackers.kinds import NAMES, check, how_to_install, kind_of, missing_packages

if TYPE_CHECKING:
    from seqclf.runs import Run
    from seqclf.trackers.record import Record
    from seqclf.training.events import Event

_NONE = "none"
_OPTIONS = ("track", "track_project", "track_files")
_FILES = ("config.yaml", "history.jsonl", "metrics.json", "model.keras", "model.onnx", "report.html", "saved_model")

Listener = Callable[["Event"], None]


@dataclass(frozen=True)
class TrackerChoice:
    """What the options say.

    Attributes:
        names: of trackers; None: not given.
        project: experiment of MLflow, project of trackio.
        files: names of files of a run that trackers keep.
    """

    names: tuple[str, ...] | None = None
    project: str | None = None
    files: tuple[str, ...] = ()

    def check(self, run: Run | None = None, *, writes: bool = True) -> None:
        """Raise ``InputError`` if a tracker cannot be used, or none keeps files.

        Args:
            run: the run to resume.
            writes: whether this process writes the run; of several workers, the others track nothing.
        """
        if not writes:
            return
        self.check_packages()
        chosen = self.of(run)
        if self.files and not any(kind_of(name).keeps_files for name in chosen):
            keeping = " or ".join(name for name in NAMES if kind_of(name).keeps_files)
            raise InputError(f"--track-files: needs a tracker that keeps files; add --track {keeping}")
        if self.project is not None and not chosen:
            raise InputError(f"--track-project: names where trackers write; add --track {' or '.join(NAMES)}")

    def check_packages(self) -> None:
        """Raise ``InputError`` if a package is missing."""
        check(self.names or ())

    def of(self, run: Run | None = None) -> tuple[str, ...]:
        """The names given, or else those of the trackers that have the run already."""
        if self.names is not None:
            return self.names
        return tuple(_recorded(run))

    def files_of(self, run: Run | None = None) -> tuple[str, ...]:
        """The files given, or else those that the trackers of before keep."""
        if self.files or self.names == ():
            return self.files
        return tuple(dict.fromkeys(name for record in _recorded(run).values() for name in record.files))

    def project_of(self, name: str, run: Run | None = None) -> str | None:
        """The project given, or else that of the tracker of before."""
        record = _recorded(run).get(name)
        return self.project or (None if record is None else record.project)


def _recorded(run: Run | None) -> Mapping[str, Record]:
    from seqclf.trackers.record import recorded

    return {} if run is None else recorded(run)


class _Trackers(OneOf):
    """Names of trackers, with commas between them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        parts = [part.strip() for part in str(value).split(",")]
        return ",".join(super(_Trackers, self).convert(part, param, ctx) for part in parts)


class _Files(_Trackers):
    """Names of files of a run, with commas between them."""


def tracker_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--track``, ``--track-project`` and ``--track-files``, which ``command`` gets as one ``TrackerChoice``, its
    argument ``track``."""

    @functools.wraps(command)
    def with_choice(*arguments: Any, **given: Any) -> Any:
        choice = choice_of(given)
        others = {name: value for name, value in given.items() if name not in _OPTIONS}
        return command(*arguments, track=choice, **others)

    options = [
        click.option(
            "--track",
            multiple=True,
            metavar="TRACKER,...",
            type=_Trackers([*NAMES, _NONE]),
            envvar="SEQCLF_TRACK",
            show_envvar=True,
            help=f"Also write the training's numbers for {', '.join(NAMES[:-1])} or {NAMES[-1]}. With --resume, by "
            f"default those of before; {_NONE}: no longer.",
        ),
        click.option(
            "--track-project",
            metavar="NAME",
            help="Experiment of MLflow, project of trackio. [default: $MLFLOW_EXPERIMENT_NAME or $TRACKIO_PROJECT, or "
            "else seqclf]",
        ),
        click.option(
            "--track-files",
            multiple=True,
            metavar="FILE,...",
            type=_Files(_FILES),
            help=f"Files of the run that MLflow and trackio also keep, at the end: {', '.join(_FILES)}.",
        ),
    ]
    for option in reversed(options):
        with_choice = option(with_choice)
    return with_choice


def choice_of(given: Mapping[str, Any]) -> TrackerChoice:
    """What the parameters of a command say. Raises ``UsageError`` if they contradict each other."""
    names, kept, project = _apart(given["track"]), _apart(given["track_files"]), given["track_project"]
    if _NONE in names and len(names) > 1:
        raise click.UsageError(f"--track {_NONE} means no tracker: omit it, or the others")
    if project is not None and not project.strip():
        raise click.UsageError("--track-project: expected a name")
    chosen = None if not names else tuple(name for name in names if name != _NONE)
    return TrackerChoice(chosen, project, kept)


def _apart(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for value in values for part in value.split(",")))


@contextlib.contextmanager
def tracked(choice: TrackerChoice, runs: Path, show: Listener, run: Run | None = None) -> Iterator[Listener]:
    """A listener that tells the trackers; none: it does nothing. Says where to look at what they are told.

    Args:
        show: shows events to the user.
        run: the run to resume. A tracker of before whose package is missing is warned of: the training needs none.
    """
    from seqclf.trackers.tracking import tracking
    from seqclf.training.events import Stage

    names = []
    for name in choice.of(run):
        if missing_packages(name):
            why = "which is not installed; it gets all points if the run is resumed with it"
            show(Stage(f"warning: this run is also tracked with {name}, {why}: {how_to_install(name)}"))
        else:
            names.append(name)
    if not names:
        yield lambda event: None
        return
    for name in names:
        say(f"Tracking with {name}; to look: {kind_of(name).how_to_look(runs, choice.project_of(name, run))}", err=True)
    warn: Callable[[str], None] = lambda text: show(Stage(text))  # noqa: E731
    with tracking(names, warn, project=choice.project, files=choice.files_of(run)) as listen:
        yield listen
