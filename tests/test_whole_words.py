"""Words made of tokens: which tokens they have, and how much they help."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import POOLED, small_config
from hypothesis import given
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer

from seqclf.config import checked_config
from seqclf.data.prepare import prepare
from seqclf.errors import InputError
from seqclf.ngrams.features import hash_of, presence_of
from seqclf.ngrams.fit import fit_ngrams
from seqclf.text.kinds.subword_text_encoder import SubwordTextEncoder
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.words import words
from seqclf.token_ids import CONTINUES, GOES_ON

TEXTS = ["the film was good", "the films were not", "a film", "not a good film, no"] * 3
SUBWORD = learn_tokenizer(TEXTS, type="subword", vocab_size=60)


def whole_words(tokenizer: Tokenizer, text: str) -> list[list[str]]:
    """The pieces of each word."""
    joins = tokenizer.word_joins()
    assert joins is not None
    assert joins.shape == (tokenizer.vocabulary_size,)
    assert joins[0] == 0, "padding is not part of a word"
    found: list[list[str]] = []
    before = 0
    for token in tokenizer.encode(text):
        piece = tokenizer.pieces[token]
        if joins[before] & GOES_ON and joins[token] & CONTINUES:
            found[-1].append(piece)
        else:
            found.append([piece])
        before = token
    return found


@given(st.lists(st.text("filmsthe wao,'-é", max_size=12), max_size=5).map(" ".join))
def test_word_pieces_make_up_the_words_of_the_text(text: str) -> None:
    found = ["".join(piece.removeprefix("##") for piece in word) for word in whole_words(SUBWORD, text)]
    expected = words(text, lowercase=True)
    assert len(found) == max(len(expected), 1)
    assert all(one in (other, "[UNK]") for one, other in zip(found, expected, strict=False))


def test_characters_and_bytes_make_up_words() -> None:
    char = learn_tokenizer(TEXTS, type="char", vocab_size=60)
    assert ["".join(word) for word in whole_words(char, "a film, no")] == ["a", " ", "film", ",", " ", "no"]
    byte = learn_tokenizer([], type="byte")
    assert [len(word) for word in whole_words(byte, "a é! film's")] == [1, 1, 2, 1, 1, 4, 1, 1]


def test_subwords_with_spaces_make_up_words() -> None:
    encoder = SubwordTextEncoder(["the_", "film", "s_", ", ", "go", "od", "good_"])
    assert whole_words(encoder, "the films good") == [["the_"], ["film", "s_"], ["go", "od"]]
    assert whole_words(encoder, "good film, film") == [["good_"], ["film"], [", "], ["film"]]


@pytest.mark.parametrize("options", [{"type": "word"}, {"type": "char", "ngram": 3}, {"type": "char", "stride": 1}])
def test_other_tokens_are_not_parts_of_words(options: dict[str, object]) -> None:
    tokenizer = learn_tokenizer(TEXTS, **{"vocab_size": 60, **options})
    assert (tokenizer.word_joins() is None) == (options != {"type": "char", "stride": 1})


def test_tokens_that_are_not_parts_of_words_are_reported(tmp_path: Path) -> None:
    config = checked_config(small_config(data__train="x.csv", layers=POOLED, ngrams={"words": True}))
    with pytest.raises(InputError, match="tokens of a word tokenizer are not parts of words"):
        hash_of(config, learn_tokenizer(TEXTS, type="word", vocab_size=60))


def test_a_word_is_more_than_its_first_piece(tmp_path: Path) -> None:
    """`a` means yes, and is the first piece of rare words in every text."""
    draw = np.random.default_rng(0)
    letters = list("bcdefghijklmnopqrstuvwxyz")
    rows = []
    for _ in range(400):
        label = draw.random() < 0.5
        rare = "a" + "".join(draw.choice(letters, 6))
        rows.append(f"{rare}{' a' if label else ''},{'yes' if label else 'no'}\n")
    path = tmp_path / "rare.csv"
    path.write_text("text,label\n" + "".join(rows), encoding="utf-8")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "a", *(f"##{letter}" for letter in letters)]), encoding="utf-8")
    tokenizer = {"type": "subword_file", "file": str(vocabulary)}
    right = []
    for whole in (False, True):
        ngrams = {"orders": [1], "buckets": 2**14, "words": whole, "normalize": True, "l2": 0.01}
        config = checked_config(small_config(data__train=str(path), layers=POOLED, ngrams=ngrams, tokenizer=tokenizer))
        data = prepare(config)
        fitted = fit_ngrams(config, data)
        right.append(((fitted.out_of_fold[:, 0] > 0) == (data.train.labels == 1)).mean())
        found = presence_of(config, hash_of(config, data.tokenizer), data.train, np.arange(len(data.train)))
        assert found.matrix.max() == 1, "presence, not counts"
    assert right[0] < 0.8 < 0.99 < right[1]
