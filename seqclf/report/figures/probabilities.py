"""Figures of a classifier's probabilities: reliability, ROC, precision and recall, thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqclf.evaluation.evidence.content import LABEL, Curve
from seqclf.metrics.calibration import Calibration
from seqclf.metrics.scores import number_of
from seqclf.metrics.thresholds import AtThreshold
from seqclf.report.svg import INK, MUTED, SERIES, Figure, drawn

_MOST_CURVES = 8
_NAMES = {"micro": "all labels together (micro)", "macro": "mean of the labels (macro)"}


def reliability(calibration: Calibration) -> Figure | None:
    """Accuracy against confidence; None without texts."""
    bins = [one for one in calibration.bins if one.accuracy is not None and one.confidence is not None]
    if not bins:
        return None
    most = max(one.weight for one in bins)

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], "--", color=MUTED, linewidth=1)
        axes.bar(
            [one.low for one in bins], [one.weight / most * 0.22 for one in bins], [one.high - one.low for one in bins],
            align="edge", color=SERIES[7], alpha=0.35, linewidth=0,
        )  # fmt: skip
        found = [one.confidence for one in bins], [one.accuracy for one in bins]
        axes.plot(*found, color=SERIES[0], marker="o", markersize=4)
        _unit_square(axes, "confidence of the prediction", "share of correct predictions")

    error = number_of("expected_calibration_error", calibration.expected_error)
    caption = (
        "Reliability: on the dashed line, a confidence is the share of correct predictions. Below it, the model is "
        "more certain than it is right; above it, it is less certain. Bars: where the texts are."
    )
    alternative = f"Reliability diagram with {len(bins)} bins. Expected calibration error {error}."
    return Figure(drawn("reliability", alternative, draw), caption)


def roc(curves: Sequence[Curve]) -> Figure | None:
    """ROC curves; None without one."""
    shown = [one for one in curves if one.roc][:_MOST_CURVES]
    if not shown:
        return None

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], "--", color=MUTED, linewidth=1)
        for place, one in enumerate(shown):
            axes.plot(*zip(*one.roc, strict=True), _style(one), color=SERIES[place], linewidth=1.5)
        _unit_square(axes, "false positive rate", "true positive rate")

    caption = "ROC: the share of the texts with a label that are found, against that of the others that are found too."
    legend = tuple((f"{_named(one)}: area {number_of('roc_auc', one.roc_auc)}", n) for n, one in enumerate(shown, 1))
    return Figure(drawn("roc", _areas("ROC curves", [one.roc_auc for one in shown]), draw), caption, legend)


def precision_recall(curves: Sequence[Curve]) -> Figure | None:
    """Curves of precision and recall; None without one."""
    shown = [one for one in curves if one.precision_recall][:_MOST_CURVES]
    if not shown:
        return None

    def draw(axes: Any) -> None:
        for place, one in enumerate(shown):
            points = one.precision_recall
            x, y = zip(*((0.0, points[0][1]), *points), strict=True)
            axes.plot(x, y, _style(one), color=SERIES[place], linewidth=1.5, drawstyle="steps-pre")
        _unit_square(axes, "recall", "precision")

    caption = "Precision and recall: how many of the found texts are right, if so many of the true ones are found."
    legend = tuple(
        (f"{_named(one)}: average precision {number_of('average_precision', one.average_precision)}", n)
        for n, one in enumerate(shown, 1)
    )
    areas = [one.average_precision for one in shown]
    return Figure(drawn("precision", _areas("Curves of precision and recall", areas), draw), caption, legend)


def thresholds(rows: Sequence[AtThreshold]) -> Figure | None:
    """Precision, recall and F1 against the threshold; None for fewer than three thresholds."""
    tried = [row for row in rows if row.threshold is not None]
    if len(tried) < 3:
        return None
    names = ("precision", "recall", "f1")
    used = next((row.threshold for row in tried if row.used), None)

    def draw(axes: Any) -> None:
        for place, name in enumerate(names):
            known = [(row.threshold, getattr(row, name)) for row in tried if getattr(row, name) is not None]
            if known:
                axes.plot(*zip(*known, strict=True), color=SERIES[place], marker="o", markersize=3.5)
        if used is not None:
            axes.axvline(used, color=INK, linewidth=0.8, linestyle=":")
        _unit_square(axes, "threshold", "score")

    caption = "Precision, recall and F1 at other thresholds." + (" Dotted: the one in use." if used is not None else "")
    legend = (("precision", 1), ("recall", 2), ("F1", 3))
    return Figure(drawn("thresholds", f"{caption} The table has the numbers.", draw), caption, legend)


def _unit_square(axes: Any, x: str, y: str) -> None:
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.03)
    axes.set_xlabel(x)
    axes.set_ylabel(y)


def _style(curve: Curve) -> str:
    return "-" if curve.kind == LABEL else "--"


def _named(curve: Curve) -> str:
    return _NAMES.get(curve.kind, curve.label or "")


def _areas(what: str, areas: Sequence[float | None]) -> str:
    known = [area for area in areas if area is not None]
    ends = f" with areas from {min(known):.3f} to {max(known):.3f}" if known else ""
    return f"{what}{ends}."
