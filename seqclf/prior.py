"""The answer for texts without known tokens: the frequency of each label in the training texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.label_weights import label_totals
from seqclf.labels import Labels


@dataclass(frozen=True)
class Prior:
    """The answer for texts with only unknown tokens: the empty text, or texts of unseen words.

    A network would answer such a text from the one vector that all unknown tokens share, which says nothing about the
    text.

    Attributes:
        unknown_id: token id of tokens that are not in the vocabulary.
        frequencies: of each label in the training texts, in the labels' order; above 0 and below 1.
        separator_id: token id between the fields of a text, which says nothing either; None if texts have one field.
    """

    unknown_id: int
    frequencies: tuple[float, ...]
    separator_id: int | None = None

    @property
    def mute_ids(self) -> tuple[int, ...]:
        """Ids of the tokens that say nothing about a text."""
        return (self.unknown_id,) if self.separator_id is None else (self.unknown_id, self.separator_id)

    @classmethod
    def of(
        cls,
        truth: NDArray[Any],
        labels: Labels,
        unknown_id: int,
        separator_id: int | None = None,
        *,
        weights: NDArray[np.floating] | None = None,
    ) -> Prior:
        """From the training texts: their labels (as for ``label_totals``) and their weights, with mean 1.

        If all texts have a label, or none has, half a text counts as the opposite.
        """
        counts = label_totals(truth, len(labels), weights)
        texts = len(truth) if weights is None else float(weights.sum(dtype=np.float64))
        frequencies = np.clip(counts / texts, 0.5 / texts, 1 - 0.5 / texts)
        if not labels.multi:
            frequencies /= frequencies.sum()
        return cls(unknown_id, tuple(map(float, frequencies)), separator_id)

    def logits(self, labels: Labels) -> NDArray[np.float32]:
        """The logits whose sigmoid or softmax gives the frequencies: ``float32 [1 or labels]``."""
        if labels.multi:
            values = [math.log(share / (1 - share)) for share in self.frequencies]
        elif labels.units == 1:
            first, second = self.frequencies
            values = [math.log(second / first)]
        else:
            values = [math.log(share) for share in self.frequencies]
        return np.array(values, np.float32)

    def replace_unknown(
        self, logits: NDArray[np.float32], known: NDArray[np.bool_], labels: Labels
    ) -> NDArray[np.float32]:
        """The logits (``[texts, 1 or labels]``), replaced by the prior's where ``known`` (``[texts]``) is false."""
        return logits if known.all() else np.where(known[:, None], logits, self.logits(labels))

    def as_json(self, labels: Sequence[str]) -> dict[str, Any]:
        separator = {} if self.separator_id is None else {"separator_id": self.separator_id}
        frequencies = dict(zip(labels, self.frequencies, strict=True))
        return {"unknown_id": self.unknown_id, **separator, "frequencies": frequencies}

    @classmethod
    def from_json(cls, value: Any, labels: Sequence[str]) -> Prior:
        """Read the output of ``as_json``. Raises ``ValueError`` for anything else."""
        try:
            frequencies = tuple(float(value["frequencies"][name]) for name in labels)
            unknown_id, separator_id = value["unknown_id"], value.get("separator_id")
        except (TypeError, LookupError, ValueError, OverflowError, AttributeError) as error:
            raise ValueError("does not have a frequency for each label of the run") from error
        ids = [unknown_id] if separator_id is None else [unknown_id, separator_id]
        if not all(isinstance(one, int) and 0 <= one < 2**31 for one in ids) or not all(
            0 < share < 1 for share in frequencies
        ):
            raise ValueError("has a value that is not a frequency or a token id")
        return cls(unknown_id, frequencies, separator_id)
