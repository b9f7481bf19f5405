"""What ``seqclf runs show`` says of a run: a line for each fact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqclf.cli.options import runs_argument
from seqclf.cli.run_list import local_time
from seqclf.files import shell_word
from seqclf.metrics.scores import number_of, words_of
from seqclf.quantities import duration, in_bytes
from seqclf.run_catalogue.entry import Entry, size_of
from seqclf.run_catalogue.origins import learnt_from, made_of, names_of, origins_of, started_from, teachers_of
from seqclf.run_catalogue.scores import for_people, is_number
from seqclf.run_catalogue.state import DAMAGED
from seqclf.run_members import ENSEMBLE, how_to_make_again
from seqclf.runs import COMPLETE, FINISHED, LANGUAGE_MODEL, RUNNING
from seqclf.training.unlabelled_read import UNLABELLED_READ, UnlabelledRead

Facts = Iterator[tuple[str, str]]
_LARGE_PARTS = ("checkpoint", "model.keras", "saved_model", "model.onnx")


def facts(entry: Entry, runs: Path, others: list[Entry]) -> Facts:
    """Pairs of a heading and a text.

    ``others``: the entries of the folder, to say which started from this one, or learnt from it.
    """
    kind = f"cross-validation of {len(entry.folds)} folds" if entry.is_cross_validation else None
    yield ("cross-validation" if kind else "run"), entry.name
    yield "state", entry.state + (f" ({kind})" if kind else "")
    if entry.problem:
        yield "problem", entry.problem
    yield ("summary" if kind else "folder"), str(entry.path)
    if entry.note:
        yield "note", entry.note
    if entry.fold_of:
        yield "fold of", entry.fold_of
    yield from _training(entry)
    yield from _scores(entry)
    if entry.folds:
        yield "folds", ", ".join(entry.folds)
    yield from _parts(entry)
    if origins := origins_of(entry):
        yield "started from", ", ".join(origins)
    if teachers := teachers_of(entry.manifest):
        yield "learnt from", ", ".join(teachers)
    if later := started_from(entry, others):
        yield "start of", names_of(later)
    if students := learnt_from(entry, others):
        yield "teacher of", names_of(students)
    yield "size", _size(entry)
    yield from _environment(entry.manifest)
    if following := _next(entry, runs):
        yield "next", following


def _parts(entry: Entry) -> Facts:
    """What an ensemble, or a mean of weights, was made of."""
    if (made := made_of(entry.manifest)) is not None:
        heading = "ensemble of" if made.kind == ENSEMBLE else "mean of weights"
        yield heading, ", ".join(f"{name} ({weight})" if weight else name for name, weight in made.parts)


def _training(entry: Entry) -> Facts:
    manifest = entry.manifest
    if entry.task:
        yield "task", entry.task.replace("_", " ")
    if entry.data:
        yield "data", entry.data
    for heading, name in (("training texts", "training_texts"), ("parameters", "parameters"), ("seed", "seed")):
        if is_number(manifest.get(name)):
            yield heading, str(manifest[name]) if name == "seed" else f"{manifest[name]:,}"
    if entry.started:
        yield "started", local_time(entry.started)
    resumed = manifest.get("resumed")
    if isinstance(resumed, list) and resumed:
        times = "once" if len(resumed) == 1 else f"{len(resumed)} times"
        yield "resumed", f"{times}, last {local_time(str(resumed[-1]))}"
    if entry.ended:
        yield "ended", local_time(entry.ended)
    if entry.seconds is not None:
        yield "time", duration(entry.seconds) + (" so far" if entry.state == RUNNING else "")
    if is_number(manifest.get("epochs")):
        best = manifest.get("best_epoch")
        stopped = ", stopped early" if manifest.get("stopped_by") == "early_stopping" else ""
        yield "epochs", f"{manifest['epochs']:,}{stopped}" + (f"; best: {best:,}" if is_number(best) else "")
    if (read := UnlabelledRead.from_json(manifest.get(UNLABELLED_READ))) is not None:
        best = manifest.get("best_epoch")
        yield "unlabelled texts", read.sentence(best if isinstance(best, int) else None)
    if isinstance(manifest.get("error"), str) and entry.state not in (FINISHED, RUNNING):
        yield "error", manifest["error"]


def _scores(entry: Entry) -> Facts:
    for split, scores in entry.scores.items():
        shown = [_score(entry, name, value) for name, value in for_people(scores).items()]
        yield (f"{split} (mean)" if entry.is_cross_validation else split), ", ".join(shown)
        if (warning := entry.about_teachers(split)) is not None:
            yield "warning", warning


def _score(entry: Entry, name: str, value: float) -> str:
    """A score with its name; of a cross-validation, also the smallest and largest of its folds."""
    text = f"{words_of(name)} {number_of(name, value)}"
    spread = entry.manifest["validation"][name] if entry.is_cross_validation else {}
    ends = [number_of(name, float(spread[end])) for end in ("min", "max") if is_number(spread.get(end))]
    return f"{text} ({' to '.join(ends)})" if len(ends) == 2 else text


def _size(entry: Entry) -> str:
    parts = [(name, size_of(entry.path / name)) for name in _LARGE_PARTS if not entry.is_cross_validation]
    shown = ", ".join(f"{name} {in_bytes(size)}" for name, size in parts if size)
    return in_bytes(entry.size) + (f" ({shown})" if shown else "")


def _environment(manifest: Any) -> Facts:
    versions, git, machine = (manifest.get(name) for name in ("versions", "git", "machine"))
    if isinstance(versions, dict):
        yield "versions", ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    if isinstance(git, dict) and git.get("commit"):
        yield "git commit", f"{git['commit']}{', with changes' if git.get('dirty') else ''}"
    if isinstance(machine, dict):
        host = manifest.get("host")
        cpus = f"{machine['cpus']} CPUs" if is_number(machine.get("cpus")) else None
        found = [host, machine.get("system"), machine.get("processor"), cpus]
        yield "machine", ", ".join(str(one) for one in found if one)
    if is_number(manifest.get("peak_memory_bytes")):
        yield "peak memory", in_bytes(int(manifest["peak_memory_bytes"]))


def _next(entry: Entry, runs: Path) -> str | None:
    """The command to type next; None if there is none."""
    if entry.is_cross_validation or entry.state == DAMAGED:
        return None
    is_here = entry.path.parent.absolute() == runs.absolute()
    option, name = (runs_argument(runs), shell_word(entry.name)) if is_here else ("", shell_word(entry.path))
    if entry.state == RUNNING:
        return f"seqclf runs tail{option} {name}"
    if entry.state != FINISHED and entry.run.has_checkpoint:
        return entry.run.how_to_resume
    if entry.state not in COMPLETE:
        if again := how_to_make_again(entry.run):
            return f"{again}{option}"
        return f"seqclf train {shell_word(entry.run.config)}" if entry.run.config.is_file() else None
    if entry.task == LANGUAGE_MODEL:
        return f"seqclf generate{option} --run {name}"
    return f'seqclf predict{option} --run {name} "a text"'
