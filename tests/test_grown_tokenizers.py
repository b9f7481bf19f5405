"""Tokenizers that learn further tokens from new texts: no old id changes, and new texts need fewer or known tokens."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from learnt_tokenizers import grow_tokenizer, learn_tokenizer
from tricky_texts import anything, tricky

from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.errors import InputError
from seqclf.generation.prompt import Prompt
from seqclf.sources.sample.grammar import reviews
from seqclf.text.chunks import ChunkTokenizer
from seqclf.text.field_tokenizer import FIELDS_FILE, FieldTokenizer
from seqclf.text.fields import join_fields
from seqclf.text.kinds import load_tokenizer
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.kinds.subword_text_encoder import SubwordTextEncoder
from seqclf.text.kinds.word import WordTokenizer
from seqclf.text.tokenizer import Tokenizer

OLD = [text for text, _ in reviews(60)]
NEW = [f"{text} Größe der Straßenbahn, 日本語 qubit qubits' {text[::-1]}" for text in OLD[:40]]

SMALL: dict[str, Any] = {"min_frequency": 1, "vocab_size": 64}
KINDS: dict[str, dict[str, Any]] = {
    "subword": {**SMALL, "vocab_size": 100},
    "subword_lines": {**SMALL, "line_breaks": True, "lowercase": False, "normalize": "nfkc"},
    "subword_earlier": {**SMALL, "normalize": "none", "words": 1},
    "word": {"type": "word", **SMALL},
    "word_lines": {"type": "word", **SMALL, "line_breaks": True, "lowercase": False},
    "char": {"type": "char", **SMALL, "vocab_size": 20, "white_space": "keep"},
    "trigram": {"type": "char", "ngram": 3, "stride": 2, **SMALL},
}

words = st.lists(
    tricky | st.text(anything, max_size=3) | st.sampled_from("ab ba aab bab abab b\u0301".split()), max_size=8
)
corpora = st.lists(words.map(" ".join) | words.map("".join), max_size=4)


@pytest.fixture(scope="module", autouse=True)
def small_tries() -> Any:
    """Without the tables of tries, of which each takes longer to make than all else about a small tokenizer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seqclf.text.trie._DENSE", 0)
        yield


@cache
def _grown(kind: str) -> tuple[Tokenizer, Tokenizer]:
    """A tokenizer of each kind, and what it grows to."""
    old = learn_tokenizer(OLD, **KINDS[kind])
    return old, grow_tokenizer(old, NEW, **KINDS[kind] | {"vocab_size": old.vocabulary_size + 60})


def _settled(tokenizer: Tokenizer) -> list[str]:
    """Texts that must keep their ids: known words of the first texts."""
    if isinstance(tokenizer, ChunkTokenizer):
        reader = tokenizer.wording.reader()
        found = [word for chunk in tokenizer.known_chunks for word in reader(chunk)]
    else:
        found = list(tokenizer.pieces[2:])
    return [text for text in found if tokenizer.unknown_id not in tokenizer.encode(text)]


