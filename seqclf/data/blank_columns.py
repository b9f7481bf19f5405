"""Warnings about text columns that are empty in most rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from seqclf.config.problems import Problem
from seqclf.sources.texts import LabelledTexts
from seqclf.text.fields import is_blank, split_fields

_MOSTLY = 0.5


def blank_counts(texts: Iterable[str], columns: Sequence[str]) -> dict[str, int]:
    """In how many texts each column is blank. The texts are of these columns (``join_fields``)."""
    counts = dict.fromkeys(columns, 0)
    for text in texts:
        for column, field in zip(columns, split_fields(text), strict=False):
            counts[column] += is_blank(field)
    return counts


def blank_column_warnings(splits: Mapping[str, LabelledTexts], columns: Sequence[str]) -> list[Problem]:
    """A warning for each column that is blank in most texts of a split; ``columns``: those that make up a text.

    A column is named once, for the first such split.
    """
    warnings: dict[str, Problem] = {}
    for name, split in splits.items() if columns else ():
        for column, blank in blank_counts(split.texts, columns).items():
            if blank > _MOSTLY * len(split) and column not in warnings:
                message = f'"{column}" is empty in {blank:,} of {len(split):,} {name} texts'
                cure = "; remove it from the list" if blank == len(split) else ""
                warnings[column] = Problem(("data", "text"), message + cure)
    return list(warnings.values())
