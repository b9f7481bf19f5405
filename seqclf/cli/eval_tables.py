"""The output of ``seqclf eval``: scores, a row for each label, and confusions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from seqclf.baseline.comparison import description, lead
from seqclf.cli.console import console
from seqclf.cli.wrap import wrapped
from seqclf.labels import on_one_line
from seqclf.metrics.confusion import Confusion
from seqclf.metrics.counts import LabelMetrics
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.metrics.measured import Measured
from seqclf.metrics.multi_label import DecidedLabelMetrics, MultiLabelMetrics
from seqclf.metrics.scores import words_of

_MOST_PAIRS = 15
_MOST_LABELS = 60  # rows of a table that has no matrix beside it; enough for every label of most data
_MATRIX_OF_FILES = 100  # width of a confusion matrix that is written to a file or another program
_CORNER = "true \\ predicted"


def show_metrics(
    run_name: str, where: str, measured: Measured, *, score: str = "accuracy", text_alone: bool = False
) -> None:
    """Print metrics on stdout, fitted to its width.

    If the complete confusion matrix fits, labels keep their order, so that both tables match. Otherwise the most
    confused pairs replace it, and labels are sorted by F1. ``score`` is the metric to compare with the baseline;
    ``text_alone`` as in ``description``.
    """
    out = console()
    width = out.width if out.is_terminal else None
    metrics, baseline = measured.metrics, measured.baseline
    out.print(
        wrapped(f"{run_name} on {where}: {metrics.texts:,} text{'' if metrics.texts == 1 else 's'}", width),
        markup=False,
        soft_wrap=True,
    )
    loss, accuracy, *others = metrics.shown()
    scores = "   ".join(f"{words_of(name)} {metrics.value(name):.4f}" for name in (accuracy, loss, *others))
    out.print(wrapped(scores, width), soft_wrap=True)
    if metrics.weight is not None:
        note = f"scores weigh each text by data.weight, {metrics.weight:,.6g} in sum; texts of weight 0 are left out"
        out.print(wrapped(note, width), markup=False, soft_wrap=True)
    if baseline is not None:
        sentence = description(baseline, score, "these texts", text_alone=text_alone)
        out.print(wrapped(f"{sentence}: {lead(metrics, baseline, score)}", width), markup=False, soft_wrap=True)
    out.print()
    if isinstance(metrics, MultiLabelMetrics):
        out.print(_label_table(metrics, by_f1=True))
        out.print("\naccuracy: the fraction of texts with all labels correct", markup=False)
        if len(metrics.labels) > _MOST_LABELS:
            out.print("For all labels use --json.")
        return
    most = out.width if out.is_terminal else min(out.width, _MATRIX_OF_FILES)
    matrix = confusion_table(metrics.confusion, list(metrics.labels), most)
    out.print(_label_table(metrics, by_f1=matrix is None))
    out.print()
    if matrix is not None:
        out.print(matrix)
    elif (pairs := confused_pairs(metrics.confusion, list(metrics.labels))) is not None:
        out.print(pairs)
        both = "all labels and " if len(metrics.labels) > _MOST_LABELS else ""
        out.print(wrapped(f"For {both}the full confusion matrix use --json.", width), soft_wrap=True)


def _label_table(metrics: ClassifierMetrics, *, by_f1: bool) -> Table:
    """A row for each label; of more than ``_MOST_LABELS`` labels by F1, the first and the last."""
    table = label_first_table("label")
    thresholds = ["threshold"] if isinstance(metrics, MultiLabelMetrics) else []
    for column in ("precision", "recall", "F1", "texts", *thresholds):
        table.add_column(column, justify="right", no_wrap=True)
    rows: list[tuple[str, LabelMetrics]] = list(metrics.labels.items())
    if by_f1:
        rows.sort(key=lambda item: (-item[1].f1, -item[1].support))
    half = _MOST_LABELS // 2
    left_out = len(rows) - _MOST_LABELS if by_f1 else 0
    for place, (label, row) in enumerate(rows):
        if left_out > 0 and half <= place < half + left_out:
            if place == half:
                table.add_row(f"{left_out:,} more labels")
            continue
        cells = [f"{row.precision:.4f}", f"{row.recall:.4f}", f"{row.f1:.4f}", f"{row.support:,}"]
        if isinstance(row, DecidedLabelMetrics):
            cells.append(_threshold(row.threshold))
        table.add_row(escape(on_one_line(label)), *cells)
    return table


def _threshold(value: float | None) -> str:
    """``value`` is None for a label that the model does not have."""
    return "-" if value is None else f"{value:.4f}"


def confusion_table(confusion: Sequence[Sequence[int]], labels: Sequence[str], width: int) -> Table | None:
    """The complete matrix in at most ``width`` columns, headed by labels, or by their numbers if labels are too wide.

    None if it does not fit either way. Rows are true labels.
    """
    if 3 * len(labels) > width:  # a digit and two spaces each
        return None
    counts = [[f"{count:,}" for count in row] for row in confusion]
    shown = list(map(on_one_line, labels))
    numbers = [str(number) for number in range(1, len(labels) + 1)]
    for heads, names in (
        (shown, shown),
        (numbers, [f"{number} {label}" for number, label in zip(numbers, shown, strict=True)]),
    ):
        columns = [
            max(map(len, (head, *column))) for head, column in zip(heads, zip(*counts, strict=True), strict=True)
        ]
        if max(map(len, (_CORNER, *names))) + sum(2 + column for column in columns) <= width:
            table = Table(_CORNER, box=None, pad_edge=False)
            for head in heads:
                table.add_column(escape(head), justify="right", no_wrap=True)
            for name, row in zip(names, counts, strict=True):
                table.add_row(escape(name), *row)
            return table
    return None


def confused_pairs(confusion: Confusion, labels: Sequence[str], most: int = _MOST_PAIRS) -> Table | None:
    """The most frequent pairs of a true label and a wrong prediction; None if all predictions are correct.

    The share is the fraction of the true label's texts.
    """
    pairs = sorted(
        (
            (count, count / confusion.texts[true], labels[true], labels[predicted])
            for true, predicted, count in confusion.cells
            if predicted != true
        ),
        key=lambda pair: (-pair[0], -pair[1]),
    )
    if not pairs:
        return None
    table = label_first_table("most often confused: true label")
    table.add_column("predicted", overflow="ellipsis")
    table.add_column("texts", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    for count, share, true, predicted in pairs[:most]:
        table.add_row(escape(on_one_line(true)), escape(on_one_line(predicted)), f"{count:,}", f"{share:.1%}")
    if len(pairs) > most:
        rest = sum(count for count, *_ in pairs[most:])
        table.add_row(f"and {len(pairs) - most:,} more pairs", "", f"{rest:,}", "")
    return table


def label_first_table(heading: str) -> Table:
    """A table whose first column shrinks on a narrow terminal: it wraps between words, or ends with an ellipsis."""
    table = Table(box=None, pad_edge=False)
    table.add_column(heading, overflow="ellipsis")
    return table
