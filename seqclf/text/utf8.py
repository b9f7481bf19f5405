"""UTF-8, byte by byte: characters as they become complete, and the bytes that may follow."""

from __future__ import annotations

import codecs
import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_CONTINUING = range(0x80, 0xC0)
_LEADING = (*range(0x80), *range(0xC2, 0xF5))
_SECOND = {0xE0: range(0xA0, 0xC0), 0xED: range(0x80, 0xA0), 0xF0: range(0x90, 0xC0), 0xF4: range(0x80, 0x90)}
"""Second bytes after these first ones (Unicode 15.0, table 3-7); after others, all of ``_CONTINUING``."""


class Utf8Characters:
    """Decodes bytes. Those that belong to no character are dropped."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")

    def add(self, byte: int) -> str:
        """The character that this byte completes, else ""."""
        return self._decoder.decode(bytes([byte]))

    def drop(self) -> None:
        """Forget the bytes of an incomplete character."""
        self._decoder.reset()

    @property
    def complete(self) -> bool:
        """Whether no character is incomplete."""
        return not self._pending

    def following(self) -> NDArray[np.bool_]:
        """Which bytes may come next, ``bool [256]``, read-only."""
        pending = self._pending
        return _following(pending[0] if len(pending) == 1 else len(pending) and 0x80)

    @property
    def _pending(self) -> bytes:
        return self._decoder.getstate()[0]


@functools.cache
def _following(last: int) -> NDArray[np.bool_]:
    """Which bytes may follow: a first byte of several, 0x80 for another byte inside a character, 0 at its start."""
    allowed = np.zeros(256, np.bool_)
    allowed[list(_SECOND.get(last, _CONTINUING) if last else _LEADING)] = True
    allowed.flags.writeable = False
    return allowed


class Utf8States(NamedTuple):
    """The same rules as tables. State 0 is that between characters.

    Attributes:
        allowed: which bytes may come next, ``bool [states, 256]``.
        after: the state after such a byte, ``int32 [states, 256]``.
    """

    allowed: NDArray[np.bool_]
    after: NDArray[np.int32]


def utf8_states() -> Utf8States:
    """The states of ``Utf8Characters``: which bytes may follow, and how many a character lacks."""
    start = (0, 0)  # an argument of ``_following``, and the number of bytes that are missing
    states, allowed, after = [start], [], []
    for last, missing in states:  # which grows
        following = _following(last)
        places = np.zeros(256, np.int32)
        for byte in np.flatnonzero(following).tolist():
            left = missing - 1 if missing else _length(byte) - 1
            reached = (byte if byte in _SECOND and not missing else 0x80, left) if left else start
            if reached not in states:
                states.append(reached)
            places[byte] = states.index(reached)
        allowed.append(following)
        after.append(places)
    return Utf8States(np.stack(allowed), np.stack(after))


def _length(first: int) -> int:
    """The number of bytes of a character with this first byte."""
    return 1 + (first >= 0xC0) + (first >= 0xE0) + (first >= 0xF0)
