"""Columns beside the text: their values as numbers that a model reads."""

from seqclf.extra_columns.columns import ExtraColumns

__all__ = ["ExtraColumns"]
