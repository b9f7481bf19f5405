"""The section of docs/results.md on time to accuracy: tables, and a plot below them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from time_curves import Curve
from time_models import STOCK

from seqclf.figures import new_figure, save_png

BEGIN, END = "<!-- time to accuracy: written by benchmarks/time_to_accuracy.py -->", "<!-- end of time to accuracy -->"
PLOT = "time_to_accuracy.png"

_HEADER = """\
## Time to accuracy

Minutes of wall time until the accuracy on the validation texts reaches a level; `-` where it never does. The clock
starts with the process: imports, reading, tokenizing, fits and validations count, and nothing is cached. An epoch ends
with its validation, so a level is reached at the end of an epoch. "Best" is the highest accuracy and the minutes until
then, "all" the minutes until the process ended, and "processor" its minutes of processor time. "Others" is how many
cores other processes took meanwhile: the more, the longer the times, except processor time. One seed each; all rows of
a table read the same training and validation texts, and no test texts.

"Keras, the tutorial" is the network of TensorFlow's
[text classification with an RNN](https://www.tensorflow.org/text/tutorials/text_classification_rnn), trained as there:
a vocabulary of 1,000 words, a bidirectional LSTM with 64 units, Adam with learning rate 1e-4, 10 epochs; for more than
two labels with a softmax. The other Keras row is the same with 8,185 words and Adam's default rate, 1e-3. "TF-IDF" is
logistic regression on words and pairs of words, "NB n-grams" logistic regression on 1- to 3-grams scaled with their
log-count ratios (Wang & Manning 2012), both by scikit-learn.

`python benchmarks/time_to_accuracy.py measure` repeats all of it; its `page` writes this section.
"""

NOT_ALONE = 0.1
"""Cores that other processes use on an idle machine, at most."""

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe & Ito: told apart by all
_NETWORK, _POINT = "#777777", "#222222"
_BELOW = 3.0  # points of accuracy that the plot shows below the lowest level


@dataclass(frozen=True)
class DataSet:
    """A data set, its contenders and the levels of accuracy that its table has.

    Attributes:
        title: as the page has it.
        configs: names of configs in ``configs/``, the first of which names the texts that all others read.
        levels: in percent, ascending.
    """

    title: str
    configs: tuple[str, ...]
    levels: tuple[float, ...]

    @property
    def contenders(self) -> tuple[str, ...]:
        return (*self.configs, *STOCK)


def section(found: Mapping[str, Sequence[Curve]], data_sets: Mapping[str, DataSet]) -> str:
    """The section in Markdown, without its markers: a table for each data set that has curves, then the plot."""
    parts = [_HEADER]
    for name, curves in found.items():
        parts.append("\n".join([f"### {data_sets[name].title}", "", *_table(curves, data_sets[name])]) + "\n")
        parts += [textwrap.fill(note, 120, break_on_hyphens=False) + "\n" for note in _notes(curves, data_sets[name])]
    shown = "Validation accuracy so far, by minutes of wall time"
    return "\n".join([*parts, f"![{shown}]({PLOT})", "", _about(found), ""])


def with_section(page: str, text: str) -> str:
    """The page with this section between its markers; at its end if it has none. Raises ``ValueError`` if one marker is
    missing."""
    if (BEGIN in page) != (END in page):
        raise ValueError(f"one of the two markers is missing: {BEGIN} or {END}")
    block = f"{BEGIN}\n{text}{END}"
    if BEGIN not in page:
        return f"{page.rstrip()}\n\n{block}\n"
    before, rest = page.split(BEGIN, 1)
    return before + block + rest.split(END, 1)[1]


def title_of(contender: str) -> str:
    """The name of a contender in plots."""
    return STOCK[contender].title if contender in STOCK else contender


def _table(curves: Sequence[Curve], data: DataSet) -> list[str]:
    columns = ["", *(f"{level:g} %" for level in data.levels), "best", "all", "processor", "others"]
    rows = []
    for curve in curves:
        name = curve.contender
        cell = title_of(name) if name in STOCK else f"[{name}](../configs/{name}.yaml)"
        best = curve.best
        reached = "-" if best is None else f"{best.accuracy:.1%} in {minutes(best.seconds / 60)}"
        levels = [minutes(curve.minutes_until(level)) for level in data.levels]
        whole = minutes((curve.before + curve.seconds) / 60) + (", stopped" if curve.stopped else "")
        processor = minutes(None if curve.processor is None else curve.processor / 60)
        rows.append([cell, *levels, reached, whole, processor, f"{curve.others:.1f}"])
    return [f"| {' | '.join(line)} |" for line in (columns, ["---"] * len(columns), *rows)]


def minutes(value: float | None) -> str:
    """Two digits, or as many as a whole number of minutes has; ``-`` for None."""
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 0.995 else f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def _notes(curves: Sequence[Curve], data: DataSet) -> list[str]:
    """What the table leaves out."""
    notes = [
        f"The times of `{curve.contender}` include the {minutes(curve.before / 60)} minutes of training the language "
        "model that it starts from."
        for curve in curves
        if curve.before
    ]
    measured = {curve.contender for curve in curves}
    if absent := [title_of(name) for name in data.contenders if name not in measured]:
        notes.append(f"Not measured: {'; '.join(absent)}.")
    return notes


def _about(found: Mapping[str, Sequence[Curve]]) -> str:
    """Machine and versions."""
    curves = [curve for several in found.values() for curve in several]
    machines = sorted({", ".join(f"{name} {what}".strip() for name, what in curve.machine.items()) for curve in curves})
    cores = " and ".join(map(str, sorted({curve.cores for curve in curves})))
    shared = " of a shared machine" if any(curve.others > NOT_ALONE for curve in curves) else ""
    return f"Measured on {cores} cores{shared}: {'; '.join(machines)}."


def draw(found: Mapping[str, Sequence[Curve]], data_sets: Mapping[str, DataSet], path: Path) -> None:
    """Write the plot: a panel for each data set, minutes on a logarithmic axis. The background is white, so that it can
    be read on dark pages as well."""
    figure = new_figure(9, 3.4 * len(found))
    panels = figure.subplots(len(found), 1, squeeze=False)[:, 0]
    for panel, (name, curves) in zip(panels, found.items(), strict=True):
        _draw_panel(panel, curves, data_sets[name])
    panels[-1].set_xlabel("minutes of wall time since the process started")
    save_png(figure, path)


def _draw_panel(panel: Any, curves: Sequence[Curve], data: DataSet) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    colours = dict(zip(data.configs, _COLOURS * (1 + len(data.configs) // len(_COLOURS)), strict=False))
    shown = [curve for curve in curves if curve.points]
    ends = []
    for curve in shown:
        points = curve.best_so_far
        x, y = [point.seconds / 60 for point in points], [100 * point.accuracy for point in points]
        stock = STOCK.get(curve.contender)
        colour = colours.get(curve.contender, _NETWORK if stock and stock.is_network else _POINT)
        if stock is not None and not stock.is_network:
            panel.plot(x, y, "D" if curve.contender == "tfidf" else "s", color=colour, markersize=6)
        else:
            dashes = "-" if stock is None else "--" if curve.contender == "keras_tutorial" else ":"
            panel.plot(x, y, dashes, color=colour, marker=".", drawstyle="steps-post", linewidth=1.6)
        ends.append((y[-1], x[-1], title_of(curve.contender), colour))
    lowest = min([data.levels[0], *(end[0] for end in ends)]) - _BELOW
    highest = max([data.levels[-1], *(end[0] for end in ends)]) + 1
    for level in data.levels:
        panel.axhline(level, color="#dddddd", linewidth=0.8, zorder=0)
    panel.set(ylim=(lowest, highest), xscale="log", ylabel="validation accuracy, %")
    panel.set_title(data.title, loc="left", fontsize=11)
    if ends:  # over a factor of ten at least, which has several ticks
        first = min(curve.best_so_far[0].seconds for curve in shown) / 60
        panel.set_xlim(0.8 * first, 1.2 * max(10 * first, *(end[1] for end in ends)))
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    panel.xaxis.set_minor_locator(NullLocator())
    panel.spines[["top", "right"]].set_visible(False)
    _label(panel, ends, (highest - lowest) / 13)


def _label(panel: Any, ends: Sequence[tuple[float, float, str, str]], least: float) -> None:
    """The contenders' names beside the panel, each with a thin line to the end of its curve: height, minutes, name,
    colour."""
    ordered = sorted(ends)
    heights = spread([end[0] for end in ordered], least, *panel.get_ylim())
    for (y, x, name, colour), height in zip(ordered, heights, strict=True):
        panel.annotate(
            name,
            (x, y),
            (1.02, height),
            textcoords=panel.get_yaxis_transform(),
            color=colour,
            fontsize=9,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "alpha": 0.6},
        )


def spread(heights: Sequence[float], least: float, lowest: float, highest: float) -> list[float]:
    """Heights in the same order, at least ``least`` apart and close to those given (ascending), within the bounds as
    far as there is room."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + least if placed else lowest + least / 2))
    above = highest - least / 2
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], above)
        above = placed[place] - least
    return placed
