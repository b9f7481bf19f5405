"""Figures of texts: their lengths, and the accuracy on parts of them; scores with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqclf.evaluation.evidence.content import Lengths, SliceAccuracy
from seqclf.report.svg import INK, SERIES, Figure, drawn
from seqclf.report.verdict import Estimate
from seqclf.report.words import visible


def lengths(found: Lengths) -> Figure | None:
    """How many texts have how many tokens; None without texts."""
    if not any(one.texts for one in found.bins):
        return None
    first = found.bins[0]
    width = first.high - first.low + 1

    def draw(axes: Any) -> None:
        starts = [one.low for one in found.bins]
        axes.bar(starts, [one.texts for one in found.bins], width, align="edge", color=SERIES[0], linewidth=0)
        if found.limit is not None and found.limit <= starts[-1] + width:
            axes.axvline(found.limit, color=INK, linewidth=0.8, linestyle=":")
        axes.set_xlabel("tokens of a text")
        axes.set_ylabel("texts")
        axes.grid(False, axis="x")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.yaxis.get_major_locator().set_params(integer=True)

    longer = found.bins[-1].high - found.bins[-1].low + 1 > width
    caption = "Lengths of the texts." + (" The last bar has all longer ones." if longer else "")
    if found.limit is not None and found.limit <= found.bins[-1].low + width:
        caption += " Dotted: what the model reads at most."
    alternative = f"{caption} Median {found.median:,.0f} tokens, longest {found.longest:,}."
    return Figure(drawn("lengths", alternative, draw), caption)


def accuracy_by_length(slices: Sequence[SliceAccuracy]) -> Figure | None:
    """Accuracy with intervals, from short to long texts; None with fewer than two parts."""
    ordered = sorted(slices, key=lambda one: first_number(one.value))
    if len(ordered) < 2:
        return None

    def draw(axes: Any) -> None:
        places = range(len(ordered))
        below = [max(0.0, one.accuracy - one.low) for one in ordered]
        above = [max(0.0, one.high - one.accuracy) for one in ordered]
        values = [one.accuracy for one in ordered]
        axes.errorbar(places, values, (below, above), fmt="o", color=SERIES[0], capsize=3, markersize=5)
        axes.set_xticks(list(places), [visible(one.value.replace(" to ", "–")) for one in ordered])
        axes.set_xlim(-0.5, len(ordered) - 0.5)
        axes.set_xlabel("tokens of a text")
        axes.set_ylabel("accuracy")
        axes.grid(False, axis="x")

    caption = "Accuracy by length, with 95 % intervals."
    described = "; ".join(f"{one.value} tokens: {one.accuracy:.3f}" for one in ordered)
    return Figure(drawn("by-length", f"{caption} {described}", draw), caption)


def first_number(value: str) -> float:
    """The number that the name of a bin begins with; infinity if it begins with none."""
    try:
        return float(value.partition(" ")[0].replace(",", ""))
    except ValueError:
        return float("inf")


def estimates(
    rows: Sequence[tuple[str, Estimate]], score: str, *, name: str = "estimates", in_legend: bool = False
) -> Figure:
    """Scores of several models beside each other, with their intervals.

    Args:
        rows: from top to bottom, each with a name.
        score: the name of the score in words.
        name: of the figure, unique on a page.
        in_legend: the names are words of users, which belong beneath the figure.
    """

    def draw(axes: Any) -> None:
        for place, (_, one) in enumerate(rows):
            colour = SERIES[place % len(SERIES)]
            if one.interval is not None:
                axes.plot([one.interval.low, one.interval.high], [place, place], color=colour, linewidth=3, alpha=0.55)
            axes.plot([one.value], [place], "o", color=colour, markersize=7)
        axes.set_yticks(range(len(rows)), ["" if in_legend else row for row, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel(score)
        axes.grid(False, axis="y")
        axes.margins(x=0.06)

    described = "; ".join(f"{row} {one.value:.4f}" for row, one in rows)
    known = [one.interval is not None for _, one in rows]
    intervals = ", with 95 % intervals" + ("" if all(known) else " where they are known") if any(known) else ""
    caption = f"{score[:1].upper()}{score[1:]}{intervals}."
    svg = drawn(name, f"{caption} {described}", draw, height=0.7 + 0.38 * len(rows))
    legend = tuple((row, place) for place, (row, _) in enumerate(rows, 1)) if in_legend else ()
    return Figure(svg, caption, legend)
