"""The rule that chooses a model by the properties of the texts. Its evidence is in docs/writing_configs.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from seqclf.starter.look import Look, pieces_for

Family = Literal["bag", "lstm", "gru", "min_gru", "conv", "ngrams"]
"""What reads the text; ``ngrams``: a linear model over n-grams alone."""

FAMILIES: tuple[Family, ...] = get_args(Family)

_MUCH_UNCUT = 0.05  # fraction of words too long for subwords; above it, use characters instead
_LEAST_TOKENS, _MOST_TOKENS = 16, 1_024
_UNEVEN = 3.0  # texts of the most frequent label per text of the rarest
_SMALL, _LARGE = 2_000, 10_000  # rows
_RECURRENT_ROWS = 4_000
_RECURRENT_BUDGET = 400_000  # tokens per epoch that a recurrent layer reads in a few seconds on two cores

_LEAST_BUCKETS, _MOST_BUCKETS = 2**14, 2**20
_MOST_TABLE = 2**23  # numbers in the table (buckets times output units): 32 MB
_LONG = 64.0  # mean tokens per text
_MANY = 10_000  # rows


@dataclass(frozen=True)
class Recipe:
    """A model and its training options, as sections of a config.

    Attributes:
        ngrams: the section of that name, or None.
        why: the property of the texts that decided it.
    """

    family: Family
    tokenizer: Mapping[str, Any]
    embedding: Mapping[str, Any]
    layers: tuple[Mapping[str, Any], ...]
    head: tuple[Mapping[str, Any], ...]
    ngrams: Mapping[str, Any] | None
    training: Mapping[str, Any]
    why: str

    @property
    def name(self) -> str:
        """For the screen: ``gru``, ``gru+ngrams`` or ``ngrams``."""
        return f"{self.family}+ngrams" if self.ngrams and self.family != "ngrams" else self.family

    def without_validation(self) -> Recipe:
        """The same without early stopping: a fixed and smaller number of epochs."""
        training = {name: value for name, value in self.training.items() if name != "early_stopping"}
        training["epochs"] = -(-int(self.training["epochs"]) // 3)
        ngrams = self.ngrams and {name: value for name, value in self.ngrams.items() if name != "refit"}
        return replace(self, training=training, ngrams=ngrams)

    def sections(self) -> dict[str, Any]:
        """The config sections of the recipe, in their usual order."""
        found = {
            "tokenizer": dict(self.tokenizer),
            "embedding": dict(self.embedding),
            "ngrams": self.ngrams and dict(self.ngrams),
            "layers": [dict(layer) for layer in self.layers],
            "head": [dict(layer) for layer in self.head],
            "training": dict(self.training),
        }
        return {name: value for name, value in found.items() if value or name == "layers"}


def recipe(look: Look, family: Family | None = None, *, ngrams: bool | None = None) -> Recipe:
    """The model for the texts.

    Args:
        family: overrides the family that the rule chooses.
        ngrams: whether to add n-grams; by default yes if the rule chooses the family, no if ``family`` is given.
    """
    chosen, why = (family, "asked for") if family is not None else _family(look)
    beside = family is None if ngrams is None else ngrams
    return Recipe(
        family=chosen,
        tokenizer=_tokenizer(look),
        embedding=_embedding(look, chosen),
        layers=_layers(look, chosen),
        head=({"type": "dropout", "rate": 0.5},) if chosen not in ("bag", "ngrams") else (),
        ngrams=_ngrams(look, chosen) if beside or chosen == "ngrams" else None,
        training=_training(look, chosen),
        why=why,
    )


def promising(look: Look) -> tuple[Recipe, ...]:
    """Three recipes worth a trial: the rule's choice, n-grams alone, and another family with n-grams."""
    first = recipe(look)
    other: Family = "bag" if first.family != "bag" else "min_gru" if look.tokens[0] > _LONG else "gru"
    return first, recipe(look, "ngrams"), recipe(look, other, ngrams=True)


