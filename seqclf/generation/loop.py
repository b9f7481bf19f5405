"""The decoding loop: from a prompt to the text after it, token by token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.generation.prompt import AfterPrompt, Prompt
from seqclf.generation.samplers import Sampler
from seqclf.generation.stops import StopTexts
from seqclf.text.tokenizer import Tokenizer

States: TypeAlias = Sequence[NDArray[np.float32]]
"""The states of a model's recurrent layers, ``float32 [texts, units]`` each."""

Ending: TypeAlias = Literal["end of text", "tokens", "stop"]
"""Why a text ended: the model ended it, it has as many tokens as wanted, or a stop text occurred."""

_TOKENS_A_STEP = 1_024  # of a prompt: the memory of a step is limited, however long the prompt is


class StepModel(Protocol):
    """A language model that reads some tokens at a time."""

    @property
    def end_id(self) -> int:
        """Id of the end of a text, after those of the tokenizer; it is before the first token, too."""

    def start(self) -> States:
        """The states before the first token."""

    def step(self, token_ids: Sequence[int], states: States) -> tuple[NDArray[np.float32], States]:
        """Read one token or more.

        Returns:
            The logits of the next token, ``float32 [end_id + 1]``, and the states to pass to the next call.
        """


@dataclass(frozen=True)
class Limits:
    """Where a text ends, unless the model ends it before.

    Attributes:
        tokens: maximum number of tokens after the prompt.
        stop: texts before which it ends.
    """

    tokens: int
    stop: Sequence[str] = ()


class Continuation:
    """Yields the text after a prompt in pieces, as it is made; it can be read once.

    The text has no unknown token, and no characters that are not complete.

    Attributes:
        tokens: number of tokens so far, without the end of the text.
        ending: why the text ended; None before its end.
    """

    def __init__(
        self, model: StepModel, tokenizer: Tokenizer, prompt: Prompt, sampler: Sampler, limits: Limits
    ) -> None:
        self.tokens = 0
        self.ending: Ending | None = None
        self._model, self._sampler, self._limits = model, sampler, limits
        self._ids = [model.end_id, *prompt.ids]
        self._text, self._stops = AfterPrompt(prompt, tokenizer), StopTexts(limits.stop)

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces():
            if shown := self._stops.add(piece):
                yield shown
            if self._stops.found:
                self.ending = "stop"
                return
        if rest := self._stops.finish():
            yield rest

    def _pieces(self) -> Iterator[str]:
        """The text without regard to stop texts, with an empty piece where a token completes nothing."""
        model, text = self._model, self._text
        states, read = model.start(), self._ids
        while self.tokens < self._limits.tokens:
            for start in range(0, len(read), _TOKENS_A_STEP):
                logits, states = model.step(read[start : start + _TOKENS_A_STEP], states)
            token_id = self._choose(logits)
            if token_id == model.end_id:
                self.ending = "end of text"
                break
            self.tokens += 1
            read = [token_id]
            yield text.add(token_id)
        else:
            self.ending = "tokens"
        yield text.finish()

    def _choose(self, logits: NDArray[np.float32]) -> int:
        decoder = self._text.decoder
        may_end = decoder.complete and len(self._ids) + self.tokens > 1  # a text has a token
        masked = logits.copy()
        masked[:-1][~decoder.allowed()] = -np.inf
        if not may_end:
            masked[-1] = -np.inf
        try:
            return self._sampler.next_token(masked)
        except ValueError as error:
            raise InputError(f"no next token can be chosen: {error}; choose another run") from error
