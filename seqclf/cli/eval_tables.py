"""The output of ``seqclf eval``: scores, a row for each label, confusions and thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from seqclf.baseline.comparison import description, lead
from seqclf.cli.columns import cell_len
from seqclf.cli.console import console
from seqclf.cli.eval_slices import slice_parts
from seqclf.cli.grids import Grid, Report, Values
from seqclf.cli.report_output import print_report
from seqclf.labels import on_one_line
from seqclf.metrics.confusion import Confusion
from seqclf.metrics.counts import LabelMetrics
from seqclf.metrics.kinds import ClassifierMetrics, all_scores
from seqclf.metrics.measured import Measured
from seqclf.metrics.multi_label import DecidedLabelMetrics, MultiLabelMetrics
from seqclf.metrics.scores import number_of, words_of
from seqclf.metrics.thresholds import AtThreshold

if TYPE_CHECKING:
    from seqclf.evaluation.slices import Slice

_MOST_PAIRS = 15
_MOST_LABELS = 60  # rows of a table that has no matrix beside it; enough for every label of most data
_MATRIX_OF_FILES = 100  # width of a confusion matrix that is written to a file or another program
_CORNER = "true \\ predicted"
_AVERAGES = ("micro", "macro", "weighted")


def show_metrics(
    run_name: str,
    where: str,
    measured: Measured,
    *,
    score: str = "accuracy",
    text_alone: bool = False,
    markdown: bool = False,
    slices: Mapping[str, Sequence[Slice]] = MappingProxyType({}),
) -> None:
    """Print metrics on stdout, fitted to its width, or as Markdown.

    ``score`` is the metric to compare with the baseline; ``text_alone`` as in ``description``; ``slices`` by what the
    texts are sliced by.
    """
    out = console()
    width = out.width if out.is_terminal and not markdown else None
    most = out.width if width is not None else min(out.width, _MATRIX_OF_FILES)
    metrics = measured.metrics
    title = f"{run_name} on {where}: {metrics.texts:,} text{'' if metrics.texts == 1 else 's'}"
    report = Report(title, [*_scores(measured, score, text_alone=text_alone), "", *_tables(metrics, most)])
    for name, found in slices.items():
        multi = isinstance(metrics, MultiLabelMetrics)
        report.parts.extend(slice_parts(name, found, accuracy=metrics.accuracy, multi=multi))
    if markdown and metrics.unknown_labels is not None:  # a terminal has it already, on standard error
        report.parts.insert(1, metrics.unknown_labels.summary_of("given"))
    print_report(out, report, markdown=markdown)


def _scores(measured: Measured, score: str, *, text_alone: bool) -> Iterator[str | Values]:
    """What is not in tables."""
    metrics, baseline = measured.metrics, measured.baseline
    loss, accuracy, *others = metrics.shown()
    values = {words_of(name): _with_interval(metrics, name) for name in (accuracy, loss, *others)}
    more = metrics.evaluation
    yield Values(list(values.items()))
    if more is not None:
        yield Values([(words_of(name), number_of(name, getattr(more, name))) for name in more.shown()])
    if metrics.weight is not None:
        yield f"scores weigh each text by data.weight, {metrics.weight:,.6g} in sum; texts of weight 0 are left out"
    if baseline is not None:
        sentence = description(baseline, score, "these texts", text_alone=text_alone)
        own = "" if words_of(score) in values else f"; {words_of(score)} of this run {metrics.value(score):.4f}"
        yield f"{sentence}{own}: {lead(metrics, baseline, score)}"


def _with_interval(metrics: ClassifierMetrics, name: str) -> str:
    value, found = number_of(name, metrics.value(name)), None
    if metrics.evaluation is not None:
        found = metrics.evaluation.interval(name)
    return value if found is None else f"{value} (95 % interval {found.low:.4f} to {found.high:.4f})"


def _tables(metrics: ClassifierMetrics, most: int) -> Iterator[str | Grid]:
    """Labels, confusions and thresholds, in at most ``most`` columns.

    If the complete confusion matrix fits, labels keep their order, so that both tables match. Otherwise the most
    confused pairs replace it, and labels are sorted by F1.
    """
    many = len(metrics.labels) > _MOST_LABELS
    if isinstance(metrics, MultiLabelMetrics):
        yield _label_grid(metrics, by_f1=True)
        yield ""
        yield "accuracy: the fraction of texts with all labels correct"
        if many:
            yield "For all labels use --json."
    else:
        matrix = confusion_grid(metrics.confusion, list(metrics.labels), most)
        yield _label_grid(metrics, by_f1=matrix is None)
        yield ""
        if matrix is not None:
            yield matrix
        elif (pairs := confused_pairs(metrics.confusion, list(metrics.labels))) is not None:
            yield pairs
            yield f"For {'all labels and ' if many else ''}the full confusion matrix use --json."
    if metrics.evaluation is not None and (rows := metrics.evaluation.threshold_table):
        yield ""
        yield _of_thresholds(metrics)
        yield _threshold_grid(rows)


def _label_grid(metrics: ClassifierMetrics, *, by_f1: bool) -> Grid:
    """A row for each label; of more than ``_MOST_LABELS`` labels by F1, the first and the last. Then the averages."""
    decided = isinstance(metrics, MultiLabelMetrics)
    labels: list[tuple[str, LabelMetrics]] = list(metrics.labels.items())
    if by_f1:
        labels.sort(key=lambda item: (-1 if item[1].f1 is None else item[1].f1, item[1].support), reverse=True)
    half = _MOST_LABELS // 2
    left_out = max(0, len(labels) - _MOST_LABELS) if by_f1 else 0
    rows = []
    for place, (label, row) in enumerate(labels):
        if half <= place < half + left_out:
            if place == half:
                rows.append([f"{left_out:,} more labels", *[""] * (5 if decided else 4)])
            continue
        cells = [*_three(row.precision, row.recall, row.f1), f"{row.support:,}"]
        if isinstance(row, DecidedLabelMetrics):
            cells.append("-" if row.threshold is None else f"{row.threshold:.4f}")  # "-": the model lacks the label
        rows.append([on_one_line(label), *cells])
    scores = all_scores(metrics)
    if metrics.evaluation is not None:
        rows.append([])
        for kind in _AVERAGES:
            means = _three(*(scores[f"{kind}_{name}"] for name in ("precision", "recall", "f1")))
            rows.append([f"{kind} average", *means, f"{metrics.texts:,}", *([""] if decided else [])])
    headings = ["label", "precision", "recall", "F1", "texts", *(["threshold"] if decided else [])]
    return Grid(headings, rows)


def _three(*scores: float | None) -> list[str]:
    return [number_of("score", score) for score in scores]


def _of_thresholds(metrics: ClassifierMetrics) -> str:
    """What the table of thresholds is about."""
    if isinstance(metrics, MultiLabelMetrics):
        return "One threshold for all labels, measured on all decisions (*: used):"
    second = on_one_line(list(metrics.labels)[1])
    return f'Thresholds for "{second}" (*: used):'


def _threshold_grid(table: Sequence[AtThreshold]) -> Grid:
    rows = []
    for row in table:
        name = "one for each label" if row.threshold is None else f"{row.threshold:.4g}"
        rows.append([f"{name}{' *' if row.used else ''}", *_three(row.precision, row.recall, row.f1, row.accuracy)])
    return Grid(("threshold", "precision", "recall", "F1", "accuracy"), rows)


def confusion_grid(confusion: Sequence[Sequence[int]], labels: Sequence[str], width: int) -> Grid | None:
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
            max(map(cell_len, (head, *column))) for head, column in zip(heads, zip(*counts, strict=True), strict=True)
        ]
        if max(map(cell_len, (_CORNER, *names))) + sum(2 + column for column in columns) <= width:
            return Grid((_CORNER, *heads), [[name, *row] for name, row in zip(names, counts, strict=True)])
    return None


def confused_pairs(confusion: Confusion, labels: Sequence[str], most: int = _MOST_PAIRS) -> Grid | None:
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
    rows = [
        [on_one_line(true), on_one_line(predicted), f"{count:,}", f"{share:.1%}"]
        for count, share, true, predicted in pairs[:most]
    ]
    if len(pairs) > most:
        rest = sum(count for count, *_ in pairs[most:])
        rows.append([f"and {len(pairs) - most:,} more pairs", "", f"{rest:,}", ""])
    return Grid(("most often confused: true label", "predicted", "texts", "share"), rows, words=2)
