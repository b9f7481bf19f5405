"""Find columns with the probabilities of the labels (soft labels)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.column_values import as_number
from seqclf.sources.rows.values import FROM_ONE
from seqclf.starter.column_kinds import Column
from seqclf.starter.column_names import quoted

_NEARLY_ALL = 0.95
_LEAST_COMPLETE = 0.5
_MOST_COLUMNS = 100
_NUMBERS = ("decimals", "integers", "flags", "constant")


def probability_columns(columns: Mapping[str, Column], values: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """By label: adjacent columns of numbers that sum to 1 in nearly every complete row; empty if there are none.

    Rows with a wrong or missing value are left to the reader, which names them.
    """
    names = [name for name, column in columns.items() if column.kind in _NUMBERS]
    found = _that_sum_to(1.0, {name: _numbers(values[name]) for name in names})
    return by_label(found) if any(columns[name].kind == "decimals" for name in found) else {}


def are_probabilities(names: Sequence[str], values: Mapping[str, Sequence[Any]]) -> bool:
    """Whether these columns, taken together, sum to 1 in nearly every complete row."""
    table = {name: _numbers(values[name]) for name in names}
    return len(_that_sum_to(1.0, table)) == len(names)


def wrongly_written(columns: Iterable[str], values: Mapping[str, Sequence[Any]]) -> tuple[list[str], str] | None:
    """Columns of probabilities with percentages or decimal commas, and what to do; None if there are none."""
    for total, repaired in ((1.0, True), (100.0, False), (100.0, True)):
        table = {name: _numbers(values[name], repaired=repaired) for name in columns}
        if found := _that_sum_to(total, table):
            fields = [str(value) for name in found for value in values[name]]
            wrong = [f"sum to {total:g}"] if total != 1 else []
            wrong += ["have decimal commas"] if any("," in field for field in fields) else []
            if not wrong:  # columns of 0 and 1
                continue
            return found, (
                f"{quoted(found)} look like probabilities of labels, but {' and '.join(wrong)}; write numbers that sum "
                "to 1, with a decimal point and no signs, such as 0.6"
            )
    return None


def by_label(names: Sequence[str]) -> dict[str, str]:
    """The columns by label, which is what their names do not share: ``p_neg`` and ``p_pos`` are ``neg`` and ``pos``."""
    first = names[0]
    ends = (end for end, one in enumerate(first, 1) if not one.isalnum())
    shared = [end for end in ends if all(name.startswith(first[:end]) for name in names)]
    labels = [name[max(shared, default=0) :] for name in names]
    return dict(zip(labels if all(labels) else names, names, strict=True))


def _numbers(values: Sequence[Any], *, repaired: bool = False) -> NDArray[np.float64]:
    """The values as numbers, NaN for other values. ``repaired``: also read decimal commas and percent signs."""
    return np.array([_number(value, repaired=repaired) for value in values], np.float64)


def _number(value: Any, *, repaired: bool) -> float:
    if repaired and isinstance(value, str):
        value = value.strip().removesuffix("%").replace(",", ".")
    try:
        return as_number(value)
    except ValueError:
        return math.nan


def _that_sum_to(total: float, table: Mapping[str, NDArray[np.float64]]) -> list[str]:
    """The most adjacent columns, at least two, whose numbers from 0 on have this sum in nearly every complete row."""
    rows = max(map(len, table.values()), default=0)

    def fits(column: NDArray[np.float64]) -> bool:
        filled = column[~np.isnan(column)]
        inside = (filled >= 0) & (filled <= total * (1 + FROM_ONE))
        return len(column) == rows and len(filled) >= _LEAST_COMPLETE * rows and inside.mean() >= _NEARLY_ALL

    names = [name for name, column in table.items() if len(column) and fits(column)][:_MOST_COLUMNS]
    numbers = np.array([np.zeros(rows), *(table[name] for name in names)])
    sums_to, missing_to = np.nancumsum(numbers, axis=0), np.isnan(numbers).cumsum(axis=0)
    for size in range(len(names), 1, -1):
        for start in range(len(names) - size + 1):
            chosen = names[start : start + size]
            complete = missing_to[start + size] == missing_to[start]
            sums = (sums_to[start + size] - sums_to[start])[complete]
            near = np.abs(sums - total) <= total * FROM_ONE
            if len(sums) >= _LEAST_COMPLETE * rows and near.mean() >= _NEARLY_ALL:
                varied = [name for name in chosen if np.nanstd(table[name]) > 0]
                return chosen if len(varied) > 1 else []
    return []
