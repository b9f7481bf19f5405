"""The rule: from what the texts are like to a model. Its evidence is in docs/writing_configs.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from seqclf.starter.look import Look

Family = Literal["bag", "lstm", "gru", "min_gru", "conv"]
FAMILIES: tuple[Family, ...] = get_args(Family)

_MUCH_UNCUT = 0.05  # share of words too long for subwords from which characters are read instead
_LEAST_PIECES, _MOST_PIECES = 1_024, 30_000
_LEAST_TOKENS, _MOST_TOKENS = 16, 1_024
_UNEVEN = 3.0  # texts of the most frequent label for each of the rarest
_VERY_UNEVEN = 100.0  # beyond this, balanced weights make a handful of texts count for more than they show
_SMALL, _LARGE = 2_000, 10_000  # rows
_RECURRENT_BUDGET = 400_000  # tokens of an epoch that a recurrent layer reads in few seconds on two cores


@dataclass(frozen=True)
class Recipe:
    """A model and its training, as sections of a config.

    Attributes:
        ngrams: the section of that name; None for none.
        why: what in the texts decided it.
    """

    family: Family
    tokenizer: Mapping[str, Any]
    embedding: Mapping[str, Any]
    layers: tuple[Mapping[str, Any], ...]
    head: tuple[Mapping[str, Any], ...]
    ngrams: Mapping[str, Any] | None
    training: Mapping[str, Any]
    why: str

    def sections(self) -> dict[str, Any]:
        """What of a config follows from the recipe, in the order in which it is read."""
        found = {
            "tokenizer": dict(self.tokenizer),
            "embedding": dict(self.embedding),
            "layers": [dict(layer) for layer in self.layers],
            "ngrams": self.ngrams and dict(self.ngrams),
            "head": [dict(layer) for layer in self.head],
            "training": dict(self.training),
        }
        return {name: value for name, value in found.items() if value or name == "layers"}


def recipe(look: Look, family: Family | None = None) -> Recipe:
    """The model for such texts, of the ``family`` where one is named."""
    chosen, why = (family, "asked for") if family is not None else _family(look)
    return Recipe(
        family=chosen,
        tokenizer=_tokenizer(look),
        embedding=_embedding(look, chosen),
        layers=_layers(look, chosen),
        head=({"type": "dropout", "rate": 0.5},) if chosen != "bag" else (),
        ngrams=None,
        training=_training(look, chosen),
        why=why,
    )


def promising(look: Look) -> tuple[Recipe, ...]:
    """Three recipes that are worth a trial, the rule's own first."""
    first = recipe(look)
    others: tuple[Family, ...] = ("bag", "gru", "min_gru") if look.rows < _LARGE else ("bag", "min_gru", "lstm")
    families = [family for family in others if family != first.family][:2]
    return (first, *(recipe(look, family) for family in families))


def _family(look: Look) -> tuple[Family, str]:
    tokens = look.rows * look.tokens[0]
    if tokens > _RECURRENT_BUDGET:
        return "bag", "many or long texts: a bag of word pieces is fast, and seldom behind"
    return "gru", "short texts: what order the words are in is read as well"


def _tokenizer(look: Look) -> dict[str, Any]:
    if look.uncut_share > _MUCH_UNCUT:
        return {"type": "char", "ngram": 3, "max_tokens": _most_tokens(look.characters[2])}
    pieces = 2 ** math.ceil(math.log2(max(look.recurring_words, 1)))
    return {
        "vocab_size": int(min(_MOST_PIECES, max(_LEAST_PIECES, pieces))),
        "max_tokens": _most_tokens(look.tokens[2]),
    }


def _most_tokens(at_95: float) -> int:
    """The 95th percentile, rounded up to a multiple of 16."""
    return int(min(_MOST_TOKENS, max(_LEAST_TOKENS, math.ceil(at_95 / 16) * 16)))


def _embedding(look: Look, family: Family) -> dict[str, Any]:
    if family == "bag":
        return {"dim": 128 if look.rows >= _SMALL else 64, "dropout": 0.3, "word_dropout": 0.3}
    return {"dim": 64, "dropout": 0.3, "word_dropout": 0.1}


def _layers(look: Look, family: Family) -> tuple[dict[str, Any], ...]:
    pool = {"type": "pool", "method": ["mean", "max"]}
    units = 64 if look.rows >= _SMALL else 32
    if family == "bag":
        return (pool,)
    if family == "conv":
        return {"type": "conv1d", "filters": 2 * units, "kernel_size": 3}, pool
    return {"type": family, "units": units, "bidirectional": True}, pool


def _training(look: Look, family: Family) -> dict[str, Any]:
    small = look.rows < _SMALL
    uneven = look.imbalance >= _UNEVEN
    monitor = "val_micro_f1" if look.multi else "val_macro_f1" if uneven else "val_accuracy"
    training: dict[str, Any] = {
        "epochs": 40 if small else 30,
        "batch_size": 16 if small else 32 if look.rows < _LARGE else 64,
        "optimizer": {"type": "adam", "learning_rate": 2e-3, "clip_norm": 1.0},
    }
    if uneven and not look.multi and look.imbalance < _VERY_UNEVEN:
        training["class_weights"] = "balanced"
    training["early_stopping"] = {"monitor": monitor, "patience": 8 if small else 5}
    return training
