"""A table of the number of texts of each label in each split."""

from __future__ import annotations

from collections.abc import Mapping

from seqclf.cli.columns import Column, of_rows
from seqclf.labels import on_one_line


def counts_of_labels(
    splits: Mapping[str, tuple[Mapping[str, int], int]], most: int, *, shares: bool, total: bool = False
) -> list[Column]:
    """A row for each label.

    Args:
        splits: for each split, the number of texts of each label and the number of all texts.
        most: the largest number of labels to show.
        shares: also show each count as a percentage of the split's texts.
        total: add a last row for all texts.
    """

    def cell(count: int, texts: int) -> str:
        return f"{count:,} ({count / texts:.1%})" if shares else f"{count:,}"

    names = list(dict.fromkeys(label for labels, _ in splits.values() for label in labels))
    rows = [
        [on_one_line(name), *(cell(labels.get(name, 0), texts) for labels, texts in splits.values())]
        for name in names[:most]
    ]
    if len(names) > most:
        rows.append([f"and {len(names) - most} more", *([""] * len(splits))])
    if total:
        rows.append(["all texts", *(f"{texts:,}" for _, texts in splits.values())])
    return of_rows(["label", *splits], rows, left=("label",))
