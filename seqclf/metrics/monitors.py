"""The scores that early stopping can watch."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal

from seqclf.metrics.classification import ClassificationScores
from seqclf.metrics.multi_label import MultiLabelScores

PREFIX = "val_"
"""Before the name of a score on the validation texts, to tell it from one on the training texts."""

_KINDS = (MultiLabelScores, ClassificationScores)

MONITORS = tuple(dict.fromkeys(f"{PREFIX}{name}" for name in chain(*(kind.monitored() for kind in _KINDS))))
"""The choices of ``training.early_stopping.monitor``: each monitored score of a task."""

if TYPE_CHECKING:
    Monitor = str
else:
    Monitor = Literal[MONITORS]
