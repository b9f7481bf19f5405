"""Scores the words of texts that a report shows, for as long as there is time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from seqclf.evaluation.evidence.content import Word
from seqclf.evaluation.evidence.mistakes import MOST_TEXTS
from seqclf.explanation.attribution import Attribution
from seqclf.explanation.occlusion import occlusion
from seqclf.explanation.reading import TokenClassifier
from seqclf.runs import Run

LEAST_SECONDS = 4.0
"""The time that all texts together may take, however short the training or the evaluation was."""

_FIRST_CALLS, _FEWEST_CALLS, _MOST_CALLS = 32, 16, 256
_DIGITS = 5  # of a score


def explainer_of(run: Run, seconds: float, threads: int | None = None) -> TimedExplainer | None:
    """For the ONNX model of a run; None if the run has none.

    ``threads``: None: one for each core. Raises ``InputError`` if the model is malformed.
    """
    if not run.onnx.is_file():
        return None
    from seqclf.inference.classifier import Classifier

    return TimedExplainer(Classifier.load(run.folder, threads=threads), seconds)


class TimedExplainer:
    """Occlusion of one text after another until the time is over.

    The first text tells how fast the model is, and so how closely the next ones can be looked at: the time is enough
    for ``MOST_TEXTS``. An ``Explain`` of ``seqclf.evaluation.evidence.make``.

    Args:
        seconds: about how long all texts together may take.
    """

    def __init__(self, classifier: TokenClassifier, seconds: float) -> None:
        self._classifier, self._seconds = classifier, seconds
        self._used, self._calls = 0.0, 0

    def __call__(self, text: str, label: str, beside: Mapping[str, Any]) -> Sequence[Word]:
        """The scores of the text's words towards ``label``; empty if the time is over.

        ``beside``: the values of the columns beside the text.
        """
        if self._used >= self._seconds:
            return ()
        began, calls = time.perf_counter(), self._calls_now()
        extra = {name: [value] for name, value in beside.items()} or None
        ((attribution,),) = occlusion(self._classifier, [text], [label], extra=extra, most_calls=calls)
        self._used += time.perf_counter() - began
        self._calls += calls
        return _words_of(attribution)

    def _calls_now(self) -> int:
        if not self._calls:
            return _FIRST_CALLS
        affordable = self._calls / max(self._used, 1e-6) * self._seconds / MOST_TEXTS
        return int(min(_MOST_CALLS, max(_FEWEST_CALLS, affordable)))


def _words_of(attribution: Attribution) -> list[Word]:
    """The words with their places in the text, whose fields are joined by one character."""
    begins = [0]
    for field in attribution.fields:
        begins.append(begins[-1] + len(field) + 1)
    return [
        Word(
            begins[word.column] + word.start,
            begins[word.column] + word.stop,
            None if word.score is None else float(f"{word.score:.{_DIGITS}g}"),
        )
        for word in attribution.words
    ]
