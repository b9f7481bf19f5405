"""The score of each word of a text, towards a label."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Method = Literal["occlusion", "integrated-gradients"]


@dataclass(frozen=True)
class ScoredWord:
    """A word with its score.

    Attributes:
        start, stop: the word is the characters ``[start, stop)`` of the text, or of the value of its column.
        score: how much the word adds to ``Attribution.output``; None: the model does not read it (``max_tokens``).
        column: number of its text column; 0 if the run reads one.
        together: the score is an equal share of that of so many neighbouring words; 1: it is the word's own.
        known: whether the model knows any token of it.
    """

    start: int
    stop: int
    score: float | None
    column: int = 0
    together: int = 1
    known: bool = True


@dataclass(frozen=True)
class Attribution:
    """Why a model gives a text a label: ``output - baseline`` is the sum of the words' scores and ``remainder``.

    All four are log-odds, ``ln(p / (1 - p))``, of the calibrated probability ``p`` of ``label`` as the text's label:
    the logit of a sigmoid; of a softmax, the logit minus the log-sum-exp of those of the other labels. With
    ``against``, they are ``ln(p(label) / p(against))``.

    Attributes:
        fields: the text; of a run with several text columns, their values.
        columns: the names of the text columns if there are several, else empty.
        label: towards this label: positive scores speak for it.
        against: the other label of a contrast; None: all others.
        method: how the scores were computed (``seqclf.explanation.occlusion``, ``integrated_gradients``).
        words: in the order of the text; none overlap.
        probability: of ``label``.
        output: of the text.
        baseline: of the text without what its words say: without them (occlusion), or with zeros for the vectors of
            their tokens and without their n-grams (integrated gradients).
    """

    fields: tuple[str, ...]
    columns: tuple[str, ...]
    label: str
    against: str | None
    method: Method
    words: tuple[ScoredWord, ...]
    probability: float
    output: float
    baseline: float

    @property
    def remainder(self) -> float:
        """What the scores leave of ``output - baseline``: effects of words together, errors of integration."""
        return self.output - self.baseline - sum(word.score or 0.0 for word in self.words)

    @property
    def largest(self) -> float:
        """The largest absolute score; 0 if there are none."""
        return max((abs(word.score or 0.0) for word in self.words), default=0.0)

    @property
    def is_known(self) -> bool:
        """Whether the model knows any word of the text."""
        return any(word.known and word.score is not None for word in self.words)

    def text_of(self, word: ScoredWord) -> str:
        """The word as the text has it."""
        return self.fields[word.column][word.start : word.stop]

    def strongest(self, count: int, *, towards: bool) -> list[ScoredWord]:
        """The words with the largest scores towards the label, or against it, the strongest first."""
        sign = 1 if towards else -1
        scored = ((sign * word.score, word) for word in self.words if word.score is not None and sign * word.score > 0)
        return [word for _, word in heapq.nlargest(count, scored, key=lambda one: one[0])]

    def to_json(self) -> dict[str, Any]:
        """The input of ``from_json``; scores in log-odds."""
        text: Any = self.fields[0] if not self.columns else dict(zip(self.columns, self.fields, strict=True))
        return {
            "text": text,
            "label": self.label,
            **({} if self.against is None else {"against": self.against}),
            "probability": self.probability,
            "method": self.method,
            "output": self.output,
            "baseline": self.baseline,
            "remainder": self.remainder,
            "words": [self._word(word) for word in self.words],
        }

    def _word(self, word: ScoredWord) -> dict[str, Any]:
        return {
            "word": self.text_of(word),
            **({"column": self.columns[word.column]} if self.columns else {}),
            "start": word.start,
            "stop": word.stop,
            "score": word.score,
            **({} if word.together == 1 else {"together": word.together}),
            **({} if word.known else {"known": False}),
        }

    @classmethod
    def from_json(cls, value: Any) -> Attribution:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else."""
        try:
            text = value["text"]
            columns = tuple(text) if isinstance(text, Mapping) else ()
            fields = tuple(map(str, text.values())) if columns else (str(text),)
            words = tuple(_word_of(one, columns, fields) for one in value["words"])
            (method,) = (one for one in get_args(Method) if one == value["method"])
            against = value.get("against")
            of_text = (float(value[name]) for name in ("probability", "output", "baseline"))
            return cls(
                fields, columns, str(value["label"]), None if against is None else str(against), method, words, *of_text
            )
        except (TypeError, LookupError, AttributeError, ValueError) as error:
            raise ValueError("is not an explanation that seqclf wrote") from error


def _word_of(value: Mapping[str, Any], columns: Sequence[str], fields: Sequence[str]) -> ScoredWord:
    """Raises ``ValueError`` for a place outside the text."""
    column = columns.index(value["column"]) if columns else 0
    start, stop, score = int(value["start"]), int(value["stop"]), value["score"]
    if not 0 <= start < stop <= len(fields[column]):
        raise ValueError("a word is outside the text")
    together, known = int(value.get("together", 1)), bool(value.get("known", True))
    return ScoredWord(start, stop, None if score is None else float(score), column, together, known)
