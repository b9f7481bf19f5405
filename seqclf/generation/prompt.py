"""A prompt as a language model reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqclf.errors import InputError
from seqclf.text.decoder import Decoder
from seqclf.text.fields import FIELD_SEPARATOR
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.unknown_parts import listed, unknown_parts


@dataclass(frozen=True)
class Prompt:
    """The beginning of a text.

    Attributes:
        text: as the user wrote it.
        ids: its tokens; none if the text is empty, or white space that the tokenizer does not read.
        unknown: the words or characters that the tokenizer does not know, each once, in order.
        unread: the characters at the end that are in no token, so that the model continues before them.
    """

    text: str
    ids: tuple[int, ...]
    unknown: tuple[str, ...]
    unread: str = ""

    @classmethod
    def read(cls, text: str, tokenizer: Tokenizer) -> Prompt:
        """Encode the text.

        Raises ``InputError`` if the tokenizer knows no token of it, or if its tokens have no text.
        """
        ids = _ids(text, tokenizer)
        if all(one == tokenizer.unknown_id for one in ids) and not text.strip():
            return cls(text, (), ())
        unknown = tuple(unknown_parts(text, tokenizer)) if tokenizer.unknown_id in ids else ()
        own_ids = tokenizer.from_plain(np.array(ids, np.int32)).tolist()
        prompt = cls(text, tuple(own_ids), unknown, tokenizer.plain.unread_end(text))
        if all(one == tokenizer.unknown_id for one in ids):
            raise InputError(
                f"the prompt has no token that the model knows{prompt.listed(': ')}; write a prompt like the training "
                "texts, or none"
            )
        return prompt

    def listed(self, before: str = "") -> str:
        """The first unknown ones, for messages, after ``before``; "" if there are none."""
        return f"{before}{listed(self.unknown)}" if self.unknown else ""


class AfterPrompt:
    """The text after a prompt: what a decoder adds once it has read the prompt's tokens.

    A decoder of words holds the last word back, because it may go on. A prompt may end in white space that the
    tokenizer does not read; then the text does not begin with any. Fields of a text are lines.
    """

    def __init__(self, prompt: Prompt, tokenizer: Tokenizer) -> None:
        self.decoder: Decoder = tokenizer.decoder()
        shown = "".join(map(self.decoder.add, prompt.ids))
        whole = tokenizer.decode(prompt.ids)
        self._held = whole[len(shown) :].strip()
        ends_in_space = prompt.text[-1:].isspace() and not whole[-1:].isspace()
        if ends_in_space and self._held:
            self._held = ""
            self.decoder.finish()  # white space ends a word
        self._strips = ends_in_space

    def add(self, token_id: int) -> str:
        """The text that is complete with this token."""
        return self._new(self.decoder.add(token_id))

    def finish(self) -> str:
        """The rest of the text."""
        return self._new(self.decoder.finish())

    def _new(self, text: str) -> str:
        if text and self._held:
            place = text.find(self._held)  # after a space, if there was one before the word
            text, self._held = text[max(place, 0) + (len(self._held) if place >= 0 else 0) :], ""
        text = text.replace(FIELD_SEPARATOR, "\n")
        if text and self._strips:
            text = text.lstrip()
            self._strips = not text
        return text


def _ids(text: str, tokenizer: Tokenizer) -> list[int]:
    """The tokens of a text to continue: no end of a field, and white space at the end, if the tokenizer has any."""
    plain = tokenizer.plain
    ids = plain.encode(text)
    if not text.strip() or not text[-1].isspace():
        return ids
    # A tokenizer that reads no white space at the end of a text reads it before a character.
    longer = plain.encode(f"{text.rstrip()} {text.rstrip()[-1]}")[:-1]
    if longer == ids:
        return ids
    read = plain.decode(ids)
    return longer if not read[-1:].isspace() and plain.decode(longer) == f"{read} " else ids
