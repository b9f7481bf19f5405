"""Further texts, without labels (``data.unlabelled``): read, compared with validation and test texts, encoded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from seqclf.cache import cached
from seqclf.config import Config
from seqclf.config.problems import Problem
from seqclf.data.corpus import Corpus
from seqclf.data.encoded import Beside, EncodedTexts
from seqclf.data.equal_texts import text_digests
from seqclf.data.held_out import HELD_OUT, held_out_digests
from seqclf.data.shards import Shards
from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.files import write_json
from seqclf.sources.base import OptionError
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.text.tokenizer import Tokenizer

UNLABELLED = "unlabelled"
"""Name of these texts among the fingerprints of a run's data."""

_FORMAT = 1  # increment when the cached content changes but its key does not
_KEPT, _COUNTS = "kept.npy", "counts.json"
_WHY = "data.unlabelled must contain none of its texts"


@dataclass(frozen=True)
class UnlabelledCounts:
    """How many texts the part has, and how many of them are left out.

    Attributes:
        found: texts of the part.
        left_out: those that are equal to a text of another split, by the first such split.
    """

    found: int
    left_out: dict[str, int]

    @property
    def kept(self) -> int:
        return self.found - sum(self.left_out.values())

    def sentence(self) -> str:
        """The counts in words: ``50,000 unlabelled texts (3 equal to test texts are left out)``."""
        equal = " and ".join(f"{count:,} equal to {split} texts" for split, count in self.left_out.items() if count)
        verb = "is" if sum(self.left_out.values()) == 1 else "are"
        return f"{self.kept:,} unlabelled texts" + (f" ({equal} {verb} left out)" if equal else "")


class UnlabelledPart:
    """The texts of ``data.unlabelled`` that are equal to no validation or test text.

    Only the texts of these splits are read for it, not their labels. Texts are compared as in random splits
    (``equal_texts.normalised``). Use it only if the config names such a part.
    """

    def __init__(self, config: Config, corpus: Corpus) -> None:
        part = config.data.unlabelled_part
        assert part is not None
        self._part, self._config, self._corpus = part, config, corpus
        self._source = config.data.open_unlabelled()

    @cached_property
    def fingerprint(self) -> str:
        """Digest of everything that determines the texts."""
        others = [(split, self._corpus.fingerprint(split)) for split in HELD_OUT if self._corpus.has(split)]
        return digest(UNLABELLED, _FORMAT, self._source.fingerprint(self._part), *others)

    @cached_property
    def counts(self) -> UnlabelledCounts:
        """Raises ``InputError`` if no text is left, or if a part cannot be read."""
        counts = UnlabelledCounts(**json.loads((self._compared / _COUNTS).read_text(encoding="utf-8")))
        if not counts.kept:
            what = f"all {counts.found:,} texts are equal to validation or test texts; name other texts"
            raise InputError(f"data.unlabelled: {what}")
        return counts

    def texts(self) -> LabelledTexts:
        """The texts, each with the label ``sources.texts.UNLABELLED``. Not kept in memory."""
        kept, found = np.load(self._compared / _KEPT), self._found
        return found if len(kept) == len(found) else found.chosen(kept)

    def forget(self) -> None:
        """Free the texts in memory; they are read again when requested."""
        self.__dict__.pop("_found", None)

    @cached_property
    def _found(self) -> LabelledTexts:
        try:
            return self._source.read(self._part)
        except InputError as error:
            raise InputError(f"data.unlabelled: {error}") from error

    @cached_property
    def _compared(self) -> Path:
        """Folder of the cache with the indices of the texts that are kept, ``int64 [kept]``, and the counts."""

        def compare(folder: Path) -> None:
            digests = text_digests(self._found.texts)
            left_out: dict[str, int] = {}
            kept = np.ones(len(digests), np.bool_)
            for split in HELD_OUT:
                if self._corpus.has(split):
                    equal = kept & np.isin(digests, held_out_digests(self._config, self._corpus, split, _WHY))
                    left_out[split] = int(equal.sum())
                    kept &= ~equal
            np.save(folder / _KEPT, np.flatnonzero(kept))
            write_json(folder / _COUNTS, {"found": len(digests), "left_out": left_out})

        return cached("unlabelled", self.fingerprint, compare)


@dataclass(frozen=True)
class Unlabelled:
    """The unlabelled texts of a training.

    Attributes:
        encoded: their token ids, and features of the columns beside the text. All label ids are 0.
        part: the texts themselves.
    """

    encoded: EncodedTexts
    part: UnlabelledPart

    @property
    def counts(self) -> UnlabelledCounts:
        return self.part.counts


def unlabelled_problems(config: Config) -> list[Problem]:
    """Problems with the part, as far as they can be found quickly and without TensorFlow."""
    if config.data.unlabelled_part is None:
        return []
    try:
        config.data.open_unlabelled().check(config.data.unlabelled_part)
    except OptionError as error:
        messages = [f"{message}; add it, or name another part" for message in error.by_option.values()]
    except InputError as error:
        messages = [str(error)]
    else:
        return []
    return [Problem(("data", UNLABELLED), message) for message in messages]


def unlabelled_texts(
    config: Config,
    corpus: Corpus,
    tokenizer: Tokenizer,
    on_stage: Callable[[str], None],
    *,
    extra: ExtraColumns | None = None,
) -> Unlabelled | None:
    """The unlabelled texts encoded by a tokenizer, or loaded from the cache; None if the config names none.

    Raises ``InputError`` if they cannot be read, or none of them is left.
    """
    if config.data.unlabelled_part is None:
        return None
    part = UnlabelledPart(config, corpus)

    def encode(folder: Path) -> None:
        texts = part.texts()
        on_stage(f"Encoding {len(texts):,} unlabelled text{'' if len(texts) == 1 else 's'}")
        features = None if extra is None else extra.encode(texts.extra, len(texts))
        ids, no_labels = shards.encoded(texts.texts, tokenizer), np.zeros(len(texts), np.int32)
        EncodedTexts.write(folder, ids, no_labels, tokenizer.vocabulary_size, beside=Beside(extra=features))

    counts = part.counts  # raises before the tokens are made
    assert counts.kept
    columns = [] if extra is None else [extra.fingerprint]
    key = digest(_FORMAT, part.fingerprint, tokenizer.fingerprint, *columns)
    shards = Shards(key)
    encoded = EncodedTexts.load(cached("encoded", key, encode))
    shards.remove()
    part.forget()
    return Unlabelled(replace(encoded, separator_id=tokenizer.separator_id), part)