def _family(look: Look) -> tuple[Family, str]:
    if look.rows < _RECURRENT_ROWS:
        return "bag", "few texts: a recurrent layer would add little to n-grams"
    if look.rows * look.tokens[0] > _RECURRENT_BUDGET:
        return "bag", "much text: n-grams see word order, and a bag of word pieces is fast"
    return "gru", "many short texts: a recurrent layer can learn word order in reasonable time"


def _reads_characters(look: Look) -> bool:
    return look.uncut_share > _MUCH_UNCUT


def _tokenizer(look: Look) -> dict[str, Any]:
    if _reads_characters(look):
        return {"type": "char", "ngram": 3, "max_tokens": _most_tokens(look.characters[2])}
    return {
        "vocab_size": pieces_for(look.rows),
        "max_tokens": _most_tokens(look.tokens[2]),
    }


def _most_tokens(at_95: float) -> int:
    """The 95th percentile, rounded up to a multiple of 16."""
    return int(min(_MOST_TOKENS, max(_LEAST_TOKENS, math.ceil(at_95 / 16) * 16)))


def _power_of_two(least: float) -> int:
    return int(2 ** math.ceil(math.log2(max(least, 1))))


def _ngrams(look: Look, family: Family) -> dict[str, Any]:
    """About as many buckets as n-grams, unless the number of labels makes the table too large."""
    # Either longer n-grams or whole words: the former need many texts, and with many texts the latter do not help.
    orders = [1, 2, 3] if look.rows >= _MANY and look.tokens[0] >= _LONG else [1, 2]
    different = look.rows * look.tokens[0] * len(orders)
    most = min(_MOST_BUCKETS, 2 ** int(math.log2(_MOST_TABLE / len(look.labels))))
    section = {
        "orders": orders,
        "buckets": min(most, max(_LEAST_BUCKETS, _power_of_two(2 * different))),
        "weights": "naive_bayes_idf",
        "normalize": True,
        "l2": 0.01 if look.rows < _LARGE else 0.03,
    }
    if len(orders) < 3 and not _reads_characters(look):
        section["words"] = True
    if not look.validation:  # split from the training texts; a separate part may be reserved for validation
        section["refit"] = True
    return section if family == "ngrams" else {**section, "dropout": 0.5}


def _embedding(look: Look, family: Family) -> dict[str, Any]:
    if family == "ngrams":
        return {}
    dropout = 0.3 if family == "bag" else 0.5
    return {"dim": 128 if look.rows >= _SMALL else 64, "dropout": dropout, "word_dropout": 0.3}


def _layers(look: Look, family: Family) -> tuple[dict[str, Any], ...]:
    pool = {"type": "pool", "method": ["mean", "max"]}
    units = 64 if look.rows >= _SMALL else 32
    if family == "ngrams":
        return ()
    if family == "bag":
        return (pool,)
    if family == "conv":
        return {"type": "conv1d", "filters": 2 * units, "kernel_size": 3}, pool
    return {"type": family, "units": units, "bidirectional": True}, pool


def _training(look: Look, family: Family) -> dict[str, Any]:
    small = look.rows < _SMALL
    uneven = look.imbalance >= _UNEVEN
    monitor = "val_loss"  # changes with every text; F1 on few texts stays the same after most epochs
    if look.rows >= _LARGE:
        monitor = "val_micro_f1" if look.multi else "val_macro_f1" if uneven else monitor
    optimizer: dict[str, Any] = {"type": "adam", "learning_rate": 2e-3, "clip_norm": 1.0}
    epochs = 40 if small else 30
    if family == "ngrams":  # trains one weight and one bias: the table is fitted before
        optimizer, epochs = {"type": "adam", "learning_rate": 1e-2}, 5
    training: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": 16 if small else 32 if look.rows < _LARGE else 64,
        "optimizer": optimizer,
    }
    if uneven and not look.multi:
        training["class_weights"] = "balanced"
    patience = 3 if family == "ngrams" else 8 if small else 5
    training["early_stopping"] = {"monitor": monitor, "patience": patience}
    return training
