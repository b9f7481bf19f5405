"""Ends a text where one of several texts occurs, also if that comes in pieces."""

from __future__ import annotations

from collections.abc import Sequence

from seqclf.text.fields import FIELD_SEPARATOR
from seqclf.text.tokenizer import Tokenizer


class StopTexts:
    """Passes a text on, piece by piece, up to the first of ``texts`` that is complete in it.

    The pieces do not matter. What may be the beginning of one of them is held back until the next piece.

    Attributes:
        found: whether one has occurred; nothing is passed on after it.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Raises ``ValueError`` for an empty text."""
        if not all(texts):
            raise ValueError("stop: expected texts that are not empty")
        self._texts, self._held, self.found = tuple(texts), "", False

    def add(self, piece: str) -> str:
        """What can be passed on now."""
        if self.found or not piece:
            return ""
        text = self._held + piece
        places = [(place + len(stop), place) for stop in self._texts if (place := text.find(stop)) >= 0]
        if places:
            self.found, self._held = True, ""
            return text[: min(places)[1]]
        held = max((_overlap(text, stop) for stop in self._texts), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def finish(self) -> str:
        """The rest of the text."""
        rest, self._held = self._held, ""
        return rest


def unwritten(stop: str, tokenizer: Tokenizer) -> str:
    """The characters of a stop text that no generated text has, each once: with one of them, it never occurs."""
    written = tokenizer.written_characters()
    if written is None:
        return ""
    if FIELD_SEPARATOR in written:  # fields are lines of a generated text
        written |= {"\n"}
    return "".join(character for character in dict.fromkeys(stop) if character not in written)


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of ``text`` with which ``stop`` begins."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
