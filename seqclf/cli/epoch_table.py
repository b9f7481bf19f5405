"""The epochs of a training as rows of a plain-text table, and the time left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqclf.metrics.language_model import perplexity
from seqclf.metrics.monitors import PREFIX
from seqclf.metrics.scores import words_of
from seqclf.quantities import duration
from seqclf.training.events import EpochDone, EpochStarted, StepDone, TrainingStarted

_GAP = "  "
_MOST_EPOCHS_NAMED = 999
"""With more epochs than this, rows omit the total."""


@dataclass(frozen=True)
class _Column:
    """``name`` is the key of an epoch's score; ``group`` is the heading above columns that share it."""

    name: str
    heading: str
    width: int
    group: str = ""


_LOSS, _ACCURACY = _Column("loss", "loss", 6, "training"), _Column("accuracy", "accuracy", 8, "training")
_PERPLEXITY = _Column("perplexity", "perplexity", 10, "training")
_COST = (_Column("speed", "tokens/s", 9), _Column("time", "time", 7), _Column("best", "best", 4))
_SHORT = {"training": "train", "validation": "valid."}  # above a single column
_LEAST_WIDTH = 6  # of a score


def _validation(score: str) -> _Column:
    words = words_of(score)
    return _Column(f"{PREFIX}{score}", words, max(_LEAST_WIDTH, len(words)), "validation")


def _omitted_first(scores: Sequence[str]) -> list[str]:
    """Columns that a narrow terminal omits, in this order. The second score of a validation always stays."""
    first, rest = [f"{PREFIX}{name}" for name in scores[:1]], [f"{PREFIX}{name}" for name in reversed(scores[2:])]
    return ["speed", _ACCURACY.name, _PERPLEXITY.name, *rest[:1], "time", *rest[1:], _LOSS.name, *first]


class EpochTable:
    """A header and a row for each epoch, at most 80 characters wide for losses and speeds of the usual size.

    Training scores are means over the epoch, while the weights change; validation scores are measured at its end. The
    time includes validation.

    Args:
        width: of the terminal; columns that do not fit are omitted. None: all are shown.
    """

    def __init__(self, started: TrainingStarted, width: int | None = None) -> None:
        self._of = f"/{started.epochs}" if started.epochs <= _MOST_EPOCHS_NAMED else ""
        self._epoch_width = max(len("epoch"), len(f"{started.epochs}{self._of}"))
        shown = {_ACCURACY: started.shows_accuracy, _PERPLEXITY: started.shows_perplexity}
        training = [_LOSS, *(column for column, is_shown in shown.items() if is_shown)]
        validation = [_validation(score) for score in started.scores] if started.validation_texts else []
        columns = [*training, *validation, *_COST]
        for name in _omitted_first(started.scores):
            if width is not None and self._width_of(columns) > width:
                columns = [column for column in columns if column.name != name]
        self._columns = columns

    def _width_of(self, columns: Sequence[_Column]) -> int:
        return self._epoch_width + sum(len(_GAP) + column.width for column in columns)

    def header(self) -> list[str]:
        """The headings; with validation texts, a line above them marks training and validation scores."""
        cells = [f"{'epoch':>{self._epoch_width}}", *(f"{c.heading:>{c.width}}" for c in self._columns)]
        lines = [_GAP.join(cells)]
        if any(column.group == "validation" for column in self._columns):
            lines.insert(0, self._groups())
        return lines

    def row(self, event: EpochDone) -> str:
        scores = {_LOSS.name: event.loss, _ACCURACY.name: event.accuracy, _PERPLEXITY.name: perplexity(event.loss)}
        if event.validation is not None:
            scores |= {f"{PREFIX}{name}": value for name, value in event.validation.headline()}
        shown = {
            "speed": f"{event.tokens / event.seconds:,.0f}",
            "time": duration(event.seconds + event.validation_seconds),
            "best": "*" if event.best else "",
        }
        cells = [f"{f'{event.epoch}{self._of}':>{self._epoch_width}}"]
        for column in self._columns:
            text = shown[column.name] if column.name in shown else _number(scores.get(column.name))
            cells.append(f"{text:>{column.width}}")
        return _GAP.join(cells).rstrip()

    def _groups(self) -> str:
        line = " " * self._epoch_width
        for group in ("training", "validation"):
            widths = [column.width for column in self._columns if column.group == group]
            if len(widths) == 1:
                line += _GAP + f"{_SHORT[group]:>{widths[0]}}"
            elif widths:
                line += _GAP + f" {group} ".center(sum(widths) + len(_GAP) * (len(widths) - 1), "-")
        return line.rstrip()


class TimeLeft:
    """Estimates the time until all epochs are finished, from the steps and epochs so far."""

    def __init__(self) -> None:
        self._epochs = self._epoch = self._steps = self._step = self._timed = 0
        self._seconds = 0.0
        self._traces = False
        self._last_epoch: float | None = None

    def update(self, event: object) -> None:
        if isinstance(event, TrainingStarted):
            self._epochs = event.epochs
        elif isinstance(event, EpochStarted):
            self._epoch, self._steps, self._step, self._timed, self._seconds = event.epoch, event.steps, 0, 0, 0.0
            self._traces = event.traces
        elif isinstance(event, StepDone):
            # The time of a step that is traced first says nothing about later steps.
            if self._step or not self._traces:
                self._timed += 1
                self._seconds += event.seconds
            self._step = event.step
        elif isinstance(event, EpochDone):
            seconds = self._seconds / self._timed * self._steps if self._timed else event.seconds
            self._last_epoch = seconds + event.validation_seconds

    def seconds(self) -> float | None:
        """None before the first timed step. The first epoch's estimate does not include validation."""
        if self._timed == 0:
            return None
        a_step = self._seconds / self._timed
        an_epoch = self._last_epoch if self._last_epoch is not None else a_step * self._steps
        return a_step * (self._steps - self._step) + an_epoch * (self._epochs - self._epoch)

    def of_epoch(self) -> float | None:
        """Seconds until the training steps of this epoch are done; None before the first timed step."""
        return self._seconds / self._timed * (self._steps - self._step) if self._timed else None

    def in_full(self) -> str:
        """The time left of this epoch and of all, until the last one; empty before the first timed step."""
        epoch, seconds = self.of_epoch(), self.seconds()
        if epoch is None or seconds is None or self._epoch == self._epochs:
            return str(self)
        return f"epoch {duration(epoch)}, all {duration(seconds)} left"

    def __str__(self) -> str:
        seconds = self.seconds()
        return "" if seconds is None else f"{duration(seconds)} left"


def _number(value: float | None) -> str:
    """With four decimals, or as many as fit in six characters."""
    if value is None:
        return "-"
    for decimals in (4, 3, 2, 1, 0):
        if len(text := f"{value:.{decimals}f}") <= 6:
            return text
    return f"{value:.0e}"
