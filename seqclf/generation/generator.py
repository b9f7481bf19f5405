"""``Generator``: a run's language model and tokenizer, which continue texts."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqclf.errors import InputError
from seqclf.generation.loop import Continuation, Limits, StepModel
from seqclf.generation.onnx_model import OnnxStepModel
from seqclf.generation.prompt import Prompt
from seqclf.generation.samplers import chain
from seqclf.hub.download import local_folder
from seqclf.text.tokenizer import Tokenizer

TOKENS, TEMPERATURE = 200, 0.8
"""Defaults of ``Request``."""

_SEEDS = 1_000_000


@dataclass(frozen=True)
class Request:
    """How to continue a prompt.

    Attributes:
        tokens: maximum number of tokens after the prompt.
        temperature: divides the logits; 0: always the most probable token.
        top_k: choose among this many most probable tokens; None: among all.
        top_p: choose among the fewest most probable tokens with this total probability; None: among all.
        seed: of the random choices, 0 or more; None: a random one.
        stop: texts before which the text ends; a string is a single one.
    """

    tokens: int = TOKENS
    temperature: float = TEMPERATURE
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: str | Sequence[str] = ()


@dataclass(frozen=True)
class Generator:
    """Continues texts with a language model, without TensorFlow; thread-safe.

    >>> Generator.load("runs/books-1").generate("It was", tokens=50, seed=1)  # doctest: +SKIP
    """

    model: StepModel
    tokenizer: Tokenizer
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def load(cls, folder: str | Path, *, threads: int = 1) -> Generator:
        """Load a run's folder, or another one that contains ``model.onnx`` and ``tokenizer/``, or a model on a hub.

        Args:
            folder: ``hf:user/name`` or ``hf:user/name@revision`` is downloaded.

        Raises:
            SeqclfError: the hub cannot be reached.
            InputError: if one of the two is missing or malformed, the model is no language model or reads texts
                backward, or tokens of its tokenizer have no text.
        """
        model = OnnxStepModel.load(local_folder(folder), threads=threads)
        tokenizer = model.file.tokenizer()
        tokenizer.decoder()  # raises an error if tokens have no text
        return cls(model, tokenizer)

    def prompt(self, text: str) -> Prompt:
        """The prompt as the model reads it.

        Raises ``InputError`` if it is no string, or the tokenizer knows no token of it.
        """
        if not isinstance(text, str):
            raise InputError(f"prompt: expected a string, found {text!r:.40}")
        with self._lock:  # tokenizers cache words
            return Prompt.read(text, self.tokenizer)

    def continuation(self, prompt: Prompt, request: Request) -> Continuation:
        """The text after a prompt, to iterate over. Raises ``InputError`` for an option outside its range."""
        stop = (request.stop,) if isinstance(request.stop, str) else tuple(request.stop)
        if request.tokens < 1:
            raise InputError(f"tokens: expected 1 or more, found {request.tokens}")
        try:
            sampler = chain(
                temperature=request.temperature,
                top_k=request.top_k,
                top_p=request.top_p,
                seed=random_seed() if request.seed is None else request.seed,
            )
            return Continuation(self.model, self.tokenizer, prompt, sampler, Limits(request.tokens, stop))
        except ValueError as error:
            raise InputError(str(error)) from error

    def stream(
        self,
        prompt: str = "",
        *,
        tokens: int = TOKENS,
        temperature: float = TEMPERATURE,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] = (),
    ) -> Iterator[str]:
        """Yield the text after the prompt in pieces, as it is made. The arguments are those of ``Request``.

        Raises:
            InputError: an option is outside its range, the prompt is no string, or the tokenizer knows no token of it.
        """
        request = Request(tokens, temperature, top_k, top_p, seed, stop)
        return iter(self.continuation(self.prompt(prompt), request))

    def generate(
        self,
        prompt: str = "",
        *,
        tokens: int = TOKENS,
        temperature: float = TEMPERATURE,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] = (),
    ) -> str:
        """The text of ``stream`` as a whole, without the prompt."""
        request = Request(tokens, temperature, top_k, top_p, seed, stop)
        return "".join(self.continuation(self.prompt(prompt), request))


def random_seed() -> int:
    """A seed that is short enough to be typed."""
    return secrets.randbelow(_SEEDS)
