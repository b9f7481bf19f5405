"""``source: sample``: synthetic texts built into seqclf, to try everything without any data.

``grammar.py`` generates the reviews and ``dna.py`` the DNA sequences. They are not real, and scores on them say nothing
about real texts.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from seqclf.option_types import Fraction
from seqclf.sources.base import Source, SourceOptions
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.sources.without_labels import WithoutLabels

SYNTHETIC = {"reviews": "synthetic sample", "dna": "synthetic DNA"}
"""Names of the data sets in output and messages."""
_ROWS = {"train": 4_000, "test": 1_000}


class SampleData(SourceOptions):
    """Synthetic texts built into seqclf: 4,000 for training and 1,000 for testing."""

    rank: ClassVar = 1
    is_published: ClassVar = True

    source: Literal["sample"] = Field(description="Source type.")
    dataset: Literal["reviews", "dna"] = Field(
        "reviews", description="reviews: from a grammar; dna: sequences with or without the two boxes of a promoter."
    )
    validation: Fraction = Field(0.1, description="Fraction of the training texts held out for validation; 0: none.")

    def open(self, *, with_groups: bool = False, with_labels: bool = True) -> Source:
        source = SampleSource(self.dataset)
        return source if with_labels else WithoutLabels(source)

    def parts(self) -> dict[str, str | float | None]:
        return {"train": "train", "validation": self.validation_part, "test": "test"}

    def describe(self, split: str = "train") -> str:
        return SYNTHETIC[self.dataset]  # synthetic texts are always described as such


class SampleSource:
    """Parts: ``train`` and ``test``. No text is in both. ``dataset``: ``reviews`` or ``dna``."""

    def __init__(self, dataset: str) -> None:
        self._name = SYNTHETIC[dataset]
        from seqclf.sources.sample import dna, grammar

        data_sets = {"reviews": (grammar.reviews, grammar.LABELS), "dna": (dna.sequences, dna.LABELS)}
        self._rows, self._labels = data_sets[dataset]

    def check(self, part: str) -> None:
        pass

    def fingerprint(self, part: str) -> str:
        return digest("synthetic", *self.read(part).texts)

    def read(self, part: str) -> LabelledTexts:
        rows = self._rows(sum(_ROWS.values()))
        rows = rows[: _ROWS["train"]] if part == "train" else rows[_ROWS["train"] :]
        texts, labels = zip(*rows, strict=True)
        return LabelledTexts(texts, labels, origin=f"{self._name}, {part}", label_names=self._labels)
