"""Which tokens of a text belong to which of its words, and where these words are in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from seqclf.text.spelling import Spelling
from seqclf.text.word_rules import NEWEST, word_rules

LONGEST_WORD = 24
"""Characters of the longest run of letters that tokens of characters form one word of; others are sequences, such as
DNA, whose parts matter by themselves."""


class WordSpan(NamedTuple):
    """A word with its tokens.

    Attributes:
        start, stop: the word is the characters ``[start, stop)`` of the text.
        first, last: its tokens are ``[first, last)`` of ``Tokenizer.encode(text)``.
    """

    start: int
    stop: int
    first: int
    last: int

    def moved(self, characters: int, tokens: int) -> WordSpan:
        """The word in a text with more characters and tokens before it."""
        return WordSpan(self.start + characters, self.stop + characters, self.first + tokens, self.last + tokens)


def placed(words: Iterable[str], text: str) -> Iterator[tuple[int, int]]:
    """The span ``[first, last)`` of each word that ``WordRules.find`` finds in a text: only separators are between."""
    at = 0
    for word in words:
        first = text.index(word, at)
        at = first + len(word)
        yield first, at


def without_overlaps(spans: Iterable[WordSpan]) -> list[WordSpan]:
    """The words, those together that have a character in common: NFKC writes "½" as three words."""
    found: list[WordSpan] = []
    for span in spans:
        if found and span.start < found[-1].stop:
            before = found.pop()
            span = WordSpan(before.start, max(before.stop, span.stop), before.first, span.last)
        found.append(span)
    return found


def words_of_characters(spelling: Spelling, tokens: Sequence[int]) -> list[WordSpan]:
    """The words of a text whose tokens are parts of its characters, or groups of them.

    Words are those of ``seqclf.text.word_rules``. A single space belongs to the word before it, other white space is a
    word of its own. Each token of a run of more than ``LONGEST_WORD`` letters is a word.

    Args:
        spelling: the text as its tokens spell it.
        tokens: how many tokens begin at each of its characters.
    """
    words = word_rules(NEWEST, runs=True).find(spelling.text)
    found: list[WordSpan] = []
    at = token = 0
    for first, last in [*placed(words, spelling.text), (len(spelling.text),) * 2]:
        for begin, end in ((at, first), *_parts(first, last, tokens)):
            if begin == end:
                continue
            number = sum(tokens[begin:end])
            if found and (not number or spelling.text[begin:end] == " "):  # of the word before
                before = found[-1]
                stop = before.stop if number else spelling.source(begin, end)[1]
                found[-1] = before._replace(stop=stop, last=before.last + number)
            elif number:
                found.append(WordSpan(*spelling.source(begin, end), token, token + number))
            token += number
        at = last
    return without_overlaps(found)


def _parts(first: int, last: int, tokens: Sequence[int]) -> list[tuple[int, int]]:
    """A word, or its parts that each begin with a token if it is long."""
    if last - first <= LONGEST_WORD:
        return [(first, last)]
    begins = [first, *(at for at in range(first + 1, last) if tokens[at])]
    return list(zip(begins, [*begins[1:], last], strict=True))
