"""Base class of all tokenizers."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.files import write_text
from seqclf.text.decoder import Decoder
from seqclf.text.normal_form import UNICODE_VERSION, NormalForm
from seqclf.text.word_spans import WordSpan
from seqclf.token_ids import UNKNOWN_ID

PAD, UNKNOWN = "[PAD]", "[UNK]"
TOKENIZER_FILE = "tokenizer.json"


class Tokenizer(ABC):
    """Converts texts to token ids.

    A kind is a subclass in a module of ``seqclf.text.kinds`` that has the name of the kind. A module of the same name
    in ``seqclf.text.graph.kinds`` has its TensorFlow operators, which give the same ids.

    Attributes:
        kind: name of the kind, stored in a saved folder.
        normalize: the Unicode normal form in which texts are read; "none": as they are.
        pieces: the vocabulary; the index of a piece is its id. ``pieces[0]`` pads batches.
        unknown_id: id of anything not in the vocabulary, and of the single token of an empty text.
        separator_id: id of the token between the fields of a text; None if texts have one field.
        columns: names of the fields; empty if texts have one field.
    """

    kind: ClassVar[str]
    normalize: NormalForm = "none"
    pieces: tuple[str, ...]
    unknown_id: int = UNKNOWN_ID
    separator_id: int | None = None
    columns: tuple[str, ...] = ()

    @property
    def vocabulary_size(self) -> int:
        return len(self.pieces)

    @property
    def plain(self) -> Tokenizer:
        """The tokenizer of a single field: this one, unless texts have several."""
        return self

    def from_plain(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """The ids that the tokens with these ids of ``plain`` have here."""
        return ids

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything that determines the ids of a text."""
        decisive = json.dumps([self.kind, self.rules(), self.content()], sort_keys=True)
        return hashlib.sha256(decisive.encode()).hexdigest()

    @abstractmethod
    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        """Token ids of each text (``int32 [length]``, length at least 1), one text after another."""

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, at least one: a text without tokens becomes one unknown token."""
        ids: list[int] = next(iter(self.encode_all([text]))).tolist()
        return ids

    def grown(self, texts: Iterable[str], *, vocab_size: int, min_frequency: int = 2) -> Self:
        """A tokenizer with further tokens: those that the texts need most. This one stays as it is.

        All tokens keep their ids, and new ones have the ids after them. What this tokenizer has a token for, it encodes
        with the same ids as before. The same texts give the same ids in any order.

        A model of the old tokenizer lacks the rows of the new ids. Ids that a task appends to the vocabulary, such as a
        language model's end of text, move behind them: that id is ``vocabulary_size`` before and after, so its old row
        belongs to a new token unless the rows are assigned anew.

        Args:
            vocab_size: the maximum size of the vocabulary with the new tokens.
            min_frequency: how often the texts must have what a new token stands for.

        Raises:
            InputError: tokenizers of this kind cannot grow, or ``vocab_size`` leaves no room for a token.
        """
        raise InputError(f"a {self.kind} tokenizer cannot grow: its vocabulary is fixed")

    def decoder(self) -> Decoder:
        """A new decoder, which turns token ids into text one after another.

        Raises ``InputError`` if tokens of this kind have no text, such as hashes.
        """
        raise InputError(f"tokens of the {self.kind} tokenizer have no text: choose another tokenizer.type")

    def decode(self, ids: Iterable[int]) -> str:
        """The text of token ids; padding and unknown tokens are left out.

        Decoding the ids of a text without unknown tokens gives the text up to what reading it takes away, as the
        docstring of each kind says. Encoding that again gives the same ids.

        Raises ``ValueError`` for an id that the tokenizer does not have, and ``InputError`` as ``decoder`` does.
        """
        decoder = self.decoder()
        return "".join([*map(decoder.add, ids), decoder.finish()])

    def unknown_parts(self, text: str) -> Iterator[str]:
        """The words or n-grams of a text that have an unknown token, in order, as they are looked up.

        This base class yields none, as tokenizers that fall back to bytes should.
        """
        return iter(())

    def unread_end(self, text: str) -> str:
        """The characters at the end of a text that are in no token, as the tokenizer spells them; "" if all are read.

        White space at the end does not count.
        """
        return ""

    def written_characters(self) -> frozenset[str] | None:
        """The characters that texts of its tokens may have; None: all, as of tokenizers that fall back to bytes."""
        return None

    @abstractmethod
    def word_spans(self, text: str) -> list[WordSpan]:
        """The words of a text, in order, with their places and tokens; no two have a character or a token in common.

        Every token of ``encode(text)`` belongs to a word, except those between fields and the single unknown token of a
        text without tokens. Pieces of a word belong to one word, and what the tokenizer drops to none.
        """

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """The vocabulary and the options, as plain values."""

    def rules(self) -> str:
        """Everything besides ``content`` that determines ids; it changes only with seqclf or Python."""
        return "" if self.normalize == "none" else f"Unicode {UNICODE_VERSION}"

    def word_joins(self) -> NDArray[np.uint8] | None:
        """Flags per token id that define whole words: ``CONTINUES`` and ``GOES_ON``, ``uint8 [vocabulary]``.

        None if tokens are not parts of words.
        """
        return None

    def document(self) -> str:
        """The content of ``tokenizer.json``."""
        return json.dumps({"type": self.kind, **self.content()}, indent=1, ensure_ascii=False) + "\n"

    def save(self, folder: Path) -> None:
        """Save to a folder for ``load_tokenizer``."""
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / TOKENIZER_FILE, self.document())

    @classmethod
    @abstractmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        """The tokenizer saved in ``folder``; ``content`` is its ``tokenizer.json``.

        Raises ``ValueError``, ``LookupError``, ``TypeError`` or ``OSError`` for malformed content.
        """


def frequent(counts: Mapping[str, int], vocab_size: int, min_frequency: int) -> list[str]:
    """A vocabulary of at most ``vocab_size`` pieces: special tokens, then the most frequent pieces in a fixed order."""
    return [PAD, UNKNOWN, *_ranked(counts, min_frequency)[: vocab_size - 2]]


def frequent_new(counts: Mapping[str, int], known: Container[str], room: int, min_frequency: int) -> list[str]:
    """At most ``room`` pieces that are not in ``known``, the most frequent first."""
    return [piece for piece in _ranked(counts, min_frequency) if piece not in known][:room]


def _ranked(counts: Mapping[str, int], min_frequency: int) -> list[str]:
    known = (piece for piece, count in counts.items() if count >= min_frequency)
    return sorted(known, key=lambda piece: (-counts[piece], piece))


def room_for_more(tokenizer: Tokenizer, vocab_size: int) -> int:
    """How many tokens ``Tokenizer.grown`` may add. Raises ``InputError`` if none."""
    size = tokenizer.vocabulary_size
    if vocab_size <= size:
        raise InputError(
            f"the tokenizer cannot grow to {vocab_size:,} tokens: it has {size:,} already; "
            f"set tokenizer.vocab_size above {size:,}"
        )
    return vocab_size - size


def checked_texts(value: Any) -> list[str]:
    """``value``, if it is a list of non-empty strings that UTF-8 can encode. Raises ``ValueError``."""
    if not isinstance(value, list) or not all(map(_is_text, value)):
        raise ValueError("expected a list of strings as its pieces")
    return value


def checked_pieces(value: Any) -> list[str]:
    """``value``, if it is a vocabulary in the format of ``frequent``. Raises ``ValueError``."""
    if checked_texts(value)[:2] != [PAD, UNKNOWN]:
        raise ValueError(f"expected {PAD} and {UNKNOWN} as the first pieces")
    return list(value)


def checked_flag(value: Any) -> bool:
    """``value``, if it is a boolean. Raises ``ValueError``."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, found {value!r:.60}")
    return value


def checked_count(value: Any) -> int:
    """``value``, if it is a positive 32-bit integer. Raises ``ValueError``."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31:
        raise ValueError(f"expected an integer from 1 to 2 ** 31 - 1, found {value!r:.60}")
    return value


def _is_text(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(value) and value.encode() != b""
    except UnicodeEncodeError:
        return False
