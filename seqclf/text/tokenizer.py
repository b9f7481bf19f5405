"""What every tokenizer is: a vocabulary, ids of texts, a folder. One module a kind; ``kinds`` chooses among them."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.files import write_text
from seqclf.token_ids import UNKNOWN_ID

PAD, UNKNOWN = "[PAD]", "[UNK]"
TOKENIZER_FILE = "tokenizer.json"


class Tokenizer(ABC):
    """From texts to token ids.

    Attributes:
        kind: its name, which a saved folder bears.
        pieces: the vocabulary; a piece's place is its id. ``pieces[0]`` pads batches.
        unknown_id: id of what the vocabulary does not hold, and of the one token that an empty text has.
    """

    kind: ClassVar[str]
    pieces: tuple[str, ...]
    unknown_id: int = UNKNOWN_ID

    @property
    def vocabulary_size(self) -> int:
        return len(self.pieces)

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything that decides a text's ids."""
        decisive = json.dumps([self.kind, self.rules(), self.content()], sort_keys=True)
        return hashlib.sha256(decisive.encode()).hexdigest()

    @abstractmethod
    def encode_all(self, texts: Iterable[str]) -> Iterator[NDArray[np.int32]]:
        """Token ids of each text (``int32 [length]``, length at least 1), one text after another."""

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, never none: one that holds nothing to read is one unknown token."""
        ids: list[int] = next(iter(self.encode_all([text]))).tolist()
        return ids

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """The vocabulary and the options that it is used with, as plain values."""

    def rules(self) -> str:
        """What decides ids beside ``content``, and changes with seqclf or Python alone."""
        return ""

    def word_joins(self) -> NDArray[np.uint8] | None:
        """Flags of each token id, from which whole words follow: ``CONTINUES`` and ``GOES_ON``, ``uint8 [vocabulary]``.

        None where tokens are not parts of words.
        """
        return None

    def document(self) -> str:
        """What ``tokenizer.json`` holds."""
        return json.dumps({"type": self.kind, **self.content()}, indent=1, ensure_ascii=False) + "\n"

    def save(self, folder: Path) -> None:
        """Write what ``load_tokenizer`` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / TOKENIZER_FILE, self.document())

    @classmethod
    @abstractmethod
    def restore(cls, content: Mapping[str, Any], folder: Path) -> Self:
        """The tokenizer that was saved in ``folder``; ``content`` is its ``tokenizer.json``.

        Raises ``ValueError``, ``LookupError``, ``TypeError`` or ``OSError`` for what ``save`` does not write.
        """


def frequent(counts: Mapping[str, int], vocab_size: int, min_frequency: int) -> list[str]:
    """A vocabulary: the special tokens and what was counted most often, ``vocab_size`` in all, in a fixed order."""
    known = (piece for piece, count in counts.items() if count >= min_frequency)
    ranked = sorted(known, key=lambda piece: (-counts[piece], piece))
    return [PAD, UNKNOWN, *ranked[: vocab_size - 2]]


def checked_texts(value: Any) -> list[str]:
    """``value``, if it is a list of texts, none empty, that UTF-8 can write. Raises ``ValueError``."""
    if not isinstance(value, list) or not all(map(_is_text, value)):
        raise ValueError("its pieces are not a list of texts")
    return value


def checked_pieces(value: Any) -> list[str]:
    """``value``, if it is a vocabulary as ``frequent`` makes them. Raises ``ValueError``."""
    if checked_texts(value)[:2] != [PAD, UNKNOWN]:
        raise ValueError(f"its pieces do not begin with {PAD} and {UNKNOWN}")
    return list(value)


def checked_flag(value: Any) -> bool:
    """``value``, if it is a truth value. Raises ``ValueError``."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r:.60} is not true or false")
    return value


def checked_count(value: Any) -> int:
    """``value``, if it is a whole number from 1 that 32 bits can hold. Raises ``ValueError``."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31:
        raise ValueError(f"{value!r:.60} is not a number from 1 to 2 ** 31 - 1")
    return value


def _is_text(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(value) and value.encode() != b""
    except UnicodeEncodeError:
        return False
