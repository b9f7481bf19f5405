"""What a user sees while training."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest
from metric_examples import metrics_with
from rich.console import Console

from seqclf.cli.progress import BarProgress, PlainProgress, epoch_bar, progress_listener
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.training.events import EpochDone, EpochStarted, Event, Stage, StepDone, TrainingDone, TrainingStarted

SCORES = ClassificationMetrics.monitored()
EVENTS: list[Event] = [
    Stage("Reading the training texts (synthetic sample)"),
    TrainingStarted(
        "synthetic sample", epochs=3, train_texts=3600, validation_texts=400, parameters=36_001, scores=SCORES
    ),
    EpochStarted(1, steps=2, traces=True),
    StepDone(1, 1, loss=0.7, correct=16, texts=32, tokens=640, seconds=0.1, learning_rate=1e-3),
    StepDone(1, 2, loss=0.5, correct=24, texts=32, tokens=640, seconds=0.1, learning_rate=1e-3),
    EpochDone(1, 0.6, 0.625, metrics_with(0.75, loss=0.55, macro_f1=0.74), True, 1280, 0.2, 0.1),
    EpochDone(2, 0.5, 0.7, None, False, 1280, 0.2, 0.1),
    TrainingDone("early_stopping", best_epoch=1),
    Stage("Writing the model"),
]


def test_plain_lines_without_a_terminal() -> None:
    output = io.StringIO()
    listener = PlainProgress(Console(file=output, width=60))
    for event in EVENTS:
        listener(event)
    assert output.getvalue().splitlines() == [
        "Reading the training texts (synthetic sample) ...",
        "Training on 3,600 texts (synthetic sample), validating on 400; 36,001 parameters",
        "       --- training ---  ------- validation -------",
        "epoch    loss  accuracy    loss  accuracy  macro F1   tokens/s     time  best",
        "  1/3  0.6000    0.6250  0.5500    0.7500    0.7400      6,400    0.3 s     *",
        "  2/3  0.5000    0.7000       -         -         -      6,400    0.3 s",
        "No better epoch since epoch 1: stopped early",
        "Writing the model ...",
    ]


def test_a_long_path_has_a_line_of_its_own() -> None:
    path = f"/data/{'reviews_of_films/' * 3}train.csv"
    started = replace(EVENTS[1], data=path, notes=("a note",))  # type: ignore[type-var]
    output = io.StringIO()
    PlainProgress(Console(file=output, width=60))(started)
    assert output.getvalue().splitlines() == [
        "Training on 3,600 texts, validating on 400; 36,001 parameters",
        f"  {path}",
        "  a note",
    ]
    output = io.StringIO()
    PlainProgress(Console(file=output, width=60))(replace(started, data=f"{path} and 3 more, of {path}"))
    assert max(map(len, output.getvalue().splitlines())) <= 80


def test_a_long_epoch_shows_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqclf.cli.progress._SECONDS_BETWEEN_LINES", -1.0)
    output = io.StringIO()
    listener = PlainProgress(Console(file=output, width=60))
    for event in EVENTS[1:5]:
        listener(event)
    assert output.getvalue().splitlines()[1:] == [
        "epoch 1/3 step 1/2, loss 0.7000, accuracy 0.5000",
        "epoch 1/3 step 2/2, loss 0.5974, accuracy 0.6282, 6,400 tokens/s, 0.4 s left",
    ]


class _Timer:
    """Time passes when a test says so."""

    def __init__(self, seconds: float, function: Callable[[], None]) -> None:
        self.function, self.runs = function, False

    def start(self) -> None:
        self.runs = True

    def cancel(self) -> None:
        self.runs = False

    def run_out(self) -> None:
        if self.runs:
            self.function()


class _Timers(list[_Timer]):
    def __call__(self, seconds: float, function: Callable[[], None]) -> Any:
        self.append(_Timer(seconds, function))
        return self[-1]


def _shown(events: list[Event], *, slow: bool) -> tuple[list[str], _Timers]:
    """What is printed if the time after each event is long or short."""
    output, timers = io.StringIO(), _Timers()
    listener = PlainProgress(Console(file=output, width=60), timers)
    for event in events:
        listener(event)
        if slow and timers:
            timers[-1].run_out()
    return output.getvalue().splitlines(), timers


def test_a_step_that_is_traced_for_long_is_announced() -> None:
    events = [EVENTS[1], EpochStarted(2, steps=2, traces=True)]
    lines, _ = _shown(events, slow=True)
    assert lines[1:] == ["epoch 2/3, tracing the training step ..."]
    assert _shown([*events, *EVENTS[3:5]], slow=True)[0] == lines, "it is said once"
    assert len(_shown([EVENTS[1], EpochStarted(2, steps=2)], slow=True)[0]) == 1, "it is not traced again"


def test_a_step_that_is_traced_at_once_is_not_announced() -> None:
    lines, timers = _shown(EVENTS[1:4], slow=False)
    assert len(lines) == 1
    assert [timer.runs for timer in timers] == [False]


def test_nothing_is_announced_after_the_end() -> None:
    timers = _Timers()
    with contextlib.closing(PlainProgress(Console(file=io.StringIO()), timers)) as listener:
        listener(EpochStarted(1, steps=2, traces=True))
        assert timers[0].runs
    assert not timers[0].runs


def test_a_terminal_says_what_takes_long_before_the_first_step() -> None:
    (line,) = _drawn(20, EVENTS[:3])
    assert re.search(r"epoch 1/3 .* 0/2 +tracing the training step \.\.\.", line)
    (line,) = _drawn(20, EVENTS[:4])
    assert "tracing" not in line


@pytest.mark.parametrize("width", [80, 100])
def test_a_bar_on_a_terminal(width: int) -> None:
    output = io.StringIO()
    with epoch_bar(Console(file=output, force_terminal=True, width=width, color_system=None, highlight=False)) as bar:
        bar.live.auto_refresh = False
        listener = BarProgress(bar)
        for event in EVENTS[:5]:
            listener(event)
        (task,) = bar.tasks
        assert (task.description, task.completed, task.total) == ("epoch 1/3", 2, 2)
        assert task.fields["measures"].startswith("loss 0.59")
        assert ("accuracy 0.62" in task.fields["measures"]) == (width == 100)
        left = "epoch 0.0 s, all 0.4 s left"
        assert task.fields["measures"].endswith(f"6,400 tokens/s  {left}" if width == 100 else f"loss 0.5974  {left}")
        bar.refresh()
        for event in EVENTS[5:]:
            listener(event)
    shown = output.getvalue()
    assert "  1/3  0.6000    0.6250  0.5500    0.7500" in shown
    visible = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "\n").splitlines()
    assert max(map(len, visible)) <= width
    assert not any("…" in line for line in visible)


COLOURS: tuple[None, Literal["truecolor"]] = (None, "truecolor")
"""Without colours, the rest of a bar is blank."""


@pytest.mark.parametrize("width", [80, 120])
def test_the_bar_is_seen_before_and_after_the_first_numbers_of_a_language_model(width: int) -> None:
    started = replace(EVENTS[1], shows_perplexity=True)  # type: ignore[type-var]
    step = StepDone(1, 60, loss=8.1, correct=0, texts=2240, tokens=2240, seconds=0.1, learning_rate=1e-3)
    live, seen = (Console(file=io.StringIO(), force_terminal=True, width=width, color_system=one) for one in COLOURS)
    with epoch_bar(live) as bar:
        bar.live.auto_refresh = False
        listener = BarProgress(bar)
        bars = []
        for event in (started, EpochStarted(1, steps=135, traces=True), step, replace(step, step=61)):
            listener(event)
            with seen.capture() as shown:
                seen.print(bar.get_renderable())
            (line,) = re.sub(r"\x1b\[[0-9;]*m", "", shown.get()).splitlines()
            bars.append(sum(line.count(mark) for mark in "━╸╺-"))
            assert len(line) <= width and "…" not in line
    assert "perplexity 3,294.5" in line and "all 34 s left" in line
    assert ("tokens/s" in line) == (width == 120)
    assert ("loss 8.1000" in line) == (width == 120)
    assert bars[0] == 0
    assert all(4 <= columns <= 20 for columns in bars[1:]), bars


def _drawn(height: int, events: list[Event], width: int = 80) -> list[str]:
    """The lines of what changes while training, after these events."""
    live, seen = (Console(file=io.StringIO(), force_terminal=True, width=width, height=height) for _ in range(2))
    with epoch_bar(live) as bar:
        bar.live.auto_refresh = False
        listener = BarProgress(bar)
        for event in events:
            listener(event)
        with seen.capture() as shown:
            seen.print(bar.get_renderable())
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.get()).splitlines()


def test_a_tall_terminal_shows_the_curves_of_the_losses() -> None:
    *plot, axis, bar = _drawn(40, EVENTS[:6])
    assert len(plot) == 6
    assert plot[0].startswith("0.7 │")
    assert plot[-1].startswith("0.5 │")
    assert "training loss  ● validation loss" in axis and axis.endswith(" 3")
    assert max(map(len, [*plot, axis, bar])) <= 80
    (row,) = [row for row in plot if "●" in row]
    assert 0.3 < row.index("●") / len(axis) < 0.45, "at the end of the first of three epochs"


def test_a_low_or_narrow_terminal_shows_the_bar_alone() -> None:
    assert len(_drawn(23, EVENTS[:6])) == 1
    assert len(_drawn(40, EVENTS[:6], width=40)) == 1
    assert len(_drawn(40, EVENTS[:4])) == 1, "a single point is no curve"
    assert len(_drawn(40, EVENTS)) == 1, "after the training"


def test_warnings_stay_on_a_terminal() -> None:
    output = io.StringIO()
    with epoch_bar(Console(file=output, force_terminal=True, width=40, color_system=None)) as bar:
        listener = BarProgress(bar)
        listener(Stage("warning: the loss is nan at step 3 of epoch 2; going back"))
        listener(Stage("Writing the model"))
    assert "warning: the loss is nan at step 3 of\n  epoch 2; going back\n" in output.getvalue()


def test_a_warning_is_no_stage_that_takes_time() -> None:
    output = io.StringIO()
    PlainProgress(Console(file=output, width=60))(Stage("warning: no ink"))
    assert output.getvalue() == "warning: no ink\n"


def test_which_of_them_follows_from_the_output() -> None:
    with progress_listener() as listener:
        assert isinstance(listener, PlainProgress)


def test_n_grams_fitted_earlier_are_reported() -> None:
    from seqclf.cli.progress import _about

    noted = TrainingStarted("data", 3, 100, 20, 1_000, notes=("one note", "another note"))
    assert _about(noted)[1:] == ["  one note", "  another note"]
    assert len(_about(TrainingStarted("data", 3, 100, 20, 1_000))) == 1
