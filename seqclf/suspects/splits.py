"""The texts to examine: those whose labels are judged, and those of all splits, which are compared with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.data.empty_splits import SPLITS
from seqclf.data.equal_texts import joined, text_digests
from seqclf.data.label_sets import all_the_same, label_order
from seqclf.data.label_spelling import spelled_alike
from seqclf.labels import Labels
from seqclf.sources import PlacedSource, Source
from seqclf.sources.texts import LabelledTexts
from seqclf.text_store import Texts


@dataclass(frozen=True)
class Origin:
    """Where a text is from.

    Attributes:
        file: the file, or the name of the data set.
        line: the line of a table (its first one), the row of a file without lines, the number of the text in a data
            set, from 1; None: the file is the text.
    """

    file: str
    line: int | None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Split:
    """The texts of a split.

    Attributes:
        part: of the source that they are from.
        places: their indices in the part, ``int64 [texts]``.
        labelled: whether their labels may be looked at; those of test texts must not.
    """

    name: str
    part: str
    places: NDArray[np.int64]
    texts: LabelledTexts
    labelled: bool


@dataclass(frozen=True)
class Examined:
    """The texts whose labels are judged: the training texts, and validation texts drawn from the same part.

    Attributes:
        places: their indices in the part, ascending, ``int64 [texts]``.
        split_of: index into ``splits`` of each text, ``int64 [texts]``.
        sets: the index of each text's set, which must stay in one fold (``equal_texts.joined``); None: no sets.
        splits: all splits, for comparison.
        own: indices of the splits that have labels and a part of their own: validation files.
    """

    texts: LabelledTexts
    labels: Labels
    places: NDArray[np.int64]
    split_of: NDArray[np.int64]
    sets: NDArray[np.int64] | None
    splits: tuple[Split, ...]
    own: tuple[int, ...] = ()

    @property
    def why_not(self) -> str | None:
        """Why the labels cannot be judged; None if they can."""
        different = set(self.texts.label_sets)
        if len(different) < 2:
            return f"{self.texts.origin}: {all_the_same(different.pop(), self.texts.multi)}"
        if self.sets is not None and not self.sets.any():
            return f"{self.texts.origin}: all texts are equal or in one group, so none are left to judge others by"
        return None


def examined_texts(config: Config, say: Callable[[str], None] = lambda stage: None) -> Examined:
    """Read all texts that the config names. Of test texts, the labels are not read, or not kept.

    Raises ``InputError`` for unusable texts.
    """
    corpus = Corpus(config, say)
    whole = corpus.training_part()
    splits = list(_splits(config, corpus, say))
    drawn = [place for place, split in enumerate(splits) if split.labelled and not _is_own(corpus, split.name)]
    places = np.concatenate([splits[place].places for place in drawn])
    split_of = np.concatenate([np.full(len(splits[place].places), place) for place in drawn])
    order = np.argsort(places)
    places, split_of = places[order], split_of[order]
    texts = whole.chosen(places)
    labels = _labels(texts)
    own = tuple(place for place, split in enumerate(splits) if split.labelled and place not in drawn)
    for place in own:  # other formats may write equal labels differently
        splits[place] = replace(splits[place], texts=spelled_alike(splits[place].texts, labels.names)[0])
    sets = joined(text_digests(texts.texts), _groups(config, corpus, whole, places))
    return Examined(texts, labels, places, split_of, sets, tuple(splits), own)


def _is_own(corpus: Corpus, split: str) -> bool:
    """Whether the split has a part of its own, not that of the training texts."""
    return split != "train" and corpus.has_own_part(split)


def _splits(config: Config, corpus: Corpus, say: Callable[[str], None]) -> Iterator[Split]:
    for name in SPLITS:
        if not corpus.has(name):
            continue
        if not _is_own(corpus, name):
            texts, places = corpus.texts(name), corpus.places(name)
        else:
            say(f"Reading the {name} texts ({config.data.describe(name)})")
            texts = corpus.texts(name) if name != "test" else _without_labels(config).read(corpus.part(name))
            places = np.arange(len(texts))
        if name == "test":
            texts = replace(texts, labels=[""] * len(texts), multi=False, shares=None, label_names=None)
        yield Split(name, corpus.part(name), places, texts, name != "test")


def _without_labels(config: Config) -> Source:
    return config.data.open(with_labels=False)


def _groups(
    config: Config, corpus: Corpus, whole: LabelledTexts, places: NDArray[np.int64]
) -> NDArray[np.uint64] | None:
    """The groups of texts of the training part (``data.group``); None without groups."""
    groups = whole.groups
    if groups is None and config.data.grouped_by is not None:  # read only where texts are split at random
        groups = config.data.open(with_groups=True).read(corpus.part("train")).groups
    return None if groups is None else groups[places]


def _labels(texts: LabelledTexts) -> Labels:
    """All labels of the texts, in the order of the source, else sorted."""
    return Labels(
        texts.label_names or label_order({name for names in set(texts.label_sets) for name in names}), texts.multi
    )


def origins(config: Config, split: Split, places: NDArray[np.int64]) -> dict[int, Origin]:
    """Where the texts at ``places`` of a split's part are from, by place. Reads the part once more, up to the last of
    them.

    Raises ``InputError`` if a row can no longer be read.
    """
    wanted, part = set(places.tolist()), split.part
    source = config.data.open(with_labels=split.labelled)
    if not isinstance(source, PlacedSource):
        return {place: Origin(f"{config.data.describe(split.name)} {part}", place + 1) for place in wanted}
    last = max(wanted, default=-1)
    rows = enumerate(islice(source.origins(part), last + 1))
    return {place: Origin(file, line) for place, (file, line) in rows if place in wanted}


class Together(Texts):
    """The texts of several splits, one after another."""

    def __init__(self, parts: Sequence[Sequence[str]]) -> None:
        self._parts = parts
        self._ends = np.cumsum([0, *map(len, parts)])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def text_at(self, index: int) -> str:
        part, place = self.part_and_place(index)
        return self._parts[part][place]

    def part_and_place(self, index: int) -> tuple[int, int]:
        """The index of the text's split, and its place there."""
        part = int(np.searchsorted(self._ends, index, side="right")) - 1
        return part, index - int(self._ends[part])
