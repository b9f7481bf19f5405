"""Determine what a column contains from its values, not from its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from seqclf.starter.separators import have_decimal_commas

Kind = Literal[
    "empty",
    "lists",
    "objects",
    "constant",
    "flags",
    "dates",
    "integers",
    "decimals",
    "amounts",
    "links",
    "ids",
    "words",
]

_NEARLY_ALL = 0.95
_MOSTLY_EMPTY = 0.5
_MOST_LABELS = 1_000
_LEAST_ROWS_A_LABEL = 4
_MOST_NUMBERS = 20  # most different numbers that may be labels: ratings from 1 to 10 in half steps are 19
_MOST_WORDS_OF_A_LABEL = 6.0

_INTEGER = re.compile(r"[-+]?\d{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:[T ].*)?|\d{1,2}:\d{2}(?::\d{2})?"
    r"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? )?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"[a-z]*\.?,? \d.*"
)
_AMOUNT = re.compile(r"[-+]?[$€£¥₹]\s?[-+]?\d[\d.,]*|[-+]?\d[\d.,]*\s?[$€£¥₹%]")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_FLAGS = {"0", "1", "true", "false", "0.0", "1.0"}


@dataclass(frozen=True)
class Column:
    """Statistics of a column, from its first rows.

    Attributes:
        rows: number of values examined.
        filled: number of non-empty values.
        distinct: number of different non-empty values; for lists, of different items.
        words: mean number of words of a filled value.
        characters: mean number of characters of a filled value.
        label_types: the filled values are strings, whole numbers or booleans, the types that labels may have.
        all_texts: every value is a string.
        half_steps: every filled value is a multiple of one half, like star ratings: ``4.5`` or ``4,5``.
    """

    name: str
    kind: Kind
    rows: int
    filled: int
    distinct: int
    words: float
    characters: float
    label_types: bool
    all_texts: bool
    half_steps: bool

    @property
    def filled_share(self) -> float:
        return self.filled / self.rows if self.rows else 0.0

    @property
    def most_labels(self) -> int:
        """The most different values that may be labels; with more, each is too rare to train on."""
        return min(_MOST_LABELS, max(2, self.filled // _LEAST_ROWS_A_LABEL))

    @property
    def not_a_text(self) -> str | None:
        """Why the values cannot be the texts to classify; None if they can."""
        if self.filled_share < _MOSTLY_EMPTY:
            return self._emptiness
        if self.kind != "words":
            return _WHAT[self.kind]
        if self.distinct <= max(2, self.filled // 10) and self.words < _MOST_WORDS_OF_A_LABEL:
            return f"{self.distinct:,} different values, repeated"
        return None

    @property
    def not_a_label(self) -> str | None:
        """Why the values cannot be labels; None if they can."""
        if self.kind == "lists":
            return None if self.label_types and self.distinct >= 2 else "empty lists"
        if self.filled_share < _MOSTLY_EMPTY:
            return self._emptiness
        if self.kind in ("constant", "dates", "links", "ids", "objects"):
            return _WHAT[self.kind]
        if not self.label_types:
            return "decimals"
        if self.words > _MOST_WORDS_OF_A_LABEL:
            return f"texts of {self.words:.0f} words"
        if self.kind in ("decimals", "amounts") and not (self.half_steps and self.distinct <= _MOST_NUMBERS):
            return "decimals, like scores or confidences" if self.kind == "decimals" else _WHAT[self.kind]
        if self.kind == "integers" and self.distinct > min(self.most_labels, _MOST_NUMBERS):
            return f"{self.distinct:,} different numbers"
        if self.distinct > self.most_labels:
            return f"{self.distinct:,} different values in {self.filled:,} rows"
        return None

    @property
    def _emptiness(self) -> str:
        share = 1 - self.filled_share
        return "no values" if not self.filled else f"no value in {share:.1%} of the rows"


_WHAT: dict[Kind, str] = {
    "empty": "no values",
    "lists": "lists",
    "objects": "nested values",
    "constant": "the same value in every row",
    "flags": "only 0 and 1",
    "dates": "dates or times",
    "integers": "numbers",
    "decimals": "decimals",
    "amounts": "numbers with commas or signs",
    "links": "links or addresses",
    "ids": "a different value in each row, like ids",
    "words": "words",
}


def look_at(name: str, values: Sequence[Any], rows: int | None = None) -> Column:
    """Statistics of a column from its values in ``rows`` rows; jsonl rows may lack the column.

    A few values of another type than most count as filled, and nothing else.
    """
    rows = len(values) if rows is None else rows
    filled = [value for value in values if not _is_empty(value)]
    usual = _usual(filled)
    items = [item for value in usual for item in (value if isinstance(value, list) else [value])]
    shown = [str(item).strip() for item in items]
    distinct = len(set(shown))
    label_types = all(isinstance(item, str | int) or (isinstance(item, float) and item.is_integer()) for item in items)
    return Column(
        name=name,
        kind=_kind(usual, shown, distinct),
        rows=rows,
        filled=len(filled),
        distinct=distinct,
        words=_mean(len(text.split()) for text in shown),
        characters=_mean(map(len, shown)),
        label_types=label_types,
        all_texts=len(values) == rows and all(isinstance(value, str) for value in values),
        half_steps=all(_is_half_step(text) for text in set(shown)),
    )


def _usual(filled: Sequence[Any]) -> Sequence[Any]:
    """The values without a few of another type: reading a list, object or decimal among words names its line."""
    flat = [value for value in filled if not isinstance(value, list | dict)]
    if 2 * len(flat) <= len(filled):
        return filled
    whole = [value for value in flat if not isinstance(value, float)]
    words = sum(isinstance(value, str) for value in whole)
    return whole if 2 * words > len(filled) and len(whole) < len(flat) else flat


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value != value  # NaN


def _kind(filled: Sequence[Any], shown: Sequence[str], distinct: int) -> Kind:
    if not filled:
        return "empty"
    if any(isinstance(value, list) for value in filled):
        return "lists"
    if any(isinstance(value, dict) for value in filled):
        return "objects"
    if distinct == 1 and len(filled) > 1:
        return "constant"
    if {text.lower() for text in shown} <= _FLAGS:
        return "flags"
    if any(isinstance(value, float) for value in filled) or _nearly_all(_DECIMAL, shown):
        return "integers" if _nearly_all(_INTEGER, shown) else "decimals"
    if _nearly_all(_DATE, shown):
        return "dates"
    if _nearly_all(_LINK, shown):
        return "links"
    if _nearly_all(_AMOUNT, shown) or have_decimal_commas(shown):
        return "amounts"
    return "ids" if _are_ids(shown, distinct) else "words"


def _nearly_all(pattern: re.Pattern[str], shown: Sequence[str]) -> bool:
    return sum(pattern.fullmatch(text) is not None for text in shown) >= _NEARLY_ALL * len(shown)


def _are_ids(shown: Sequence[str], distinct: int) -> bool:
    """Whether values lack white space, differ in nearly every row, and mostly contain a digit."""
    if distinct < _NEARLY_ALL * len(shown) or len(shown) < _MOST_NUMBERS:
        return False
    single = sum(len(text.split()) == 1 and text.isascii() and len(text) <= 64 for text in shown)
    with_digits = sum(any(character.isdigit() for character in text) for text in shown)
    return min(single, with_digits) >= _NEARLY_ALL * len(shown)


def _is_half_step(text: str) -> bool:
    try:
        return float(text.replace(",", ".")) * 2 % 1 == 0
    except (ValueError, OverflowError):
        return False


def _mean(numbers: Iterable[int]) -> float:
    counted = list(numbers)
    return sum(counted) / len(counted) if counted else 0.0


def most_frequent(values: Sequence[Any], most: int) -> list[tuple[str, int]]:
    """The values of a label column with their counts, the most frequent first."""
    items = (str(item).strip() for value in values for item in (value if isinstance(value, list) else [value]))
    return Counter(items).most_common(most)
