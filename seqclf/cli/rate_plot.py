"""The curve of ``seqclf find-lr``: in the terminal, and as a picture."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from seqclf.cli.curves import Curves

if TYPE_CHECKING:
    from seqclf.training.rate_curve import RateCurve

_DRAWN = 288
"""Points of the drawn curve: two for each column of dots."""


class RatePlot(Curves):
    """The smoothed loss over the logarithm of the learning rate; a mark on the suggested rate."""

    def __init__(self, curve: RateCurve, *, unicode: bool = True) -> None:
        super().__init__(1, unicode=unicode)
        self._curve = curve
        places = np.log10(curve.rates)
        self._low, self._high = float(places[0]), float(places[-1])
        shares = np.linspace(0, 1, _DRAWN)
        losses = np.interp(self._low + shares * (self._high - self._low), places, curve.smoothed)
        for share, loss in zip(shares, losses, strict=True):
            if loss <= curve.ceiling:
                self.step(1, float(share), float(loss))
        if curve.suggestion is not None:
            loss = float(np.interp(math.log10(curve.suggestion), places, curve.smoothed))
            self.validated(self._share(curve.suggestion), loss)

    def _share(self, rate: float) -> float:
        """Where a rate is on the axis, from 0 to 1."""
        return (math.log10(rate) - self._low) / max(self._high - self._low, 1e-9)

    def _axis(self, margin: int, columns: int) -> Text:
        """Powers of ten below their places, and the first and last rate at the ends."""
        line = [self._shown("─")] * columns
        for power in range(math.ceil(self._low - 1e-6), math.floor(self._high + 1e-6) + 1):
            label = f"{10.0**power:g}"
            at = round(self._share(10.0**power) * (columns - 1))
            start = min(max(0, at - len(label) // 2), columns - len(label))
            line[start : start + len(label)] = label
        return Text(f"{'':>{margin}} {self._shown('└')}{''.join(line)}", style="dim", no_wrap=True)


def save_rate_plot(curve: RateCurve, path: Path, title: str) -> None:
    """Write the measured and the smoothed loss over the learning rate as a PNG file. Raises ``OSError``."""
    from seqclf.figures import new_figure, save_png

    figure = new_figure(7, 4)
    axes = figure.subplots()
    axes.plot(curve.rates, curve.losses, ".", color="0.6", label="measured")
    axes.plot(curve.rates, curve.smoothed, label="smoothed")
    if curve.suggestion is not None:
        axes.axvline(curve.suggestion, color="C1", linestyle="--", label=f"suggested: {curve.suggestion:g}")
    axes.set_xscale("log")
    _, least = curve.best
    axes.set_ylim(least - 0.1 * (curve.ceiling - least), curve.ceiling)
    axes.set(xlabel="learning rate", ylabel="loss (nats)", title=title)
    axes.legend()
    save_png(figure, path)
