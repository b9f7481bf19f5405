"""The output of ``seqclf check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from seqclf.cli.columns import Column, first_that_fits, of_rows, table
from seqclf.cli.label_counts import counts_of_labels
from seqclf.cli.wrap import width_of, wrapped
from seqclf.data.statistics import QUANTILES, TextStatistics
from seqclf.labels import on_one_line

if TYPE_CHECKING:
    from seqclf.training.examined import Report

_MOST_LABELS = 30
_BAR = 40
_GAP = 2  # between columns


def print_report(report: Report) -> None:
    """Tables and a histogram on stdout, fitted to a terminal's width."""
    width = width_of(sys.stdout)
    parts = [[f"Data: {report.data}"], _texts(report, width)]
    parts += filter(
        None, [_labels(report.splits, width), _weights(report.splits, width), _shares(report.splits, width)]
    )
    if report.extra:
        parts.append(_beside(report, width))
    if report.unlabelled is not None:
        parts.append([wrapped(f"Also {report.unlabelled.sentence()}.", width)])
    if report.tokens is not None:
        parts += [_tokens(report, width), _histogram(report, width)]
    if report.starting:
        parts.append([wrapped(f"{sentence}.", width) for sentence in report.starting])
    if report.taught:
        parts.append([wrapped(f"The model {'; '.join(report.taught)}.", width)])
    parts += [[wrapped(sentence, width)] for sentence in report.automatic]
    if report.pretrained is not None:
        parts.append([wrapped(f"Vectors: {report.pretrained}", width)])
    if report.baseline is not None:
        from seqclf.baseline.comparison import description

        score, text_alone = report.baseline_score, bool(report.extra)
        sentence = description(report.baseline, score, "validation", text_alone=text_alone)
        parts.append([wrapped(f"{sentence}.", width)])
    if report.layers is not None:
        parts.append(_layers(report, width))
    if (estimate := report.estimate) is not None:
        time = (
            f"One epoch: {estimate.steps:,} steps, {_duration(estimate.seconds)} "
            f"({estimate.tokens_per_second:,.0f} tokens/s), validation not counted"
        )
        lines = [wrapped(time, width)]
        if estimate.ngrams_seconds is not None:
            fits = f"{_duration(estimate.ngrams_seconds)} for all fits of a training"
            lines.append(wrapped(f"N-grams: {fits if estimate.ngrams_seconds else 'fitted by an earlier call'}", width))
        parts.append([*lines, f"Memory: about {estimate.memory_bytes / 1e9:.1f} GB"])
    click.echo("\n\n".join("\n".join(lines) for lines in parts) + "\n")


def _texts(report: Report, width: int | None) -> list[str]:
    multi = report.splits["train"].multi
    of_lists = ("labels a text", "without label") if multi else ()
    two, leaks = "conflicting labels", "also in an earlier split"
    rows = []
    labelled = [two] if report.splits["train"].labels else []
    for name, split in report.splits.items():
        labels = (f"{sum(split.labels.values()) / split.texts:.2f}", f"{split.unlabelled:,}") if multi else ()
        leaked = f"{report.leaks[name].rows:,}" if name in report.leaks else "-"
        counted = (split.empty, split.duplicates, *([split.contradictory] if labelled else []))
        counts = (f"{n:,}" for n in counted)
        rows.append([name, f"{split.texts:,}", *labels, *counts, leaked])
    headings = ["split", "texts", *of_lists, "empty", "repeated", *labelled, leaks]
    spare = {two: 3, "empty": 2, "repeated": 1} | dict.fromkeys(of_lists, 4)
    return table(of_rows(headings, rows, left=("split",), spare=spare), width)


def _labels(splits: dict[str, TextStatistics], width: int | None) -> list[str]:
    """A row for each label, if there are labels; without percentages if they do not fit."""
    if not splits["train"].labels:
        return []
    counts = {name: (split.labels, split.texts) for name, split in splits.items()}
    return first_that_fits(lambda shares: counts_of_labels(counts, _MOST_LABELS, shares=shares), width)


