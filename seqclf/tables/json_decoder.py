"""Decode JSON without losing anything: repeated keys, numbers beyond those of Python."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from seqclf.tables.values import shown

_ENDS = ("\n", "\r\n", "")  # of a line


class Repeated(dict[str, Any]):
    """An object with a repeated key, of which a dict keeps the last value only.

    Attributes:
        key: the first repeated key.
    """

    key = ""


class Decoder:
    """A decoder for one file. Numbers that an int or float cannot hold stay strings.

    Attributes:
        found_repeated: some object had a repeated key.
    """

    def __init__(self) -> None:
        self.found_repeated = False
        self._quick = json.JSONDecoder(object_pairs_hook=self._object, parse_float=_number)
        self._careful = json.JSONDecoder(object_pairs_hook=self._object, parse_float=_number, parse_int=_whole_number)

    def decode(self, line: str) -> Any:
        """The value of a JSON text. Raises ``ValueError`` and ``RecursionError`` as ``json.loads`` does.

        Most lines are one value without blanks around it: ``raw_decode`` alone reads them in half the time.
        """
        try:
            value, end = self._quick.raw_decode(line)
        except ValueError:  # malformed, blanks before the value, or an integer with too many digits for int()
            return self._careful.decode(line)
        return value if line[end:] in _ENDS else self._careful.decode(line)

    def raw_decode(self, text: str, place: int) -> tuple[Any, int]:
        """The value that starts at ``place``, and where it ends. Raises as ``decode`` does."""
        return self._careful.raw_decode(text, place)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.found_repeated = True
        repeated = Repeated(found)
        repeated.key = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return repeated


def repeated_key(value: Any) -> str | None:
    """A key that is repeated in an object of this decoded value, at any depth."""
    if isinstance(value, Repeated):
        return value.key
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((key for one in inner if (key := repeated_key(one)) is not None), None)


def repeats(key: str) -> str:
    return f"the key {shown(key)} is repeated in one object; rename or remove one of them"


def _number(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _whole_number(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        return digits
