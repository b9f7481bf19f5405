"""Why tokens are unknown to a vocabulary, and what would know more of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from seqclf.config.problems import Problem
from seqclf.config.schema import (
    ByteTokens,
    CharTokens,
    SubwordFileTokens,
    SubwordTokens,
    TokenizerConfig,
    WordTokens,
)
from seqclf.data.sources.base import LabelledTexts
from seqclf.text.chunks import count_chunks, count_words
from seqclf.text.subword import CONTINUATION, MAX_WORD_CHARACTERS
from seqclf.text.tokenizer import Tokenizer

_MUCH = 0.05

_Learnt = SubwordTokens | SubwordFileTokens | WordTokens | CharTokens


def unknown_warnings(
    shares: Mapping[str, float], texts: Mapping[str, LabelledTexts], tokenizer: Tokenizer, options: TokenizerConfig
) -> list[Problem]:
    """A warning for each split of whose tokens many are unknown.

    Args:
        shares: of each split's tokens, those that are unknown.
        texts: of each split; read again where words may be too long.
    """
    warnings = []
    for split, share in shares.items():
        if share <= _MUCH or isinstance(options, ByteTokens):  # whose unknown tokens are empty texts
            continue
        option, why = _reason(share, texts[split].texts, tokenizer, options)
        message = f"{share:.1%} of the {split} tokens are unknown: {why}"
        warnings.append(Problem(("tokenizer", option), message))
    return warnings


def _reason(share: float, texts: Iterable[str], tokenizer: Tokenizer, options: _Learnt) -> tuple[str, str]:
    """The option that would change it, and why."""
    if isinstance(options, SubwordTokens | SubwordFileTokens) and _long_words(texts) * 2 > share:
        return "type", (
            f"words of more than {MAX_WORD_CHARACTERS} characters, which subwords do not cut; read the characters "
            "instead, such as {type: char, ngram: 3}"
        )
    if isinstance(options, SubwordFileTokens):
        return "file", "the vocabulary does not hold them; another one knows more"
    size = tokenizer.vocabulary_size
    if size >= options.vocab_size or _lacks_characters(tokenizer, options):
        return "vocab_size", f"the vocabulary is full ({size:,} pieces); a larger one knows more"
    if isinstance(options, SubwordTokens):
        return "type", (
            f"the vocabulary ({size:,} of {options.vocab_size:,} pieces) lacks characters that the training texts "
            "hardly have; {type: byte} knows all"
        )
    what = "n-grams" if isinstance(options, CharTokens) else "words"
    knows = "a smaller ngram" if isinstance(options, CharTokens) else "{type: subword}"
    option = "ngram" if isinstance(options, CharTokens) else "type"
    return option, (
        f"the vocabulary holds all {size:,} {what} that occur {options.min_frequency:,} times or more often in the "
        f"training texts; {knows} knows more"
    )


def _long_words(texts: Iterable[str]) -> float:
    """Share of the words that are too long to be cut."""
    words = count_words(count_chunks(texts), lowercase=False)
    long = sum(count for word, count in words.items() if len(word) > MAX_WORD_CHARACTERS)
    return long / max(sum(words.values()), 1)


def _lacks_characters(tokenizer: Tokenizer, options: _Learnt) -> bool:
    """Whether more single characters than there is room for were met: a quarter of the pieces, as of ideographs."""
    if not isinstance(options, SubwordTokens):
        return False
    characters = {piece.removeprefix(CONTINUATION) for piece in tokenizer.pieces}
    return sum(len(piece) == 1 for piece in characters) >= (options.vocab_size - 2) // 4
