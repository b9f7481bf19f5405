"""Report measurements as a table and as a figure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqclf.figures import new_figure, save_png
from seqclf.probe.recall import Result
from seqclf.probe.recall_task import CHANCE

_COLOURS = ("#c8553d", "#1b6ca8", "#6a994e", "#8e5ea2", "#d99a2b", "#3c8d93", "#8a8a8a")
_LOWEST = 1e-16  # smallest value in the figure


@dataclass(frozen=True)
class Row:
    """A cell at a distance, over its seeds.

    Attributes:
        accuracy, worst, best: mean, minimum and maximum.
        steps: the median.
        gradient_before, gradient_after: (minimum, median, maximum); the lower of two middle values.
    """

    cell: str
    distance: int
    accuracy: float
    worst: float
    best: float
    steps: float
    gradient_before: tuple[float, float, float]
    gradient_after: tuple[float, float, float]


def summarize(results: Sequence[Result]) -> list[Row]:
    rows = []
    for cell, distance in dict.fromkeys((result.cell, result.distance) for result in results):
        own = [result for result in results if (result.cell, result.distance) == (cell, distance)]
        accuracies = [result.accuracy for result in own]
        mean, steps = statistics.fmean(accuracies), statistics.median(result.steps for result in own)
        before = _range([result.gradient_before for result in own])
        after = _range([result.gradient_after for result in own])
        rows.append(Row(cell, distance, mean, min(accuracies), max(accuracies), steps, before, after))
    return rows


def _range(values: list[float]) -> tuple[float, float, float]:
    return min(values), statistics.median_low(values), max(values)


HEADINGS = (
    "cell", "distance", "accuracy", "worst to best seed", "steps", "gradient at the cue, untrained", "trained"
)  # fmt: skip


def cells_of(rows: Sequence[Row]) -> list[list[str]]:
    """The table rows under ``HEADINGS``, one per cell and distance."""
    return [
        [
            row.cell,
            str(row.distance),
            f"{row.accuracy:.3f}",
            f"{row.worst:.3f} to {row.best:.3f}",
            f"{row.steps:.0f}",
            *("0" if middle == 0 else f"{middle:.0e}" for _, middle, _ in (row.gradient_before, row.gradient_after)),
        ]
        for row in rows
    ]


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, one line per cell and distance."""
    lines = [f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
    lines += [f"| {' | '.join(cells)} |" for cells in cells_of(rows)]
    return "\n".join(lines) + "\n"


def plot(rows: Sequence[Row], path: Path, caption: str) -> None:
    """Plot accuracy, and the gradient at the cue before and after training, against the distance."""
    figure = new_figure(11, 4)
    of_accuracy, of_before, of_after = figure.subplots(1, 3)
    distances = sorted({row.distance for row in rows})
    for cell, colour in zip(dict.fromkeys(row.cell for row in rows), _COLOURS, strict=False):
        own = sorted((row for row in rows if row.cell == cell), key=lambda row: row.distance)
        places = [row.distance for row in own]
        of_accuracy.plot(places, [row.accuracy for row in own], "o-", color=colour, label=cell)
        of_accuracy.fill_between(
            places, [row.worst for row in own], [row.best for row in own], color=colour, alpha=0.15, linewidth=0
        )
        for axes, name in ((of_before, "gradient_before"), (of_after, "gradient_after")):
            least, middle, largest = (
                [max(value, _LOWEST) for value in column]
                for column in zip(*(getattr(row, name) for row in own), strict=True)
            )
            axes.plot(places, middle, "o-", color=colour, clip_on=False)
            axes.fill_between(places, least, largest, color=colour, alpha=0.15, linewidth=0)
    of_accuracy.axhline(CHANCE, color="#555555", linestyle=":", label="chance")
    of_accuracy.set(title="Accuracy after training", ylim=(0, 1.03))
    of_accuracy.legend(fontsize=8, loc="lower left")
    of_before.set_title("Gradient at the cue, before training")
    of_after.set_title("Gradient at the cue, after training")
    highest = max(10.0, *(2 * max(row.gradient_before + row.gradient_after) for row in rows))
    for axes in (of_before, of_after):
        axes.set(yscale="log", ylim=(_LOWEST, highest))
        axes.axhline(1, color="#555555", linestyle=":")
    of_before.set_ylabel("norm, relative to the last token's")
    for axes in (of_accuracy, of_before, of_after):
        axes.set(xscale="log", xlabel="tokens between the cue and the end")
        axes.set_xticks(distances, [str(distance) for distance in distances])
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    figure.suptitle(f"{caption}. Shaded: worst to best seed. At the lower edge: {_LOWEST:.0e} or less", fontsize=9)
    save_png(figure, path)
