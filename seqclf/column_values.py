"""Values of table columns as numbers and categories, the same in training and in prediction."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""Words of csv files that mean a missing value, in lower case: those that R and pandas write, and an empty field."""


SPELLINGS = (
    ("^(?:True|TRUE)$", "true"),
    ("^(?:False|FALSE)$", "false"),
    (r"^(-?[0-9]+)[.]0+$", r"\1"),
    ("^-0+$", "0"),
)
"""How names of categories are rewritten, one after another: patterns that Python's ``re`` and RE2 read alike."""

_SIGN = r"(?:[^\w\s.,+-]|[A-Z]{3})?"  # of a currency, or a percent sign
_CURRENCY = r"(?:[^\w\s.,+%-]|[A-Z]{3})?"
_DECIMAL_COMMA = re.compile(
    rf"{_CURRENCY}\s*[+]?(?P<minus>-?){_CURRENCY}\s*(?P<start>\d+|\d{{1,3}}(?:[.'\s]\d{{3}})+),(?P<end>\d+)\s*{_CURRENCY}"
)
_NEARLY_A_NUMBER = re.compile(rf"[-+]?{_SIGN}\s*[-+]?\d[\d.,'\s]*{_SIGN}")


def not_as_written(value: Any) -> str:
    """For an error: how to write a number that has commas or a currency or percent sign; "" for other values."""
    if not isinstance(value, str) or _NEARLY_A_NUMBER.fullmatch(value.strip()) is None:
        return ""
    if (meant := _meant(value)) is not None:
        return f'; write {meant}, with a decimal point ("Decimal commas" in docs/writing_configs.md has a command)'
    return "; write digits and a decimal point only: 0.5, not 0,5 or $0.50 or 50%"


def _meant(value: str) -> str | None:
    """The number in a string with a decimal comma, such as ``1.000,50 EUR``; None for other values and percentages.

    ``1,000`` may have a comma between thousands.
    """
    found = _DECIMAL_COMMA.fullmatch(value.strip())
    if found is None or (len(found["end"]) == 3 and not re.search(r"[.'\s]", found["start"]) and found["start"] != "0"):
        return None
    return found["minus"] + re.sub(r"[.'\s]", "", found["start"]) + "." + found["end"]


def is_missing(value: Any) -> bool:
    """Whether a value stands for no value."""
    value = _plain(value)
    if isinstance(value, str):
        return value.strip().lower() in _MISSING
    return value is None or (isinstance(value, float) and math.isnan(value))


def as_number(value: Any) -> float:
    """The finite number that a value is, or that a string contains; NaN if it is missing.

    Raises:
        ValueError: it is something else, such as a word, a list or an infinite number.
    """
    value = _plain(value)
    if is_missing(value):
        return math.nan
    if isinstance(value, list | dict | bytes | tuple):
        raise ValueError("not a number")
    try:
        number = float(value)  # strings, integers of any size, numbers of NumPy, decimal.Decimal, true and false
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("not a number") from error
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def is_number_or_missing(value: Any) -> bool:
    """Whether ``as_number`` gives a number for a value, or NaN."""
    try:
        as_number(value)
    except ValueError:
        return False
    return True


def as_category(value: Any) -> str:
    """The name of a category, without surrounding white space; "" if it is missing.

    A category has one name in all file formats, which write whole numbers and truth values in their own way: ``1`` also
    for 1.0 and ``1.0``, ``true`` also for ``True``.

    Raises:
        ValueError: a list or an object.
    """
    value = _plain(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, list | dict | bytes | tuple):
        raise ValueError("not a category")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # str(1e16) has an exponent
    return one_spelling(str(value).strip())


@lru_cache(maxsize=10_000)
def one_spelling(name: str) -> str:
    """``as_category`` of a string without surrounding white space."""
    for pattern, spelled in SPELLINGS:
        name = re.sub(pattern, spelled, name)
    return name


def _plain(value: Any) -> Any:
    """A number or truth value of NumPy as Python's own; pandas' marks of missing values as None."""
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value.item() if hasattr(value, "dtype") and getattr(value, "shape", None) == () else value
