"""Find a run by name, by path, or the newest."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.run_members import how_to_make_again, why_not_trained
from seqclf.runs import CLASSIFICATION, COMPLETE, FINISHED, LANGUAGE_MODEL, RUNNING, Run

LATEST = "latest"
"""Name for the newest run, unless a run has this name itself."""

_OF_A_HUB = "hf:"
_LISTED = 5
"""Most names of runs in a message."""

_PLAIN = {CLASSIFICATION: "classifier", LANGUAGE_MODEL: "language model"}

_USED_BY = {CLASSIFICATION: ("predict",), LANGUAGE_MODEL: ("generate", "predict --score")}


def any_run(run: Run) -> bool:
    """Accepts all runs."""
    return True


def find_run(runs: Path, name: str | None, task: str | None = None, *, prefers: Callable[[Run], bool] = any_run) -> Run:
    """The complete run with this name or path; for None and ``latest``, the newest finished run.

    For a name without its number, ``imdb-lm``, the newest of the runs ``imdb-lm-<n>`` that fit. Falls back to an
    interrupted run if none is finished. Raises ``InputError`` that says how to get a run.

    Args:
        task: the type of the task that the run must have been trained for; None: any.
        prefers: for None and ``latest``, a run that it accepts comes before newer ones that it does not.
    """
    run = None if name is None else _named(runs, name)
    if run is None and name in (None, LATEST):
        found = list(_complete_runs(runs))
        newest_first = sorted((one for one in found if task in (None, one.task)), key=_newness, reverse=True)
        newest = next(filter(prefers, newest_first), newest_first[0] if newest_first else None)
        if newest is None and found:
            raise _of_another_task(max(found, key=_newness), str(task))
        if newest is None:
            stopped = [Run(runs / name) for name in resumable_names(runs)]
            how = next((f"Resume one: `{run.how_to_resume}`" for run in stopped if run.has_checkpoint), None)
            raise InputError(
                f"{runs}: no complete run found. {how or 'Train one with `seqclf train CONFIG`'}, or set the folder "
                "of runs with --runs"
            )
        return newest
    if run is None:
        assert name is not None
        run = _newest_numbered(runs, name, lambda run: _is_complete(run) and task in (None, run.task))
    status = run.manifest["status"]
    if status not in COMPLETE:
        with run.locked():  # raises an error that names the process training it
            why = "its training was killed" if status == RUNNING else status
        how = f"`{run.how_to_resume}` resumes it" if run.has_checkpoint else "train its config again"
        if again := how_to_make_again(run):
            why, how = "it was killed while it was written", f"make it again: {again}"
        raise InputError(f"{run.folder}: the run is incomplete ({why}); {how}; or choose another run")
    if task not in (None, run.task):
        raise _of_another_task(run, str(task))
    return run


def find_origin(runs: Path, name: str) -> Run:
    """The run that another one starts from: the one with this name or path, whatever its status.

    For a name without its number, ``imdb-lm``, the newest finished run ``imdb-lm-<n>``; if none is finished, the newest
    interrupted one, else the one started last. For ``latest``, the newest of all. Raises ``InputError``.
    """
    if (run := _named(runs, name)) is not None:
        return run
    if name == LATEST:
        return find_run(runs, name)
    return _newest_numbered(runs, name, _is_complete)


def numbered_names(runs: Path, name: str) -> str:
    """The runs ``<name>-<n>`` in a sentence, the newest first; empty if there are none."""
    found = sorted(_numbered(runs, name), key=lambda run: int(run.name.rpartition("-")[2]), reverse=True)
    return _few([run.name for run in found])


def numbered_runs(runs: Path, name: str, task: str) -> list[str]:
    """The names of the complete runs ``<name>-<n>`` that were trained for a task, by their number."""
    found = [run for run in _numbered(runs, name) if _is_complete(run) and run.task == task]
    return [run.name for run in sorted(found, key=lambda run: int(run.name.rpartition("-")[2]))]


def _numbered(runs: Path, name: str) -> Iterator[Run]:
    """The runs ``<name>-<n>`` that have a readable manifest."""
    for path in runs.glob("*"):
        if re.fullmatch(rf"{re.escape(name)}-\d+", path.name):
            with contextlib.suppress(InputError):
                Run(path).manifest  # noqa: B018
                yield Run(path)


def _newest_numbered(runs: Path, name: str, fits: Callable[[Run], bool]) -> Run:
    """The newest of the runs ``<name>-<n>`` that fit; if none fits, of all, so that an error can say why.

    Finished runs come before interrupted ones, and those before others. Raises ``InputError`` if there are none.
    """
    found = list(_numbered(runs, name))
    if not found:
        raise no_such_run(runs, name)
    return max(found, key=lambda run: (fits(run), _is_complete(run), _newness(run), str(run.manifest.get("started"))))


def _is_complete(run: Run) -> bool:
    return run.manifest["status"] in COMPLETE


def _of_another_task(run: Run, wanted: str) -> InputError:
    expected, found = (_PLAIN.get(task, task) for task in (wanted, run.task))
    commands = _USED_BY.get(run.task, ("eval",))
    return InputError(
        f"{run.folder}: is a {found}, but this command needs a {expected}; choose another run with --run, or use this "
        f"one with {' or '.join(f'`seqclf {command} --run {shell_word(run.folder)}`' for command in commands)}"
    )


def _has_a_model(folder: Path) -> bool:
    return any(path.exists() for path in (Run(folder).onnx, Run(folder).model, folder / "saved_model.pb"))


def no_such_run(runs: Path, name: str) -> InputError:
    """The error for a name that no run has: what is there instead, or the runs whose names are close."""
    if not name:
        return InputError("the name of the run is empty; expected a name, the path of a folder, or latest")
    if name.startswith(_OF_A_HUB):
        return InputError(
            f"{name}: is a model on a hub, which predict, explain, eval and generate read; this command needs a run of "
            "yours"
        )
    found = next((path for path in (runs / name, Path(name)) if path.exists()), None)
    names = [known for known, _ in run_names(runs)]
    longer = [known for known in names if known.startswith(name)]
    others_named = f"runs in {runs} that begin with {name}: {_few(longer[::-1])}"
    if found is not None and found.is_file():
        others = f"; {others_named}" if longer else ""
        return InputError(f"{found}: is a file; expected a run's name or folder{others}")
    if found is not None and not Run(found).config.exists() and _has_a_model(found):
        return InputError(
            f"{found}: is an exported model, which only predict, explain and generate read; name the run it was "
            "exported from"
        )
    if found is not None:
        others = others_named if longer else "choose another"
        return InputError(f"{found}: not a run (it has no manifest.json); {others}")
    if longer:
        return InputError(f"no run {name} in {runs}; runs that begin with it: {_few(longer[::-1])}")
    if close := difflib.get_close_matches(name, names, n=1, cutoff=0.5):
        return InputError(f'no run {name} in {runs}; did you mean "{close[0]}"?')
    known = f" (runs: {_few(names[::-1])})" if names else "; it has no complete run"
    return InputError(f"no run {name} in {runs}{known}")


def _few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def named_with_status(run: Run, name: str | None = None) -> str:
    """``name`` or the run's own name, followed by its status in brackets unless it is finished."""
    status = run.manifest["status"]
    return f"{name or run.name}" + ("" if status == FINISHED else f" ({status})")


