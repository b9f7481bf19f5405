"""``source: sample``: synthetic texts built into seqclf, to try everything without any data.

``grammar.py`` generates the reviews, ``dna.py`` the DNA sequences and ``numbers.py`` the number sequences. They are not
real, and scores on them say nothing about real texts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from seqclf.option_types import Fraction
from seqclf.sources.base import Source, SourceOptions
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.sources.without_labels import WithoutLabels

SYNTHETIC = {"reviews": "synthetic sample", "dna": "synthetic DNA", "numbers": "synthetic number sequences"}
"""Names of the data sets in output and messages."""
_ROWS = {"train": 4_000, "test": 1_000}

Rows = list[tuple[str, str]]
"""Texts with their labels."""


class SampleData(SourceOptions):
    """Synthetic texts built into seqclf: thousands for training, and others for testing."""

    rank: ClassVar = 1
    is_published: ClassVar = True
    other_options: ClassVar = {"name": "dataset", "kind": "dataset"}

    source: Literal["sample"] = Field(description="Source type.")
    dataset: Literal["reviews", "dna", "numbers"] = Field(
        "reviews",
        description="reviews: from a grammar; dna: sequences with or without the two boxes of a promoter; numbers: "
        "arithmetic, geometric, square and Fibonacci-like sequences, such as `2 4 8 16 32`; their kind is the label.",
    )
    validation: Fraction = Field(0.1, description="Fraction of the training texts held out for validation; 0: none.")

    def open(self, *, with_groups: bool = False, with_labels: bool = True) -> Source:
        source = SampleSource(self.dataset)
        return source if with_labels else WithoutLabels(source)

    def parts(self) -> dict[str, str | float | None]:
        return {"train": "train", "validation": self.validation_part, "test": "test"}

    def describe(self, split: str = "train") -> str:
        return SYNTHETIC[self.dataset]  # synthetic texts are always described as such


def _part_of(rows: Callable[[int], Rows], part: str) -> Rows:
    """The first rows for training, the others for testing."""
    made = rows(sum(_ROWS.values()))
    return made[: _ROWS["train"]] if part == "train" else made[_ROWS["train"] :]


class SampleSource:
    """Parts: ``train`` and ``test``. No text is in both. ``dataset``: ``reviews``, ``dna`` or ``numbers``."""

    def __init__(self, dataset: str) -> None:
        self._name = SYNTHETIC[dataset]
        from seqclf.sources.sample import dna, grammar, numbers

        data_sets: dict[str, tuple[Callable[[str], Rows], tuple[str, ...]]] = {
            "reviews": (partial(_part_of, grammar.reviews), grammar.LABELS),
            "dna": (partial(_part_of, dna.sequences), dna.LABELS),
            "numbers": (numbers.rows, numbers.LABELS),
        }
        self._rows, self._labels = data_sets[dataset]

    def check(self, part: str) -> None:
        pass

    def fingerprint(self, part: str) -> str:
        return digest("synthetic", *self.read(part).texts)

    def read(self, part: str) -> LabelledTexts:
        texts, labels = zip(*self._rows(part), strict=True)
        return LabelledTexts(texts, labels, origin=f"{self._name}, {part}", label_names=self._labels)
