"""WordPiece: training, fast encoding, files."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from seqclf.errors import InputError
from seqclf.sources.sample.grammar import reviews
from seqclf.text.kinds import load_tokenizer
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.truncation import kept_ends, truncate_ids
from seqclf.token_ids import UNKNOWN_ID

TEXTS = [text for text, _ in reviews(300)]


@pytest.fixture(scope="module")
def tokenizer() -> SubwordTokenizer:
    return SubwordTokenizer.learn(TEXTS, vocab_size=300)


def test_vocabulary_has_its_size_and_special_tokens(tokenizer: SubwordTokenizer) -> None:
    assert tokenizer.vocabulary_size == 300
    assert tokenizer.pieces[:2] == ("[PAD]", "[UNK]")
    assert len(set(tokenizer.pieces)) == 300


def test_known_texts_have_no_unknown_token(tokenizer: SubwordTokenizer) -> None:
    assert all(UNKNOWN_ID not in tokenizer.encode(text) for text in TEXTS)


def test_texts_without_words_are_one_unknown_token(tokenizer: SubwordTokenizer) -> None:
    for text in ("", " ", "\x00", "\u200b\ufeff", "\n\t"):
        assert tokenizer.encode(text) == [UNKNOWN_ID]


def test_a_very_long_word_is_cut(tokenizer: SubwordTokenizer) -> None:
    hundred = tokenizer.encode("film" * 25)
    assert tokenizer.encode("film" * 75 + "the") == [*hundred * 3, *tokenizer.encode("the")]


def test_a_very_long_word_was_one_unknown_token(tokenizer: SubwordTokenizer) -> None:
    earlier = SubwordTokenizer(tokenizer.pieces, lowercase=True, words=1)
    assert earlier.encode("a" * 101) == [UNKNOWN_ID]
    assert len(earlier.encode("a" * 100)) > 1


def test_order_of_the_texts_does_not_matter(tokenizer: SubwordTokenizer) -> None:
    shuffled = random.Random(1).sample(TEXTS, len(TEXTS))
    assert SubwordTokenizer.learn(shuffled, vocab_size=300).fingerprint == tokenizer.fingerprint


def test_training_is_the_same_in_another_process(tokenizer: SubwordTokenizer) -> None:
    program = (
        "from seqclf.sources.sample.grammar import reviews; from seqclf.text.kinds.subword import SubwordTokenizer;"
        "print(SubwordTokenizer.learn([t for t, _ in reviews(300)], vocab_size=300).fingerprint)"
    )
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed},
        )
        assert done.stdout.strip() == tokenizer.fingerprint


def test_options_decide_the_vocabulary(tokenizer: SubwordTokenizer) -> None:
    assert SubwordTokenizer.learn(TEXTS, vocab_size=200).vocabulary_size == 200
    cased = SubwordTokenizer.learn([text.title() for text in TEXTS], vocab_size=300, lowercase=False)
    assert any(piece != piece.lower() for piece in cased.pieces[2:])
    assert cased.encode("The") != cased.encode("the")
    assert tokenizer.encode("The") == tokenizer.encode("the")
    rare = SubwordTokenizer.learn(TEXTS, vocab_size=300, min_frequency=10_000)
    assert rare.vocabulary_size < 300


def test_a_large_alphabet_leaves_room_for_pieces() -> None:
    texts = [*TEXTS, " ".join(chr(0x4E00 + i) for i in range(3_000))]
    tokenizer = SubwordTokenizer.learn(texts, vocab_size=300)
    assert tokenizer.vocabulary_size == 300
    assert "film" in tokenizer.pieces


def test_saved_and_loaded_it_is_the_same(tokenizer: SubwordTokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert isinstance(loaded, SubwordTokenizer)
    assert loaded.fingerprint == tokenizer.fingerprint
    assert loaded.known_chunks == tokenizer.known_chunks
    assert loaded.lowercase


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{}",
        "[" * 100_000,
        '{"model": {"type": "BPE"}}',
        '{"type": "pickle"}',
        '{"model": {"type": "WordPiece", "vocab": 3}}',
        '{"model": {"type": "WordPiece", "vocab": {"[PAD]": 0, "[UNK]": 2}}, "normalizer": null}',
        '{"model": {"type": "WordPiece", "vocab": {"[PAD]": 0, "a": 1}}, "normalizer": null}',
        '{"model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "[PAD]": 1}}, "normalizer": null}',
        '{"model": {"type": "WordPiece", "vocab": {"[PAD]": 0, "[UNK]": 1}}}',
        '{"type": "word", "lowercase": true}',
        '{"type": "word", "lowercase": 1, "pieces": ["[PAD]", "[UNK]"]}',
        '{"type": "word", "lowercase": true, "pieces": ["a", "b"]}',
        '{"type": "word", "lowercase": true, "pieces": ["[PAD]", "[UNK]", 3]}',
        '{"type": "word", "lowercase": true, "pieces": ["[PAD]", "[UNK]", "\\ud800"]}',
        '{"type": "char", "lowercase": true, "ngram": 0, "stride": 1, "pieces": ["[PAD]", "[UNK]"]}',
        '{"type": "char", "lowercase": true, "ngram": 1, "stride": 1e99, "pieces": ["[PAD]", "[UNK]"]}',
        '{"type": "subword_text_encoder", "lowercase": true, "subwords": [""]}',
        '{"type": ["byte"]}',
    ],
    ids=str,
)
def test_files_that_are_not_tokenizers_are_rejected(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content, encoding="utf-8")
        (tmp_path / "known_chunks.txt").write_text("a\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"tokenizer\.json"):
        load_tokenizer(tmp_path)


@pytest.fixture(scope="module")
def in_tokenizers(tokenizer: SubwordTokenizer, tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save(folder)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@given(text=st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF, exclude_categories=["Cn"]), max_size=250))
@example(text="J\u030c I\u0307 i\u0327\u0307 \u0130 e\u0301 \u0e20\u0e32\u0e29\u0e32 " + "x" * 230)
def test_the_saved_file_gives_the_same_ids_in_tokenizers(
    text: str, tokenizer: SubwordTokenizer, in_tokenizers: Tokenizer
) -> None:
    ids = in_tokenizers.encode(text, add_special_tokens=False).ids
    assert tokenizer.encode(text) == (ids or [UNKNOWN_ID])


@given(st.lists(st.integers(2, 9), max_size=12), st.integers(1, 8), st.sampled_from(["head", "tail", "middle"]))
def test_truncation_keeps_the_named_ends(ids: list[int], max_tokens: int, truncate: str) -> None:
    array = np.array(ids, dtype=np.int32)
    kept = truncate_ids(array, max_tokens, truncate).tolist()  # type: ignore[arg-type]
    assert len(kept) == min(len(ids), max_tokens)
    if len(ids) > max_tokens:
        first, last = kept_ends(max_tokens, truncate)  # type: ignore[arg-type]
        assert kept == ids[:first] + ids[len(ids) - last :]
    else:
        assert kept == ids


def test_truncate_names_the_part_that_is_cut() -> None:
    array = np.arange(10)
    assert truncate_ids(array, 3, "tail").tolist() == [0, 1, 2]
    assert truncate_ids(array, 3, "head").tolist() == [7, 8, 9]
    assert truncate_ids(array, 3, "middle").tolist() == [0, 1, 9]