def _named(runs: Path, name: str) -> Run | None:
    """The run with this name in ``runs``, or at this path."""
    return next((Run(path) for path in (runs / name, Path(name)) if (path / "manifest.json").is_file()), None)


def _newness(run: Run) -> tuple[bool, bool, str]:
    """Sort key: finished runs are newest; runs interrupted in their first epoch are oldest."""
    manifest = run.manifest
    return manifest["status"] == FINISHED, manifest.get("epochs") != 0, str(manifest.get("ended", ""))


def run_names(runs: Path) -> list[tuple[str, str]]:
    """Names of the complete runs with their status."""
    return [(run.name, str(run.manifest["status"])) for run in _complete_runs(runs)]


def find_resumable(runs: Path, name: str | None, *, further: bool = False) -> Run:
    """The run with this name or path, if it can be resumed; for None and ``latest``, the run started last.

    For a name without its number, the run of that name that was started last among those that can be resumed.
    ``further``: also accept finished runs, to train them for more epochs; for None and ``latest``, the newest of all.

    Raises ``InputError`` if there is no such run or it is already finished.
    """
    run = None if name is None else _named(runs, name)
    if name is not None and (run is not None or name != LATEST):
        if run is None:
            run = _numbered_to_resume(runs, name, further)
        if (why := why_not_trained(run)) is not None:
            raise InputError(f"{run.folder}: {why}")
        if run.manifest["status"] == FINISHED:
            if not further:
                raise InputError(
                    f"{run.folder}: is already finished. To train it for N epochs in total: "
                    f"{run.how_to_resume} --epochs N"
                )
            if not run.has_checkpoint:
                raise InputError(
                    f"{run.folder}: has no checkpoint to continue from (training.keep_checkpoints: "
                    f"false); train it again: seqclf train {shell_word(run.config)} --set "
                    "training.epochs=N"
                )
    else:
        names = resumable_names(runs, further=further)
        if not names:
            what = "run can be resumed" if further else "stopped run to resume"
            raise InputError(f"{runs}: no {what}")
        run = Run(runs / names[0])
    if not run.config.is_file():
        raise InputError(f"{run.folder}: was stopped before training started; train its config again")
    return run


def _numbered_to_resume(runs: Path, name: str, further: bool) -> Run:
    numbered = {run.name: run for run in _numbered(runs, name)}
    if not numbered:
        raise InputError(f"no run {name} in {runs} ({_listed(runs, further)})")
    fitting = [known for known in resumable_names(runs, further=further) if known in numbered]
    if fitting:
        return numbered[fitting[0]]
    return max(numbered.values(), key=lambda run: str(run.manifest.get("started")))


def _listed(runs: Path, further: bool) -> str:
    """The runs that can be resumed; if there are none, the other runs."""
    which = "runs that can be resumed" if further else "stopped ones"
    if names := resumable_names(runs, further=further):
        return f"{which}: {_few(names)}"
    others = _few([name for name, _ in run_names(runs)][::-1])
    return f"{which}: none" + (f"; finished: {others}" if others else "")


def resumable_names(runs: Path, *, further: bool = False) -> list[str]:
    """Names of unfinished runs, the last started first; ``further``: including finished runs."""
    found = []
    for manifest in runs.glob("*/manifest.json"):
        run = Run(manifest.parent)
        with contextlib.suppress(InputError):
            resumable = (
                run.has_checkpoint
                if run.manifest["status"] == FINISHED and further
                else (run.manifest["status"] != FINISHED)
            )
            if resumable and run.config.is_file():
                found.append((str(run.manifest.get("started")), run.name))
    return [name for _, name in sorted(found, reverse=True)]


def _complete_runs(runs: Path) -> Iterator[Run]:
    for manifest in sorted(runs.glob("*/manifest.json")):
        run = Run(manifest.parent)
        try:
            if run.manifest["status"] in COMPLETE:
                yield run
        except InputError:
            continue  # a broken folder must not hide the complete ones