def _ids(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [ids.tolist() for ids in tokenizer.encode_all(texts)]


def test_every_kind_grows_or_says_why_not() -> None:
    fixed = {name for name, options in TOKENIZERS.items() if options.cannot_grow is not None}
    assert fixed.isdisjoint({options.get("type", "subword") for options in KINDS.values()})
    assert fixed | {options.get("type", "subword") for options in KINDS.values()} == set(TOKENIZERS)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(first=corpora, second=corpora, more=st.integers(1, 40))
@example(first=["abc abc", "ab d", "abd abd"], second=["abdc abcd"] * 3, more=40)
def test_old_ids_stay_and_new_texts_fit_better(kind: str, first: list[str], second: list[str], more: int) -> None:
    old = learn_tokenizer([*first, *first], **KINDS[kind])
    size = old.vocabulary_size + more
    new = grow_tokenizer(old, second, **KINDS[kind] | {"vocab_size": max(size, 64)})
    assert new.pieces[: old.vocabulary_size] == old.pieces
    assert new.vocabulary_size <= max(size, 64)
    assert len(set(new.pieces[old.vocabulary_size :]) - set(old.pieces)) == new.vocabulary_size - old.vocabulary_size
    assert new.unknown_id == old.unknown_id
    settled = _settled(old)
    assert _ids(new, settled) == _ids(old, settled)
    for before, after in zip(_ids(old, second), _ids(new, second), strict=True):
        assert after.count(new.unknown_id) <= before.count(old.unknown_id)
        if old.unknown_id not in before:
            assert len(after) <= len(before)


@pytest.mark.parametrize("kind", KINDS)
def test_new_tokens_are_what_the_new_texts_need(kind: str) -> None:
    old, new = _grown(kind)
    before, after = (np.concatenate(list(one.encode_all(NEW))) for one in (old, new))
    assert new.vocabulary_size > old.vocabulary_size
    unused = set(range(old.vocabulary_size, new.vocabulary_size)) - set(after.tolist())
    assert all(len(new.pieces[number].removeprefix("##")) == 1 for number in unused), "the letters of unseen words"
    unknown = [np.count_nonzero(ids == old.unknown_id) for ids in (before, after)]
    assert unknown[1] < unknown[0] * 0.7
    if not isinstance(old, SubwordTokenizer):
        assert len(after) == len(before)


def test_the_most_frequent_come_first() -> None:
    old = WordTokenizer.learn(["the film"], vocab_size=9, min_frequency=1)
    grown = old.grown(["A good good film", "good a bad"], vocab_size=6, min_frequency=2)
    assert grown.pieces == ("[PAD]", "[UNK]", "film", "the", "good", "a")
    assert old.grown(["good good film a"], vocab_size=99).pieces[4:] == ("good",)
    assert old.pieces == ("[PAD]", "[UNK]", "film", "the")


def test_words_become_whole_and_pieces_of_settled_words_stay() -> None:
    old = SubwordTokenizer(
        ("[PAD]", "[UNK]", *"abcd", *(f"##{letter}" for letter in "abcd")), lowercase=True, known_chunks=["abcd", "ab"]
    )
    grown = old.grown(["abc abc abc", "cab cab"], vocab_size=99)
    # "abc" would change the pieces of the known word "abcd"; no word needs "##ab" once "cab" is a piece.
    assert grown.pieces[old.vocabulary_size :] == ("cab",)
    assert SubwordTokenizer(old.pieces, lowercase=True).grown(["abc abc abc"], vocab_size=99).pieces[10:] == ("abc",)


def test_a_piece_that_would_make_another_word_longer_is_left_out() -> None:
    # With "ab", "abcde" would be ab ##c ##d ##e instead of a ##bcde.
    old = SubwordTokenizer(
        ("[PAD]", "[UNK]", *"abcde", *(f"##{letter}" for letter in "abcde"), "##bcde"), lowercase=True
    )
    grown = old.grown(["ab ab ab", "abcde"], vocab_size=99)
    assert "ab" not in grown.pieces
    assert old.grown(["ab ab ab"], vocab_size=99).pieces[-1] == "ab"


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_texts_does_not_matter(kind: str) -> None:
    old, new = _grown(kind)
    shuffled = random.Random(1).sample(NEW, len(NEW))
    again = grow_tokenizer(old, shuffled, **KINDS[kind] | {"vocab_size": old.vocabulary_size + 60})
    assert again.fingerprint == new.fingerprint != old.fingerprint


@pytest.mark.parametrize("kind", KINDS)
def test_saved_loaded_and_grown_again(kind: str, tmp_path: Path) -> None:
    old, new = _grown(kind)
    new.save(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert loaded.fingerprint == new.fingerprint
    assert _ids(loaded, [*OLD, *NEW]) == _ids(new, [*OLD, *NEW])
    again = grow_tokenizer(loaded, NEW, **KINDS[kind] | {"vocab_size": new.vocabulary_size + 20})
    assert again.pieces[: new.vocabulary_size] == new.pieces
    assert _ids(again, _settled(old)) == _ids(old, _settled(old))


# --- several fields ---------------------------------------------------------------------------------------------------


@cache
def _fields(kind: str) -> tuple[FieldTokenizer, FieldTokenizer]:
    old = FieldTokenizer(learn_tokenizer(OLD, **KINDS[kind]), ("title", "body"))
    size = old.inner.vocabulary_size + 60
    new = grow_tokenizer(old, [join_fields([text, text]) for text in NEW], **KINDS[kind] | {"vocab_size": size})
    assert isinstance(new, FieldTokenizer)
    return old, new


@pytest.mark.parametrize("kind", KINDS)
def test_the_separator_keeps_its_id(kind: str, tmp_path: Path) -> None:
    old, new = _fields(kind)
    assert new.separator_id == old.separator_id == old.inner.vocabulary_size
    assert new.pieces[: old.vocabulary_size] == old.pieces
    assert new.vocabulary_size == new.inner.vocabulary_size + 1 > old.vocabulary_size
    assert new.fingerprint != FieldTokenizer(new.inner, new.columns).fingerprint
    settled = [join_fields([one, other]) for one, other in itertools.pairwise(_settled(old.inner))]
    assert _ids(new, settled) == _ids(old, settled)
    for text in NEW[:5]:
        ids = new.encode(join_fields([text, text]))
        place = ids.index(new.separator_id)
        assert ids[:place] == ids[place + 1 :]
        assert Prompt.read(text, new).ids == tuple(ids[:place])
        assert [new.pieces[number] for number in ids[:place]] == [
            new.inner.pieces[number] for number in new.inner.encode(text)
        ]
    new.save(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert loaded.fingerprint == new.fingerprint
    assert loaded.encode(join_fields(NEW[:2])) == new.encode(join_fields(NEW[:2]))
    joins, inner_joins = new.word_joins(), new.inner.word_joins()
    if joins is not None and inner_joins is not None:
        assert joins[new.separator_id] == 0
        assert np.delete(joins, new.separator_id).tolist() == inner_joins.tolist()


@pytest.mark.parametrize("kind", ["subword", "word_lines", "char"])
def test_grown_fields_decode(kind: str) -> None:
    _, new = _fields(kind)
    known = [text for text in (*OLD, *NEW) if new.unknown_id not in new.encode(join_fields([text, text]))]
    for text in known[:20]:
        ids = new.encode(join_fields([text, text]))
        assert new.encode(new.decode(ids)) == ids
        decoder = new.decoder()
        for token_id in ids:
            assert decoder.allowed()[token_id]
            decoder.add(token_id)
    assert known


@pytest.mark.parametrize("separator", [0, 1, 10_000, -2, True, "5", None])
def test_a_malformed_separator_is_named(separator: Any, tmp_path: Path) -> None:
    _fields("word")[1].save(tmp_path)
    (tmp_path / FIELDS_FILE).write_text(json.dumps({"columns": ["a", "b"], "separator_id": separator}))
    with pytest.raises(InputError, match=FIELDS_FILE):
        load_tokenizer(tmp_path)


# --- the graph --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["subword_earlier", "word_lines", "trigram"])
def with_graph(request: pytest.FixtureRequest) -> tuple[FieldTokenizer, Callable[[list[str], list[str]], np.ndarray]]:
    import tensorflow as tf

    from seqclf.text.graph import GraphFieldTokenizer

    _, new = _fields(request.param)
    module = GraphFieldTokenizer(new, max_tokens=10_000, truncate="head")
    call = tf.function(module, input_signature=[tf.TensorSpec([None], tf.string)] * 2, autograph=False)

    def encode(*fields: list[str]) -> np.ndarray:
        content = [[value.encode("utf-8", "surrogatepass") for value in field] for field in fields]
        return np.asarray(call(*(tf.constant(column, tf.string) for column in content)))

    encode.module = module  # type: ignore[attr-defined]  # its tables live as long as it does
    return new, encode


@settings(max_examples=20)
@given(rows=st.lists(st.tuples(words.map("".join) | st.sampled_from(NEW), words.map(" ".join)), min_size=1, max_size=4))
def test_the_graph_gives_the_same_ids(with_graph: Any, rows: list[tuple[str, str]]) -> None:
    tokenizer, encode = with_graph
    expected = [tokenizer.encode(join_fields(row)) for row in rows]
    for row, ids in zip(encode(*map(list, zip(*rows, strict=True))), expected, strict=True):
        assert row[: len(ids)].tolist() == ids
        assert not row[len(ids) :].any()


# --- what cannot grow -------------------------------------------------------------------------------------------------


def test_a_full_vocabulary_cannot_grow() -> None:
    old, _ = _grown("word")
    with pytest.raises(InputError, match=r"has 64 already; set tokenizer.vocab_size above 64"):
        grow_tokenizer(old, NEW, **KINDS["word"])


def test_bytes_and_files_cannot_grow(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="byte cannot grow: it knows all bytes"):
        grow_tokenizer(learn_tokenizer([], type="byte"), NEW, type="byte")
    path = tmp_path / "vocab.txt"
    path.write_text("the\nfilm\n")
    with pytest.raises(InputError, match="subword_file cannot grow: the vocabulary is that of the file"):
        options = {"type": "subword_file", "file": str(path)}
        grow_tokenizer(learn_tokenizer([], **options), NEW, **options)
    for tokenizer in (learn_tokenizer([], type="byte"), SubwordTextEncoder(["the_"])):
        with pytest.raises(InputError, match="cannot grow"):
            tokenizer.grown(NEW, vocab_size=9_999)
