"""The base of all metrics: frozen dataclasses whose scores say how they are computed and who reads them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Self

_MARK = "score"
_PERPLEXITY = "perplexity"
_PROPER = {
    "f1": "F1",
    "hamming": "Hamming",
    "roc": "ROC",
    "auc": "AUC",
    "brier": "Brier",
    "matthews": "Matthews",
    "cohen": "Cohen's",
}
UNDEFINED = "n/a"
"""For people, the value of a score that is not defined."""


@dataclass(frozen=True)
class Mark:
    """What is known of a score besides its value.

    Attributes:
        compute: its value, from what was counted.
        monitored: early stopping can watch it; it is one of the scores that a person sees first.
        shown: ``seqclf eval`` shows it, as it does all monitored scores.
        smaller_is_better: as with a loss.
        optional: the score is None, in JSON ``null``, where it is not defined; never for a monitored score.
    """

    compute: Callable[[Any], float | None]
    monitored: bool = False
    shown: bool = False
    smaller_is_better: bool = False
    optional: bool = False


def score_field(mark: Mark, default: Any = MISSING) -> Any:
    """A dataclass field that is a score. ``default=None``: metrics saved by earlier versions may lack it."""
    return field(default=default, metadata={_MARK: mark})


@dataclass(frozen=True)
class Scores:
    """Numbers that say how good a model is. Subclasses have a field for each.

    Attributes:
        aliases: other names under which a score can be watched.
    """

    aliases: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def marks(cls) -> dict[str, Mark]:
        """All scores by name, in the order of their fields."""
        return {one.name: one.metadata[_MARK] for one in fields(cls) if _MARK in one.metadata}

    @classmethod
    def monitored(cls) -> tuple[str, ...]:
        """Names of the scores in ``headline()``."""
        return tuple(name for name, mark in cls.marks().items() if mark.monitored)

    @classmethod
    def shown(cls) -> tuple[str, ...]:
        """Names of the scores that ``seqclf eval`` shows."""
        return tuple(name for name, mark in cls.marks().items() if mark.monitored or mark.shown)

    @classmethod
    def is_loss(cls, name: str) -> bool:
        """Whether smaller is better. Raises ``KeyError`` if there is no score of that name."""
        return cls.marks()[cls.aliases.get(name, name)].smaller_is_better

    @classmethod
    def computed(cls, counts: object) -> dict[str, Any]:
        """All scores by name, from what was counted."""
        values = {name: mark.compute(counts) for name, mark in cls.marks().items()}
        return {name: None if value is None else float(value) for name, value in values.items()}

    def value(self, name: str) -> float:
        """The score named ``name`` or its alias. Raises ``KeyError`` if there is none, or if it is not defined."""
        name = self.aliases.get(name, name)
        value = getattr(self, name) if name in self.marks() else None
        if value is None:
            raise KeyError(name)
        return float(value)

    def score(self, name: str) -> float:
        """``value(name)`` such that larger is better: the negative of a loss."""
        value = self.value(name)
        return -value if self.is_loss(name) else value

    def headline(self) -> tuple[tuple[str, float], ...]:
        """Names and values of the few scores that a person sees first."""
        return tuple((name, self.value(name)) for name in self.monitored())

    def values_of(self, part: type[Scores]) -> dict[str, Any]:
        """The values of the scores that ``part``, a class above this one, has."""
        return {name: getattr(self, name) for name in part.marks()}

    def to_json(self) -> dict[str, Any]:
        """Plain values by name, as in ``metrics.json``. A score that an earlier version did not save is left out."""
        marks, values = self.marks(), self.values_of(type(self))
        return {name: value for name, value in values.items() if value is not None or marks[name].optional}

    @classmethod
    def from_json(cls, saved: Any) -> Self:
        """Read the output of ``to_json`` of this or an earlier version. Raises ``ValueError`` for anything else."""
        return cls(**cls.scores_in(saved))

    @classmethod
    def scores_in(cls, saved: Any) -> dict[str, Any]:
        """The scores in a JSON object. Raises ``ValueError`` if one is missing that all versions save."""
        optional = {one.name for one in fields(cls) if one.default is not MISSING}
        lacking = optional - object_in(saved).keys()
        readers = {name: number_or_none_in if mark.optional else number_in for name, mark in cls.marks().items()}
        return {name: read(saved, name) for name, read in readers.items() if name not in lacking}


def words_of(name: str) -> str:
    """The name of a score for people: ``macro F1`` for ``macro_f1``."""
    return " ".join(_PROPER.get(word, word) for word in name.split("_"))


def number_of(name: str, value: float | None) -> str:
    """The value of the score ``name`` for people: four decimals, or for a perplexity five digits or more.

    >>> number_of("loss", 2.07062), number_of("word_perplexity", 51633.974), number_of("perplexity", 7.92978)
    ('2.0706', '51,634', '7.9298')
    >>> number_of("recall", None)
    'n/a'
    """
    if value is None:
        return UNDEFINED
    if not name.endswith(_PERPLEXITY):
        return f"{value:.4f}"
    rounded = float(f"{value:.4e}")
    if not 1e-4 <= rounded < 1e9:
        return f"{value:.4e}"
    return f"{value:,.{max(0, 4 - math.floor(math.log10(rounded)))}f}"


def object_in(saved: Any) -> dict[str, Any]:
    """``saved`` itself. Raises ``ValueError`` if it is not a JSON object."""
    if not isinstance(saved, dict):
        raise ValueError("expected a JSON object")
    return saved


def number_in(saved: Any, name: str) -> float:
    """An entry of a JSON object. Raises ``ValueError`` if it is missing, not a number, or too large for a ``float``."""
    value = object_in(saved).get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f'"{name}" is missing or not a number')
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f'"{name}" is too large a number') from None


def number_or_none_in(saved: Any, name: str) -> float | None:
    """An entry of a JSON object. Raises ``ValueError`` if it is missing or neither a number nor ``null``."""
    return None if object_in(saved).get(name, "") is None else number_in(saved, name)


def count_in(saved: Any, name: str) -> int:
    """An entry of a JSON object. Raises ``ValueError`` if it is missing or not a whole number."""
    value = object_in(saved).get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f'"{name}" is missing or not a whole number')
    return value
