"""What the columns have in common."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

LEAST_TEXTS = 5
"""Training texts from which on a model can learn what a value, or its absence, means. Rarer ones say nothing."""


class Column(Protocol):
    """A column and how its values become features.

    Every feature has the mean 0 over the training texts. Zeros therefore stand for a text about which the column says
    nothing: for a linear head, the prediction is then the mean of those for all values.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str:
        """``number`` or ``category``, as in ``data.extra``."""

    @property
    def width(self) -> int:
        """Number of features, at least 1."""

    def parsed(self, value: Any) -> float | str:
        """A value of a file or of a caller as one for ``encode``. Raises ``ValueError`` that says what was expected."""

    def array(self, values: list[Any]) -> NDArray[Any]:
        """Parsed values as an array for ``encode``."""

    def missing(self, texts: int) -> NDArray[Any]:
        """An array for ``encode`` without any value."""

    def encode(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """The features of values ``[texts]``: ``float32 [texts, width]``."""

    def as_json(self) -> dict[str, Any]: ...


def is_known(missing: int, texts: int) -> bool:
    """Whether a model can learn what a missing value means: there are enough texts with and without a value."""
    return missing >= LEAST_TEXTS and texts - missing >= LEAST_TEXTS


def checked_share(value: Any) -> float | None:
    """A fraction from JSON, or None. Raises ``ValueError``."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not a fraction")
    return float(value)
