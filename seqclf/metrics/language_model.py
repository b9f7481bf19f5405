"""Metrics of language models."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

from seqclf.metrics.scores import Mark, Scores, count_in, object_in, score_field

_MOST_NATS = 700.0  # ``exp`` of more is infinite, which JSON cannot say


@dataclass(frozen=True)
class Surprise:
    """What predictions of tokens add up to. The end of a text counts as a token, a word and a character.

    Attributes:
        nats: summed negative log-probability of the tokens.
        tokens: number of predicted tokens.
        words: of the texts, separated by white space.
        characters: code points of the texts, before normalisation.
    """

    nats: float
    tokens: int
    words: int
    characters: int


def perplexity(nats: float) -> float:
    """``exp(nats)``, a mean negative log-probability; at most about 1e304."""
    return math.exp(min(nats, _MOST_NATS))


@dataclass(frozen=True, kw_only=True)
class LanguageModelScores(Scores):
    """Scores of a language model; smaller is better.

    Attributes:
        loss: mean negative log-probability of a token in nats.
        perplexity: of a token, ``exp(loss)``.
        bits_per_character: comparable between tokenizers, as long as they keep all of the text.
        word_perplexity: of a word; comparable between tokenizers under the same condition.
    """

    loss: float = score_field(Mark(lambda all_: all_.nats / all_.tokens, monitored=True, smaller_is_better=True))
    perplexity: float = score_field(
        Mark(lambda all_: perplexity(all_.nats / all_.tokens), monitored=True, smaller_is_better=True)
    )
    bits_per_character: float = score_field(
        Mark(lambda all_: all_.nats / math.log(2) / all_.characters, monitored=True, smaller_is_better=True)
    )
    word_perplexity: float = score_field(
        Mark(lambda all_: perplexity(all_.nats / all_.words), shown=True, smaller_is_better=True)
    )


@dataclass(frozen=True, kw_only=True)
class LanguageModelMetrics(LanguageModelScores):
    """The scores on texts, and how much was predicted.

    Attributes:
        texts: number of texts.
        tokens, words, characters: as in ``Surprise``.
        unknown: how many of the tokens are the unknown token; None: not counted, as while training.
    """

    texts: int
    tokens: int
    words: int
    characters: int
    unknown: int | None = None

    @property
    def unknown_share(self) -> float | None:
        """The fraction of unknown tokens; the ends of texts, which all are known, do not count. None: not counted."""
        return None if self.unknown is None else self.unknown / max(1, self.tokens - self.texts)

    @classmethod
    def of(cls, found: Surprise, texts: int) -> Self:
        """The metrics of ``texts`` texts."""
        amounts = {name: getattr(found, name) for name in ("tokens", "words", "characters")}
        return cls(texts=texts, **amounts, **cls.computed(found))

    def to_json(self) -> dict[str, Any]:
        """As in ``metrics.json``."""
        amounts = {name: getattr(self, name) for name in ("texts", "tokens", "words", "characters")}
        unknown = {} if self.unknown is None else {"unknown": self.unknown}
        return {**amounts, **unknown, **super().to_json()}

    @classmethod
    def from_json(cls, saved: Any) -> Self:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else."""
        amounts = {name: count_in(object_in(saved), name) for name in ("texts", "tokens", "words", "characters")}
        unknown = count_in(saved, "unknown") if "unknown" in saved else None
        return cls(**amounts, unknown=unknown, **cls.scores_in(saved))


@dataclass(frozen=True)
class MeasuredLanguageModel:
    """A language model's metrics on a split or on other texts.

    Attributes:
        data: the source of the texts, in words.
        unigram: the scores of the baseline on the same texts (``seqclf.baseline.unigram``); None without one.
    """

    data: str
    metrics: LanguageModelMetrics
    unigram: LanguageModelScores | None = None

    def to_json(self) -> dict[str, Any]:
        """An entry of ``metrics.json``."""
        baseline = {} if self.unigram is None else {"baseline": {"unigram": self.unigram.to_json()}}
        return {"data": self.data, **self.metrics.to_json(), **baseline}
