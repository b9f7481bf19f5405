"""Decode JSON without losing anything: repeated keys, numbers beyond those of Python."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from seqclf.tables.values import shown

_INFINITE, _NEGATIVE = float("inf"), float("-inf")


class Repeated(dict[str, Any]):
    """An object with a repeated key, of which a dict keeps the last value only.

    Attributes:
        key: the first repeated key.
    """

    key = ""


class Decoder:
    """A decoder for one file. Numbers that an int or float cannot hold stay strings (floats in a list may not).

    Attributes:
        found_repeated: some object had a repeated key.
    """

    def __init__(self) -> None:
        self.found_repeated = False
        self._quick = json.JSONDecoder().decode
        self._careful = json.JSONDecoder(object_pairs_hook=self._object, parse_float=_number, parse_int=_whole_number)

    def decode(self, line: str) -> Any:
        """The value of a JSON text. Raises ``ValueError`` and ``RecursionError`` as ``json.loads`` does.

        Most lines need no second look: they have as many colons, at least behind quotes, as keys.
        """
        try:
            value = self._quick(line)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number with too many digits
            return self._careful.decode(line)
        if type(value) is dict and (line.count(":") == len(value) or _has_keys(line, len(value))):
            values = value.values()
            if _INFINITE not in values and _NEGATIVE not in values:
                return value
        return self._careful.decode(line)

    def raw_decode(self, text: str, place: int) -> tuple[Any, int]:
        """The value that starts at ``place``, and where it ends. Raises as ``decode`` does."""
        return self._careful.raw_decode(text, place)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.found_repeated = True
        repeated = Repeated(found)
        repeated.key = Counter(key for key, _ in pairs).most_common(1)[0][0]
        return repeated


def _has_keys(line: str, count: int) -> bool:
    """Whether a line has this many keys for certain: each is directly followed by a colon."""
    return line.count('":') == count and not any(f"{space}:" in line for space in " \t\r\n")


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
    return digits if number in (_INFINITE, _NEGATIVE) else number


def _whole_number(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        return digits
