"""Classifiers made by hand: the logits of a text are sums of the weights of its tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.explanation.targets import probabilities
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.run_calibration import RunCalibration
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.kinds.word import WordTokenizer
from seqclf.text.tokenizer import PAD, UNKNOWN, Tokenizer
from seqclf.text.truncation import Truncate, truncate_ids


@dataclass(frozen=True)
class LinearClassifier:
    """A ``TokenClassifier``.

    Attributes:
        weights: of each token id, ``float64 [vocabulary, 1 or labels]``.
        calls: the ids of every text that it has read.
    """

    labels: Labels
    weights: NDArray[np.float64]
    tokenizer: Tokenizer
    thresholds: tuple[float, ...] | None = None
    max_tokens: int = 1_000
    truncate: Truncate = "tail"
    calibration: RunCalibration | None = None
    extra: ExtraColumns | None = None
    calls: list[list[int]] = field(default_factory=list)

    @property
    def columns(self) -> tuple[str, ...]:
        return self.tokenizer.columns

    def probabilities(
        self, texts: Sequence[str], extra: Mapping[str, Sequence[Any]] | None = None
    ) -> NDArray[np.floating]:
        return probabilities(self.logits_of_ids(list(self.tokenizer.encode_all(texts))), self.labels)

    def logits_of_ids(
        self, encoded: Sequence[NDArray[np.int32]], features: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        limit = (self.max_tokens, self.truncate, self.tokenizer.separator_id)
        self.calls.extend(ids.tolist() for ids in encoded)
        return np.stack([self.weights[truncate_ids(ids, *limit)].sum(axis=0) for ids in encoded]).astype(np.float32)


def linear_classifier(
    weights: Mapping[str, float | Sequence[float]],
    labels: Sequence[str] = ("bad", "good"),
    *,
    columns: Sequence[str] = (),
    **options: Any,
) -> LinearClassifier:
    """A classifier of words with these weights, one for each unit."""
    pieces = [PAD, UNKNOWN, *weights]
    tokenizer: Tokenizer = WordTokenizer(pieces, lowercase=True)
    if columns:
        tokenizer = FieldTokenizer(tokenizer, columns)
    found = Labels.of(labels)
    table = np.zeros((tokenizer.vocabulary_size, found.units))
    for number, values in enumerate(weights.values(), 2):
        table[number] = values
    return LinearClassifier(found, table, tokenizer, **options)
