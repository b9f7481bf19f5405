"""Prompts in the graph: ``seqclf.generation.prompt``."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from seqclf.text.fields import FIELD_SEPARATOR
from seqclf.text.graph import texts_of
from seqclf.text.graph.base import State, TokenTexts, choose, shared
from seqclf.text.graph.tables import valid_utf8
from seqclf.text.graph.tokenizer import operators_of
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.words import WHITE_SPACE
from seqclf.token_ids import PAD_ID, known_tokens

_SOME_TEXT = "x"  # has a last character


class Prompts(NamedTuple):
    """The beginnings of texts.

    Attributes:
        ids: ``int32 [batch, time]``, padded right; ``time`` may be 0.
        state: of the decoder of each text.
        held: the last word, if it may go on, which the text after the prompt must not repeat, ``tf.string [batch]``.
        strips: whether that text begins without white space, ``bool [batch]``.
    """

    ids: tf.Tensor
    state: State
    held: tf.Tensor
    strips: tf.Tensor


class GraphPrompts(tf.Module):  # type: ignore[misc]
    """Reads prompts as ``seqclf.generation.prompt`` does; one without a known token is an empty one here.

    Attributes:
        texts: the decoder.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Raises ``InputError`` if the tokenizer's tokens have no text."""
        super().__init__(name="prompts")
        self.texts: TokenTexts = texts_of(tokenizer)
        self._ids, self._unknown_id = operators_of(tokenizer.plain), tokenizer.unknown_id
        self._separator_id = tokenizer.separator_id
        self._one_read = shared(self._read, tf.TensorSpec([None], tf.string))

    def read(self, text: tf.Tensor) -> Prompts:
        """Read texts of any bytes, ``tf.string [batch]``."""
        prompts: Prompts = self._one_read(text)
        return prompts

    def _read(self, text: tf.Tensor) -> Prompts:
        text = valid_utf8(text)
        texts = tf.size(text)
        ids, with_more = self._both(text)
        shown, rest, state = self._decoded(tf.concat([ids, with_more], axis=0))
        whole = shown + rest
        ends_in_space = _ends_in_space(text)
        gains = (
            ends_in_space & ~_is_blank(text) & ~_ends_in_space(whole[:texts]) & (whole[texts:] == whole[:texts] + " ")
        )
        known = tf.reduce_any(known_tokens(ids, (self._unknown_id,)), axis=1)
        ids = tf.where(known[:, tf.newaxis], tf.where(gains[:, tf.newaxis], with_more, ids), PAD_ID)
        rest, whole = (tf.where(known, tf.where(gains, one[texts:], one[:texts]), "") for one in (rest, whole))
        first, second = (tf.nest.map_structure(lambda one, part=part: one[part], state) for part in _halves(texts))
        state = choose(known, choose(gains, second, first), self.texts.start(texts))
        strips = ends_in_space & ~_ends_in_space(whole)
        held = tf.where(strips, "", tf.strings.strip(rest))
        # White space ends a word, as an unknown token does.
        ended = self.texts.add(state, tf.fill([texts], self._unknown_id))[1]
        return Prompts(ids, choose(strips & (rest != ""), ended, state), held, strips)

    def rest(self, prompts: Prompts, text: tf.Tensor) -> tf.Tensor:
        """What comes after the prompts, from all the text that their decoders gave since, ``tf.string [batch]``."""
        holds = prompts.held != ""
        after_space = tf.strings.regex_replace(text, "^ ", "")
        text = tf.where(holds, after_space, text)
        start = tf.minimum(tf.strings.length(prompts.held), tf.strings.length(text))
        text = tf.strings.substr(text, start, tf.strings.length(text) - start)
        text = tf.strings.regex_replace(text, FIELD_SEPARATOR, "\n")
        return tf.where(prompts.strips, tf.strings.regex_replace(text, f"^{WHITE_SPACE}+", ""), text)

    def _both(self, text: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The tokens of texts, and those of texts that end with a space before a further character."""
        texts = tf.size(text)
        bare = tf.where(_is_blank(text), _SOME_TEXT, tf.strings.regex_replace(text, f"{WHITE_SPACE}+$", ""))
        longer = bare + " " + tf.strings.substr(bare, -1, 1, unit="UTF8_CHAR")
        found = self._ids(tf.concat([text, longer], axis=0))
        ids = found.to_tensor(default_value=PAD_ID)
        if self._separator_id is not None:  # it may be between the ids of the fields
            ids += tf.cast(ids >= self._separator_id, tf.int32)
        lengths = tf.cast(found.row_lengths(), tf.int32)[texts:]
        is_last = tf.range(tf.shape(ids)[1]) == lengths[:, tf.newaxis] - 1
        return ids[:texts], tf.where(is_last, PAD_ID, ids[texts:])

    def _decoded(self, ids: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, State]:
        """The text that is complete, the rest of it, and the state; ``int32 [n, time]``."""
        rows, time = tf.shape(ids)[0], tf.shape(ids)[1]

        def going(place: tf.Tensor, text: tf.Tensor, state: State) -> tf.Tensor:
            return place < time

        def further(place: tf.Tensor, text: tf.Tensor, state: State) -> tuple[tf.Tensor, tf.Tensor, State]:
            part, state = self.texts.add(state, ids[:, place])
            return place + 1, text + part, state

        _, text, state = tf.while_loop(going, further, (0, tf.fill([rows], ""), self.texts.start(rows)))
        return text, self.texts.finish(state), state


def _halves(texts: tf.Tensor) -> tuple[slice, slice]:
    return slice(None, texts), slice(texts, None)


def _is_blank(text: tf.Tensor) -> tf.Tensor:
    return tf.strings.regex_full_match(text, f"{WHITE_SPACE}*")


def _ends_in_space(text: tf.Tensor) -> tf.Tensor:
    return tf.strings.regex_full_match(text, f"(?s:.*){WHITE_SPACE}")
