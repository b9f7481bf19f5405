"""From timed rounds to medians, ratios and a table."""

from __future__ import annotations

import statistics
from typing import Any

from seqclf.benchmark.cases import PARALLEL_CELLS, STEP, WAYS

BASE = "keras"


def summarize(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each case and way.

    Beside the case's fields: ``way``; ``seconds``, the median of the rounds, and ``spread``, half of the distance
    between the quartiles over the median; ``tokens_per_second`` and ``padding``; ``ratio``, the median over the rounds
    of stock Keras's seconds over this way's in the same round: its LSTM's for cells that it lacks, None where it was
    not timed.
    """
    rows = []
    stock = {_key(result): result["ways"].get(BASE) for result in results}
    for result in results:
        base = result["ways"].get(BASE)
        if base is None and result["cell"] in PARALLEL_CELLS:
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


def _key(result: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(result[name] for name in ("cell", "units", "length", "rows", "measure"))


def _spread(seconds: list[float]) -> float:
    if len(seconds) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return (high - low) / 2 / middle


def markdown(rows: list[dict[str, Any]]) -> str:
    """The rows as a table, one line a case and way."""
    lines = ["| what | cell | units | length x rows | way | tokens/s | against stock Keras | spread |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for row in rows:
        size = f"{row['length']} x {row['rows']}" if row["measure"] != "epoch" else "whole texts"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f} x"
        what = "training step" if row["measure"] == STEP else row["measure"]
        lines.append(
            f"| {what} | {row['cell']} | {row['units']} | {size} | {WAYS[row['way']]} "
            f"| {row['tokens_per_second']:,.0f} | {ratio} | {row['spread']:.0%} |"
        )
    return "\n".join(lines) + "\n"
