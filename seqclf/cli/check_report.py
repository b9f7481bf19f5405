"""What ``seqclf check`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from seqclf.cli.console import console
from seqclf.cli.wrap import wrapped
from seqclf.data.statistics import QUANTILES, TextStatistics

if TYPE_CHECKING:
    from rich.console import Console

    from seqclf.training.examine import Report

_MOST_LABELS = 30
_BAR = 40


def print_report(report: Report) -> None:
    """Tables and a histogram on stdout."""
    out = console()
    out.print(f"Data: {report.data}\n", markup=False, soft_wrap=True)
    out.print(_texts(report))
    out.print()
    out.print(_labels(report.splits))
    if report.tokens is not None:
        out.print()
        out.print(_tokens(report))
        out.print()
        _histogram(report, out)
    if report.pretrained is not None:
        out.print(f"\nVectors: {report.pretrained}", markup=False, soft_wrap=True)
    if report.baseline is not None:
        from seqclf.baseline.comparison import description

        sentence = f"{description(report.baseline, report.baseline_score, 'validation')}."
        out.print("\n" + wrapped(sentence, out.width if out.is_terminal else None), markup=False, soft_wrap=True)
    if report.layers is not None:
        out.print()
        out.print(_layers(report))
    if report.estimate is not None:
        estimate = report.estimate
        out.print()
        out.print(
            f"One epoch: {estimate.steps:,} steps, about {_duration(estimate.seconds)} "
            f"({estimate.tokens_per_second:,.0f} tokens/s), validation not counted"
        )
        out.print(f"Memory: about {estimate.memory_bytes / 1e9:.1f} GB")
    out.print()


def _table(*columns: str) -> Table:
    table = Table(columns[0], box=None, pad_edge=False)
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _texts(report: Report) -> Table:
    multi = report.splits["train"].multi
    of_lists = ("labels a text", "without label") if multi else ()
    two = "conflicting labels"
    table = _table("split", "texts", *of_lists, "empty", "repeated", two, "also in an earlier split")
    for name, split in report.splits.items():
        labels = (f"{sum(split.labels.values()) / split.texts:.2f}", f"{split.unlabelled:,}") if multi else ()
        leaked = f"{report.leaks[name].rows:,}" if name in report.leaks else "-"
        table.add_row(
            name,
            f"{split.texts:,}",
            *labels,
            *(f"{n:,}" for n in (split.empty, split.duplicates, split.contradictory)),
            leaked,
        )
    return table


def _labels(splits: dict[str, TextStatistics]) -> Table:
    table = _table("label", *(name for name in splits))
    names = list(dict.fromkeys(label for split in splits.values() for label in split.labels))
    for label in names[:_MOST_LABELS]:
        counts = ((split.labels.get(label, 0), split.texts) for split in splits.values())
        table.add_row(escape(label), *(f"{count:,} ({count / texts:.1%})" for count, texts in counts))
    if len(names) > _MOST_LABELS:
        table.add_row(f"and {len(names) - _MOST_LABELS} more")
    return table


def _tokens(report: Report) -> Table:
    headings = ["least", *(f"{quantile:.0%}" for quantile in QUANTILES[1:-1]), "most"]
    table = _table("tokens a text", *headings, "mean", f"over {report.max_tokens:,}", "unknown")
    for name, split in (report.tokens or {}).items():
        table.add_row(
            name,
            *(f"{value:,.0f}" for value in split.quantiles),
            f"{split.mean:,.1f}",
            f"{split.truncated:.1%}",
            f"{split.unknown:.2%}",
        )
    return table


def _histogram(report: Report, out: Console) -> None:
    rows = (report.tokens or {})["train"].histogram
    most = max(count for _, _, count in rows)
    block = "█" if out.encoding.startswith("utf") else "#"
    table = _table("tokens", "training texts", "")
    table.columns[0].justify = "right"
    table.columns[2].justify = "left"
    for low, high, count in rows:
        bar = block * max(round(_BAR * count / most), int(count > 0))
        table.add_row(f"{low:,}" if low == high else f"{low:,}-{high:,}", f"{count:,}", bar)
    out.print(table)


def _layers(report: Report) -> Table:
    table = _table("layer", "", "output", "parameters")
    table.columns[1].justify = table.columns[2].justify = "left"
    layers = report.layers or []
    for row in layers:
        shape = ", ".join("any" if size is None else f"{size:,}" for size in row.output_shape[1:])
        table.add_row(row.name, row.type, f"texts, {shape}", f"{row.parameters:,}")
    table.add_row("all", "", "", f"{sum(row.parameters for row in layers):,}")
    return table


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
