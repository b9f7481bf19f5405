"""What is said of a text without any known token: how frequent each label is among the training texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.labels import Labels


@dataclass(frozen=True)
class Prior:
    """The answer to texts all of whose tokens are unknown: the empty text, a text of words never seen.

    A network answers such a text, too, but what it makes of the one vector that all unknown tokens share has nothing to
    do with the text.

    Attributes:
        unknown_id: the token id of what the vocabulary does not hold.
        frequencies: of each label among the training texts, in the labels' order; above 0 and below 1.
    """

    unknown_id: int
    frequencies: tuple[float, ...]

    @classmethod
    def of(cls, truth: NDArray[Any], labels: Labels, unknown_id: int) -> Prior:
        """Of the training texts' labels: ids (``int [texts]``), or of lists ``bool [texts, labels]``.

        A label that none of the texts has, or all have, counts as if half a text were otherwise.
        """
        counts = truth.sum(axis=0) if labels.multi else np.bincount(truth, minlength=len(labels))
        texts = len(truth)
        frequencies = np.clip(counts / texts, 0.5 / texts, 1 - 0.5 / texts)
        if not labels.multi:
            frequencies /= frequencies.sum()
        return cls(unknown_id, tuple(map(float, frequencies)))

    def logits(self, labels: Labels) -> NDArray[np.float32]:
        """What a sigmoid, or a softmax, makes the frequencies of: ``float32 [1 or labels]``."""
        if labels.multi:
            values = [math.log(share / (1 - share)) for share in self.frequencies]
        elif labels.units == 1:
            first, second = self.frequencies
            values = [math.log(second / first)]
        else:
            values = [math.log(share) for share in self.frequencies]
        return np.array(values, np.float32)

    def put_into(self, logits: NDArray[np.float32], known: NDArray[np.bool_], labels: Labels) -> NDArray[np.float32]:
        """The logits (``[texts, 1 or labels]``), its own where ``known`` (``[texts]``) says that no token is."""
        return logits if known.all() else np.where(known[:, None], logits, self.logits(labels))

    def as_json(self, labels: Sequence[str]) -> dict[str, Any]:
        return {"unknown_id": self.unknown_id, "frequencies": dict(zip(labels, self.frequencies, strict=True))}

    @classmethod
    def from_json(cls, value: Any, labels: Sequence[str]) -> Prior:
        """Raises ``ValueError`` for what ``as_json`` does not give."""
        try:
            frequencies = tuple(float(value["frequencies"][name]) for name in labels)
            unknown_id = value["unknown_id"]
        except (TypeError, LookupError, ValueError, OverflowError) as error:
            raise ValueError("does not hold a frequency for each label of the run") from error
        if (
            not isinstance(unknown_id, int)
            or not 0 <= unknown_id < 2**31
            or not all(0 < share < 1 for share in frequencies)
        ):
            raise ValueError("holds a value that is not a frequency or a token id")
        return cls(unknown_id, frequencies)
