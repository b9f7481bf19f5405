"""From token ids to text, one token after another, as text is generated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from seqclf.token_ids import PAD_ID


class Decoder(ABC):
    """The text of a sequence of token ids. A decoder reads one sequence.

    The parts that ``add`` and ``finish`` return, joined, are what ``Tokenizer.decode`` returns. Padding and unknown
    tokens add no text. The text of the first ids is the beginning of the text of all, unless they end inside a word.

    Attributes:
        usable: the ids that texts have, ``bool [vocabulary]``, read-only.
    """

    def __init__(self, vocabulary_size: int, *, unknown_id: int, never: Iterable[int] = ()) -> None:
        """``never``: further ids that no text has, such as those of special tokens."""
        self._unknown_id = unknown_id
        self.usable = np.ones(vocabulary_size, np.bool_)
        self.usable[[PAD_ID, unknown_id, *never]] = False
        self.usable.flags.writeable = False

    def add(self, token_id: int) -> str:
        """The text that is complete with this token: "" while a character or word may go on.

        Raises ``ValueError`` if the tokenizer has no such id.
        """
        if not 0 <= token_id < len(self.usable):
            raise ValueError(f"token id {token_id}: expected 0 to {len(self.usable) - 1}")
        if token_id == PAD_ID:
            return ""
        return self._gap() if token_id == self._unknown_id else self._added(token_id)

    def finish(self) -> str:
        """The rest of the text. An incomplete character is dropped."""
        return ""

    @property
    def complete(self) -> bool:
        """Whether the text may end here: it does not end inside a character."""
        return True

    def allowed(self) -> NDArray[np.bool_]:
        """Which ids may come next, ``bool [vocabulary]``, read-only.

        Padding and unknown tokens never may. Others may not where no text has them: bytes that are not UTF-8, n-grams
        that do not overlap, pieces that continue nothing. At least one id may, if the tokenizer knows any token.
        """
        return self.usable

    @abstractmethod
    def _added(self, token_id: int) -> str:
        """``add`` for a known token."""

    def _gap(self) -> str:
        """``add`` for an unknown token."""
        return ""
