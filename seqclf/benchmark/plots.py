"""Plot the growth of the cost as one figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seqclf.benchmark.cases import WAYS
from seqclf.figures import new_figure, save_png

_COLOURS = {"seqclf": "#1b6ca8", "keras": "#c8553d", "notes": "#8a8a8a", "torch": "#6a994e", "torch_packed": "#a7c957"}
_X = {"length": "length", "units": "units", "rows": "rows", "rows of 32 tokens": "rows"}


def plot_growth(growth: dict[str, list[dict[str, Any]]], path: Path) -> None:
    """Plot the seconds of a training step against length, units and rows, on logarithmic axes, one panel each."""
    figure = new_figure(10, 7)
    for axes, (name, rows) in zip(figure.subplots(2, 2).flat, growth.items(), strict=False):
        field = _X[name]
        for way in dict.fromkeys(row["way"] for row in rows):
            own = [row for row in rows if row["way"] == way]
            sizes, milliseconds = [row[field] for row in own], [row["seconds"] * 1e3 for row in own]
            axes.plot(sizes, milliseconds, "o-", color=_COLOURS[way], label=WAYS[way])
            if way == "seqclf" and field != "units":
                first = milliseconds[0] / sizes[0]
                axes.plot(sizes, [first * size for size in sizes], ":", color="#555555", label="proportional")
        axes.set(xscale="log", yscale="log", xlabel=name, ylabel="ms per training step")
        axes.set_xticks([row[field] for row in rows], [str(row[field]) for row in rows])
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    figure.axes[0].legend(fontsize=8)
    figure.suptitle("One bidirectional LSTM: embedding 64, 64 units, 64 texts of 256 tokens unless noted otherwise")
    save_png(figure, path)
