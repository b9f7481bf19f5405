"""Curves over the epochs of a training, of one run or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.report.history import Points
from seqclf.report.svg import INK, SERIES, Figure, drawn

_MOST_MARKED = 40  # epochs up to which each is a dot
_WIDE_RATIO = 100  # of the largest rate to the smallest, from which on the axis is logarithmic


@dataclass(frozen=True)
class Line:
    """A curve with its name. ``colour``: from 1 on; ``faint``: thin, behind the others."""

    name: str
    points: Points
    colour: int
    faint: bool = False
    dashed: bool = False


def over_epochs(
    name: str, lines: Sequence[Line], caption: str, *, y: str, best: float | None = None, baseline: float | None = None
) -> Figure | None:
    """Curves over epochs; None without a point.

    Args:
        y: what the vertical axis shows.
        best: the epoch whose weights were kept, as a vertical line.
        baseline: the score of the linear model, as a dash-dotted horizontal line; curves may be dashed.
    """
    shown = [line for line in lines if line.points]
    if not shown:
        return None

    def draw(axes: Any) -> None:
        for line in shown:
            _draw_line(axes, line)
        if best is not None:
            axes.axvline(best, color=INK, linewidth=0.8, linestyle=":")
        if baseline is not None:
            axes.axhline(baseline, color=INK, linewidth=0.9, linestyle="-.")
        axes.set_xlabel("epoch")
        axes.set_ylabel(y)
        axes.xaxis.get_major_locator().set_params(integer=True)

    legend = [(line.name, line.colour) for line in shown if not line.faint]
    described = "; ".join(_described(line) for line in shown if not line.faint)
    return Figure(drawn(name, f"{caption} {described}", draw), caption, tuple(legend))


def _draw_line(axes: Any, line: Line) -> None:
    x, values = zip(*line.points, strict=True)
    marker = "o" if len(x) <= _MOST_MARKED and not line.faint else None
    width, alpha = (0.9, 0.45) if line.faint else (1.8, 1.0)
    style = "--" if line.dashed else "-"
    colour = SERIES[(line.colour - 1) % len(SERIES)]
    axes.plot(x, values, style, color=colour, marker=marker, markersize=3.5, linewidth=width, alpha=alpha)


def _described(line: Line) -> str:
    (_, first), (_, last) = line.points[0], line.points[-1]
    return f"{line.name} from {first:.4g} to {last:.4g}"


def learning_rate(points: Points) -> Figure | None:
    """The learning rate over epochs; None without one."""
    if not points:
        return None
    x, rates = zip(*points, strict=True)

    def draw(axes: Any) -> None:
        axes.plot(x, rates, color=SERIES[0])
        if min(rates) > 0 and max(rates) / min(rates) > _WIDE_RATIO:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda rate, _: f"{rate:g}")
            axes.yaxis.set_minor_formatter(lambda rate, _: "")
        else:
            axes.set_ylim(bottom=0)
        axes.set_xlabel("epoch")
        axes.set_ylabel("learning rate")
        axes.xaxis.get_major_locator().set_params(integer=True)

    caption = "Learning rate of the optimizer."
    alternative = f"{caption} At most {max(rates):.3g}, at the end {rates[-1]:.3g}."
    return Figure(drawn("rate", alternative, draw), caption)
