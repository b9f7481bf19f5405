"""Texts of a source without their labels."""

from __future__ import annotations

from dataclasses import replace

from seqclf.sources.base import SelectiveSource, Source
from seqclf.sources.texts import UNLABELLED, LabelledTexts, digest


class WithoutLabels:
    """Reads a source that has its labels in any case, such as names of folders, and drops them."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def check(self, part: str) -> None:
        self._source.check(part)

    def fingerprint(self, part: str) -> str:
        return digest("without labels", self._source.fingerprint(part))

    def read(self, part: str) -> LabelledTexts:
        return unlabelled(self._source.read(part))

    def left_out(self, part: str) -> str | None:
        """As ``SelectiveSource.left_out``; None for a source that leaves out nothing."""
        return self._source.left_out(part) if isinstance(self._source, SelectiveSource) else None


def unlabelled(texts: LabelledTexts) -> LabelledTexts:
    """The same texts, each with the label ``UNLABELLED``."""
    labels = [UNLABELLED] * len(texts)
    return replace(texts, labels=labels, label_names=None, multi=False, shares=None)
