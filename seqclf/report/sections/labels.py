"""The labels: precision, recall and F1 of each, and which are taken for which."""

from __future__ import annotations

from dataclasses import dataclass

from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.counts import LabelMetrics
from seqclf.metrics.multi_label import DecidedLabelMetrics
from seqclf.metrics.scores import UNDEFINED
from seqclf.report.facts import Facts
from seqclf.report.numbers import count, percent, score
from seqclf.report.section import Section

MOST_SHOWN = 40
"""Labels up to which all are shown; of more, the worst, and all others in a part that is closed at first."""
MOST_IN_MATRIX = 30
_WORST = 20
_ENOUGH_TEXTS = 5  # of a label, for its F1 to say something
_MOST_PAIRS, _FEW_PAIRS = 25, 10  # without the matrix, and with it
_SHADES = 9


@dataclass(frozen=True)
class LabelRow:
    """A label and its scores in words. ``f1``: as a number for its bar, None if it is not defined."""

    name: str
    precision: str
    recall: str
    f1: float | None
    shown_f1: str
    texts: str
    threshold: str | None


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix. ``shade``: from 0 to 9, its share of the row."""

    texts: str
    shade: int
    right: bool


@dataclass(frozen=True)
class Pair:
    """Texts of one label for which another one is predicted."""

    true: str
    predicted: str
    texts: int
    share: str


def labels(facts: Facts) -> Section | None:
    """The table of the labels; None if nothing was measured."""
    measured = facts.main
    if measured is None or not measured.metrics.labels:
        return None
    found = measured.metrics.labels
    rows = [_row(name, one) for name, one in found.items()]
    worst: list[LabelRow] = []
    if len(rows) > MOST_SHOWN:
        known = [(one.f1, name) for name, one in found.items() if one.f1 is not None and one.support >= _ENOUGH_TEXTS]
        worst = [_row(name, found[name]) for _, name in sorted(known)[:_WORST]]
    values = {
        "split": facts.split,
        "rows": rows,
        "worst": worst,
        "enough": _ENOUGH_TEXTS,
        "closed": len(rows) > MOST_SHOWN,
        "has_thresholds": any(row.threshold is not None for row in rows),
    }
    return Section("labels", "Labels", "labels", values)


def _row(name: str, one: LabelMetrics) -> LabelRow:
    threshold = None
    if isinstance(one, DecidedLabelMetrics):
        threshold = UNDEFINED if one.threshold is None else f"{one.threshold:.3g}"
    return LabelRow(name, score(one.precision), score(one.recall), one.f1, score(one.f1), f"{one.support:,}", threshold)


def confusion(facts: Facts) -> Section | None:
    """The matrix of true and predicted labels, and the most confused pairs; None with several labels per text."""
    measured = facts.main
    if measured is None or not isinstance(measured.metrics, ClassificationMetrics):
        return None
    matrix, names = measured.metrics.confusion, list(measured.metrics.labels)
    if not any(matrix.texts):
        return None
    wrong = [cell for cell in matrix.cells if cell[0] != cell[1]]
    shown = _FEW_PAIRS if len(names) <= MOST_IN_MATRIX else _MOST_PAIRS
    most = sorted(wrong, key=lambda cell: (-cell[2], cell[:2]))[:shown]
    pairs = [Pair(names[true], names[found], texts, percent(texts / matrix.texts[true])) for true, found, texts in most]
    rows = []
    if len(names) <= MOST_IN_MATRIX:
        rows = [
            (name, [_cell(texts, matrix.texts[true], true == place) for place, texts in enumerate(row)])
            for true, (name, row) in enumerate(zip(names, matrix, strict=True))
        ]
    values = {
        "split": facts.split,
        "names": names,
        "rows": rows,
        "pairs": pairs if len(names) > 2 else [],
        "more_pairs": len(wrong) - len(pairs),
        "wrong": count(sum(cell[2] for cell in wrong)),
        "upright": len(names) > 8 or max(map(len, names)) > 14,
    }
    return Section("confusion", "Confusion", "confusion", values)


def _cell(texts: int, of_label: int, right: bool) -> Cell:
    share = texts / of_label if of_label else 0.0
    return Cell(f"{texts:,}" if texts else "", max(1 if texts else 0, round(_SHADES * share)), right)
