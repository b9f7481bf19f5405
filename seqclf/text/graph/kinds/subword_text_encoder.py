"""The retired ``SubwordTextEncoder`` in the graph, computed on one flat array of the batch's code points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seqclf.text.graph.base import State, TokenIds, TokenTexts, choose, speller_of
from seqclf.text.graph.tables import LowerCase, valid_utf8
from seqclf.text.graph.trie import GraphTrie, reached
from seqclf.text.graph.utf8 import GraphUtf8
from seqclf.text.kinds.subword_text_encoder import UNDERSCORE, UNDERSCORE_SPLIT, SubwordTextEncoder, word_ranges
from seqclf.text.trie import Trie

_SPACE, _JOINT = ord(" "), ord("_")
_ESCAPED = np.array([*map(ord, UNDERSCORE), _JOINT], np.int32)


class _Characters(NamedTuple):
    """Concatenated code points of all texts, ``int32 [n]``, and where a part starts, ``bool [n]``."""

    points: tf.Tensor
    begins: tf.Tensor


class EncoderIds(TokenIds):
    """The operators of ``seqclf.text.kinds.subword_text_encoder``."""

    def __init__(self, tokenizer: SubwordTextEncoder) -> None:
        super().__init__(tokenizer)
        self._first_byte_id = tokenizer.first_byte_id
        self._word_ranges = tf.constant(word_ranges())
        self._subwords = GraphTrie(Trie(tokenizer.known().items()))
        # UNDERSCORE comes first, so that its matches can be distinguished from the others.
        others = (subword for subword in tokenizer.reserved if subword != UNDERSCORE)
        self._reserved = GraphTrie(Trie((one, number) for number, one in enumerate([UNDERSCORE, *others])))
        self._speller = speller_of(tokenizer.normalize, lowercase=tokenizer.lowercase)
        self._lower = LowerCase() if tokenizer.lowercase and self._speller is None else None

    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        text = valid_utf8(text)
        if self._speller is not None:
            text = self._speller(text)
        characters = tf.strings.unicode_decode(text, "UTF-8")
        points = self._lower(characters.values) if self._lower is not None else characters.values
        rows = tf.cast(characters.value_rowids(), tf.int32)
        tokens, rows = self._prepared(points, rows)
        ids, per_character = self._ids(tokens)
        in_row = tf.math.unsorted_segment_sum(per_character, rows, tf.cast(characters.nrows(), tf.int32))
        return tf.RaggedTensor.from_row_lengths(ids, in_row, validate=False)

    def _prepared(self, points: tf.Tensor, rows: tf.Tensor) -> tuple[_Characters, tf.Tensor]:
        """Tokens in lookup form (spaces absorbed, underscores escaped), and the rows of their characters."""
        first_in_row = _changes(rows)
        begins, is_underscore = self._tokens(points, first_in_row)
        # The token before a single space absorbs it. Only UNDERSCORE does not: it gets a "_", too, but the space
        # remains a token.
        alone = begins & _after(begins, True) & (points == _SPACE) & ~first_in_row
        after_underscore = _before(is_underscore, False)
        joined = alone & ~after_underscore
        written_out = points == _JOINT
        adds = _after(alone & after_underscore, False)  # the last character of UNDERSCORE
        split_off = _shifted(is_underscore & begins, UNDERSCORE_SPLIT)
        begins = (begins & ~joined) | split_off
        points = tf.where(joined, _JOINT, points)
        sizes = tf.where(written_out, len(UNDERSCORE), 1) + tf.cast(adds, tf.int32)
        within = tf.ragged.range(sizes).values
        widely_written = tf.repeat(written_out, sizes)
        escaped = tf.gather(_ESCAPED, tf.where(widely_written, within, len(UNDERSCORE)))
        points = tf.where(widely_written | (within > 0), escaped, tf.repeat(points, sizes))
        return _Characters(points, tf.repeat(begins, sizes) & (within == 0)), tf.repeat(rows, sizes)

    def _tokens(self, points: tf.Tensor, first_in_row: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Where tokens start, and which characters belong to an UNDERSCORE in the text; ``bool [n]`` both."""
        kind = tf.searchsorted(self._word_ranges, points, side="right") & 1
        count = tf.size(points)
        lengths, numbers = self._reserved.longest(points, _part_ends(first_in_row))

        def with_reserved() -> tuple[tf.Tensor, tf.Tensor]:
            taken = reached(first_in_row, tf.range(count) + tf.maximum(lengths, 1)) & (lengths > 0)
            places = tf.where(taken)[:, 0]
            size = tf.gather(lengths, places)
            inside = tf.ragged.range(size).values + tf.repeat(tf.cast(places, tf.int32), size)
            # Token numbers: each reserved subword has its own, separate from the surrounding characters.
            marked = tf.scatter_nd(inside[:, None], tf.repeat(tf.cast(places, tf.int32) + 1, size), [count])
            is_underscore = tf.repeat(tf.gather(numbers, places) == 0, size)
            underscores = tf.scatter_nd(inside[:, None], tf.cast(is_underscore, tf.int32), [count]) > 0
            changes = _changes(marked) | ((marked == 0) & _changes(kind))
            return changes | first_in_row, underscores

        def without() -> tuple[tf.Tensor, tf.Tensor]:
            return _changes(kind) | first_in_row, tf.zeros_like(first_in_row)

        begins, underscores = tf.cond(tf.reduce_any(lengths > 0), with_reserved, without)
        return tf.ensure_shape(begins, [None]), tf.ensure_shape(underscores, [None])

    def _ids(self, tokens: _Characters) -> tuple[tf.Tensor, tf.Tensor]:
        """Ids of all tokens, ``int32 [ids]``, and the number of ids that start at each character, ``int32 [n]``."""
        points, begins = tokens
        ends = _part_ends(begins)
        lengths, numbers = self._subwords.longest(points, ends)
        following = tf.range(tf.size(points)) + tf.maximum(lengths, 1)
        following = tf.where(following < ends, following, tf.size(points))
        taken = tf.where(reached(begins, following))[:, 0]
        lengths, numbers, points = (tf.gather(values, taken) for values in (lengths, numbers, points))
        is_bytes = lengths == 0
        spelt = tf.strings.unicode_encode(tf.where(points == _JOINT, _SPACE, points)[:, None], "UTF-8")
        spelt = tf.where(is_bytes, spelt, " ")
        sizes = tf.strings.length(spelt)
        values = tf.cast(tf.io.decode_raw(tf.strings.reduce_join(spelt), tf.uint8), tf.int32) + self._first_byte_id
        ids = tf.where(tf.repeat(is_bytes, sizes), values, tf.repeat(numbers, sizes))
        per_character = tf.scatter_nd(taken[:, None], sizes, tf.shape(begins, tf.int64))
        return ids, per_character


