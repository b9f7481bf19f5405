"""Measure the texts: how many, with which labels, how long."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqclf.labels import on_one_line
from seqclf.sources.texts import LabelledTexts
from seqclf.text.chunks import Wording, count_chunks, count_words
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.word_rules import NEWEST
from seqclf.text.wordpiece import MAX_WORD_CHARACTERS

_CHARACTERS_READ = 2_000_000  # in the sample that a tokenizer is trained on: less than a second
_LABELS_SHOWN = 6
_LEAST_PIECES, _MOST_PIECES = 1_024, 8_192


@dataclass(frozen=True)
class Look:
    """The properties of the data that decide the model.

    Attributes:
        rows: number of training texts; an estimate for large files.
        seen: number of texts examined.
        labels: texts per label among those, the most frequent label first.
        multi: whether texts have several labels.
        words: words per text: mean, median and 95th percentile.
        distinct_words: number of different words, lower-cased.
        recurring_words: number of words that occur at least twice.
        tokens: subwords per text: mean, median and 95th percentile, with ``pieces_for(rows)`` pieces from a sample.
        characters: characters per text: the same three.
        uncut_share: fraction of the words that are too long for subwords, such as DNA.
        validation: whether validation texts have their own file or folder.
        test: the same for test texts.
    """

    rows: int
    seen: int
    labels: tuple[tuple[str, int], ...]
    multi: bool
    words: tuple[float, float, float]
    distinct_words: int
    recurring_words: int
    tokens: tuple[float, float, float]
    characters: tuple[float, float, float]
    uncut_share: float
    validation: bool = False
    test: bool = False

    @property
    def imbalance(self) -> float:
        """Texts of the most frequent label per text of the rarest label."""
        return self.labels[0][1] / max(self.labels[-1][1], 1)

    @property
    def rarest(self) -> int:
        """Texts of the rarest label."""
        return self.labels[-1][1]

    def summary(self, named: str) -> str:
        """A sentence for the screen; ``named`` are the columns, in parentheses."""
        shown = ", ".join(f"{on_one_line(name)} ({count:,})" for name, count in self.labels[:_LABELS_SHOWN])
        more = ", ..." if len(self.labels) > _LABELS_SHOWN else ""
        what = "multi-label texts" if self.multi else "texts"
        _, median, most = self.words
        of = f" of about {self.rows:,}" if self.seen < self.rows else ""
        return (
            f"{self.seen:,}{of} {what} with {len(self.labels)} labels{named}: "
            f"{shown}{more}; words per text: median {median:,.0f}, 95 % have at most {most:,.0f}"
        )


def pieces_for(rows: int) -> int:
    """Size of a subword vocabulary for ``rows`` texts: with few texts, few pieces, so that each occurs often."""
    return int(min(_MOST_PIECES, max(_LEAST_PIECES, 2 ** np.ceil(np.log2(max(rows, 1))))))


def look(data: LabelledTexts, *, rows: int | None = None, validation: bool = False, test: bool = False) -> Look:
    """Count and measure the texts, a part of all ``rows``."""
    counts = Counter(name for names in data.label_sets for name in names)
    sample = _sample(data.texts)
    words = count_words(count_chunks(data.texts), Wording(lowercase=True, normalize="nfc", version=NEWEST))
    long = sum(count for word, count in words.items() if len(word) > MAX_WORD_CHARACTERS)
    pieces = pieces_for(max(len(data), rows or 0))
    tokenizer = SubwordTokenizer.learn(sample, vocab_size=pieces)
    return Look(
        rows=max(len(data), rows or 0),
        seen=len(data),
        labels=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        multi=data.multi,
        words=_quantiles([len(text.split()) for text in data.texts]),
        distinct_words=len(words),
        recurring_words=sum(count > 1 for count in words.values()),
        tokens=_quantiles([len(ids) for ids in tokenizer.encode_all(sample)]),
        characters=_quantiles([len(text) for text in data.texts]),
        uncut_share=long / max(sum(words.values()), 1),
        validation=validation,
        test=test,
    )


def _quantiles(lengths: Sequence[int]) -> tuple[float, float, float]:
    return float(np.mean(lengths)), float(np.median(lengths)), float(np.quantile(lengths, 0.95))


def _sample(texts: Sequence[str]) -> list[str]:
    """Texts from all over the file (files are often sorted), up to ``_CHARACTERS_READ`` characters."""
    total = sum(map(len, texts))
    every = max(1, -(-total // _CHARACTERS_READ))
    return list(itertools.islice(texts, 0, None, every))
