"""What ``seqclf eval --against`` finds, for its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.data.seen import Seen
    from seqclf.evaluation.comparison import Comparison
    from seqclf.sources.texts import LabelledTexts
    from seqclf.tasks.classification.answers import Answers


@dataclass(frozen=True)
class Found:
    """Everything that the report says.

    Attributes:
        names: of the evaluated run and of the other one; their paths if the names are the same.
        texts: those that were compared on.
        places: theirs among all texts of the split or of ``--data``, from 0 on.
        fields: the columns whose values together are a text; empty if a text is a single value.
        answers: of both runs, with the labels of the evaluated one.
        seen: how many of the texts each run has seen in training; None: that is not known.
    """

    names: tuple[str, str]
    where: str
    texts: LabelledTexts
    places: NDArray[np.int64]
    fields: tuple[str, ...]
    answers: tuple[Answers, Answers]
    comparison: Comparison
    seen: tuple[Seen | None, Seen | None]
