"""How many texts of each label the splits have, as a table."""

from __future__ import annotations

from collections.abc import Mapping

from seqclf.cli.columns import Column, of_rows


def counts_of_labels(
    splits: Mapping[str, tuple[Mapping[str, int], int]], most: int, *, shares: bool, total: bool = False
) -> list[Column]:
    """A row for each label.

    Args:
        splits: for each one how many texts a label has, and how many texts there are.
        most: labels that are shown.
        shares: say what share of the split's texts they are, too.
        total: end with a row of all texts.
    """

    def cell(count: int, texts: int) -> str:
        return f"{count:,} ({count / texts:.1%})" if shares else f"{count:,}"

    names = list(dict.fromkeys(label for labels, _ in splits.values() for label in labels))
    rows = [[name, *(cell(labels.get(name, 0), texts) for labels, texts in splits.values())] for name in names[:most]]
    if len(names) > most:
        rows.append([f"and {len(names) - most} more", *([""] * len(splits))])
    if total:
        rows.append(["all texts", *(f"{texts:,}" for _, texts in splits.values())])
    return of_rows(["label", *splits], rows, left=("label",))
