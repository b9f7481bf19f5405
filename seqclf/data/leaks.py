"""Equal texts, within a split and between splits, and the labels that they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
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


def leak(before: Sequence[LabelledTexts], split: LabelledTexts) -> Leak:
    seen = SeenTexts(before)
    texts: set[bytes] = set()
    contradictory: set[bytes] = set()
    rows = 0
    for text, names in zip(split.texts, split.label_sets, strict=True):
        digest = text_digest(text)
        if known := seen.labels(digest):
            rows += 1
            texts.add(digest)
            if names not in known:
                contradictory.add(digest)
    return Leak(len(texts), rows, len(contradictory))


def with_columns(data: LabelledTexts) -> Iterator[str]:
    """Each text with its values of the columns beside it."""
    for text, *values in zip(data.texts, *data.extra.values(), strict=True):
        yield f"{text}\x1f{values}"


class SeenTexts:
    """The distinct texts of some splits, by digest, with the labels or sets of labels of each.

    ``of``: the strings that make texts distinct.
    """

    def __init__(
        self, splits: Iterable[LabelledTexts], of: Callable[[LabelledTexts], Iterable[str]] = lambda data: data.texts
    ) -> None:
        self._first: dict[bytes, tuple[str, ...]] = {}
        self._others: dict[bytes, set[tuple[str, ...]]] = defaultdict(set)  # for texts with several
        for data in splits:
            for text, names in zip(of(data), data.label_sets, strict=True):
                digest = text_digest(text)
                if self._first.setdefault(digest, names) != names:
                    self._others[digest].add(names)

    def __len__(self) -> int:
        return len(self._first)

    @property
    def contradictory(self) -> int:
        """Number of texts with more than one label or set of labels."""
        return len(self._others)

    def labels(self, digest: bytes) -> list[tuple[str, ...]]:
        """The labels or sets of labels of a text; empty if it was not seen."""
        return [self._first[digest], *self._others.get(digest, ())] if digest in self._first else []
