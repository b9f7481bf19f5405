"""What a classifier reads of a text: its tokens, and the words that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf.explanation.attribution import ScoredWord
from seqclf.inference.text_classifier import TextClassifier
from seqclf.text.fields import FIELD_SEPARATOR, Text, as_text, split_fields
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate, kept_places


class TokenClassifier(TextClassifier, Protocol):
    """A ``TextClassifier`` that also classifies token ids; ``inference.Classifier`` and ``KerasClassifier`` are."""

    @property
    def tokenizer(self) -> Tokenizer: ...

    @property
    def max_tokens(self) -> int:
        """Longer texts are truncated."""

    @property
    def truncate(self) -> Truncate: ...

    def logits_of_ids(
        self, encoded: Sequence[NDArray[np.int32]], features: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Calibrated logits of encoded texts, ``float32 [texts, 1 or labels]``.

        ``features``: of the columns beside the text, ``float32 [texts, width]``; None: no column has a value.
        """


@dataclass(frozen=True)
class Reading:
    """A text as a classifier reads it.

    Attributes:
        fields: the text; of a run with several text columns, their values.
        ids: the token ids that the model reads, ``int32 [tokens]``.
        words: all words of the text, without scores.
        tokens: for each word, which of ``ids`` are its own, ``int64 [any]``; none if the model does not read it.
        empty: the ids that remain without any word, ``int32 [tokens]``.
    """

    fields: tuple[str, ...]
    ids: NDArray[np.int32]
    words: tuple[ScoredWord, ...]
    tokens: tuple[NDArray[np.int64], ...]
    empty: NDArray[np.int32]

    @property
    def read(self) -> list[int]:
        """Numbers of the words that the model reads."""
        return [number for number, tokens in enumerate(self.tokens) if len(tokens)]

    def without(self, words: Sequence[int]) -> NDArray[np.int32]:
        """The ids without the tokens of some words."""
        dropped = np.concatenate([self.tokens[word] for word in words])
        left: NDArray[np.int32] = np.delete(self.ids, dropped)
        return left if len(left) else self.empty


def read_text(classifier: TokenClassifier, text: Text) -> Reading:
    """What ``classifier`` reads of a text. Raises ``InputError`` if it is no text of the classifier's columns."""
    tokenizer, text = classifier.tokenizer, as_text(text, classifier.columns)
    (ids,) = tokenizer.encode_all([text])
    kept = kept_places(ids, classifier.max_tokens, classifier.truncate, tokenizer.separator_id)
    spans = tokenizer.word_spans(text)
    fields = _fields(text, len(classifier.columns))
    begins = np.cumsum([0, *(len(field) + 1 for field in fields[:-1])])
    words, tokens = [], []
    for span in spans:
        first, last = np.searchsorted(kept, [span.first, span.last])
        column = int(np.searchsorted(begins, span.start, side="right")) - 1
        known = bool((ids[span.first : span.last] != tokenizer.unknown_id).any())
        start = int(begins[column])
        words.append(ScoredWord(span.start - start, span.stop - start, None, column, known=known))
        tokens.append(np.arange(first, last))
    left = ids[kept]
    empty = left[left == tokenizer.separator_id] if tokenizer.separator_id is not None else left[:0]
    if not len(empty):
        empty = np.array([tokenizer.unknown_id], np.int32)
    return Reading(fields, left, tuple(words), tuple(tokens), empty)


def _fields(text: str, columns: int) -> tuple[str, ...]:
    """The values of the text columns; as ``FieldTokenizer`` reads a text, further separators belong to the last."""
    if not columns:
        return (text,)
    fields = split_fields(text)
    fields = [*fields[: columns - 1], FIELD_SEPARATOR.join(fields[columns - 1 :])][:columns]
    return (*fields, *[""] * (columns - len(fields)))
