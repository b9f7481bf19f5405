"""Labelled texts as token ids, in memory or in the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cached
from seqclf.data.corpus import Corpus
from seqclf.data.encoded import Beside, EncodedTexts
from seqclf.data.label_sets import key_of, label_ids, label_shares
from seqclf.data.label_spelling import spelled_alike, spelling_note
from seqclf.data.shards import Shards
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.sources import UnknownLabels
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.white_space import number_of_words

_FORMAT = 2  # increment when the cached content changes but its key does not
EXTRA_FORMAT = 2  # the same for the columns beside the text

Encode = Callable[[Sequence[str]], Iterator[NDArray[np.integer]]]
"""Token ids of each text."""


def encode_texts(
    texts: LabelledTexts,
    tokenizer: Tokenizer,
    labels: Labels,
    unknown_labels: UnknownLabels = "error",
    *,
    extra: ExtraColumns | None = None,
) -> EncodedTexts:
    """Encode texts of any origin; columns of ``extra`` that they lack have no value.

    Raises ``InputError`` for a label that is not in ``labels``, unless ``unknown_labels`` (``data.unknown_labels``)
    allows it, and if only one of ``texts`` and ``labels`` is multi-label.
    """
    content = _content(texts, tokenizer, labels, unknown_labels, extra=extra, encode=tokenizer.encode_all)
    encoded = EncodedTexts.collect(**content)
    return replace(encoded, separator_id=tokenizer.separator_id)


def _content(
    texts: LabelledTexts,
    tokenizer: Tokenizer,
    labels: Labels,
    unknown_labels: UnknownLabels,
    *,
    extra: ExtraColumns | None,
    encode: Encode,
) -> dict[str, Any]:
    """The arguments of ``EncodedTexts.collect`` and ``EncodedTexts.write``; raises as ``encode_texts``."""
    if not labels:
        return _unlabelled_content(texts, tokenizer, encode)
    found = label_ids(texts, labels, unknown_labels)
    kept = texts if found.kept is None else texts.chosen(found.kept)
    features = None if extra is None else extra.encode(kept.extra, len(kept))
    return {
        "encoded": encode(kept.texts),
        "labels": found.ids,
        "vocabulary_size": tokenizer.vocabulary_size,
        "unknown": found.unknown,
        "beside": Beside(weights=kept.weights, shares=label_shares(kept, labels), extra=features),
    }


def _unlabelled_content(texts: LabelledTexts, tokenizer: Tokenizer, encode: Encode) -> dict[str, Any]:
    """``_content`` of texts without labels, which all have the label id 0."""
    sizes = np.array([(number_of_words(text), len(text)) for text in texts.texts], np.int64).reshape(-1, 2)
    return {
        "encoded": encode(texts.texts),
        "labels": np.zeros(len(texts), np.int32),
        "vocabulary_size": tokenizer.vocabulary_size,
        "beside": Beside(words=sizes[:, 0], characters=sizes[:, 1]),
    }


def encode_split(
    corpus: Corpus,
    split: str,
    tokenizer: Tokenizer,
    labels: Labels,
    on_stage: Callable[[str], None],
    *,
    extra: ExtraColumns | None = None,
) -> EncodedTexts:
    """Encode a split like ``encode_texts``, or load it from the cache."""
    unknown_labels: UnknownLabels = "error" if split == "train" else corpus.unknown_labels
    fingerprint = corpus.fingerprint(split)

    def encode(folder: Path) -> None:
        texts = corpus.texts_of(split, fingerprint)
        stage = f"Encoding {len(texts):,} {split} text{'' if len(texts) == 1 else 's'}"
        on_stage(stage)
        corpus.note_digests(split, fingerprint, texts)
        if labels and (changed := spelled_alike(texts, labels.names)[1]):
            on_stage(f"The {split} {spelling_note(changed)}")

        def by_processes(chosen: Sequence[str]) -> Iterator[NDArray[np.integer]]:
            return shards.encoded(chosen, tokenizer, lambda count: on_stage(f"{stage} in {count} processes"))

        content = _content(texts, tokenizer, labels, unknown_labels, extra=extra, encode=by_processes)
        EncodedTexts.write(folder, **content)

    allowed = [] if unknown_labels == "error" else [key_of(unknown_labels)]
    columns = [] if extra is None else [EXTRA_FORMAT, extra.fingerprint]
    key = digest(_FORMAT, fingerprint, tokenizer.fingerprint, labels, *allowed, *columns)
    shards = Shards(key)
    entry = cached("encoded", key, encode)
    shards.remove()
    encoded = replace(EncodedTexts.load(entry), separator_id=tokenizer.separator_id)
    if encoded.unknown is not None:
        on_stage(encoded.unknown.summary_of(split))
    return encoded
