"""Runs side by side: rows of options and scores, a column for each run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqclf.cli.columns import Column, cell_len, fits, table
from seqclf.cli.grids import Grid, Report
from seqclf.cli.options import runs_argument
from seqclf.cli.wrap import wrapped
from seqclf.config.diff import ABSENT
from seqclf.files import shell_word
from seqclf.labels import on_one_line
from seqclf.metrics.scores import number_of, words_of
from seqclf.quantities import duration, in_bytes
from seqclf.run_catalogue.differences import Comparison, split_to_test
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


def plain(
    comparison: Comparison, paired: Iterable[tuple[str, Mapping[str, float | None]]] = (), *, everything: bool = False
) -> Iterator[str]:
    """Lines of values separated by tabs: what, and the value of each run. ``everything`` as in ``option_lines``.

    ``paired``: lines of a paired test, with values by run.
    """
    names = _names(comparison)
    yield "\t".join(["", *names])
    tests = [
        (title, [_NONE if (value := values.get(name)) is None else str(value) for name in names])
        for title, values in paired
    ]
    for title, values in [*_options(comparison, everything), *_plain_scores(comparison), *tests]:
        yield "\t".join([title, *(on_one_line(value, None) for value in values)])


def score_lines(comparison: Comparison, width: int) -> Iterator[str]:
    """A table of scores for each task; where a table does not fit, a block for each row."""
    for place, (heading, group) in enumerate(_groups(comparison)):
        if place:
            yield ""
        yield from _table(heading, [*_scores(group), *_cost(group.entries)], group, width)


def option_lines(comparison: Comparison, width: int, *, everything: bool = False) -> Iterator[str]:
    """A table of the options that differ, with a block for each one that does not fit into it.

    ``everything``: also the options that only some of the runs have, because they have other types.
    """
    options = _options(comparison, everything)
    if not options:
        yield "The configs are the same."
        return
    short = _short(options, comparison, width)
    if short:
        yield from _table("option", short, comparison, width)
    long = [row for row in options if row not in short]
    if short and long:
        yield ""
    yield from _blocks(long, comparison, width)


def _short(rows: Sequence[_Row], comparison: Comparison, width: int) -> list[_Row]:
    """The rows of which a table can be made that fits: without the longest ones, as many as need be."""
    names = [cell_len(on_one_line(name, None)) for name in _names(comparison)]

    def needs(row: _Row) -> int:
        cells = (cell_len(on_one_line(value, None)) for value in row[1])
        return cell_len(row[0]) + sum(max(name, cell) for name, cell in zip(names, cells, strict=True))

    longest_last = sorted(rows, key=needs)
    while longest_last and not _fits("option", longest_last, comparison, width):
        longest_last.pop()
    return [row for row in rows if row in longest_last]


def score_report(comparison: Comparison) -> Report:
    """The tables of ``score_lines`` for Markdown."""
    names = [on_one_line(name) for name in _names(comparison)]
    parts = []
    for heading, group in _groups(comparison):
        rows = [[title, *values] for title, values in [*_scores(group), *_cost(group.entries)]]
        parts.append(Grid((heading, *(on_one_line(name) for name in _names(group))), rows))
    return Report(f"Comparison of {', '.join(names)}", [*parts])


def option_report(comparison: Comparison, *, everything: bool = False) -> Report:
    """The table of the options that differ, for Markdown."""
    names = [on_one_line(name) for name in _names(comparison)]
    rows = [[title, *values] for title, values in _options(comparison, everything)]
    if not rows:
        return Report("Options", ["The configs are the same."])
    return Report("Options that differ", [Grid(("option", *names), rows, words=1 + len(names))])


def _groups(comparison: Comparison) -> Iterator[tuple[str, Comparison]]:
    """The runs of each task, with the heading of their table of scores."""
    for task, group in comparison.by_task.items():
        yield "score" if len(comparison.by_task) == 1 else f"score ({task.replace('_', ' ')})", group


def warnings(comparison: Comparison, *, everything: bool = False, same: str | None = None) -> Iterator[str]:
    """Sentences beside the tables. ``same``: a split whose texts are the same for all runs, whatever their data."""
    hidden = 0 if everything else len(comparison.of_one_kind)
    if hidden:
        them = (
            "1 option that only some of the runs have is"
            if hidden == 1
            else f"{hidden} options that only some of the runs have are"
        )
        yield f"note: {them} not shown; --all shows everything"
    for entry in comparison.entries:
        if entry.problem is not None:
            yield f"warning: {entry.problem}"
        if ENSEMBLE in entry.manifest:
            yield f"note: {entry.name} is an ensemble, and these are the options of its first member"
    if len(comparison.by_task) > 1:
        tasks = "; ".join(f"{task}: {', '.join(_names(group))}" for task, group in comparison.by_task.items())
        yield f"note: the runs have different tasks ({tasks}), whose scores cannot be compared"
        return
    for entry in comparison.entries:
        for split in comparison.scores:
            if (about := entry.about_teachers(split)) is not None:
                yield (
                    f"warning: {entry.name}: {about}. Its {split} scores do not compare with those of other runs, and "
                    "are not marked"
                )
    if calibrated := comparison.calibrated:
        only = f"{', '.join(calibrated)} {'is' if len(calibrated) == 1 else 'are'} calibrated (seqclf calibrate)"
        yield f"note: only {only}, which lowers the loss, but changes no label: losses are not marked"
    for split, alike in comparison.same_texts.items():
        if alike is False and split != same:
            yield f"warning: the runs were measured on different {split} texts, so these scores do not compare well"


def how_to_test(comparison: Comparison, runs: Path) -> str | None:
    """The command that tests whether two runs differ by more than chance; None if none does.

    It predicts all texts with both, so it is for runs that have kept no answers.
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


