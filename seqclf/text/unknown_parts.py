"""What of a text a tokenizer does not know: words, or n-grams of characters."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from seqclf.text.fields import split_fields
from seqclf.text.tokenizer import Tokenizer

LISTED = 5
"""How many unknown parts a message names."""

_LONGEST = 30


def unknown_parts(text: str, tokenizer: Tokenizer) -> Iterator[str]:
    """The words or n-grams of a text, of one field or several, that have an unknown token: each once, in order."""
    parts = itertools.chain.from_iterable(map(tokenizer.plain.unknown_parts, split_fields(text)))
    seen = set[str]()
    for part in parts:
        if part not in seen:
            seen.add(part)
            yield part


def listed(parts: Sequence[str]) -> str:
    """The first parts for messages: ``'x', 'y' and 3 more``."""
    more = len(parts) - LISTED
    shown = [repr(part if len(part) <= _LONGEST else f"{part[:_LONGEST]}...") for part in parts[:LISTED]]
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


class UnknownTally:
    """Which texts of many have unknown parts, and the first of these parts, for one message.

    Attributes:
        texts: number of texts.
        affected: number of texts that have unknown parts.
        parts: the first different ones of all texts, one more than a message names.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.texts, self.affected = 0, 0
        self.parts: dict[str, None] = {}

    def add(self, text: str, unknown: int) -> None:
        """Count a text that has ``unknown`` unknown tokens."""
        self.texts += 1
        if not unknown:
            return
        found = unknown_parts(text, self._tokenizer)
        if (first := next(found, None)) is None:  # a text without tokens is one unknown token
            return
        self.affected += 1
        for part in itertools.chain([first], found):
            if len(self.parts) > LISTED:
                break
            self.parts[part] = None

    def warning(self) -> str | None:
        """What to know about the scores of these texts; None if all parts are known."""
        if not self.affected:
            return None
        named = listed(tuple(self.parts)[:LISTED]) + (" and others" if len(self.parts) > LISTED else "")
        contain = "the text contains" if self.texts == 1 else f"{self.affected:,} of {self.texts:,} texts contain"
        return (
            f"Warning: the model does not know {named}, which {contain}. It reads each as the unknown token, which may "
            "be easy to predict, so scores with many of them look better than they are"
        )
