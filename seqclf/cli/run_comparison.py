"""Runs side by side: rows of options and scores, a column for each run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from seqclf.cli.columns import Column, cell_len, fits, table
from seqclf.cli.options import runs_argument
from seqclf.config.diff import ABSENT
from seqclf.files import shell_word
from seqclf.labels import on_one_line
from seqclf.metrics.scores import number_of, words_of
from seqclf.quantities import duration, in_bytes
from seqclf.run_catalogue.differences import Comparison, best_places, split_to_test
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.scores import TEST, for_people
from seqclf.run_members import ENSEMBLE

_NONE = "-"
_WIDEST = 40  # of a value in a table; longer ones are shown one below the other
_Row = tuple[str, list[str]]


def as_json(comparison: Comparison) -> dict[str, Any]:
    names = _names(comparison)
    return {
        "runs": names,
        "options": {
            option: {name: value for name, value in zip(names, values, strict=True) if value is not ABSENT}
            for option, values in comparison.options.items()
        },
        "scores": {
            split: {score: dict(zip(names, values, strict=True)) for score, values in rows.items()}
            for split, rows in comparison.scores.items()
        },
        "same_texts": dict(comparison.same_texts),
        "tasks": {entry.name: entry.task for entry in comparison.entries},
    }


def plain(comparison: Comparison, *, everything: bool = False) -> Iterator[str]:
    """Lines of values separated by tabs: what, and the value of each run. ``everything`` as in ``lines``."""
    yield "\t".join(["", *_names(comparison)])
    for title, values in [*_options(comparison, everything), *_plain_scores(comparison)]:
        yield "\t".join([title, *(on_one_line(value, None) for value in values)])


def lines(comparison: Comparison, width: int, *, everything: bool = False) -> Iterator[str]:
    """A table of options and one of the scores of each task; where a table does not fit, a block for each row.

    ``everything``: also the options that only some of the runs have, because they have other types.
    """
    options = _options(comparison, everything)
    if options:
        yield from _table("option", options, comparison, width)
    else:
        yield "The configs are the same."
    for task, group in comparison.by_task.items():
        yield ""
        heading = "score" if len(comparison.by_task) == 1 else f"score ({task.replace('_', ' ')})"
        yield from _table(heading, [*_scores(group), *_cost(group.entries)], group, width)


def warnings(comparison: Comparison, *, everything: bool = False) -> Iterator[str]:
    hidden = 0 if everything else len(comparison.of_one_kind)
    if hidden:
        them = (
            "1 option that only some of the runs have is"
            if hidden == 1
            else f"{hidden} options that only some of the runs have are"
        )
        yield f"note: {them} not shown; --all shows everything"
    for entry in comparison.entries:
        if ENSEMBLE in entry.manifest:
            yield f"note: {entry.name} is an ensemble, and these are the options of its first member"
    if len(comparison.by_task) > 1:
        tasks = "; ".join(f"{task}: {', '.join(_names(group))}" for task, group in comparison.by_task.items())
        yield f"note: the runs have different tasks ({tasks}), whose scores cannot be compared"
        return
    for split, same in comparison.same_texts.items():
        if same is False:
            yield f"warning: the runs were measured on different {split} texts, so these scores do not compare well"


def how_to_test(comparison: Comparison, runs: Path) -> str | None:
    """The command that tests whether two runs differ by more than chance; None if none does.

    Testing here would take as long as predicting all texts twice.
    """
    split = split_to_test(comparison)
    if split is None:
        return None
    first, second = (
        shell_word(one.name if one.path.parent.absolute() == runs.absolute() else one.path)
        for one in comparison.entries
    )
    of_split = "" if split == TEST else f" --split {split}"
    return f"seqclf eval{runs_argument(runs)} --run {first} --against {second}{of_split}"


def _table(heading: str, rows: Sequence[_Row], comparison: Comparison, width: int) -> Iterator[str]:
    """Rows of options have a blank line between sections."""
    names = [on_one_line(name, None) for name in _names(comparison)]
    cells = [[on_one_line(value, None) for value in values] for _, values in rows]
    columns = [Column(heading, [title for title, _ in rows], left=True)]
    columns += [Column(name, column, left=True) for name, column in zip(names, zip(*cells, strict=True), strict=True)]
    sections = [re.split(r"[.\[]", title)[0] if heading == "option" else "" for title, _ in rows]
    begins = [place > 0 and section != sections[place - 1] for place, section in enumerate(sections)]
    if fits(columns, width) and all(cell_len(cell) <= _WIDEST for row in cells for cell in row):
        shown = table(columns, width)
        yield from shown[: -len(rows)]
        for line, blank in zip(shown[-len(rows) :], begins, strict=True):
            yield from ["", line] if blank else [line]
        return
    longest = max(map(cell_len, names))
    for (title, _), values, blank in zip(rows, cells, begins, strict=True):
        yield from ["", title] if blank else [title]
        for name, value in zip(names, values, strict=True):
            yield f"  {name}{' ' * (longest - cell_len(name))}  {value}"


def _names(comparison: Comparison) -> list[str]:
    return [entry.name for entry in comparison.entries]


def _options(comparison: Comparison, everything: bool) -> list[_Row]:
    return [
        (option, [_value(value) for value in values])
        for option, values in comparison.options.items()
        if everything or option not in comparison.of_one_kind
    ]


def _value(value: Any) -> str:
    plain_text = isinstance(value, str) and value != ""
    return _NONE if value is ABSENT else value if plain_text else json.dumps(value, ensure_ascii=False)


def _scores(comparison: Comparison) -> list[_Row]:
    rows = []
    for split, scores in comparison.scores.items():
        for name in for_people(scores):
            values = scores[name]
            best = best_places(name, values)
            shown = [_NONE if value is None else number_of(name, value) for value in values]
            marked = [f"{text} *" if place in best else text for place, text in enumerate(shown)]
            rows.append((f"{split} {words_of(name)}", marked))
    return rows


def _plain_scores(comparison: Comparison) -> list[_Row]:
    rows = [
        (f"{split}.{name}", [_NONE if value is None else str(value) for value in values])
        for split, scores in comparison.scores.items()
        for name, values in scores.items()
    ]
    seconds = [_NONE if one.seconds is None else f"{one.seconds:.2f}" for one in comparison.entries]
    return [*rows, ("seconds", seconds), ("bytes", [str(one.size) for one in comparison.entries])]


def _cost(entries: Sequence[Entry]) -> list[_Row]:
    return [
        ("time", [_NONE if one.seconds is None else duration(one.seconds) for one in entries]),
        ("size", [in_bytes(one.size) for one in entries]),
    ]