def _weights(splits: dict[str, TextStatistics], width: int | None) -> list[str]:
    """The weights of the texts, and a row for each label; empty without weights."""
    found = {name: split.weights for name, split in splits.items() if split.weights is not None}
    if not found:
        return []
    headings = ["weights", "sum", "of weight 0", "largest of one text", "effective texts"]
    rows = [
        [
            name,
            f"{one.total:,.6g}",
            f"{splits[name].texts - one.counted:,}",
            f"{one.largest:.1%}",
            f"{one.effective:,.0f}",
        ]
        for name, one in found.items()
    ]
    labels = list(dict.fromkeys(label for one in found.values() for label in one.labels))
    shares = [
        [on_one_line(label), *(f"{one.labels.get(label, 0) / max(one.total, 1e-300):.1%}" for one in found.values())]
        for label in labels[:_MOST_LABELS]
    ]
    if len(labels) > _MOST_LABELS:
        shares.append([f"and {len(labels) - _MOST_LABELS} more", *([""] * len(found))])
    by_label = table(of_rows(["label, by weight", *found], shares, left=("label, by weight",)), width)
    return [*table(of_rows(headings, rows, left=headings[:1]), width), "", *by_label]


def _shares(splits: dict[str, TextStatistics], width: int | None) -> list[str]:
    """The probabilities of labels; empty without any."""
    found = {name: split.shares for name, split in splits.items() if split.shares is not None}
    if not found:
        return []
    headings = ["probabilities of labels", "mean of the most probable", "texts with several most probable"]
    rows = [[name, f"{one.certainty:.3f}", f"{one.tied:,}"] for name, one in found.items()]
    return table(of_rows(headings, rows, left=headings[:1]), width)


def _beside(report: Report, width: int | None) -> list[str]:
    """A row for each column beside the text and each split."""
    rows = [
        [column, name, f"{split.missing:.1%}", f"{split.different:,}", str(split)]
        for column, splits in report.extra.items()
        for name, split in splits.items()
    ]
    headings = ["beside the text", "split", "missing", "different", "values"]
    return table(of_rows(headings, rows, left=("beside the text", "split", "values"), spare={"values": 1}), width)


def _tokens(report: Report, width: int | None) -> list[str]:
    over = [] if report.max_tokens is None else [f"over {report.max_tokens:,}"]
    headings = ["tokens a text", "least", *(f"{quantile:.0%}" for quantile in QUANTILES[1:-1]), "most", "mean", *over]
    rows = [
        [
            name,
            *(f"{value:,.0f}" for value in split.quantiles),
            f"{split.mean:,.1f}",
            *([f"{split.truncated:.1%}"] if over else []),
            f"{split.unknown:.2%}",
        ]
        for name, split in (report.tokens or {}).items()
    ]
    spare = {"least": 5, "5%": 4, "mean": 3, "25%": 2, "75%": 2, "most": 1}
    return table(of_rows([*headings, "unknown"], rows, left=headings[:1], spare=spare), width)


def _histogram(report: Report, width: int | None) -> list[str]:
    histogram = (report.tokens or {})["train"].histogram
    most = max(count for _, _, count in histogram)
    block = "█" if (sys.stdout.encoding or "").lower().startswith("utf") else "#"
    tokens = [f"{low:,}" if low == high else f"{low:,}-{high:,}" for low, high, _ in histogram]
    counts = [Column("tokens", tokens), Column("training texts", [f"{count:,}" for *_, count in histogram])]
    used = sum(column.narrowest + _GAP for column in counts)
    room = _BAR if width is None else max(1, min(_BAR, width - used))
    bars = [block * max(round(room * count / most), int(count > 0)) for *_, count in histogram]
    return table([*counts, Column("", bars, left=True)], width)


def _layers(report: Report, width: int | None) -> list[str]:
    layers = report.layers or []
    batch = "streams" if report.in_streams else "texts"
    rows = []
    for row in layers:
        shape = ", ".join("any" if size is None else f"{size:,}" for size in row.output_shape[1:])
        rows.append([row.name, row.type, f"{batch}, {shape}", f"{row.parameters:,}"])
    rows.append(["all", "", "", f"{sum(row.parameters for row in layers):,}"])
    headings = ("layer", "type", "output", "parameters")
    return table(of_rows(headings, rows, left=headings[:3], spare={"type": 2, "output": 1}), width)


def _duration(seconds: float) -> str:
    if seconds < 0.1:
        return "less than 0.1 s"
    if seconds < 120:
        return f"about {seconds:.0f} s" if seconds >= 1 else f"about {seconds:.1f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 7200 else f"about {seconds / 3600:.1f} h"
