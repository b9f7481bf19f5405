"""Equal texts, within a split and between splits, and the labels that they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seqclf.data.equal_texts import text_digest
from seqclf.sources.texts import LabelledTexts


@dataclass(frozen=True)
class Leak:
    """Texts that a split has in common with earlier splits: the model has already seen them when it is evaluated.

    Texts are compared as in random splits (``equal_texts.normalised``), which therefore have no texts in common.

    Attributes:
        texts: number of distinct texts in both.
        rows: number of such texts in the split, with repetitions.
        contradictory: number of distinct texts with a label or set of labels that they do not have in earlier splits.
    """

    texts: int
    rows: int
    contradictory: int


@dataclass(frozen=True)
class DigestedTexts:
    """Texts of which only digests are kept (``equal_texts.text_digest``), and the labels of each."""

    digests: Sequence[bytes]
    label_sets: Sequence[tuple[str, ...]]

    @classmethod
    def of(cls, data: LabelledTexts) -> DigestedTexts:
        return cls([text_digest(text) for text in data.texts], data.label_sets)

    @classmethod
    def with_columns(cls, data: LabelledTexts) -> DigestedTexts:
        """Each text with its values of the columns beside it: texts are equal only if these are."""
        rows = zip(data.texts, *data.extra.values(), strict=True)
        return cls([text_digest(f"{text}\x1f{values}") for text, *values in rows], data.label_sets)

    def __iter__(self) -> Iterator[tuple[bytes, tuple[str, ...]]]:
        return zip(self.digests, self.label_sets, strict=True)


def leak(before: Sequence[DigestedTexts], split: DigestedTexts) -> Leak:
    seen = SeenTexts(before)
    texts: set[bytes] = set()
    contradictory: set[bytes] = set()
    rows = 0
    for digest, names in split:
        if known := seen.labels(digest):
            rows += 1
            texts.add(digest)
            if names not in known:
                contradictory.add(digest)
    return Leak(len(texts), rows, len(contradictory))


class SeenTexts:
    """The distinct texts of some splits, by digest, with the labels or sets of labels of each."""

    def __init__(self, splits: Iterable[DigestedTexts]) -> None:
        self._first: dict[bytes, tuple[str, ...]] = {}
        self._others: dict[bytes, set[tuple[str, ...]]] = defaultdict(set)  # for texts with several
        for split in splits:
            for digest, names in split:
                if self._first.setdefault(digest, names) != names:
                    self._others[digest].add(names)

    def __len__(self) -> int:
        return len(self._first)

    @property
    def contradictory(self) -> int:
        """Number of texts with more than one label or set of labels."""
        return len(self._others)

    def is_contradictory(self, digest: bytes) -> bool:
        """Whether a text has more than one label or set of labels."""
        return digest in self._others

    def labels(self, digest: bytes) -> list[tuple[str, ...]]:
        """The labels or sets of labels of a text; empty if it was not seen."""
        return [self._first[digest], *self._others.get(digest, ())] if digest in self._first else []
