"""Explain why tokens are unknown, and suggest a tokenizer that knows more of them."""

from __future__ import annotations

from collections.abc import Mapping

from seqclf.config.problems import Problem
from seqclf.config.schema import TokenizerConfig
from seqclf.sources.texts import LabelledTexts
from seqclf.text.chunks import ChunkTokenizer
from seqclf.text.long_words import long_words
from seqclf.text.tokenizer import Tokenizer

_MUCH = 0.05


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
        reason = options.why_unknown(share, texts[split].texts, tokenizer) if share > _MUCH else None
        if reason is not None:
            option, why = reason
            message = f"{share:.1%} of the {split} tokens are unknown: {why}"
            warnings.append(Problem(("tokenizer", option), message))
    return warnings


def unknown_to_a_run(shares: Mapping[str, float], options: TokenizerConfig) -> list[Problem]:
    """The same for the tokenizer of another run, which the options cannot change."""
    cure = "a model of these texts alone would know more"
    if options.cannot_grow is None:
        cure = "grow adds tokens for them, up to tokenizer.vocab_size"
    return [
        Problem(("initialize", "tokenizer"), f"{share:.1%} of the {split} tokens are unknown to the run: {cure}")
        for split, share in shares.items()
        if share > _MUCH
    ]


def long_word_warnings(texts: LabelledTexts, tokenizer: Tokenizer) -> list[Problem]:
    """A warning about training texts with many words that the tokenizer cuts because of their length."""
    most = tokenizer.wording.most if isinstance(tokenizer, ChunkTokenizer) else None
    found = None if most is None else long_words(texts.texts, tokenizer)
    if found is None or found.share <= _MUCH:
        return []
    message = (
        f"the training texts have {found}, which the tokenizer cuts every {most} characters; for sequences without "
        "words, read characters instead, such as {type: char, ngram: 3} or {type: byte}"
    )
    return [Problem(("tokenizer", "type"), message)]
