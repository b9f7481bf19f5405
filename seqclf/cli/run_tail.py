"""Follows the training of a run in another process: its epochs, and how it ends."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from seqclf.cli.history_rows import HistoryRows, planned_epochs, step_in_words
from seqclf.cli.streams import check_output, print_json
from seqclf.cli.wrap import say
from seqclf.errors import SeqclfError
from seqclf.metrics.scores import number_of, words_of
from seqclf.quantities import duration
from seqclf.run_catalogue.entry import Entry, read_run
from seqclf.run_catalogue.follow import Follower, News
from seqclf.run_catalogue.scores import VALIDATION, for_people
from seqclf.run_catalogue.state import is_run
from seqclf.runs import COMPLETE, FINISHED, RUNNING

_SECONDS = 0.5
_WAITING = "waiting for the first steps"

Show = Callable[[str], None]


def follow(entry: Entry, listen: Callable[[News], None]) -> Entry:
    """Call ``listen`` with what is new in the history until the training ends; return the run as it is then.

    Raises ``SeqclfError`` if the run disappears.
    """
    history = Follower(entry.run.history)
    while True:
        now = read_run(entry.path)  # before its history, so that no line is missed at the end
        if not is_run(entry.path):
            raise SeqclfError(
                f"{entry.path}: is gone; a training that fails before its first checkpoint removes its run"
            )
        listen(history.read())
        check_output()
        if now.state != RUNNING:
            return now
        time.sleep(_SECONDS)


class EpochsListener:
    """Prints a row for each new epoch. After a return to a checkpoint, epochs that are trained again get new rows."""

    def __init__(self, entry: Entry, width: int | None, show: Show, show_step: Show = lambda text: None) -> None:
        self._rows = HistoryRows(planned_epochs(entry.run.config), width)
        self._show, self._show_step = show, show_step
        self._shown: list[Mapping[str, Any]] = []

    def __call__(self, news: News) -> None:
        epochs = [line for line in news.lines if line.get("type") == "epoch"]
        if news.rewound:
            same = _common(self._shown, epochs)
            if same < len(self._shown):
                self._show(f"Back at a checkpoint after epoch {same:,}: the epochs after it are trained again")
            self._shown, epochs = self._shown[:same], epochs[same:]
        malformed = news.malformed
        for line in epochs:
            self._shown.append(line)
            try:
                for row in self._rows.of(line):
                    self._show(row)
            except ValueError:
                malformed += 1
        if malformed:
            self._show(f"warning: {malformed:,} malformed line{'' if malformed == 1 else 's'} in the history")
        if (last := next(iter(news.lines[-1:]), {})).get("type") == "steps":
            self._show_step(step_in_words(last))


def _common(before: list[Mapping[str, Any]], after: list[dict[str, Any]]) -> int:
    """How many epochs are the same at the start."""
    pairs = zip(before, after, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(before), len(after)))


def print_lines(news: News) -> None:
    """Print the lines themselves, which are JSON."""
    if news.rewound:
        print_json({"type": "rewound"})
    for line in news.lines:
        print_json(line)


@contextlib.contextmanager
def shown(width: int | None) -> Iterator[tuple[Show, Show]]:
    """Functions that show a row and the latest steps. On a terminal, the latter are one line, cleared at the end."""
    if width is None:
        yield click.echo, lambda text: None
        return
    console = Console(width=width, highlight=False)
    spinner = "dots" if console.encoding.startswith("utf") else "line"
    with console.status(Text(_WAITING), spinner=spinner) as status:
        yield (
            lambda row: console.print(row, soft_wrap=True, markup=False),
            lambda text: status.update(Text(text, overflow="ellipsis", no_wrap=True)),
        )


def ending(entry: Entry) -> str:
    """How the training ended, in a sentence."""
    parts = [entry.state]
    if entry.seconds is not None:
        parts.append(f"after {duration(entry.seconds)}")
    best = entry.manifest.get("best_epoch")
    if entry.state in COMPLETE and isinstance(best, int):
        parts.append(f"with epoch {best:,} as the best")
    text = f"{entry.name}: {' '.join(parts)}"
    if scores := for_people(entry.scores.get(VALIDATION, {})):
        text += f"; validation {', '.join(f'{words_of(name)} {number_of(name, scores[name])}' for name in scores)}"
    if error := entry.manifest.get("error") if entry.state not in COMPLETE else None:
        text += f" ({error})"
    return text


def say_ending(entry: Entry) -> None:
    say(ending(entry))
    if entry.state != FINISHED and entry.run.has_checkpoint:
        say(f"To resume: {entry.run.how_to_resume}")
