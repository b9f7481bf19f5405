"""The ``subword`` tokenizer as plain TensorFlow operators: raw strings in, padded token ids out.

Only operators that every TensorFlow has, so that an exported model runs without seqclf, tensorflow_text or custom
operators. Known chunks come from one table; what is not in it is cut into words and pieces by greedy longest match.
``seqclf.text.subword`` is the reference: ids are equal for every Unicode string.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from seqclf.text.subword import CONTINUATION, MAX_WORD_CHARACTERS, PAD_ID, UNKNOWN_ID, SubwordTokenizer, chunk_key
from seqclf.text.truncation import Truncate, kept_ends
from seqclf.text.words import SEPARATOR, WORD_PATTERN, lower_table

_MISSING = -1


class GraphTokenizer(tf.Module):
    """Callable in a ``tf.function``: ``tf.string [batch]`` -> ``tf.int32 [batch, time]``, padded right.

    ``time`` is the length of the longest text in the batch, at most ``max_tokens``. Every row has a token.
    Bytes that are not UTF-8 are read as U+FFFD.
    """

    def __init__(self, tokenizer: SubwordTokenizer, *, max_tokens: int, truncate: Truncate) -> None:
        super().__init__(name="tokenizer")
        self._lowercase = tokenizer.lowercase
        self._max_tokens = max_tokens
        self._kept_first, self._kept_last = kept_ends(max_tokens, truncate)

        known = {chunk_key(chunk, self._lowercase): tokenizer.chunk_ids(chunk) for chunk in tokenizer.known_chunks}
        known = known or {b" ": ()}  # a table cannot be empty; white space is never a chunk
        self._known_chunks = _index_table("chunks", list(known))
        self._known_ids = tf.RaggedTensor.from_row_lengths(
            tf.constant([i for ids in known.values() for i in ids], tf.int32), [len(ids) for ids in known.values()]
        )
        self._pieces = _index_table("pieces", [piece.encode("utf-8") for piece in tokenizer.pieces])
        self._longest_piece = max(len(piece.removeprefix(CONTINUATION)) for piece in tokenizer.pieces)
        if self._lowercase:
            changes = lower_table()
            self._lower = _table("lower", np.array(list(changes)), np.array(list(changes.values())))

    def __call__(self, text: tf.Tensor) -> tf.Tensor:
        text = tf.strings.unicode_transcode(text, "UTF-8", "UTF-8", errors="replace")
        if self._lowercase:
            text = tf.strings.lower(text)  # ASCII letters only: the rest is rare and done for unknown chunks
        chunks = tf.strings.split(text)
        ids = tf.RaggedTensor.from_row_splits(self._chunk_ids(chunks.values), chunks.row_splits, validate=False)
        padded = self._truncate(_never_empty(ids.merge_dims(1, 2))).to_tensor(default_value=PAD_ID)
        no_texts = tf.cast(tf.shape(padded)[1] == 0, tf.int32)  # a recurrent layer needs one step even for none
        padded = tf.pad(padded, [[0, 0], [0, no_texts]], constant_values=PAD_ID)
        return tf.ensure_shape(padded, [None, None])

    def _chunk_ids(self, chunks: tf.Tensor) -> tf.RaggedTensor:
        """``tf.string [n]`` -> ragged ``int32 [n, (ids)]``."""
        rows = self._known_chunks.lookup(chunks)
        unknown = rows == _MISSING
        distinct, places = tf.unique(tf.boolean_mask(chunks, unknown))
        table = tf.concat([self._known_ids, self._unknown_chunk_ids(distinct)], axis=0)
        places += tf.cast(self._known_ids.nrows(), tf.int32)
        rows = tf.tensor_scatter_nd_update(tf.cast(rows, tf.int32), tf.where(unknown), places)
        return tf.gather(table, rows)

    def _unknown_chunk_ids(self, chunks: tf.Tensor) -> tf.RaggedTensor:
        """``tf.string [n]`` -> ragged ``int32 [n, (ids)]``."""
        spaced = tf.strings.regex_replace(chunks, f"({WORD_PATTERN})", r"\1 ")
        words = tf.strings.split(tf.strings.regex_replace(spaced, SEPARATOR, " "))
        distinct, places = tf.unique(words.values)
        if self._lowercase:
            distinct = self._lower_words(distinct)
        ids = tf.gather(self._wordpiece(distinct), places)
        return tf.RaggedTensor.from_row_splits(ids, words.row_splits, validate=False).merge_dims(1, 2)

    def _lower_words(self, words: tf.Tensor) -> tf.Tensor:
        code_points = tf.strings.unicode_decode(words, "UTF-8")
        small = self._lower.lookup(tf.cast(code_points.values, tf.int64))
        changed = tf.where(small == _MISSING, code_points.values, tf.cast(small, tf.int32))
        return tf.strings.unicode_encode(code_points.with_values(changed), "UTF-8")

    def _wordpiece(self, words: tf.Tensor) -> tf.RaggedTensor:
        """Greedy longest match first, all words at once, one piece of each per turn.

        ``tf.string [n]`` -> ragged ``int32 [n, (pieces)]``. A word that cannot be finished, or is longer than
        ``MAX_WORD_CHARACTERS``, is one unknown token.
        """
        lengths = tf.strings.length(words, unit="UTF8_CHAR")
        too_long = lengths > MAX_WORD_CHARACTERS
        words = tf.where(too_long, "", words)
        lengths = tf.where(too_long, 0, lengths)
        sizes = tf.range(1, self._longest_piece + 1, dtype=tf.int32)

        def unfinished(start: tf.Tensor, pieces: tf.Tensor) -> tf.Tensor:
            return tf.reduce_any(start < lengths)

        def next_piece(start: tf.Tensor, pieces: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            live = tf.where(start < lengths)[:, 0]
            begin, rest = tf.gather(start, live), tf.gather(lengths - start, live)
            grid = tf.ones_like(begin)[:, None] * sizes  # [live, sizes]
            candidates = tf.strings.substr(
                tf.repeat(tf.gather(words, live)[:, None], self._longest_piece, axis=1),
                grid * 0 + begin[:, None],
                grid,
                unit="UTF8_CHAR",
            )
            candidates = tf.where(begin[:, None] > 0, CONTINUATION + candidates, candidates)
            found = self._pieces.lookup(candidates)
            fits = (found != _MISSING) & (sizes <= rest[:, None])
            size = tf.reduce_max(tf.where(fits, sizes, 0), axis=1)
            piece = tf.gather(tf.cast(found, tf.int32), tf.maximum(size - 1, 0), batch_dims=1)
            failed = size == 0
            column = tf.tensor_scatter_nd_update(
                tf.fill(tf.shape(start), _MISSING), live[:, None], tf.where(failed, UNKNOWN_ID, piece)
            )
            start = tf.tensor_scatter_nd_update(
                start, live[:, None], begin + tf.where(failed, MAX_WORD_CHARACTERS, size)
            )
            return start, tf.concat([pieces, column[:, None]], axis=1)

        count = tf.shape(words)[0]
        _, pieces = tf.while_loop(
            unfinished,
            next_piece,
            (tf.zeros_like(lengths), tf.zeros([count, 0], tf.int32)),
            shape_invariants=(tf.TensorShape([None]), tf.TensorShape([None, None])),
        )
        # [UNK] means that the word could not be finished, then all of it is unknown. No word has it as a piece.
        unknown = tf.reduce_any(pieces == UNKNOWN_ID, axis=1) | too_long
        pieces = tf.where(unknown[:, None], _MISSING, pieces)
        pieces = tf.concat([tf.where(unknown, UNKNOWN_ID, _MISSING)[:, None], pieces], axis=1)
        return tf.ragged.boolean_mask(pieces, pieces != _MISSING)

    def _truncate(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        lengths = ids.row_lengths()
        from_start = tf.ragged.range(lengths)
        from_end = tf.repeat(lengths, lengths) - from_start.values
        kept = (from_start.values < self._kept_first) | (from_end <= self._kept_last)
        kept |= tf.repeat(lengths <= self._max_tokens, lengths)
        return tf.ragged.boolean_mask(ids, from_start.with_values(kept))


def _never_empty(ids: tf.RaggedTensor) -> tf.RaggedTensor:
    empty = tf.cast(ids.row_lengths() == 0, tf.int64)
    stand_in = tf.RaggedTensor.from_row_lengths(tf.fill([tf.reduce_sum(empty)], UNKNOWN_ID), empty, validate=False)
    return tf.concat([ids, stand_in], axis=1)


def _index_table(name: str, keys: list[bytes]) -> tf.lookup.StaticHashTable:
    """From each key to its place; ``_MISSING`` for everything else."""
    return _table(name, np.array(keys, dtype=object), np.arange(len(keys)))


def _table(name: str, keys: np.ndarray, values: np.ndarray) -> tf.lookup.StaticHashTable:
    key_type = tf.string if keys.dtype == object else tf.int64
    content = tf.lookup.KeyValueTensorInitializer(tf.constant(keys, key_type), tf.constant(values, tf.int64))
    return tf.lookup.StaticHashTable(content, default_value=_MISSING, name=name)
