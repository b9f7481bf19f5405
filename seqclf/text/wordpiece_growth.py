"""Further pieces for a WordPiece vocabulary, so that the words of new texts need fewer.

The pieces come from byte-pair encoding (Sennrich et al. 2016) that starts from what the vocabulary makes of the words:
the most frequent pair of adjacent pieces becomes a piece, again and again. Characters that the vocabulary lacks come
first.

WordPiece takes the longest piece that fits, whatever was merged. A new piece can therefore end inside an old piece of
some other word, which then needs more pieces, or cannot be spelt at all. Pieces that do this to any word of the new
texts are left out, and so are pieces that no word of them needs. Words whose pieces must not change at all are given as
``settled``: no piece that would match in one of them is added.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tokenizers import Tokenizer as HfTokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.trainers import BpeTrainer

from seqclf.text.tokenizer import UNKNOWN, frequent_new
from seqclf.text.wordpiece import CONTINUATION, repeated, wordpiece

_ROUNDS = 4
"""Each round fills the places of the pieces that the last one left out."""
_WORDS_A_BLOCK = 65_536
_FIRST_CHARACTER = 0x10000  # no white space from here on, and enough code points for every id

Ids = tuple[int, ...]


def further_pieces(
    pieces: Sequence[str], word_counts: Mapping[str, int], settled: Collection[str], *, room: int, min_frequency: int
) -> list[str]:
    """At most ``room`` pieces to append to ``pieces``. The same arguments give the same pieces.

    Args:
        word_counts: how often each word of the new texts occurs; of words that are split into pieces.
        settled: words whose pieces must not change, unless they are unknown.
        min_frequency: how often two pieces must be adjacent to become one, and a character occur to become one.
    """
    unknown = pieces.index(UNKNOWN)
    kept = {word: ids for word, ids in _split(pieces, sorted(settled)) if unknown not in ids}
    counts = {word: word_counts[word] for word in sorted(word_counts) if word not in kept}
    unspelt = {word: counts[word] for word, ids in _split(pieces, counts) if unknown in ids}
    characters = _missing_characters(frozenset(pieces), unspelt, room, min_frequency)
    growth = _Growth([*pieces, *characters], kept, counts)
    return [*characters, *growth.learn(room - len(characters), min_frequency)]


class _Growth:
    """What is tried to find pieces; ``counts`` has the words that may get fewer, ``kept`` those that stay as they are.

    Single characters do no harm: where a word could be spelt, a longer or equal piece matched already.
    """

    def __init__(self, base: Sequence[str], kept: Mapping[str, Ids], counts: Mapping[str, int]) -> None:
        self._base, self._kept, self._counts = base, kept, counts
        self._known, self._unknown = frozenset(base), base.index(UNKNOWN)
        self._before = dict(_split(base, counts))

    def learn(self, room: int, min_frequency: int) -> list[str]:
        added: list[str] = []
        refused: set[str] = set()
        for _ in range(_ROUNDS):
            left = room - len(added)
            merged = self._merged(added, left + len(refused), min_frequency) if left else []
            proposed = [piece for piece in merged if piece not in refused][:left]
            if not proposed:
                break
            tried = [*added, *proposed]
            added = self._useful(self._harmless(tried))
            refused.update(set(tried).difference(added))
        return added

    def _merged(self, added: Sequence[str], most: int, min_frequency: int) -> list[str]:
        """The first ``most`` pieces of byte-pair encoding, for which each piece of a word is one character."""
        pieces = [*self._base, *added]
        spelt: Counter[str] = Counter()
        for word, ids in _split(pieces, self._counts):
            if len(ids) > 1 and self._unknown not in ids:
                spelt["".join(chr(_FIRST_CHARACTER + number) for number in ids)] += self._counts[word]
        alphabet = len(set().union(*spelt))
        learner = HfTokenizer(BPE())
        learner.pre_tokenizer = WhitespaceSplit()
        trainer = BpeTrainer(vocab_size=alphabet + most, min_frequency=min_frequency, show_progress=False)
        learner.train_from_iterator(repeated(spelt), trainer)
        vocabulary = learner.get_vocab()
        found = sorted(vocabulary, key=vocabulary.__getitem__)[alphabet:]
        return list(dict.fromkeys(_joined(pieces[ord(one) - _FIRST_CHARACTER] for one in merge) for merge in found))

    def _harmless(self, added: Sequence[str]) -> list[str]:
        """``added`` without the pieces that change a settled word, or make another one longer or unknown."""
        kept = list(added)
        words = [*self._kept, *self._counts]
        while True:
            pieces, new = [*self._base, *kept], frozenset(kept)
            split = dict(_split(pieces, words))
            harmful = {self._first_added(word, new) for word, ids in split.items() if self._is_worse(word, ids)}
            if not harmful:
                return kept
            gone = {number for number, piece in enumerate(pieces) if piece in harmful}
            words = [word for word, ids in split.items() if not gone.isdisjoint(ids)]  # the only ones that change
            kept = [piece for piece in kept if piece not in harmful]

    def _is_worse(self, word: str, ids: Ids) -> bool:
        if word in self._kept:
            return ids != self._kept[word]
        before = self._before[word]
        return len(ids) > len(before) or (self._unknown in ids and self._unknown not in before)

    def _first_added(self, word: str, added: Collection[str]) -> str:
        """The first new piece that matches in a word whose pieces it changes."""
        start = 0
        while start < len(word):
            for stop in range(len(word), start, -1):
                piece = (CONTINUATION if start else "") + word[start:stop]
                if piece in added:
                    return piece
                if piece in self._known:
                    break
            start = stop
        raise AssertionError(f"no new piece matches in {word!r}")

    def _useful(self, added: Sequence[str]) -> list[str]:
        """``added`` without the pieces that no word has. Without them, every word keeps its pieces."""
        used = set(itertools.chain.from_iterable(ids for _, ids in _split([*self._base, *added], self._counts)))
        return [piece for number, piece in enumerate(added, len(self._base)) if number in used]


def _split(pieces: Sequence[str], words: Iterable[str]) -> Iterator[tuple[str, Ids]]:
    """Each word with the ids of its pieces."""
    encoder = HfTokenizer(wordpiece({piece: number for number, piece in enumerate(pieces)}))
    left = iter(words)
    while block := list(itertools.islice(left, _WORDS_A_BLOCK)):
        for word, encoding in zip(block, encoder.encode_batch_fast(block, add_special_tokens=False), strict=True):
            yield word, tuple(encoding.ids)


def _joined(pieces: Iterable[str]) -> str:
    first, *rest = pieces
    return first + "".join(piece.removeprefix(CONTINUATION) for piece in rest)


def _missing_characters(known: Collection[str], unspelt: Mapping[str, int], room: int, min_frequency: int) -> list[str]:
    """Pieces for the most frequent single characters that words lack, at most ``room``.

    As in a new vocabulary, characters are at most a quarter of the pieces: each may need two, one of which continues a
    word. Characters that help no word, because it has others that are too rare, are left out.
    """
    missing = {word: [piece for piece in _single_characters(word) if piece not in known] for word in unspelt}
    of_character: Counter[str] = Counter()
    for word, absent in missing.items():
        for piece in absent:
            of_character[piece[-1]] += unspelt[word]
    alphabet = set(frequent_new(of_character, (), room // 4, min_frequency))
    needed: Counter[str] = Counter()
    for word, absent in missing.items():
        if all(piece[-1] in alphabet for piece in absent):
            needed.update(dict.fromkeys(absent, unspelt[word]))
    return frequent_new(needed, (), room, 1)


def _single_characters(word: str) -> list[str]:
    return [word[0], *(CONTINUATION + character for character in word[1:])]
