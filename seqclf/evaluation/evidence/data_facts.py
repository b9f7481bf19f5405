"""What a report says of the texts of a split, whatever the model makes of them: lengths, labels, duplicates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.evaluation.evidence.content import Duplicates, LabelCount, LengthBin, Lengths
from seqclf.evaluation.evidence.shortened import without_surrogates
from seqclf.labels import Labels
from seqclf.text.tokenizer import Tokenizer

_BINS = 30
_LONG = 99  # percentile of the lengths, above which texts are in the last bin


def lengths_of(texts: EncodedTexts, tokenizer: Tokenizer, limit: int | None) -> Lengths | None:
    """Numbers of tokens; None without texts.

    ``limit``: the number of tokens that texts are truncated to; None: they are not.
    """
    found = texts.lengths
    if not len(found):
        return None
    unknown = int(texts.counts(tokenizer.vocabulary_size)[tokenizer.unknown_id])
    truncated = 0 if limit is None else int((found > limit).sum())
    mean, median, longest = float(found.mean()), float(np.median(found)), int(found.max())
    return Lengths(length_bins(found), mean, median, longest, int(found.sum()), unknown, limit, truncated)


def length_bins(lengths: NDArray[np.int64]) -> tuple[LengthBin, ...]:
    """At most 30 bins of equal width, the last of which also has the longest 1 % of the texts.

    ``lengths``: ``int64 [texts]``, not empty.
    """
    shortest, longest = int(lengths.min()), int(lengths.max())
    top = int(np.percentile(lengths, _LONG, method="higher"))
    width = -(-(top - shortest + 1) // _BINS)
    starts = list(range(shortest, top + 1, width))
    ends = [*(start - 1 for start in starts[1:]), longest]
    counts = np.bincount(np.searchsorted(starts, lengths, "right") - 1, minlength=len(starts))
    return tuple(LengthBin(*one) for one in zip(starts, ends, counts.tolist(), strict=True))


def label_counts(
    texts: EncodedTexts, labels: Labels, in_training: Mapping[str, int] | None = None
) -> tuple[LabelCount, ...]:
    """How many texts have each label; labels that the model lacks come last.

    ``in_training``: the same of the training texts, by label; None: unknown.
    """
    names = [*labels, *map(without_surrogates, texts.more_labels)]
    counts = texts.labels.sum(axis=0) if labels.multi else np.bincount(texts.labels, minlength=len(names))
    return tuple(
        LabelCount(name, count, None if in_training is None else in_training.get(name, 0))
        for name, count in zip(names, counts.tolist(), strict=True)
    )


def duplicates(
    digests: NDArray[np.uint64], label_ids: NDArray[Any], training: NDArray[np.uint64] | None = None
) -> Duplicates:
    """Equal texts in a split, and those that the training texts have as well.

    Args:
        digests: of the texts, ``uint64 [texts]``.
        label_ids: as ``EncodedTexts.labels``.
        training: digests of the training texts, ``uint64 [training texts]``; None: unknown.
    """
    distinct, of_texts = np.unique(digests, return_inverse=True)
    kinds = _label_kinds(label_ids)
    pairs = np.unique(of_texts * (int(kinds.max(initial=0)) + 1) + kinds)
    labels_each = np.bincount(pairs // (int(kinds.max(initial=0)) + 1), minlength=len(distinct))
    known = None if training is None else int(np.isin(digests, training).sum())
    return Duplicates(len(digests) - len(distinct), int((labels_each > 1).sum()), known)


def _label_kinds(label_ids: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each text, equal for texts with the same labels; ``int64 [texts]``."""
    if label_ids.ndim == 1:
        kinds: NDArray[np.int64] = label_ids.astype(np.int64)
        return kinds
    packed = np.ascontiguousarray(np.packbits(label_ids, axis=1))
    rows = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, numbers = np.unique(rows, return_inverse=True)
    return numbers.astype(np.int64)
