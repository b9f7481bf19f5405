"""WordPiece: words as pieces, each the longest that the vocabulary has, from the start of the word to its end.

WordPiece (Schuster & Nakajima 2012; greedy longest match first, as in Devlin et al. 2019) from the ``tokenizers``
package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tokenizers import Tokenizer as HfTokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.trainers import WordPieceTrainer

from seqclf.text.tokenizer import PAD, UNKNOWN

CONTINUATION = "##"
MAX_WORD_CHARACTERS = 100
"""Splitting a word into pieces takes quadratic time. Longer words are cut into words of this length; with the first
version of the definition of words, they are one unknown token."""

_REPEATS_PER_LINE = 5_000


def wordpiece(vocabulary: dict[str, int]) -> WordPiece:
    """The model of ``tokenizers`` that splits words into the pieces of a vocabulary."""
    return WordPiece(
        vocab=vocabulary,
        unk_token=UNKNOWN,
        max_input_chars_per_word=MAX_WORD_CHARACTERS,
        continuing_subword_prefix=CONTINUATION,
    )


def learn_pieces(word_counts: Counter[str], vocab_size: int, min_frequency: int) -> list[str]:
    """At most ``vocab_size`` pieces for these words, ``[PAD]`` and ``[UNK]`` first; the same for the same counts."""
    alphabet = _alphabet(word_counts, limit=(vocab_size - 2) // 4)
    kept = {word: count for word, count in word_counts.items() if alphabet.issuperset(word)}
    # The trainer numbers "##x" pieces in the order of a hash table and breaks ties between merges by these numbers.
    # Passing the pieces as special tokens makes it deterministic.
    continuations = sorted({CONTINUATION + character for word in kept for character in word[1:]})
    learner = HfTokenizer(wordpiece({UNKNOWN: 0}))
    learner.pre_tokenizer = WhitespaceSplit()
    trainer = WordPieceTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=[PAD, UNKNOWN, *continuations],
        show_progress=False,
    )
    learner.train_from_iterator(repeated(kept), trainer)
    vocabulary = learner.get_vocab(with_added_tokens=True)
    return sorted(vocabulary, key=vocabulary.__getitem__)


def _alphabet(word_counts: Counter[str], limit: int) -> set[str]:
    """The most frequent characters; words with other characters become the unknown token."""
    counts: Counter[str] = Counter()
    for word, count in word_counts.items():
        for character in word:
            counts[character] += count
    return set(sorted(counts, key=lambda character: (-counts[character], character))[:limit])


def repeated(word_counts: Mapping[str, int]) -> Iterator[str]:
    """Lines that repeat each word as often as it was counted: the trainer takes texts, not counts."""
    for word in sorted(word_counts):
        count = word_counts[word]
        for start in range(0, count, _REPEATS_PER_LINE):
            yield " ".join([word] * min(_REPEATS_PER_LINE, count - start))
