"""Tokenizer of texts with several fields: the columns ``[title, body]`` of a table."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.files import write_json
from seqclf.text.decoder import Decoder
from seqclf.text.fields import FIELD_SEPARATOR, is_blank, split_fields
from seqclf.text.saved import load_plain
from seqclf.text.tokenizer import Tokenizer, checked_count, checked_texts
from seqclf.text.word_spans import WordSpan

FIELDS_FILE = "fields.json"
SEPARATOR_PIECE = "[SEP]"


class FieldTokenizer(Tokenizer):
    """Encodes each field with a tokenizer of any kind, and puts a token of its own between fields.

    A text is one string, as ``join_fields`` makes it. A blank field has no tokens, so every text has at least the
    tokens between its fields. A text with fewer fields than ``columns`` has its first ones; further separators belong
    to the last field.

    Decoding gives the fields as one string. A field is empty if it is blank, or if no more than white space remains of
    it when ``inner`` decodes it. Separators after the last field add no text.

    Attributes:
        inner: the tokenizer of the fields.
        columns: name of each field; at least two.
        separator_id: id of the token between fields. It comes after the ids that ``inner`` had when it was trained;
            those of tokens with which it has grown are one larger than in ``inner``.
    """

    kind = "fields"
    separator_id: int

    def __init__(self, inner: Tokenizer, columns: Sequence[str], separator_id: int | None = None) -> None:
        """``separator_id``: larger than the id of unknown tokens; None: after all ids of ``inner``."""
        self.inner, self.columns = inner, tuple(columns)
        self.unknown_id, self.normalize = inner.unknown_id, inner.normalize
        self.separator_id = inner.vocabulary_size if separator_id is None else separator_id
        before, after = inner.pieces[: self.separator_id], inner.pieces[self.separator_id :]
        self.pieces = (*before, SEPARATOR_PIECE, *after)
        self._has_grown = bool(after)

    def written_characters(self) -> frozenset[str] | None:
        inner = self.inner.written_characters()
        return None if inner is None else inner | {FIELD_SEPARATOR}

    @property
    def plain(self) -> Tokenizer:
        return self.inner

    def from_plain(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        return ids + (ids >= self.separator_id) if self._has_grown else ids

    @property
    def fingerprint(self) -> str:
        grown = [self.separator_id] if self._has_grown else []
        decisive = json.dumps([self.kind, len(self.columns), self.inner.fingerprint, *grown])
        return hashlib.sha256(decisive.encode()).hexdigest()

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        given, again = itertools.tee(map(self._fields, texts))  # the inner tokenizer reads ahead
        encoded = self.inner.encode_all(itertools.chain.from_iterable(given))
        separator = np.array([self.separator_id], np.int32)
        for fields in again:
            parts = []
            for field in fields:
                ids = self.from_plain(next(encoded))
                parts += [separator, ids[:0] if is_blank(field) else ids]
            yield np.concatenate(parts[1:])

    def word_spans(self, text: str) -> list[WordSpan]:
        found, characters, tokens = list[WordSpan](), 0, 0
        for field in self._fields(text):
            if not is_blank(field):
                found += (span.moved(characters, tokens) for span in self.inner.word_spans(field))
                tokens += len(self.inner.encode(field))
            characters, tokens = characters + len(field) + 1, tokens + 1  # with the separator after it
        return found

    def _fields(self, text: str) -> list[str]:
        fields = text.split(FIELD_SEPARATOR, len(self.columns) - 1)
        return fields + [""] * (len(self.columns) - len(fields))

    def grown(self, texts: Iterable[str], *, vocab_size: int, min_frequency: int = 2) -> Self:
        """As ``Tokenizer.grown``, with tokens that the fields need; ``vocab_size`` is that of ``inner``."""
        inner = self.inner.grown(fields_of(texts), vocab_size=vocab_size, min_frequency=min_frequency)
        return type(self)(inner, self.columns, self.separator_id)

    def decoder(self) -> Decoder:
        return _FieldDecoder(self)

    def content(self) -> dict[str, Any]:
        return {"columns": list(self.columns), **({"separator_id": self.separator_id} if self._has_grown else {})}

    def word_joins(self) -> NDArray[np.uint8] | None:
        joins = self.inner.word_joins()
        return None if joins is None else np.insert(joins, self.separator_id, 0)

    def save(self, folder: Path) -> None:
        """Save the inner tokenizer as if it were alone, and the columns in a file beside it."""
        self.inner.save(folder)
        write_json(folder / FIELDS_FILE, self.content())

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        columns = checked_texts(content["columns"])
        if len(columns) < 2 or len(set(columns)) < len(columns):
            raise ValueError(f"{FIELDS_FILE}: expected two or more different columns")
        inner = load_plain(folder)
        separator_id = checked_count(content.get("separator_id", inner.vocabulary_size))
        if not inner.unknown_id < separator_id <= inner.vocabulary_size:
            raise ValueError(f"{FIELDS_FILE}: no separator can have the id {separator_id}")
        return cls(inner, columns, separator_id)


class _FieldDecoder(Decoder):
    """Decodes each field with a decoder of its own."""

    def __init__(self, tokenizer: FieldTokenizer) -> None:
        super().__init__(tokenizer.vocabulary_size, unknown_id=tokenizer.unknown_id)
        self._separator_id, self._new_decoder = tokenizer.separator_id, tokenizer.inner.decoder
        self._field = self._new_decoder()
        self._left = len(tokenizer.columns) - 1  # fields after this one

    def finish(self) -> str:
        return self._in_field(self._field.finish())

    @property
    def complete(self) -> bool:
        return self._field.complete

    def allowed(self) -> NDArray[np.bool_]:
        return np.insert(self._field.allowed(), self._separator_id, self._field.complete and self._left > 0)

    def _added(self, token_id: int) -> str:
        if token_id != self._separator_id:
            return self._in_field(self._field.add(token_id - (token_id > self._separator_id)))
        if not self._left:
            return ""
        rest = self.finish()
        self._field, self._left = self._new_decoder(), self._left - 1
        return rest + FIELD_SEPARATOR

    def _gap(self) -> str:
        return self._in_field(self._field.add(self._unknown_id))

    def _in_field(self, text: str) -> str:
        """Further separators belong to the last field."""
        return text.replace(FIELD_SEPARATOR, " ") if self._left else text


def fields_of(texts: Iterable[str]) -> Iterator[str]:
    """The fields of all texts, for a tokenizer to learn from."""
    return itertools.chain.from_iterable(map(split_fields, texts))
