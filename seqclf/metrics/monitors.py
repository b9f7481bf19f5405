"""The scores that early stopping can watch."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal

from seqclf.metrics.classification import ClassificationScores
from seqclf.metrics.language_model import LanguageModelScores
from seqclf.metrics.multi_label import MultiLabelScores
from seqclf.metrics.scores import Scores

PREFIX = "val_"
"""Before the name of a score on the validation texts, to tell it from one on the training texts."""


def monitors_of(*, labelled: bool) -> tuple[str, ...]:
    """The scores that early stopping can watch in a task, whose texts have labels or not."""
    kinds: tuple[type[Scores], ...] = (MultiLabelScores, ClassificationScores) if labelled else (LanguageModelScores,)
    return tuple(dict.fromkeys(f"{PREFIX}{name}" for name in chain(*(kind.monitored() for kind in kinds))))


MONITORS = tuple(dict.fromkeys((*monitors_of(labelled=True), *monitors_of(labelled=False))))
"""The choices of ``training.early_stopping.monitor``: each monitored score of a task."""

if TYPE_CHECKING:
    Monitor = str
else:
    Monitor = Literal[MONITORS]
