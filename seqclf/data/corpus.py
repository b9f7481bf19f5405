"""The splits of a config's data, and fingerprints of what determines their texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cached, found
from seqclf.config import Config
from seqclf.data.equal_texts import joined, text_digests
from seqclf.data.label_sets import ALL_SHARES_THE_SAME, all_the_same, label_order, some_of
from seqclf.data.splits import folded, partition, with_validation_in_training
from seqclf.errors import InputError
from seqclf.labels import NO_LABELS, Labels
from seqclf.sources import SelectiveSource, Source, UnknownLabels
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.tables.values import is_text, shown

_TEXTS = "texts.npy"
_DIGESTS_FORMAT = 1  # increment when the digest of a text changes
_SETS_FORMAT = 1  # increment when the split of sets of texts changes; splits of distinct texts are not affected


class Corpus:
    """The splits of a config's data. The test split is not read before it is requested.

    ``on_stage`` is called with the name of each slow stage.
    """

    def __init__(self, config: Config, on_stage: Callable[[str], None] = lambda stage: None) -> None:
        self._config = config
        self._on_stage = on_stage
        self._labelled = config.task.needs_labels
        self._source = config.data.open(with_labels=self._labelled)
        self._parts = config.data.parts()
        self._train = str(self._parts["train"])
        # Only the part that is split at random needs groups; separate files may lack the column.
        self._drawn_from = (
            config.data.open(with_groups=True, with_labels=self._labelled) if self._draws else self._source
        )
        self._group = config.data.grouped_by
        self._read_as: str | None = None  # fingerprint of the training part at the time its texts were read
        self._read = cache(self._source.read)
        self._read_train = cache(self._training_part)
        self._sets_of = cache(self._joined)
        self._indices = cache(self._partition)

    def check(self, split: str) -> None:
        """Raise ``InputError`` early if the split cannot be read."""
        part = self._parts[split]
        if isinstance(part, str):
            (self._drawn_from if split == "train" else self._source).check(part)

    def left_out(self, split: str) -> str | None:
        """What the split's own part contains that is not read, as a sentence; None if everything is read."""
        part = self._parts[split]
        if isinstance(part, str) and isinstance(self._source, SelectiveSource):
            return self._source.left_out(part)
        return None

    @property
    def unknown_labels(self) -> UnknownLabels:
        """``data.unknown_labels``."""
        return self._config.data.unknown_labels

    def has(self, split: str) -> bool:
        joins = self._config.data.train_on_validation and split == "validation"
        return self._parts[split] not in (None, 0, 0.0) and not joins

    def has_own_part(self, split: str) -> bool:
        """Whether the split is a part of the source, not a fraction of the training part."""
        return isinstance(self._parts[split], str)

    def fingerprint(self, split: str) -> str:
        """Digest of everything that determines the texts of the split. May read the training texts once."""
        part = self._parts[split]
        if isinstance(part, str) and not (split == "train" and self._draws):
            return digest(self._source.fingerprint(part))
        of_source = self._drawn_from.fingerprint(self._train)
        joins = self._config.data.train_on_validation and split == "train"
        alone = self._drawn("train and validation" if joins else split, of_source)
        sets = self._sets_of(of_source)
        if sets is None:
            return alone
        content = hashlib.sha256(np.ascontiguousarray(sets).tobytes()).hexdigest()
        return digest(alone, "sets", _SETS_FORMAT, content)

    def was_drawn_text_by_text(self, split: str, fingerprint: str) -> bool:
        """Whether this is the fingerprint of a random split that ignores equal texts."""
        return self._draws and fingerprint == self._drawn(split, self._drawn_from.fingerprint(self._train))

    def _drawn(self, split: str, of_source: str) -> str:
        """Digest of what determines a random split of distinct texts without groups."""
        return digest(of_source, split, self._share("validation"), self._share("test"), *self._fold, self._split_seed)

    def texts(self, split: str) -> LabelledTexts:
        part = self._parts[split]
        if isinstance(part, str) and split != "train":
            return self._read(part)
        return self._read_train().chosen(self._indices()[split])

    def places(self, split: str) -> NDArray[np.int64]:
        """Indices in the training part of the texts of a random split or of ``train``."""
        return self._indices()[split]

    def training_part(self) -> LabelledTexts:
        """All texts of the part that the training texts are from, also those of splits drawn from it."""
        return self._read_train()

    @property
    def source(self) -> Source:
        """The source that the parts are read from."""
        return self._source

    def part(self, split: str) -> str:
        """The part that is the split or contains it."""
        part = self._parts[split]
        return part if isinstance(part, str) else self._train

    def texts_of(self, split: str, fingerprint: str) -> LabelledTexts:
        """The texts of the split. Raises ``InputError`` if they no longer match the fingerprint."""
        texts = self.texts(split)
        if self.fingerprint(split) != fingerprint:
            raise self._changed(split)
        return texts

    def forget(self) -> None:
        """Free the texts in memory; they are read again when requested."""
        self._read.cache_clear()
        self._read_train.cache_clear()

    def note_digests(self, split: str, fingerprint: str, texts: LabelledTexts) -> NDArray[np.uint64]:
        """Compute digests of the split's texts (``equal_texts``), cached for ``noted_digests``; ``uint64 [texts]``."""

        def make(folder: Path) -> None:
            if self._draws and (split == "train" or not self.has_own_part(split)):  # already computed
                part = np.load(self._part_digests(self._drawn_from.fingerprint(self._train)) / _TEXTS)
                np.save(folder / _TEXTS, part[self.places(split)])
            else:
                np.save(folder / _TEXTS, text_digests(texts.texts))

        entry = cached("digests", _digests_key(split, fingerprint), make)
        digests: NDArray[np.uint64] = np.load(entry / _TEXTS)
        return digests

    def labels(self) -> Labels:
        """All labels in the order of their ids, and whether the texts are multi-label; ``NO_LABELS`` for a task without
        labels."""
        if not self._labelled:
            return NO_LABELS
        train = self.texts("train")
        different = set(train.label_sets)
        if train.shares is not None:
            if (train.shares == train.shares[:1]).all():
                raise InputError(f"{train.origin}: {ALL_SHARES_THE_SAME}")
        elif len(different) < 2:
            raise InputError(f"{train.origin}: {all_the_same(different.pop(), train.multi)}")
        names = train.label_names or label_order({name for names in different for name in names})
        if broken := [name for name in names if not is_text([name])]:
            raise InputError(f"{train.origin}: the label {shown(broken[0])} is not valid Unicode text")
        return Labels(names, train.multi)

    @property
    def _draws(self) -> bool:
        """Whether training texts are split at random."""
        return bool(self._fold or self._share("validation") or self._share("test"))

    def _training_part(self) -> LabelledTexts:
        if self._draws:
            self._read_as = self._drawn_from.fingerprint(self._train)
        self._on_stage(f"Reading the training texts ({self._config.data.describe()})")
        texts = self._drawn_from.read(self._train)
        if empty := [name for name, values in texts.extra.items() if _has_no_value(values)]:
            what = f"column {some_of(empty)} has" if len(empty) == 1 else f"columns {some_of(empty)} have"
            raise InputError(f"{texts.origin}: the {what} no value in any row; remove from data.extra")
        return texts

    def _joined(self, fingerprint: str) -> NDArray[np.int64] | None:
        """The set of each text of the training part with this fingerprint."""
        entry = self._part_digests(fingerprint)
        groups = entry / "groups.npy"
        return joined(np.load(entry / _TEXTS), np.load(groups) if groups.exists() else None)

    def _part_digests(self, fingerprint: str) -> Path:
        """Digests of the texts and groups of the training part with this fingerprint, from the cache."""

        def make(folder: Path) -> None:
            texts = self._read_train()
            np.save(folder / _TEXTS, text_digests(texts.texts))
            if texts.groups is not None:
                np.save(folder / "groups.npy", texts.groups)
            # The file may have changed since the texts were read, or while they were read.
            if {self._read_as, self._drawn_from.fingerprint(self._train)} != {fingerprint}:
                raise self._changed("train")

        return cached("digests", digest(_DIGESTS_FORMAT, fingerprint, self._group), make)

    def _changed(self, split: str) -> InputError:
        where = self._config.data.describe(split)
        return InputError(f"{where}: changed while it was read; try again when it is complete")

    @property
    def _fold(self) -> tuple[int, int] | tuple[()]:
        """The validation fold and the number of folds; empty without folds."""
        data = self._config.data
        return () if data.fold is None or data.folds is None else (data.fold, data.folds)

    @property
    def _split_seed(self) -> int:
        """The seed of the random splits and folds."""
        own = self._config.data.split_seed
        return self._config.seed if own is None else own

    def _share(self, split: str) -> float:
        part = self._parts[split]
        return 0.0 if part is None or isinstance(part, str) else part

    def _partition(self) -> dict[str, NDArray[np.int64]]:
        texts = self._read_train()
        shares = {"validation": self._share("validation"), "test": self._share("test")}
        sets = self._sets_of(self._drawn_from.fingerprint(self._train)) if self._draws else None
        if sets is not None and len(sets) != len(texts):  # the file has changed since it was read
            raise self._changed("train")
        try:
            if self._fold:
                fold, folds = self._fold
                return folded(texts, fold, folds, **shares, seed=self._split_seed, sets=sets)
            splits = partition(texts, **shares, seed=self._split_seed, sets=sets)
            return with_validation_in_training(splits) if self._config.data.train_on_validation else splits
        except InputError as error:
            different = set(texts.label_sets)
            if len(different) > 1 or not self._labelled:
                raise
            # Having only one label is the more fundamental problem: report it instead.
            raise InputError(f"{texts.origin}: {all_the_same(different.pop(), texts.multi)}") from error


def _has_no_value(values: NDArray[Any]) -> bool:
    """Whether a column beside the text (``LabelledTexts.extra``) says nothing about any text."""
    return all(value == "" or value != value for value in values.tolist())


def noted_digests(split: str, fingerprint: str) -> NDArray[np.uint64] | None:
    """The digests that ``Corpus.note_digests`` cached, even if the texts are gone. None if there are none."""
    entry = found("digests", _digests_key(split, fingerprint))
    if entry is None:
        return None
    digests: NDArray[np.uint64] = np.load(entry / _TEXTS)
    return digests


def _digests_key(split: str, fingerprint: str) -> str:
    return digest(_DIGESTS_FORMAT, "split", split, fingerprint)
