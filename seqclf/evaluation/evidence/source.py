"""Reads the texts of a split again, for the few that a report shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from seqclf.data.corpus import Corpus
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
    """

    corpus: Corpus
    split: str
    labels: Labels
    read: Callable[[], LabelledTexts]

    @cached_property
    def all(self) -> LabelledTexts:
        """Raises ``InputError`` if they cannot be read again."""
        return self.read()

    @cached_property
    def kept(self) -> NDArray[np.int64] | None:
        """Places of the texts that are not dropped; None: all."""
        if not self.labels:
            return None
        unknown = "error" if self.split == "train" else self.corpus.unknown_labels
        return label_ids(spelled_alike(self.all, self.labels.names)[0], self.labels, unknown).kept

    def check(self, texts: int) -> None:
        """Read the texts. Raises ``InputError`` if they cannot be read, or if their number is not ``texts``."""
        if (len(self.all) if self.kept is None else len(self.kept)) != texts:
            raise InputError(f"{self.part}: its texts have changed since they were encoded")

    def __getitem__(self, place: int) -> str:
        return self.all.texts[self._place(place)]

    def beside(self, place: int) -> dict[str, Any]:
        """The values of the columns beside a text."""
        return {name: values[self._place(place)].item() for name, values in self.all.extra.items()}

    @cached_property
    def part(self) -> str:
        """The file or part of the source that the texts are from."""
        return described(self.corpus.part(self.split))

    def row(self, place: int) -> int | None:
        """The row of a text in ``part``, from 1; None if the part has no rows."""
        if not isinstance(self.corpus.source, RowSource):
            return None
        own = self._place(place)
        drawn = self.split == "train" or not self.corpus.has_own_part(self.split)
        return 1 + (int(self.corpus.places(self.split)[own]) if drawn else own)

    def _place(self, place: int) -> int:
        return place if self.kept is None else int(self.kept[place])
