"""Explain why tokens are unknown, and suggest a tokenizer that knows more of them."""

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
from seqclf.sources.texts import LabelledTexts
from seqclf.text.chunks import count_chunks, count_words
from seqclf.text.subword import CONTINUATION, MAX_WORD_CHARACTERS
from seqclf.text.tokenizer import Tokenizer

_MUCH = 0.05

_Learnt = SubwordTokens | SubwordFileTokens | WordTokens | CharTokens


def unknown_warnings(
    shares: Mapping[str, float], texts: Mapping[str, LabelledTexts], tokenizer: Tokenizer, options: TokenizerConfig
) -> list[Problem]:
    """A warning for each split with many unknown tokens.

    Args:
        shares: fraction of unknown tokens in each split.
        texts: texts of each split, to look for words that are too long.
    """
    warnings = []
    for split, share in shares.items():
        if share <= _MUCH or isinstance(options, ByteTokens):  # its only unknown tokens are empty texts
            continue
        option, why = _reason(share, texts[split].texts, tokenizer, options)
        message = f"{share:.1%} of the {split} tokens are unknown: {why}"
        warnings.append(Problem(("tokenizer", option), message))
    return warnings


def _reason(share: float, texts: Iterable[str], tokenizer: Tokenizer, options: _Learnt) -> tuple[str, str]:
    """The option to change, and why."""
    if isinstance(options, SubwordTokens | SubwordFileTokens) and _long_words(texts) * 2 > share:
        return "type", (
            f"words of more than {MAX_WORD_CHARACTERS} characters, which the subword tokenizer does not split; read "
            "characters instead, such as {type: char, ngram: 3}"
        )
    if isinstance(options, SubwordFileTokens):
        return "file", "they are not in the vocabulary; try another vocabulary"
    size = tokenizer.vocabulary_size
    if size >= options.vocab_size or _lacks_characters(tokenizer, options):
        return "vocab_size", f"the vocabulary is full ({size:,} pieces); increase its size"
    if isinstance(options, SubwordTokens):
        return "type", (
            f"the vocabulary ({size:,} of {options.vocab_size:,} pieces) lacks characters that are rare in the "
            "training texts; {type: byte} knows all characters"
        )
    what = "n-grams" if isinstance(options, CharTokens) else "words"
    knows = "a smaller ngram" if isinstance(options, CharTokens) else "{type: subword}"
    option = "ngram" if isinstance(options, CharTokens) else "type"
    return option, (
        f"the vocabulary contains all {size:,} {what} that occur at least {options.min_frequency:,} times in the "
        f"training texts; {knows} knows more"
    )


def _long_words(texts: Iterable[str]) -> float:
    """Fraction of the words that are too long to be split."""
    words = count_words(count_chunks(texts), lowercase=False)
    long = sum(count for word, count in words.items() if len(word) > MAX_WORD_CHARACTERS)
    return long / max(sum(words.values()), 1)


def _lacks_characters(tokenizer: Tokenizer, options: _Learnt) -> bool:
    """Whether the texts have more single characters than fit (a quarter of the pieces), such as ideographs."""
    if not isinstance(options, SubwordTokens):
        return False
    characters = {piece.removeprefix(CONTINUATION) for piece in tokenizer.pieces}
    return sum(len(piece) == 1 for piece in characters) >= (options.vocab_size - 2) // 4
