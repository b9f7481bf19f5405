"""The splits of a config's data, and what decides which texts are in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema import SampleData, UnknownLabels
from seqclf.data.cache import cached, found
from seqclf.data.equal_texts import joined, text_digests
from seqclf.data.label_sets import all_the_same, label_order
from seqclf.data.sources.base import LabelledTexts, Source, digest
from seqclf.data.sources.kinds import describe, open_source, part_names
from seqclf.data.splits import folded, partition
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.table_rows import is_text, shown

_TEXTS = "texts.npy"
_DIGESTS_FORMAT = 1  # raise when what is digested of a text changes
_SETS_FORMAT = 1  # raise when sets of texts are shared out otherwise; texts without equals are not concerned


class Corpus:
    """The splits of a config's data. The test split is not looked at before it is asked for.

    ``on_stage`` hears what is being done when it takes time.
    """

    def __init__(self, config: Config, on_stage: Callable[[str], None] = lambda stage: None) -> None:
        self._config = config
        self._on_stage = on_stage
        self._source = open_source(config.data)
        self._parts = part_names(config.data)
        self._train = config.data.train if not isinstance(config.data, SampleData) else "train"
        # Only what is drawn from needs groups; files of its own may lack their column.
        self._drawn_from = open_source(config.data, with_groups=True) if self._draws else self._source
        self._group = getattr(config.data, "group", None)
        self._read_as: str | None = None  # fingerprint of the training part when its texts were read
        self._read = cache(self._source.read)
        self._read_train = cache(self._training_part)
        self._sets_of = cache(self._joined)
        self._indices = cache(self._partition)

    def check(self, split: str) -> None:
        """Raise ``InputError`` at once where the split cannot be read."""
        part = self._parts[split]
        if isinstance(part, str):
            (self._drawn_from if split == "train" else self._source).check(part)

    @property
    def unknown_labels(self) -> UnknownLabels:
        """``data.unknown_labels``."""
        return self._config.data.unknown_labels

    def has(self, split: str) -> bool:
        return self._parts[split] not in (None, 0, 0.0)

    def has_own_part(self, split: str) -> bool:
        """Whether the split is a part of the source, not a share of the training part."""
        return isinstance(self._parts[split], str)

    def fingerprint(self, split: str) -> str:
        """Digest of everything that decides which texts the split holds. May read the training texts, once."""
        part = self._parts[split]
        if isinstance(part, str) and not (split == "train" and self._draws):
            return digest(self._source.fingerprint(part))
        of_source = self._drawn_from.fingerprint(self._train)
        alone = self._drawn(split, of_source)
        sets = self._sets_of(of_source)
        if sets is None:
            return alone
        content = hashlib.sha256(np.ascontiguousarray(sets).tobytes()).hexdigest()
        return digest(alone, "sets", _SETS_FORMAT, content)

    def was_drawn_text_by_text(self, split: str, fingerprint: str) -> bool:
        """Whether it is the fingerprint of a split that was drawn as if no text were equal to another."""
        return self._draws and fingerprint == self._drawn(split, self._drawn_from.fingerprint(self._train))

    def _drawn(self, split: str, of_source: str) -> str:
        """Digest of what decides a random split of texts that are all different and in no group."""
        return digest(of_source, split, self._share("validation"), self._share("test"), *self._fold, self._config.seed)

    def texts(self, split: str) -> LabelledTexts:
        part = self._parts[split]
        if isinstance(part, str) and split != "train":
            return self._read(part)
        return self._read_train().chosen(self._indices()[split])

    def places(self, split: str) -> NDArray[np.int64]:
        """Where the texts of a split that was drawn, or of ``train``, stand among those of the training part."""
        return self._indices()[split]

    @property
    def source(self) -> Source:
        """What the config's parts are read from."""
        return self._source

    def part(self, split: str) -> str:
        """The part that the split is, or is drawn from."""
        part = self._parts[split]
        return part if isinstance(part, str) else self._train

    def texts_of(self, split: str, fingerprint: str) -> LabelledTexts:
        """The texts whose fingerprint was taken before. Raises ``InputError`` where they have changed since."""
        texts = self.texts(split)
        if self.fingerprint(split) != fingerprint:
            raise self._changed(split)
        return texts

    def forget(self) -> None:
        """Let go of the texts that were read; they are read again when they are asked for."""
        self._read.cache_clear()
        self._read_train.cache_clear()

    def note_digests(self, split: str, fingerprint: str, texts: LabelledTexts) -> NDArray[np.uint64]:
        """Digests of the split's texts (``equal_texts``), kept for ``noted_digests``; ``uint64 [texts]``."""

        def make(folder: Path) -> None:
            if self._draws and (split == "train" or not self.has_own_part(split)):  # they are made already
                part = np.load(self._part_digests(self._drawn_from.fingerprint(self._train)) / _TEXTS)
                np.save(folder / _TEXTS, part[self.places(split)])
            else:
                np.save(folder / _TEXTS, text_digests(texts.texts))

        entry = cached("digests", _digests_key(split, fingerprint), make)
        digests: NDArray[np.uint64] = np.load(entry / _TEXTS)
        return digests

    def labels(self) -> Labels:
        """All labels, in the order of their ids, and whether they come in lists."""
        train = self.texts("train")
        different = set(train.label_sets)
        if len(different) < 2:
            raise InputError(f"{train.origin}: {all_the_same(different.pop(), train.multi)}")
        names = train.label_names or label_order({name for names in different for name in names})
        if broken := [name for name in names if not is_text([name])]:
            raise InputError(f"{train.origin}: the label {shown(broken[0])} cannot be written as UTF-8")
        return Labels(names, train.multi)

    @property
    def _draws(self) -> bool:
        """Whether training texts are split at random."""
        return bool(self._fold or self._share("validation") or self._share("test"))

    def _training_part(self) -> LabelledTexts:
        if self._draws:
            self._read_as = self._drawn_from.fingerprint(self._train)
        self._on_stage(f"Reading the training texts ({describe(self._config.data)})")
        return self._drawn_from.read(self._train)

    def _joined(self, fingerprint: str) -> NDArray[np.int64] | None:
        """The set of each text of the training part, while it has this fingerprint."""
        entry = self._part_digests(fingerprint)
        groups = entry / "groups.npy"
        return joined(np.load(entry / _TEXTS), np.load(groups) if groups.exists() else None)

    def _part_digests(self, fingerprint: str) -> Path:
        """Digests of the training part's texts and groups, from the cache; made of texts that have this fingerprint."""

        def make(folder: Path) -> None:
            texts = self._read_train()
            np.save(folder / _TEXTS, text_digests(texts.texts))
            if texts.groups is not None:
                np.save(folder / "groups.npy", texts.groups)
            # The texts may have been read before the file got this fingerprint, or while it was written to.
            if {self._read_as, self._drawn_from.fingerprint(self._train)} != {fingerprint}:
                raise self._changed("train")

        return cached("digests", digest(_DIGESTS_FORMAT, fingerprint, self._group), make)

    def _changed(self, split: str) -> InputError:
        where = describe(self._config.data, split)
        return InputError(f"{where}: changed while it was read; try again when it is written")

    @property
    def _fold(self) -> tuple[int, int] | tuple[()]:
        """The number of the validation texts' fold, and of all; nothing where there are no folds."""
        data = self._config.data
        return () if data.fold is None or data.folds is None else (data.fold, data.folds)

    def _share(self, split: str) -> float:
        part = self._parts[split]
        return 0.0 if part is None or isinstance(part, str) else part

    def _partition(self) -> dict[str, NDArray[np.int64]]:
        texts = self._read_train()
        shares = {"validation": self._share("validation"), "test": self._share("test")}
        sets = self._sets_of(self._drawn_from.fingerprint(self._train)) if self._draws else None
        if sets is not None and len(sets) != len(texts):  # of a file that was written to since it was read
            raise self._changed("train")
        try:
            if self._fold:
                fold, folds = self._fold
                return folded(texts, fold, folds, **shares, seed=self._config.seed, sets=sets)
            return partition(texts, **shares, seed=self._config.seed, sets=sets)
        except InputError as error:
            different = set(texts.label_sets)
            if len(different) > 1:
                raise
            # Whatever keeps them from being split, this is worse.
            raise InputError(f"{texts.origin}: {all_the_same(different.pop(), texts.multi)}") from error


def noted_digests(split: str, fingerprint: str) -> NDArray[np.uint64] | None:
    """What ``Corpus.note_digests`` kept; the texts need no longer be there. None where it kept nothing."""
    entry = found("digests", _digests_key(split, fingerprint))
    if entry is None:
        return None
    digests: NDArray[np.uint64] = np.load(entry / _TEXTS)
    return digests


def _digests_key(split: str, fingerprint: str) -> str:
    return digest(_DIGESTS_FORMAT, "split", split, fingerprint)
