"""``source: sample``: synthetic reviews that come with seqclf, so that everything can be tried without any data.

The texts are made by the small grammar in ``grammar.py``; nobody wrote them and they say nothing about real reviews.
"""

from __future__ import annotations

from seqclf.data.sample.grammar import LABELS, reviews
from seqclf.data.source import LabelledTexts, digest

_ROWS = {"train": 4_000, "test": 1_000}


class SampleSource:
    """Parts: ``train`` and ``test``. No text is in both."""

    def check(self, part: str) -> None:
        pass

    def fingerprint(self, part: str) -> str:
        return digest("synthetic", *self.read(part).texts)

    def read(self, part: str) -> LabelledTexts:
        rows = reviews(sum(_ROWS.values()))
        rows = rows[: _ROWS["train"]] if part == "train" else rows[_ROWS["train"] :]
        texts, labels = zip(*rows, strict=True)
        return LabelledTexts(texts, labels, origin=f"synthetic sample, {part}", label_names=LABELS)
