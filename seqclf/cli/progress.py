"""Progress of a training on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from seqclf.cli.curves import Curves
from seqclf.cli.epoch_table import EpochTable, TimeLeft
from seqclf.cli.launched import columns_of_launcher
from seqclf.cli.wrap import wrapped
from seqclf.metrics.language_model import perplexity as perplexity_of
from seqclf.metrics.scores import number_of
from seqclf.training.events import (
    BaselineDone,
    EpochDone,
    EpochStarted,
    Event,
    Stage,
    StepDone,
    TrainingDone,
    TrainingStarted,
)

_SECONDS_BETWEEN_LINES = 30.0
_SECONDS_OF_TRACING = 10.0  # a step that is traced faster has no line of its own
_TRACING = "tracing the training step ..."
_WARNING = "warning: "
_WIDE = 100
"""The minimum terminal width, in columns, at which an epoch's bar shows two scores: the loss and another one."""
_BAR = 20
"""The maximum width of an epoch's bar."""
_TALL = 24
"""The minimum terminal height, in lines, at which the curves of the losses are shown."""
_COLUMNS = 80  # of the lines that announce a training, also where they are written to a file


@contextlib.contextmanager
def progress_listener() -> Iterator[Callable[[Event], None]]:
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        with contextlib.closing(PlainProgress(console, width=columns_of_launcher())) as plain:
            yield plain
        return
    with epoch_bar(console) as bar:
        yield BarProgress(bar)


def epoch_bar(console: Console) -> LiveProgress:
    """A single line, never wider than the terminal, below the curves if there are any; all is cleared at the end."""
    columns = (
        SpinnerColumn("dots" if console.encoding.startswith("utf") else "line"),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        _Bar(bar_width=None),
        _OfSteps(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[measures]}", markup=False, table_column=Column(no_wrap=True)),
    )
    return LiveProgress(*columns, console=console, transient=True, expand=True)


class LiveProgress(Progress):
    """A bar, and above it the curves of a training."""

    curves: Curves | None = None

    def get_renderables(self) -> Iterable[RenderableType]:
        if self.curves and self.console.height >= _TALL:
            yield self.curves
        yield from super().get_renderables()


class _Bar(BarColumn):
    """Empty for a stage without steps: its spinner turns, and its description takes the full line.

    It has some columns only, so that it hardly shrinks when the numbers of the first step come.
    """

    def render(self, task: Task) -> object:  # type: ignore[override]
        return Constrain(super().render(task), _BAR) if task.total else Text()


