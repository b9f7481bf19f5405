"""Base class of the options of all tokenizers. The tokenizers themselves are imported inside functions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from seqclf.errors import InputError
from seqclf.option_types import Kind, Tokens

if TYPE_CHECKING:
    from seqclf.text.tokenizer import Tokenizer

VocabularySize = Annotated[int, Field(ge=3, le=1_000_000, json_schema_extra={"unit": "pieces"})]
Normalize = Annotated[
    Literal["nfc", "nfkc", "none"],
    Field(
        description="Unicode normal form in which texts are read. nfc: a letter with an accent is the same in one "
        "character or in two; nfkc: also ligatures, full-width letters and the like are the same as plain ones; none: "
        "texts are read as they are."
    ),
]
Words = Annotated[
    Literal[1, 2],
    Field(
        description="Version of the definition of a word. 2: Unicode's properties decide; 1: that of earlier versions "
        "of seqclf, which their runs keep."
    ),
]
LineBreaks = Annotated[
    bool,
    Field(
        description="Read a line break as a token of its own, as poems, tunes and code need it (U+240A in a text is "
        "the same token); false: as white space."
    ),
]
Times = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "times"})]


_BEFORE = {"normalize": "none", "words": 1}

_SINCE_THEN = {"line_breaks": False, "white_space": "join"}
"""Options of which earlier versions had one value only. With it, tokenizers stay in the cache."""


class TokenizerOptions(Kind):
    """A kind of tokenizer: its options (the fields), facts about its tokens, and how it is trained.

    A kind is a subclass with a field ``type`` and ``learn`` in a module of this package. ``learn`` returns a
    ``seqclf.text.tokenizer.Tokenizer``, which is in a module of its own: the light predictor needs it without the
    options, and reading a config needs the options without it.

    Attributes:
        path_options: options that name files.
        reads_characters: whether tokens are characters or bytes, regardless of words.
        listed: what the vocabulary lists, such as words, if everything else is unknown; None: everything else is
            spelt with smaller pieces.
        cannot_grow: why a trained tokenizer cannot learn further tokens, in words for a message; None: it can.
    """

    path_options: ClassVar[tuple[str, ...]] = ()
    reads_characters: ClassVar[bool] = False
    listed: ClassVar[str | None] = None
    cannot_grow: ClassVar[str | None] = None

    max_tokens: Tokens = Field(512, description="Maximum number of tokens that the model reads from a text.")
    truncate: Literal["head", "tail", "middle"] = Field("middle", description="Part of a longer text that is cut.")

    @abstractmethod
    def learn(self, texts: Iterable[str]) -> Tokenizer:
        """Train the tokenizer on these texts; the same texts give the same ids.

        Raises ``InputError`` for unusable files.
        """

    def grow(self, tokenizer: Tokenizer, texts: Iterable[str]) -> Tokenizer:
        """``tokenizer``, which options of this type trained, with further tokens that these texts need.

        ``vocab_size`` and ``min_frequency`` are those of these options. ``Tokenizer.grown`` says what stays the same.

        Raises ``InputError`` if it cannot grow, or has ``vocab_size`` tokens already.
        """
        if self.cannot_grow is not None:
            raise InputError(f"tokenizer.type {self.type} cannot grow: {self.cannot_grow}")
        return tokenizer.grown(texts, **self.model_dump(include={"vocab_size", "min_frequency"}))

    def learning_options(self) -> dict[str, Any]:
        """The options of ``learn``: all except those that limit how much of a text is read."""
        return self.model_dump(exclude={"type", *TokenizerOptions.model_fields})

    @classmethod
    def of_earlier_versions(cls) -> dict[str, Any]:
        """The values that options have in a run whose config lacks them, since they are newer than the run."""
        return {name: value for name, value in _BEFORE.items() if name in cls.model_fields}

    def decisive(self) -> dict[str, Any]:
        """Everything except the texts that determines the tokenizer: the key of its cache."""
        options = self.learning_options().items()
        return {
            "type": self.type,
            **{name: value for name, value in options if (name, value) not in _SINCE_THEN.items()},
        }

    def stage(self, texts: int) -> str:
        """The progress line shown while ``learn`` runs; ``texts`` is the number of training texts."""
        return f"Training the tokenizer on {texts:,} text{'' if texts == 1 else 's'}"

    @property
    def most_pieces(self) -> int | None:
        """Largest vocabulary that the options allow; None if no option limits it."""
        return getattr(self, "vocab_size", None)

    @property
    def no_whole_words(self) -> str | None:
        """Why tokens cannot be joined to words (``ngrams.words``), in words for a message; None: they can."""
        return None

    def file_problems(self) -> Iterator[tuple[str, str]]:
        """Problems with the files of ``path_options`` that are found quickly: option and message."""
        return iter(())

    def why_unknown(self, share: float, texts: Iterable[str], tokenizer: Tokenizer) -> tuple[str, str] | None:
        """Why many tokens of ``texts`` are unknown: the option to change, and the reason with a cure.

        None if only empty texts can be unknown.

        Args:
            share: the fraction of unknown tokens.
            tokenizer: what ``learn`` returned.
        """
        return None


def full_vocabulary(pieces: int) -> tuple[str, str]:
    """The reason for unknown tokens that ``why_unknown`` gives if more pieces were found than kept."""
    return "vocab_size", f"the vocabulary is full ({pieces:,} pieces); increase its size"


def complete_vocabulary(pieces: int, listed: str, min_frequency: int) -> str:
    """The reason for unknown tokens if everything frequent enough is in the vocabulary."""
    frequency = f" at least {min_frequency:,} times" if min_frequency > 1 else ""
    return f"the vocabulary contains all {pieces:,} {listed} that occur{frequency} in the training texts"
