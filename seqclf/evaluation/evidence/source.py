"""Reads the texts of a split again, for the few that a report shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from seqclf.data.corpus import Corpus
from seqclf.data.encoded import EncodedTexts
from seqclf.data.equal_texts import text_digests
from seqclf.data.label_sets import label_ids
from seqclf.data.label_spelling import spelled_alike
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.sources import PlacedSource
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
        found = {name: values[place : place + 1].tolist() for name, values in self.texts.extra.items()}
        return {name: value for name, (value,) in found.items()}

    @property
    def part(self) -> str:
        """The file or part of the source that the texts are from, in words."""
        return described(self.corpus.part(self.split))

    def origins(self, places: Iterable[int]) -> dict[int, tuple[str, int | None]]:
        """The file of some texts and their first line in it, by place; without lines the row, or the number of the
        text in a data set, from 1; None: the file is the text. Reads the part once more, up to the last of them.

        Raises ``InputError`` if it can no longer be read.
        """
        of_parts = {self._place_in_part(place): place for place in places}
        source = self.corpus.source
        if not isinstance(source, PlacedSource):
            return {place: (self.part, 1 + own) for own, place in of_parts.items()}
        read = islice(source.origins(self.corpus.part(self.split)), max(of_parts, default=-1) + 1)
        return {of_parts[own]: origin for own, origin in enumerate(read) if own in of_parts}

    def _place_in_part(self, place: int) -> int:
        own = place if self._kept is None else int(self._kept[place])
        drawn = self.split == "train" or not self.corpus.has_own_part(self.split)
        return int(self.corpus.places(self.split)[own]) if drawn else own
