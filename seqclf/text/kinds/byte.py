"""The ``byte`` tokenizer: the UTF-8 bytes of a text. It needs no training, and nothing is unknown.

Decoding gives the text in its normal form; white space and everything else is as it was. A lone surrogate, which UTF-8
cannot encode, is three U+FFFD. Bytes that are not UTF-8, which no text has, give no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.text.decoder import Decoder
from seqclf.text.normal_form import NormalForm, checked_form, speller
from seqclf.text.spelling import Spelling
from seqclf.text.tokenizer import PAD, UNKNOWN, Tokenizer
from seqclf.text.utf8 import Utf8Characters
from seqclf.text.word_spans import WordSpan, words_of_characters
from seqclf.text.words import is_word_character, valid_text
from seqclf.token_ids import CONTINUES, GOES_ON

FIRST_BYTE_ID = 2
"""Id of byte 0; byte ``b`` has the id ``FIRST_BYTE_ID + b``."""

BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))


BYTE_JOINS = np.array(
    [(CONTINUES | GOES_ON) * (byte >= 0x80 or is_word_character(chr(byte))) for byte in range(256)], np.uint8
)
"""Flags of ``Tokenizer.word_joins``: bytes of non-ASCII characters always count as parts of words."""


class ByteTokenizer(Tokenizer):
    """258 ids: ``[PAD]``, ``[UNK]`` (an empty text) and the 256 bytes."""

    kind = "byte"

    def __init__(self, normalize: NormalForm = "none") -> None:
        self.normalize = normalize
        self.pieces = (PAD, UNKNOWN, *BYTE_PIECES)

    @classmethod
    def learn(cls, texts: Iterable[str], *, normalize: NormalForm = "nfc") -> ByteTokenizer:
        """The byte tokenizer, which ignores ``texts``."""
        return cls(normalize)

    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        spelt = speller(self.normalize, lowercase=False)
        for text in texts:
            content = np.frombuffer(spelt(valid_text(text)).encode("utf-8"), np.uint8)
            yield content.astype(np.int32) + FIRST_BYTE_ID if len(content) else np.array([self.unknown_id], np.int32)

    def word_spans(self, text: str) -> list[WordSpan]:
        spelling = Spelling.of(text).spelt(speller(self.normalize, lowercase=False))
        return words_of_characters(spelling, [len(one.encode()) for one in spelling.text])

    def grown(self, texts: Iterable[str], *, vocab_size: int, min_frequency: int = 2) -> Self:
        raise InputError("a byte tokenizer cannot grow: it knows all bytes, and so every text")

    def decoder(self) -> Decoder:
        return _ByteDecoder(self.vocabulary_size, unknown_id=self.unknown_id)

    def word_joins(self) -> NDArray[np.uint8]:
        flags = np.zeros(self.vocabulary_size, np.uint8)
        flags[FIRST_BYTE_ID:] = BYTE_JOINS
        return flags

    def content(self) -> dict[str, Any]:
        return {} if self.normalize == "none" else {"normalize": self.normalize}

    @classmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        return cls(checked_form(content.get("normalize", "none")))


class _ByteDecoder(Decoder):
    """Bytes to text, a character at a time."""

    def __init__(self, vocabulary_size: int, *, unknown_id: int) -> None:
        super().__init__(vocabulary_size, unknown_id=unknown_id)
        self._characters = Utf8Characters()

    @property
    def complete(self) -> bool:
        return self._characters.complete

    def allowed(self) -> NDArray[np.bool_]:
        allowed = self.usable.copy()
        allowed[FIRST_BYTE_ID:] = self._characters.following()
        return allowed

    def _added(self, token_id: int) -> str:
        return self._characters.add(token_id - FIRST_BYTE_ID)