class EncoderTexts(TokenTexts):
    """The operators of the decoder of ``seqclf.text.kinds.subword_text_encoder``."""

    def __init__(self, tokenizer: SubwordTextEncoder) -> None:
        super().__init__(tokenizer)
        self._first_byte_id, self._characters = tokenizer.first_byte_id, GraphUtf8()
        self._subwords = tf.constant([tokenizer.decode([one]).encode("utf-8") for one in range(self._first_byte_id)])

    def start(self, rows: tf.Tensor) -> State:
        return self._characters.start(rows)

    def complete(self, state: State) -> tf.Tensor:
        return self._characters.complete(state)

    def allowed(self, state: State) -> tf.Tensor:
        bytes_ = self._characters.following(state)
        subwords = self._usable[: self._first_byte_id] & self.complete(state)[:, tf.newaxis]
        return tf.concat([subwords, bytes_ & self._usable[self._first_byte_id :]], axis=1)

    def _added(self, state: State, token_ids: tf.Tensor) -> tuple[tf.Tensor, State]:
        byte = token_ids - self._first_byte_id
        is_byte = byte >= 0
        text, after = self._characters.add(state, tf.maximum(byte, 0))
        subword = tf.gather(self._subwords, tf.where(is_byte, 0, token_ids))
        after = choose(is_byte, after, self._characters.start(tf.size(byte)))
        is_known = token_ids != self._unknown_id
        return tf.where(is_known, tf.where(is_byte, text, subword), ""), choose(is_known, after, state)


def _before(values: tf.Tensor, first: bool) -> tf.Tensor:
    """For each position, the previous value."""
    return tf.concat([[first], values], axis=0)[:-1]


def _after(values: tf.Tensor, last: bool) -> tf.Tensor:
    """For each position, the next value."""
    return tf.concat([values, [last]], axis=0)[1:]


def _shifted(values: tf.Tensor, by: int) -> tf.Tensor:
    """For each position, the value ``by`` positions before, or False."""
    return tf.concat([tf.fill([by], False), values], axis=0)[: tf.size(values)]


def _changes(values: tf.Tensor) -> tf.Tensor:
    """Where a value differs from the previous one; ``int32 [n]`` -> ``bool [n]``, the first True."""
    return tf.concat([tf.fill([1], True), values[1:] != values[:-1]], axis=0)[: tf.size(values)]


def _part_ends(begins: tf.Tensor) -> tf.Tensor:
    """For each position, the start of the next part; ``bool [n]``, the first True -> ``int32 [n]``."""
    starts = tf.cast(tf.where(begins)[:, 0], tf.int32)
    ends = tf.concat([starts, [tf.size(begins)]], axis=0)
    return tf.gather(ends, tf.cumsum(tf.cast(begins, tf.int32)))
