"""Notes on columns that are neither texts nor labels, but that a config can name."""

from __future__ import annotations

from collections.abc import Mapping

from seqclf.starter.column_kinds import Column
from seqclf.starter.column_names import LABEL_NAMES, LESS_LIKELY, argument, is_about_the_row, parts

_WEIGHTS = frozenset("weight weights sampleweight votes".split())
_COUNTS = frozenset("count counts frequency freq".split())
_MOST_CATEGORIES = 100


def about_further_columns(columns: Mapping[str, Column]) -> list[str]:
    """A line on a column that could weigh the texts, and one on columns that could stand beside them, each with the
    option of ``init`` to type."""
    weights = [name for name, column in columns.items() if _is_weight(name, column)]
    notes = [f'"{name}" contains numbers: --weight {argument(name)} weighs the texts by them' for name in weights]
    kinds = {name: kind for name, column in columns.items() if name not in weights and (kind := _kind(column))}
    chosen = {kind: name for name, kind in reversed(kinds.items())}  # the first of each kind
    if chosen:
        options = " ".join(f"--extra {argument(name)}={kind}" for kind, name in reversed(chosen.items()))
        what = " and ".join(f'"{name}"' for name in reversed(chosen.values()))
        it = "them" if len(chosen) > 1 else "it"
        notes[1:] = [f"{what}, if new texts have {it} too: {options} lets the model read {it}"]
    return notes[:2]


def _is_weight(name: str, column: Column) -> bool:
    words = parts(name)
    named = bool(_WEIGHTS.intersection(words)) or (len(words) == 1 and words[0] in _COUNTS) or name == "sample_weight"
    return named and column.kind in ("decimals", "integers")


def _kind(column: Column) -> str | None:
    """``number`` or ``category``, as in ``data.extra``; None for what could be, or tell, the label."""
    words = parts(column.name)
    if LESS_LIKELY.union(LABEL_NAMES).intersection(words) or is_about_the_row(column.name):
        return None
    if column.filled_share < 0.5 or any(word.isdigit() for word in words):
        return None
    if column.kind == "decimals" or (column.kind == "integers" and column.not_a_label is not None):
        return "number"
    few = 2 < column.distinct <= min(_MOST_CATEGORIES, column.most_labels)
    return "category" if column.kind == "words" and column.not_a_label is None and few else None