class _OfSteps(MofNCompleteColumn):
    """Empty for a stage without steps."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total else Text()


class _Window:
    """Exponentially weighted means over the latest steps."""

    def __init__(self, keep: float = 0.95) -> None:
        self._keep = keep
        self._sums = [0.0] * 5

    def add(self, step: StepDone, *, traced: bool) -> None:
        """``traced``: the step was traced first, so its time says nothing about its speed."""
        speed = (0, 0) if traced else (step.tokens, step.seconds)
        new = (step.loss * step.counted, step.correct, step.counted, *speed)
        self._sums = [self._keep * old + value for old, value in zip(self._sums, new, strict=True)]

    def measures(self, *, all_: bool = True, perplexity: bool = False) -> list[str]:
        """``all_``: two scores, not one of them alone."""
        loss, correct, weight, tokens, seconds = self._sums
        shown = [f"loss {loss / weight:.4f}"]
        if perplexity:
            found = f"perplexity {number_of('perplexity', perplexity_of(loss / weight))}"
            shown = [*shown, found] if all_ else [found]  # exp(loss)
        elif all_:
            shown.append(f"accuracy {correct / weight:.4f}")
        return [*shown, f"{tokens / seconds:,.0f} tokens/s"] if seconds else shown


class _Progress:
    """The state that both kinds of progress track, and the lines that events print."""

    def __init__(self, width: int | None = None) -> None:
        self._width = width
        self._window = _Window()
        self._left = TimeLeft()
        self._table: EpochTable | None = None
        self._epochs = self._steps = 0
        self._perplexity = False
        self._has_header = False
        self._traces = False

    def _update(self, event: Event) -> None:
        self._left.update(event)
        if isinstance(event, TrainingStarted):
            self._epochs, self._table, self._has_header = event.epochs, EpochTable(event, self._width), False
            self._perplexity = event.shows_perplexity
        elif isinstance(event, EpochStarted):
            self._steps, self._window, self._traces = event.steps, _Window(), event.traces
        elif isinstance(event, StepDone):
            self._window.add(event, traced=self._traces)
            self._traces = False

    def _measures(self) -> list[str]:
        """What the latest steps measured, and the time left."""
        measures = self._window.measures(perplexity=self._perplexity)
        return [*measures, *filter(None, [str(self._left)])]

    def _lines(self, event: Event) -> list[str]:
        """The permanent lines of an event, except stages."""
        if isinstance(event, TrainingStarted):
            return [*event.starts_from, *_about(event)]
        if isinstance(event, EpochStarted) and event.note:
            return [event.note]
        if isinstance(event, EpochDone) and self._table is not None:
            header = [] if self._has_header else self._table.header()
            self._has_header = True
            return [*header, self._table.row(event)]
        if isinstance(event, TrainingDone) and event.why == "early_stopping":
            return [f"No better epoch since epoch {event.best_epoch}: stopped early"]
        if isinstance(event, BaselineDone):
            return [_baseline(event)]
        return []


class PlainProgress(_Progress):
    """Plain lines: one for each stage and epoch, and occasional ones within an epoch.

    Args:
        timer: calls a function after some seconds in another thread, since no event comes while a step is traced.
        width: of the lines of epochs, as for ``EpochTable``.
    """

    def __init__(
        self,
        console: Console,
        timer: Callable[[float, Callable[[], None]], threading.Timer] = threading.Timer,
        *,
        width: int | None = None,
    ) -> None:
        super().__init__(width)
        self._console = console
        self._timer = timer
        self._tracing: threading.Timer | None = None
        self._last_line = time.monotonic()

    def close(self) -> None:
        """Print no further lines by itself."""
        if self._tracing is not None:
            self._tracing.cancel()

    def __call__(self, event: Event) -> None:
        self.close()
        self._update(event)
        if isinstance(event, EpochStarted) and event.traces:
            line = f"epoch {event.epoch}/{self._epochs}, {_TRACING}"
            self._tracing = self._timer(_SECONDS_OF_TRACING, lambda: self._line(line))
            self._tracing.daemon = True
            self._tracing.start()
        if isinstance(event, StepDone) and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            parts = [f"epoch {event.epoch}/{self._epochs} step {event.step:,}/{self._steps:,}"]
            self._line(", ".join([*parts, *self._measures()]))
        if isinstance(event, Stage):
            self._line(event.what if event.what.startswith(_WARNING) else f"{event.what} ...")
        for line in self._lines(event):
            self._line(line)

    def _line(self, text: str) -> None:
        self._last_line = time.monotonic()
        self._console.print(text, soft_wrap=True, markup=False)


class BarProgress(_Progress):
    """A bar for the current epoch, and a row for each finished one. Stages disappear when they end; warnings stay."""

    def __init__(self, bar: LiveProgress) -> None:
        super().__init__(bar.console.width)
        self._bar = bar
        self._task = bar.add_task("Starting", total=None, measures="")

    def __call__(self, event: Event) -> None:
        self._update(event)
        self._draw(event)
        if isinstance(event, EpochStarted):
            self._start(f"epoch {event.epoch}/{self._epochs}", event.steps, _TRACING if event.traces else "")
        elif isinstance(event, StepDone):
            self._bar.update(self._task, completed=event.step, measures=self._joined_measures())
        elif isinstance(event, EpochDone):
            self._start("", None)
        elif isinstance(event, Stage):
            self._start(event.what, None)
            if event.what.startswith(_WARNING):
                self._print(event.what)
        for line in self._lines(event):
            self._print(line)

    def _draw(self, event: Event) -> None:
        """Add an event to the curves."""
        if isinstance(event, TrainingStarted):
            self._bar.curves = Curves(event.epochs, unicode=self._bar.console.encoding.startswith("utf"))
        elif isinstance(event, TrainingDone):
            self._bar.curves = None
        elif isinstance(event, StepDone) and self._bar.curves is not None:
            self._bar.curves.step(event.epoch, event.step / self._steps, event.loss)
        elif isinstance(event, EpochDone) and self._bar.curves is not None and event.validation is not None:
            self._bar.curves.validated(event.epoch, dict(event.validation.headline())["loss"])

    def _joined_measures(self) -> str:
        wide = self._bar.console.width >= _WIDE
        measures, left = self._window.measures(all_=wide, perplexity=self._perplexity), self._left.in_full()
        # A narrow terminal has no room for both the speed, which is in the rows of the epochs, and the time left.
        return "  ".join([*(measures if wide or not left else measures[:-1]), *filter(None, [left])])

    def _start(self, description: str, total: int | None, measures: str = "") -> None:
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(description, total=total, measures=measures)

    def _print(self, line: str) -> None:
        self._bar.console.print(wrapped(line, self._bar.console.width), soft_wrap=True, markup=False)


def _baseline(event: BaselineDone) -> str:
    if event.scores is None:
        return f"warning: no linear baseline to compare with: {event.problem}"
    from seqclf.baseline.comparison import description

    return description(event.scores, event.score, "validation", text_alone=event.text_alone)


def _about(event: TrainingStarted) -> list[str]:
    """What is trained on what, and a line for each note of the task."""
    validating = f", validating on {event.validation_texts:,}" if event.validation_texts else ", none for validation"
    texts = f"{event.train_texts:,} text{'' if event.train_texts == 1 else 's'}"
    after = f"{validating}; {event.parameters:,} parameters"
    lines = [f"Training on {texts} ({event.data}){after}"]
    if len(lines[0]) > _COLUMNS:  # the names of files are long
        lines = [f"Training on {texts}{after}", *wrapped(f"  {event.data}", _COLUMNS).split("\n")]
    return [*lines, *(f"  {note}" for note in event.notes)]
