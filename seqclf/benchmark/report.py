"""Summarise timed rounds as medians, ratios and a table."""

from __future__ import annotations

import statistics
from typing import Any

from seqclf.benchmark.cases import EPOCH, PARALLEL_CELLS, WAYS

_BASE = "keras"
_BASE_OF_EPOCHS = "notes"


def summarize(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each case and implementation (``way``).

    In addition to the case's fields: ``way``; ``seconds``, the median of the rounds, and ``spread``, half the
    interquartile range divided by the median (None for one round); ``tokens_per_second`` and ``padding``; ``ratio``,
    the median over the rounds of stock Keras's seconds divided by this implementation's in the same round (for cells
    that stock Keras lacks, its LSTM's; for epochs, the notebook's), None if that was not timed.
    """
    rows = []
    stock = {_key(result): result["ways"].get(_BASE) for result in results}
    for result in results:
        base = result["ways"].get(_BASE_OF_EPOCHS if result["measure"] == EPOCH else _BASE)
        if result["cell"] in PARALLEL_CELLS:
            base = stock.get(_key({**result, "cell": "lstm"}))
        for way, timed in result["ways"].items():
            seconds = statistics.median(timed["seconds"])
            ratio = base and statistics.median(b / s for b, s in zip(base["seconds"], timed["seconds"], strict=True))
            rows.append(
                {name: value for name, value in result.items() if name != "ways"}
                | {"way": way, "seconds": seconds, "spread": _spread(timed["seconds"]), "ratio": ratio}
                | {"tokens_per_second": timed["tokens"] / seconds, "padding": 1 - timed["tokens"] / timed["cells"]}
            )
    return rows


def making_shares(results: list[dict[str, Any]]) -> dict[str, float]:
    """For each cell whose epoch was timed: the fraction of the epoch spent on making seqclf's batches."""
    epochs = {result["cell"]: result["ways"].get("seqclf") for result in results if result["measure"] == EPOCH}
    return {
        cell: timed["making_seconds"] / statistics.median(timed["seconds"]) for cell, timed in epochs.items() if timed
    }


def _key(result: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(result[name] for name in ("cell", "units", "length", "rows", "measure"))


def _spread(seconds: list[float]) -> float | None:
    if len(seconds) < 2:
        return None
    low, middle, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return (high - low) / 2 / middle


HEADINGS = ("what", "cell", "units", "length x rows", "way", "tokens/s", "ratio", "spread")


def cells_of(rows: list[dict[str, Any]]) -> list[list[str]]:
    """The table rows under ``HEADINGS``, one per case and implementation."""
    lines = []
    for row in rows:
        size = f"{row['length']} x {row['rows']}" if row["measure"] != EPOCH else "whole texts"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f} x"
        spread = "" if row["spread"] is None else f"{row['spread']:.0%}"
        speed = f"{row['tokens_per_second']:,.0f}"
        lines.append([row["measure"], row["cell"], str(row["units"]), size, WAYS[row["way"]], speed, ratio, spread])
    return lines


def markdown(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table, one line per case and implementation."""
    lines = [f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
    lines += [f"| {' | '.join(cells)} |" for cells in cells_of(rows)]
    return "\n".join(lines) + "\n"
