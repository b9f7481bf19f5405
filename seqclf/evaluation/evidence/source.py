"""Reads the texts of a split again, for the few that a report shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from seqclf.data.corpus import Corpus
from seqclf.data.encoded import EncodedTexts
from seqclf.data.equal_texts import text_digests
from seqclf.data.label_sets import label_ids
from seqclf.data.label_spelling import spelled_alike
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.sources import RowSource
from seqclf.sources.parts import described
from seqclf.sources.texts import LabelledTexts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class SplitTexts:
    """The texts of a split in the order of its ``EncodedTexts``; they are read when they are needed.

    Attributes:
        read: reads all of them, also those that ``data.unknown_labels`` drops.
        labels: of the model.
        drops: whether texts with labels that the model lacks were dropped (``Unknown.dropped``).
    """

    corpus: Corpus
    split: str
    labels: Labels
    read: Callable[[], LabelledTexts]
    drops: bool = False

    @classmethod
    def of(
        cls, corpus: Corpus, split: str, labels: Labels, encoded: EncodedTexts, read: Callable[[], LabelledTexts]
    ) -> SplitTexts:
        """``encoded``: the same texts."""
        return cls(corpus, split, labels, read, encoded.unknown is not None and encoded.unknown.dropped)

    @cached_property
    def texts(self) -> LabelledTexts:
        """Raises ``InputError`` if they cannot be read again."""
        return self._all if self._kept is None else self._all.chosen(self._kept)

    def check(self, texts: int) -> None:
        """Read the texts. Raises ``InputError`` if they cannot be read, or if their number is not ``texts``."""
        if len(self.texts) != texts:
            raise InputError(f"{self.part}: its texts have changed since they were encoded")

    def digests(self, noted: NDArray[np.uint64] | None) -> NDArray[np.uint64]:
        """Digests of the texts (``equal_texts``), ``uint64 [texts]``; ``noted``: of all texts, None: not known."""
        if noted is None:
            return text_digests(self.texts.texts)
        return noted if self._kept is None else noted[self._kept]

    @cached_property
    def _all(self) -> LabelledTexts:
        return self.read()

    @cached_property
    def _kept(self) -> NDArray[np.int64] | None:
        """Places of the texts that were not dropped; None: all."""
        if not self.drops:
            return None
        return label_ids(spelled_alike(self._all, self.labels.names)[0], self.labels, "drop").kept

    def beside(self, place: int) -> dict[str, Any]:
        """The values of the columns beside a text."""
        return {name: values[place].item() for name, values in self.texts.extra.items()}

    @cached_property
    def part(self) -> str:
        """The file or part of the source that the texts are from."""
        return described(self.corpus.part(self.split))

    def row(self, place: int) -> int | None:
        """The row of a text in ``part``, from 1; None if the part has no rows."""
        if not isinstance(self.corpus.source, RowSource):
            return None
        own = place if self._kept is None else int(self._kept[place])
        drawn = self.split == "train" or not self.corpus.has_own_part(self.split)
        return 1 + (int(self.corpus.places(self.split)[own]) if drawn else own)
