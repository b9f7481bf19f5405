"""Explain why tokens are unknown, and suggest a tokenizer that knows more of them."""

from __future__ import annotations

from collections.abc import Mapping

from seqclf.config.problems import Problem
from seqclf.config.schema import TokenizerConfig
from seqclf.sources.texts import LabelledTexts
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
