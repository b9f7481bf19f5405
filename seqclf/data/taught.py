"""What a teacher says about the texts of a training (``training.teacher``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config.schema.teacher import TeacherConfig
from seqclf.labels import DEFAULT_THRESHOLD
from seqclf.run_teachers import KnownTexts

_LEAST = 1e-7  # of a probability, so that its logit is finite


@dataclass(frozen=True)
class Taught:
    """Probabilities of labels, in the order of the labels of the training, ``float32 [texts, labels]``.

    Attributes:
        train: of the training texts; None: the teacher says nothing about them.
        unlabelled: of the unlabelled texts; None: it says nothing about them.
        used: which unlabelled texts training uses, ``bool [texts]``; the teacher is certain enough of them.
        about: who the teachers are, and what they have seen, for the manifest.
        known: the held-out texts that teachers knew, by split; without splits of which they knew few.
        notes: what a person should know, each for a line.
        warnings: what may make the model, or its scores, worse than they seem.
    """

    train: NDArray[np.float32] | None = None
    unlabelled: NDArray[np.float32] | None = None
    used: NDArray[np.bool_] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    known: Mapping[str, KnownTexts] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def target_shares(probabilities: NDArray[np.floating], options: TeacherConfig, *, multi: bool) -> NDArray[np.float32]:
    """What a model learns from a teacher: probabilities at the temperature, or the labels as 0 and 1.

    Args:
        probabilities: of the teacher, ``[texts, labels]``.

    Returns:
        ``float32 [texts, labels]``; unless ``multi``, rows sum to 1.
    """
    targets: NDArray[np.floating] = probabilities
    if options.hard and multi:
        targets = np.where(probabilities > DEFAULT_THRESHOLD, 1.0, 0.0)
    elif options.hard:
        targets = np.eye(probabilities.shape[1])[probabilities.argmax(axis=1)]
    elif options.temperature != 1:
        bounded = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
        if multi:
            targets = 1 / (1 + (1 / bounded - 1) ** (1 / options.temperature))
        else:
            raised = bounded ** (1 / options.temperature)  # softmax(logits / T)
            targets = raised / raised.sum(axis=1, keepdims=True)
    return targets.astype(np.float32)
