"""Guesses what a document of a text file is, from its first lines: the file, a line or text between blank lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqclf.sources.plain_text.documents import Documents

_LEAST_BLOCKS, _ALIKE = 20, 0.9
_LEAST_LINES, _NEARLY_ALL = 100, 0.95
_MOST_BLANK = 0.01
_MARK = re.compile(r"[^\W_]{0,12}[^\w\s]+")
_NUMBERS = re.compile(r"[-+]?\d[\d.]*(?:[\s,;]+[-+]?\d[\d.]*)+[\s,;]*")
_ENDS = (".", "!", "?", "…", "。", "！", "？")
_CLOSING = "\"'”’»)] \t\r\n"


@dataclass(frozen=True)
class Guess:
    """What a document is.

    Attributes:
        documents: a value of ``data.documents``.
        why: a reason in a few words.
        count: number of documents in the sample.
    """

    documents: Documents
    why: str
    count: int

    @property
    def note(self) -> str:
        """A sentence for the screen."""
        what = {"line": "each line", "blank_line": "each block between blank lines"}[self.documents]
        return f"documents: {what} is a text of its own, because {self.why} (data.documents: file reads them as one)"


def guessed(samples: Sequence[Sequence[str]]) -> Guess | None:
    """What a document is, if it is not a whole file.

    A block between blank lines, if nearly all blocks begin with the same sign, such as ``T:``: paragraphs of one text
    do not. A line, if nearly all lines are numbers or end like a sentence: lines of verse and of wrapped text do not.

    Args:
        samples: the first lines of each file, with their line ends.
    """
    blocks = [block for sample in samples for block in _blocks(sample)]
    marks = Counter(found[0] for block in blocks if (found := _MARK.match(re.sub(r"\d+", "0", block[0].strip()))))
    if len(blocks) >= _LEAST_BLOCKS and marks:
        mark, count = marks.most_common(1)[0]
        several = sum(len(block) > 1 for block in blocks)
        if count >= _ALIKE * len(blocks) and several >= _ALIKE * len(blocks):
            return Guess("blank_line", f'nearly all begin with "{mark}"', len(blocks))
    every = [line for sample in samples for line in sample]
    used = [line.strip() for line in every if not line.isspace()]
    if len(used) < _LEAST_LINES or len(used) < (1 - _MOST_BLANK) * len(every):
        return None
    for fits, why in (
        (lambda line: _NUMBERS.fullmatch(line) is not None, "nearly all are numbers"),
        (lambda line: line.rstrip(_CLOSING).endswith(_ENDS), "nearly all end like a sentence"),
    ):
        if sum(map(fits, used)) >= _NEARLY_ALL * len(used):
            return Guess("line", why, len(used))
    return None


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines between blank lines."""
    for is_blank, block in itertools.groupby(lines, str.isspace):
        if not is_blank:
            yield list(block)
