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
from seqclf.text.tokenizer import Tokenizer, checked_texts

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
        separator_id: id of the token between fields, after the ids of ``inner``.
    """

    kind = "fields"

    def __init__(self, inner: Tokenizer, columns: Sequence[str]) -> None:
        self.inner, self.columns = inner, tuple(columns)
        self.unknown_id, self.normalize = inner.unknown_id, inner.normalize
        self.separator_id = inner.vocabulary_size
        self.pieces = (*inner.pieces, SEPARATOR_PIECE)

    @property
    def plain(self) -> Tokenizer:
        return self.inner

    @property
    def fingerprint(self) -> str:
        decisive = json.dumps([self.kind, len(self.columns), self.inner.fingerprint])
        return hashlib.sha256(decisive.encode()).hexdigest()

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        given, again = itertools.tee(map(self._fields, texts))  # the inner tokenizer reads ahead
        encoded = self.inner.encode_all(itertools.chain.from_iterable(given))
        separator = np.array([self.separator_id], np.int32)
        for fields in again:
            parts = []
            for field in fields:
                ids = next(encoded)
                parts += [separator, ids[:0] if is_blank(field) else ids]
            yield np.concatenate(parts[1:])

    def _fields(self, text: str) -> list[str]:
        fields = text.split(FIELD_SEPARATOR, len(self.columns) - 1)
        return fields + [""] * (len(self.columns) - len(fields))

    def decoder(self) -> Decoder:
        return _FieldDecoder(self)

    def content(self) -> dict[str, Any]:
        return {"columns": list(self.columns)}

    def word_joins(self) -> NDArray[np.uint8] | None:
        joins = self.inner.word_joins()
        return None if joins is None else np.append(joins, np.uint8(0))

    def save(self, folder: Path) -> None:
        """Save the inner tokenizer as if it were alone, and the columns in a file beside it."""
        self.inner.save(folder)
        write_json(folder / FIELDS_FILE, self.content())

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        columns = checked_texts(content["columns"])
        if len(columns) < 2 or len(set(columns)) < len(columns):
            raise ValueError(f"{FIELDS_FILE}: expected two or more different columns")
        return cls(load_plain(folder), columns)


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
        return np.append(self._field.allowed(), self._field.complete and self._left > 0)

    def _added(self, token_id: int) -> str:
        if token_id != self._separator_id:
            return self._in_field(self._field.add(token_id))
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