def _columns(heading: str, rows: Sequence[_Row], comparison: Comparison) -> list[Column]:
    names = [on_one_line(name, None) for name in _names(comparison)]
    cells = zip(*([on_one_line(value, None) for value in values] for _, values in rows), strict=True)
    titles = Column(heading, [title for title, _ in rows], left=True)
    return [titles, *(Column(name, column, left=True) for name, column in zip(names, cells, strict=True))]


def _fits(heading: str, rows: Sequence[_Row], comparison: Comparison, width: int) -> bool:
    """Whether the rows fit into a table that is easy to read."""
    values = (on_one_line(value, None) for _, values in rows for value in values)
    return fits(_columns(heading, rows, comparison), width) and all(cell_len(value) <= _WIDEST for value in values)


def _table(heading: str, rows: Sequence[_Row], comparison: Comparison, width: int) -> Iterator[str]:
    """Rows of options have a blank line between sections."""
    if not _fits(heading, rows, comparison, width):
        yield from _blocks(rows, comparison, width)
        return
    shown = table(_columns(heading, rows, comparison), width)
    sections = [re.split(r"[.\[]", title)[0] if heading == "option" else "" for title, _ in rows]
    yield from shown[: -len(rows)]
    for place, line in enumerate(shown[-len(rows) :]):
        yield from ["", line] if place and sections[place] != sections[place - 1] else [line]


def _blocks(rows: Sequence[_Row], comparison: Comparison, width: int) -> Iterator[str]:
    """The title of each row with the values below it, a line for each run; long values are broken between words."""
    names = [on_one_line(name, None) for name in _names(comparison)]
    longest = max(map(cell_len, names))
    for title, values in rows:
        yield title
        for name, value in zip(names, values, strict=True):
            line = f"  {name}{' ' * (longest - cell_len(name))}  {on_one_line(value, None)}"
            yield from wrapped(line, width, " " * (longest + 4)).split("\n")


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
            best = comparison.best_places(split, name)
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
