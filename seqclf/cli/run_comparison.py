"""Runs side by side: rows of options and scores, a column for each run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from seqclf.cli.columns import Column, cell_len, fits, table
from seqclf.cli.epoch_table import duration
from seqclf.cli.run_list import in_bytes
from seqclf.config.diff import ABSENT
from seqclf.labels import on_one_line
from seqclf.metrics.scores import number_of, words_of
from seqclf.run_catalogue.differences import Comparison, best_places
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.scores import for_people

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
    }


def plain(comparison: Comparison) -> Iterator[str]:
    """Lines of values separated by tabs: what, and the value of each run."""
    yield "\t".join(["", *_names(comparison)])
    for title, values in [*_options(comparison), *_plain_scores(comparison)]:
        yield "\t".join([title, *(on_one_line(value, None) for value in values)])


def lines(comparison: Comparison, width: int) -> Iterator[str]:
    """A table of options and one of scores; where a table does not fit, a block for each row."""
    options = _options(comparison)
    if options:
        yield from _table("option", options, comparison, width)
    else:
        yield "The configs are the same."
    yield ""
    yield from _table("score", [*_scores(comparison), *_cost(comparison.entries)], comparison, width)


def warnings(comparison: Comparison) -> Iterator[str]:
    for split, same in comparison.same_texts.items():
        if same is False:
            yield f"warning: the runs were measured on different {split} texts, so these scores do not compare well"


def _table(heading: str, rows: Sequence[_Row], comparison: Comparison, width: int) -> Iterator[str]:
    names = [on_one_line(name, None) for name in _names(comparison)]
    cells = [[on_one_line(value, None) for value in values] for _, values in rows]
    columns = [Column(heading, [title for title, _ in rows], left=True)]
    columns += [Column(name, column, left=True) for name, column in zip(names, zip(*cells, strict=True), strict=True)]
    if fits(columns, width) and all(cell_len(cell) <= _WIDEST for row in cells for cell in row):
        yield from table(columns, width)
        return
    longest = max(map(cell_len, names))
    for (title, _), values in zip(rows, cells, strict=True):
        yield title
        for name, value in zip(names, values, strict=True):
            yield f"  {name}{' ' * (longest - cell_len(name))}  {value}"


def _names(comparison: Comparison) -> list[str]:
    return [entry.name for entry in comparison.entries]


def _options(comparison: Comparison) -> list[_Row]:
    return [(option, [_value(value) for value in values]) for option, values in comparison.options.items()]


def _value(value: Any) -> str:
    return _NONE if value is ABSENT else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
