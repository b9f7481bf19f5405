"""The output of ``seqclf tune``: a line for each trial, the table of all, and what to type next."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.columns import Column, table
from seqclf.cli.options import runs_argument
from seqclf.cli.wrap import width_of
from seqclf.errors import SeqclfError
from seqclf.files import shell_word
from seqclf.metrics.classification import ClassificationScores
from seqclf.metrics.language_model import LanguageModelScores
from seqclf.metrics.monitors import PREFIX
from seqclf.metrics.multi_label import MultiLabelScores

if TYPE_CHECKING:
    from seqclf.runs import Run
    from seqclf.tuning.outcome import Row
    from seqclf.tuning.search import Told, Wish

BEST = "best.yaml"
_SHOWN = 10


def is_loss(metric: str) -> bool:
    """Whether less is better."""
    kinds = (ClassificationScores, MultiLabelScores, LanguageModelScores)
    return any(metric in kind.marks() and kind.is_loss(metric) for kind in kinds)


def _number(score: float | None, metric: str) -> str:
    return "-" if score is None else f"{-score if is_loss(metric) else score:.4f}"


def told_line(told: Told, metric: str) -> str:
    """``trial 4: val_accuracy 0.9812, the best so far (sms-trial-4)``"""
    result, name = told.result, f"trial {told.number + 1}"
    if result.problem is not None:
        return f"{name}: failed: {result.problem.splitlines()[0]}"
    if result.score is None:
        return f"{name}: {result.why}"
    how = "" if result.why == "done" else f", {result.why}"
    best = ", the best so far" if told.best else ""
    return f"{name}: {PREFIX}{metric} {_number(result.score, metric)}{how}{best} ({told.run.name})"


@dataclass(frozen=True)
class Findings:
    """What a search has found, and the files that say so.

    Attributes:
        rows: the trials that ended, the best one first.
        importance: share of each option in the differences of the scores; empty for too few trials.
        config: the config of the best trial.
        pictures: PNG files.
    """

    rows: Sequence[Row]
    importance: dict[str, float]
    config: Path
    pictures: tuple[Path, ...]


def written(study: Any, wish: Wish, folder: Path) -> Findings:
    """Write the pictures of a search, whose ``best.yaml`` is there. Raises ``SeqclfError`` if no trial has a score."""
    from seqclf.tuning.outcome import importance_of, rows_of
    from seqclf.tuning.pictures import save_history, save_importance
    from seqclf.tuning.search import best_of

    rows = rows_of(study, wish.space)
    if best_of(study) is None:
        raise SeqclfError(f"no trial has a score that counts: {_why_none(rows)}")
    pictures = [folder / "history.png"]
    save_history(rows, pictures[0], f"{PREFIX}{wish.metric}", loss=is_loss(wish.metric))
    importance = importance_of(study, wish.space)
    if importance:
        pictures.append(folder / "importance.png")
        save_importance(importance, pictures[1])
    return Findings(rows, importance, folder / BEST, tuple(pictures))


def _why_none(rows: Sequence[Row]) -> str:
    """Why no trial can win, and what to do."""
    if beyond := [row for row in rows if not row.fits]:
        sizes, times = [row.size for row in beyond if row.size], [row.latency for row in beyond if row.latency]
        least = [f"at least {min(sizes):.2f} MB"] if sizes else []
        least += [f"at least {min(times):.2f} ms"] if times else []
        measured = f" ({', '.join(least)})" if least else ""
        return (
            f"all models are beyond the bounds{measured}; raise --max-size or --max-latency, or search smaller models"
        )
    problem = next((row.why for row in rows if row.score is None and row.why != "killed"), "none ended in time")
    return f"{problem}; give the search more time, or look at a trial"


def summary(rows: Sequence[Row], wish: Wish) -> str:
    """``val_accuracy 0.9820, trial 7 of 30; the config as it is: 0.9641``"""
    first = next((row for row in rows if row.values == wish.start and row.score is not None), None)
    as_it_is = "" if first is None else f"; the config as it is: {_number(first.score, wish.metric)}"
    best = rows[0]
    return f"{PREFIX}{wish.metric} {_number(best.score, wish.metric)}, trial {best.number + 1} of {len(rows)}{as_it_is}"


def found_lines(found: Findings, wish: Wish, runs: Path) -> Iterator[str]:
    """The table of the best trials, the files, and what to type next."""
    yield ""
    yield from _table(found.rows[:_SHOWN], wish, width_of(sys.stdout))
    if len(found.rows) > _SHOWN:
        yield f"and {len(found.rows) - _SHOWN} more"
    yield ""
    yield f"Best        {summary(found.rows, wish)}"
    if found.importance:
        yield "Importance  " + ", ".join(f"{name} {share:.0%}" for name, share in found.importance.items())
    yield f"Pictures    {' '.join(map(str, found.pictures))}"
    yield f"Config      {found.config}"
    yield f"To train it: seqclf train {shell_word(found.config)}{runs_argument(runs)}"


def as_json(found: Findings, wish: Wish, last: Run | None) -> dict[str, Any]:
    """All that was found, for ``--json``; ``last``: the run of ``--refit``."""
    names = {one.path: one.name for one in wish.space}
    sign = -1 if is_loss(wish.metric) else 1

    def of(row: Row) -> dict[str, Any]:
        return {
            "trial": row.number + 1,
            "run": row.run,
            "score": None if row.score is None else sign * row.score,
            "values": {names[path]: value for path, value in row.values.items()},
            "ended": row.why,
            "within_limits": row.fits,
            "size_mb": row.size,
            "latency_ms": row.latency,
        }

    return {
        "metric": f"{PREFIX}{wish.metric}",
        "best": of(found.rows[0]),
        "trials": [of(row) for row in sorted(found.rows, key=lambda row: row.number)],
        "importance": found.importance,
        "config": str(found.config),
        "pictures": [str(path) for path in found.pictures],
        "refit": None if last is None else last.name,
    }


def _table(rows: Sequence[Row], wish: Wish, width: int | None) -> list[str]:
    """A row for each trial; columns of options are named by their last part where that is enough."""
    columns = [
        Column("run", [row.run for row in rows], left=True),
        Column(wish.metric, [_number(row.score, wish.metric) for row in rows]),
    ]
    names = [one.name for one in wish.space]
    for place, one in enumerate(wish.space):
        cells = [_cell(row.values.get(one.path)) for row in rows]
        columns.append(Column(_short(one.name, names), cells, spare=1 + place))
    if any(row.size is not None for row in rows):
        columns.append(Column("MB", ["-" if row.size is None else f"{row.size:.2f}" for row in rows], spare=1))
    if any(row.latency is not None for row in rows):
        columns.append(Column("ms", ["-" if row.latency is None else f"{row.latency:.2f}" for row in rows]))
    columns.append(Column("ended", [_ended(row) for row in rows], left=True))
    return table(columns, width)


def _ended(row: Row) -> str:
    return "over a limit" if not row.fits else row.why if len(row.why) <= 12 else "failed"


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "+".join(map(_cell, value))
    return f"{value:.3g}" if isinstance(value, float) else "-" if value is None else str(value)


def _short(name: str, names: Sequence[str]) -> str:
    """The shortest end of a name that no other one has, in words."""
    parts = name.split(".")
    for count in range(1, len(parts)):
        end = ".".join(parts[-count:])
        if sum(other == end or other.endswith(f".{end}") for other in names) == 1:
            return end.replace("_", " ")
    return name.replace("_", " ")
