"""Progress of a training: a bar on a terminal, plain lines elsewhere. Both on stderr."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from seqclf.training.events import EpochDone, EpochStarted, Event, Stage, StepDone, TrainingDone, TrainingStarted

_SECONDS_BETWEEN_LINES = 30.0


@contextlib.contextmanager
def progress_listener() -> Iterator[Callable[[Event], None]]:
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield PlainProgress(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        _OfSteps(),
        TextColumn("{task.fields[measures]}"),
        _Left(compact=True),
    )
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        yield BarProgress(bar)


class _OfSteps(MofNCompleteColumn):
    """Nothing for a stage that has no steps."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total else Text()


class _Left(TimeRemainingColumn):
    def render(self, task: Task) -> Text:
        return super().render(task) + " left" if task.total else Text()


class _Window:
    """Means over the newest steps: smooth to look at, quick to follow."""

    def __init__(self, keep: float = 0.95) -> None:
        self._keep = keep
        self._sums = [0.0] * 5

    def add(self, step: StepDone) -> None:
        new = (step.loss * step.texts, step.correct, step.texts, step.tokens, step.seconds)
        self._sums = [self._keep * old + value for old, value in zip(self._sums, new, strict=True)]

    def __str__(self) -> str:
        loss, correct, texts, tokens, seconds = self._sums
        return f"loss {loss / texts:.4f} accuracy {correct / texts:.4f} {tokens / seconds:,.0f} tokens/s"


class PlainProgress:
    """Whole lines: each stage, each epoch, and now and then within an epoch."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._window = _Window()
        self._epochs = self._steps = 0
        self._last_line = time.monotonic()

    def __call__(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._epochs = event.epochs
        elif isinstance(event, EpochStarted):
            self._steps = event.steps
            self._window = _Window()
        elif isinstance(event, StepDone):
            self._window.add(event)
            if time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
                self._line(f"epoch {event.epoch}/{self._epochs} step {event.step}/{self._steps} {self._window}")
        if (line := _line(event, self._epochs)) is not None:
            self._line(line)

    def _line(self, text: str) -> None:
        self._last_line = time.monotonic()
        self._console.print(text, soft_wrap=True)


class BarProgress:
    """A bar for the epoch at hand, and a line for each one done."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Starting", total=None, measures="")
        self._window = _Window()
        self._epochs = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._epochs = event.epochs
        elif isinstance(event, EpochStarted):
            self._window = _Window()
            self._begin(f"epoch {event.epoch}/{self._epochs}", event.steps)
        elif isinstance(event, StepDone):
            self._window.add(event)
            self._bar.update(self._task, advance=1, measures=str(self._window))
        elif isinstance(event, Stage):
            self._begin(event.what, None)
        if not isinstance(event, Stage) and (line := _line(event, self._epochs)) is not None:
            self._bar.console.print(line, soft_wrap=True)

    def _begin(self, description: str, total: int | None) -> None:
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(description, total=total, measures="")


def _line(event: Event, epochs: int) -> str | None:
    """The line that an event leaves behind, if any."""
    if isinstance(event, Stage):
        return f"{event.what} ..."
    if isinstance(event, TrainingStarted):
        return (
            f"Training on {event.train_texts:,} texts ({event.data}), validating on {event.validation_texts:,}; "
            f"{event.parameters:,} parameters"
            + ("; accuracy counts texts with all their labels right" if event.multi_label else "")
        )
    if isinstance(event, EpochDone):
        validation = event.validation
        names = [name for name in ("loss", "accuracy", "micro_f1") if name in (validation or {})]
        scores = "".join(f"val_{name} {validation[name]:.4f} " for name in names) if validation else ""
        return (
            f"epoch {event.epoch}/{epochs} loss {event.loss:.4f} accuracy {event.accuracy:.4f} {scores}"
            f"{event.tokens / event.seconds:,.0f} tokens/s {event.seconds + event.validation_seconds:.0f} s"
            f"{' (best so far)' if event.best else ''}"
        )
    if isinstance(event, TrainingDone) and event.why == "early_stopping":
        return f"No better epoch since epoch {event.best_epoch}: stopped early"
    return None
