"""The scores of runs by their names: which there are, and whether a smaller one is better."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from seqclf.metrics.classification import ClassificationScores
from seqclf.metrics.evaluation import MultiLabelEvaluation, SingleLabelEvaluation
from seqclf.metrics.language_model import LanguageModelScores
from seqclf.metrics.monitors import PREFIX
from seqclf.metrics.multi_label import MultiLabelScores
from seqclf.metrics.scores import Scores

Value = TypeVar("Value")

VALIDATION, TEST = "validation", "test"
SPLITS = (VALIDATION, TEST)
SplitScores = Mapping[str, Mapping[str, float]]
"""Values by split and by the name of the score."""

_KINDS: tuple[type[Scores], ...] = (ClassificationScores, MultiLabelScores, LanguageModelScores)
_MEASURED_ONCE: tuple[type[Scores], ...] = (SingleLabelEvaluation, MultiLabelEvaluation)
"""Scores that only the end of a training and ``seqclf eval`` compute."""
_SMALLER_IS_BETTER = {
    name: mark.smaller_is_better for kind in (*_KINDS, *_MEASURED_ONCE) for name, mark in kind.marks().items()
}
NAMES = tuple(_SMALLER_IS_BETTER)
"""All scores that a run can have."""
_SHOWN = {name for kind in _KINDS for name in kind.shown()}
_FIRST_CHOICES = ("perplexity", "micro_f1", "accuracy")
"""Only language models have the first, only multi-label runs the second."""


def for_people(scores: Mapping[str, Value]) -> dict[str, Value]:
    """Of scores by name, those that ``seqclf eval`` shows first: all runs have them."""
    return {name: value for name, value in scores.items() if name in _SHOWN}


def smaller_is_better(name: str) -> bool:
    return _SMALLER_IS_BETTER.get(name, False)


def goodness(name: str, value: float) -> float:
    """The value such that larger is better."""
    return -value if smaller_is_better(name) else value


def scores_in(metrics: Any) -> SplitScores:
    """The scores in the content of ``metrics.json``; what is malformed or not finite is left out."""
    if not isinstance(metrics, dict):
        return {}
    found = {str(split): scores_of(entry) for split, entry in metrics.items()}
    return {split: scores for split, scores in found.items() if scores}


def scores_of(entry: Any) -> dict[str, float]:
    """The scores in the metrics of one split."""
    if not isinstance(entry, dict):
        return {}
    return {name: float(entry[name]) for name in NAMES if is_number(entry.get(name))}


def is_number(value: Any) -> bool:
    """Whether a value of JSON is a finite number, and not too large for a ``float``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def main_score(scores: SplitScores) -> str | None:
    """The score to show if nobody names one: accuracy, micro F1 of multi-label data, or perplexity."""
    known = {name for one in scores.values() for name in one}
    return next((name for name in _FIRST_CHOICES if name in known), next(iter(sorted(known)), None))


def parsed(text: str) -> tuple[str, str | None]:
    """Name and split of a score as people write it: ``macro F1``, ``val_accuracy``, ``test-loss``."""
    name = re.sub(r"[\s-]+", "_", text.strip()).lower()
    for prefix, split in ((PREFIX, VALIDATION), (f"{VALIDATION}_", VALIDATION), (f"{TEST}_", TEST)):
        if name.startswith(prefix):
            return name.removeprefix(prefix), split
    return name, None


def closest(name: str) -> str:
    """``; did you mean "macro_f1"?``; empty if no score has a name like it."""
    import difflib

    close = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close and close[0] != name else ""


def unknown_score(text: str, known: Collection[str]) -> str:
    """A message about a score that none of the runs has."""
    name, _ = parsed(text)
    return f"{text}: no run has this score{closest(name)} (scores of these runs: {', '.join(sorted(known)) or 'none'})"
