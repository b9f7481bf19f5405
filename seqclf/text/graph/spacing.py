"""White space between decoded words in the graph: ``seqclf.text.spacing``."""

from __future__ import annotations

import functools
from typing import NamedTuple

import tensorflow as tf

from seqclf.text.chunks import LINE_BREAK, Wording
from seqclf.text.graph.base import choose, like, shared
from seqclf.text.graph.chunks import WordsOfChunks
from seqclf.text.graph.long_words import cut
from seqclf.text.spacing import BEGINS_RUN, LETTER, LETTER_OF_RUN, TRAITS, Line, Traits, follow
from seqclf.text.words import character_class

_BETWEEN = "\n"  # separates words, so no word has it


class SpacingState(NamedTuple):
    """The last words of each text.

    Attributes:
        line: what the rules know, ``bool [batch]`` each.
        before, last: the last two words without white space between them, ``tf.string [batch]``, "" without such.
        long: what a long word consists of, if the last word is one, ``tf.string [batch]``.
    """

    line: Line
    before: tf.Tensor
    last: tf.Tensor
    long: tf.Tensor


class GraphSpacing(tf.Module):
    """Places one word after another, in all texts of a batch at once."""

    def __init__(self, wording: Wording) -> None:
        super().__init__(name="spacing")
        self._most, self._words_of = wording.most, WordsOfChunks(wording)
        texts = tf.TensorSpec([None], tf.string)
        self._read = shared(self._words, texts)
        self._line_break = LINE_BREAK if wording.line_breaks else None
        self._traits = Traits(**{name: _for_re2(pattern) for name, pattern in TRAITS.items()})
        self._add = shared(self._added, like(self.start(tf.constant(1))), texts)

    def start(self, rows: tf.Tensor) -> SpacingState:
        """The state of texts without words."""
        no, nothing = tf.fill([rows], False), tf.fill([rows], "")
        line = Line(Traits(*(no for _ in Traits._fields)), no, no, no, no)
        return SpacingState(line, nothing, nothing, tf.fill([rows], LETTER))

    def add(self, state: SpacingState, word: tf.Tensor) -> tuple[tf.Tensor, SpacingState]:
        """Each word with the white space before it, ``tf.string [batch]``; "" adds nothing."""
        text, after = self._add(state, word)
        return text, after

    def _added(self, state: SpacingState, word: tf.Tensor) -> tuple[tf.Tensor, SpacingState]:
        follows, line = follow(state.line, self._traits_of(word), word == state.last)
        is_first = state.last == ""
        goes_on = self._goes_on(state, word)
        asked = follows & ~is_first & ~goes_on & (word != "")
        is_tight = goes_on | (asked & self._words_stay(state, word, asked))
        text = tf.where(is_first | is_tight, word, " " + word)
        long = tf.where(tf.strings.regex_full_match(word, BEGINS_RUN), LETTER_OF_RUN, LETTER)
        after = SpacingState(line, tf.where(is_tight, state.last, ""), word, tf.where(goes_on, state.long, long))
        if self._line_break is not None:
            ends_line = word == self._line_break
            text, after = tf.where(ends_line, "\n", text), choose(ends_line, self.start(tf.size(word)), after)
        is_word = word != ""
        return tf.where(is_word, text, ""), choose(is_word, after, state)

    def is_symbol(self, word: tf.Tensor) -> tf.Tensor:
        """``seqclf.text.spacing.is_symbol``, ``bool [batch]``."""
        return tf.strings.regex_full_match(word, self._traits.symbol)

    def _traits_of(self, word: tf.Tensor) -> Traits:
        return Traits(*(tf.strings.regex_full_match(word, pattern) for pattern in self._traits))

    def _words_stay(self, state: SpacingState, word: tf.Tensor, asked: tf.Tensor) -> tf.Tensor:
        """Whether words that are written together are read as they are, where ``asked``, ``bool [batch]``."""
        before = tf.where(state.before == "", "", state.before + _BETWEEN)

        def compared() -> tf.Tensor:
            found = self._read(tf.where(asked, state.before + state.last + word, ""))
            if self._most is not None:
                parts = cut(found.values, self._most)
                found = tf.RaggedTensor.from_row_splits(parts, found.row_splits, validate=False).merge_dims(1, 2)
            return tf.strings.reduce_join(found, separator=_BETWEEN, axis=1) == before + state.last + _BETWEEN + word

        return tf.cond(tf.reduce_any(asked), compared, lambda: tf.zeros_like(asked))

    def _goes_on(self, state: SpacingState, word: tf.Tensor) -> tf.Tensor:
        """Whether the last word and this one are parts of a long word that was cut, ``bool [batch]``."""
        if self._most is None:
            return tf.zeros_like(word, tf.bool)
        asked = (tf.strings.length(state.last, unit="UTF8_CHAR") >= self._most) & (word != "")

        def compared() -> tf.Tensor:
            both = tf.where(asked, state.long + state.last + word + state.long, "")
            return asked & (tf.strings.reduce_join(self._read(both), separator=_BETWEEN, axis=1) == both)

        return tf.cond(tf.reduce_any(asked), compared, lambda: tf.zeros_like(asked))

    def _words(self, text: tf.Tensor) -> tf.RaggedTensor:
        if self._words_of.lower is not None:
            text = self._words_of.lower.of_texts(tf.strings.lower(text))
        return self._words_of(text)


def _for_re2(pattern: str) -> str:
    r"""The pattern with the digits that Python's ``\d`` matches; in RE2, it matches those of ASCII alone."""
    return pattern.replace(r"\d", _digits()) if r"\d" in pattern else pattern


@functools.cache
def _digits() -> str:
    codes = [code for code in range(0x110000) if chr(code).isdecimal()]
    return f"[{character_class(zip(codes, codes, strict=True))}]"
