"""Pictures of a search: the scores of its trials, and the importance of its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from seqclf.figures import new_figure, save_png
from seqclf.tuning.outcome import Row


def save_history(rows: Sequence[Row], path: Path, metric: str, *, loss: bool) -> None:
    """Write the score of each trial and the best one so far as a PNG file.

    Args:
        metric: for the axis.
        loss: whether less is better: scores are shown without their sign.
    """
    sign = -1 if loss else 1
    ended = sorted((row for row in rows if row.score is not None), key=lambda row: row.number)
    figure = new_figure(7, 4)
    axes = figure.subplots()
    for label, mark, chosen in (
        ("complete", "o", [row for row in ended if row.fits and row.why != "pruned"]),
        ("pruned", "x", [row for row in ended if row.why == "pruned"]),
        ("over a limit", "s", [row for row in ended if not row.fits]),
    ):
        if chosen:
            axes.plot(
                [row.number + 1 for row in chosen], [sign * (row.score or 0.0) for row in chosen], mark, label=label
            )
    numbers: list[int] = []
    best: list[float] = []
    for row in ended:
        if row.fits and row.why != "pruned" and row.score is not None:
            numbers.append(row.number + 1)
            best.append(max(row.score, best[-1]) if best else row.score)
    axes.step(numbers, [sign * score for score in best], where="post", color="0.4", label="best so far")
    axes.set(xlabel="trial", ylabel=metric)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    save_png(figure, path)


def save_importance(importance: Mapping[str, float], path: Path) -> None:
    """Write a bar for each option as a PNG file, the most important one on top."""
    figure = new_figure(7, 1 + 0.4 * len(importance))
    axes = figure.subplots()
    names = list(importance)[::-1]
    axes.barh(names, [importance[name] for name in names])
    axes.set(xlabel="share of the differences between the scores")
    save_png(figure, path)
