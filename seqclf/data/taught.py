"""What a teacher says about the texts of a training (``training.teacher``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Taught:
    """Probabilities of labels, in the order of the labels of the training, ``float32 [texts, labels]``.

    Attributes:
        train: of the training texts; None: the teacher says nothing about them.
        unlabelled: of the unlabelled texts; None: it says nothing about them.
        used: which unlabelled texts training uses, ``bool [texts]``; the teacher is certain enough of them.
        about: who the teachers are, and what they have seen, for the manifest.
        notes: what a person should know, each for a line.
        warnings: what may make the model, or its scores, worse than they seem.
    """

    train: NDArray[np.float32] | None = None
    unlabelled: NDArray[np.float32] | None = None
    used: NDArray[np.bool_] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
