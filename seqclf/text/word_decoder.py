"""Tokens of words to text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqclf.text.chunks import LINE_BREAK, ChunkTokenizer
from seqclf.text.decoder import Decoder
from seqclf.text.spacing import Spacing, is_symbol


class WordDecoder(Decoder):
    """One token is one word."""

    def __init__(self, tokenizer: ChunkTokenizer) -> None:
        super().__init__(tokenizer.vocabulary_size, unknown_id=tokenizer.unknown_id)
        self._pieces, self._spacing = tokenizer.pieces, Spacing(tokenizer.wording)

    def _added(self, token_id: int) -> str:
        return self._spacing.add(self._pieces[token_id])


class PieceDecoder(Decoder):
    """A word is several tokens. Its text is complete when the next word begins."""

    def __init__(self, tokenizer: ChunkTokenizer, continuation: str) -> None:
        """``continuation``: what pieces begin with that continue a word."""
        pieces = tokenizer.pieces
        special = (number for number, piece in enumerate(pieces) if piece == continuation or _is_special(piece))
        super().__init__(len(pieces), unknown_id=tokenizer.unknown_id, never=special)
        self._pieces, self._continuation = pieces, continuation
        begins = self.usable & ~np.array([piece.startswith(continuation) for piece in pieces])
        self._begins = begins if begins.any() else self.usable
        self._begins.flags.writeable = False
        self._spacing = Spacing(tokenizer.wording)
        self._line_break = LINE_BREAK if tokenizer.wording.line_breaks else None
        self._word = ""  # the pieces of the last word so far

    def finish(self) -> str:
        word, self._word = self._word, ""
        return self._spacing.add(word) if word else ""

    def allowed(self) -> NDArray[np.bool_]:
        """A piece that continues a word only follows one that can be continued."""
        return self.usable if self._word and not is_symbol(self._word) else self._begins

    def _added(self, token_id: int) -> str:
        piece = self._pieces[token_id]
        continued = piece.removeprefix(self._continuation)
        if self._word and piece.startswith(self._continuation):
            self._word += continued
            return ""
        text = self.finish()
        if piece == self._line_break:
            return text + self._spacing.add(piece)
        self._word = continued
        return text

    def _gap(self) -> str:
        return self.finish()


def _is_special(piece: str) -> bool:
    """Whether it is a piece such as ``[CLS]``: in a text, a bracket is a word."""
    return len(piece) > 1 and piece.startswith("[") and piece.endswith("]")
