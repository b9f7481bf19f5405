"""The tokenizers other than ``subword``: output, files and runs."""

from __future__ import annotations

import json
import pkgutil
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, trained
from hypothesis import given
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer

from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.errors import InputError
from seqclf.sources.sample.grammar import reviews
from seqclf.text import kinds, vocabulary_file
from seqclf.text.chunks import ChunkTokenizer
from seqclf.text.kinds import load_tokenizer
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.kinds.subword_text_encoder import SubwordTextEncoder
from seqclf.text.kinds.word import WordTokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.trie import MISSING, ROOT, Trie
from seqclf.text.vocabulary_file import read_vocabulary

TEXTS = [text for text, _ in reviews(200)]
MESSY = [
    "",
    " ",
    "the film",
    "É ß 日本 👍 zzz",
    "a " * 50,
    "x" * 300,
    "\x00\x85\u200b",
    "_ \\&undsc _",
    "İ Σς",
    "\ufeff",
]

VOCAB = "[CLS]\nthe\nfilm\n##s\n[UNK]\ngood\n[PAD]\n.\n"
SUBWORDS = "### SubwordTextEncoder\n### Metadata: {}\n'the_'\n'film'\n', '\n'é_'\n"

KINDS: dict[str, dict[str, Any]] = {
    "subword": {"type": "subword", "vocab_size": 200},
    "vocab.txt": {"type": "subword_file", "file": "vocab.txt"},
    "subwords": {"type": "subword_file", "file": "text.subwords"},
    "word": {"type": "word", "vocab_size": 60},
    "char": {"type": "char", "vocab_size": 50},
    "trigram": {"type": "char", "ngram": 3, "stride": 2, "vocab_size": 300},
    "byte": {"type": "byte"},
}


def test_every_kind_of_tokenizer_is_tried() -> None:
    assert {options.get("type", "subword") for options in KINDS.values()} == set(TOKENIZERS)


def _options(name: str, folder: Path) -> dict[str, Any]:
    """The options of a kind; writes its file if it needs one."""
    (folder / "vocab.txt").write_text(VOCAB, encoding="utf-8")
    (folder / "text.subwords").write_text(SUBWORDS, encoding="utf-8", newline="")
    options = dict(KINDS[name])
    return options | ({"file": str(folder / options["file"])} if "file" in options else {})


def test_every_kind_has_operators() -> None:
    from seqclf.text.graph import kinds as operators

    found = [{module.name for module in pkgutil.iter_modules(package.__path__)} for package in (kinds, operators)]
    assert found[0] == found[1] >= {learn_tokenizer([], type="byte").kind, "subword_text_encoder"}


@pytest.mark.parametrize("kind", ["os", "__init__", "..words", "seqclf.text.words", ["char"], {}, None, ""])
def test_a_file_cannot_name_other_code(kind: Any, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps({"type": kind, "pieces": ["[PAD]", "[UNK]"]}), encoding="utf-8")
    with pytest.raises(InputError, match="not a tokenizer that seqclf wrote"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize("name", KINDS)
def test_saved_and_loaded_it_is_the_same(name: str, tmp_path: Path) -> None:
    tokenizer = learn_tokenizer(TEXTS, **_options(name, tmp_path))
    tokenizer.save(tmp_path / "saved")
    loaded = load_tokenizer(tmp_path / "saved")
    assert type(loaded) is type(tokenizer)
    assert (loaded.fingerprint, loaded.pieces, loaded.unknown_id) == (
        tokenizer.fingerprint,
        tokenizer.pieces,
        tokenizer.unknown_id,
    )
    texts = [*TEXTS[:20], *MESSY]
    assert [loaded.encode(text) for text in texts] == [ids.tolist() for ids in tokenizer.encode_all(texts)]


@pytest.mark.parametrize("name", KINDS)
def test_training_does_not_depend_on_the_order(name: str, tmp_path: Path) -> None:
    options = _options(name, tmp_path)
    shuffled = random.Random(1).sample(TEXTS, len(TEXTS))
    assert learn_tokenizer(shuffled, **options).fingerprint == learn_tokenizer(TEXTS, **options).fingerprint


@pytest.mark.parametrize("name", KINDS)
def test_fingerprints_and_special_tokens(name: str, tmp_path: Path) -> None:
    tokenizers = {other: learn_tokenizer(TEXTS, **_options(other, tmp_path)) for other in KINDS}
    tokenizer = tokenizers[name]
    assert len({other.fingerprint for other in tokenizers.values()}) == len(KINDS)
    assert tokenizer.pieces[0] == "[PAD]"
    assert tokenizer.pieces[tokenizer.unknown_id] == "[UNK]"
    assert tokenizer.encode("") == [tokenizer.unknown_id]
    assert list(tokenizer.encode_all([])) == []
    every = np.concatenate(list(tokenizer.encode_all([*TEXTS, *MESSY])))
    assert 0 < every.min() <= every.max() < tokenizer.vocabulary_size == len(tokenizer.pieces)
    assert every.dtype == np.int32


def _spelt(tokenizer: Tokenizer, text: str) -> list[str]:
    return [tokenizer.pieces[number] for number in tokenizer.encode(text)]


def test_words_are_known_or_not() -> None:
    tokenizer = WordTokenizer.learn(["The film, the film!", "a film"], vocab_size=5)
    assert tokenizer.pieces == ("[PAD]", "[UNK]", "film", "the")
    assert _spelt(tokenizer, "THE film films") == ["the", "film", "[UNK]"]
    everything = WordTokenizer.learn(["The film, the film!", "a film"], vocab_size=5, lowercase=False, min_frequency=1)
    assert everything.pieces == ("[PAD]", "[UNK]", "film", "!", ",")
    assert _spelt(everything, "The film!") == ["[UNK]", "film", "!"]


def test_characters_and_n_grams() -> None:
    text = "ACGTAC"
    learn = CharTokenizer.learn
    single = learn([text, text], vocab_size=100, lowercase=False)
    assert single.pieces == ("[PAD]", "[UNK]", "A", "C", "G", "T")
    assert _spelt(single, "GATtaca") == ["G", "A", "T", *["[UNK]"] * 4]
    kmers = learn([text], vocab_size=100, ngram=3, lowercase=False, min_frequency=1)
    assert _spelt(kmers, text) == ["ACG", "CGT", "GTA", "TAC"]
    assert _spelt(kmers, "AC") == ["[UNK]"], "shorter than an n-gram: one token"
    assert _spelt(learn([text, "AC"], vocab_size=9, ngram=3, lowercase=False, min_frequency=1), "AC") == ["AC"]
    codons = learn([text], vocab_size=100, ngram=3, stride=3, lowercase=True, min_frequency=1)
    assert codons.pieces[2:] == ("acg", "tac")
    assert _spelt(codons, "ACGTACGT") == ["acg", "tac"], "the rest at the end is not read"


def test_runs_of_white_space_are_one_space_and_none_at_the_ends() -> None:
    tokenizer = CharTokenizer.learn(["a b", "a b"], vocab_size=9)
    assert _spelt(tokenizer, "\n\u3000a \t\u2028b\x85") == ["a", " ", "b"]
    assert tokenizer.encode(" \n") == [tokenizer.unknown_id]


def test_large_tries_and_small_ones_lead_to_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    small = CharTokenizer.learn(TEXTS, vocab_size=2_000, ngram=4)
    monkeypatch.setattr("seqclf.text.trie._DENSE", 0)
    large = CharTokenizer(small.pieces, ngram=4)
    for one, other in zip(small.encode_all([*TEXTS, *MESSY]), large.encode_all([*TEXTS, *MESSY]), strict=True):
        assert one.tolist() == other.tolist()
    trie = Trie([("ab", 0), ("abc", 1), ("ab", 2)])
    node = np.array([ROOT])
    for character, value in (("a", MISSING), ("b", 2), ("c", 1)):
        node = trie.step(node, np.array([ord(character)], np.uint32))
        assert trie.values[node].tolist() == [value]
    assert trie.step(node, np.array([ord("a")], np.uint32)).tolist() == [MISSING]


def test_bytes_are_bytes() -> None:
    tokenizer = learn_tokenizer([], type="byte")
    assert tokenizer.vocabulary_size == 258
    assert tokenizer.encode("aé\n") == [2 + byte for byte in "aé\n".encode()]
    assert _spelt(tokenizer, "A\ud800") == ["<0x41>", *["<0xEF>", "<0xBF>", "<0xBD>"] * 3]


# --- vocabulary files -------------------------------------------------------------------------------------------------


def test_wordpiece_files_have_their_special_tokens_by_name_or_get_them(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes(b"[PAD]\r\n[CLS]\r\n[UNK]\r\nthe\r\nfilm\r\n##s\r\n")
    tokenizer = learn_tokenizer(TEXTS, type="subword_file", file=str(path))
    assert tokenizer.pieces == ("[PAD]", "[CLS]", "[UNK]", "the", "film", "##s"), "an id is a line number"
    assert tokenizer.encode("The films !") == [3, 4, 5, 2]
    path.write_text("the\nFilm\n##s", encoding="utf-8")
    cased = learn_tokenizer(TEXTS, type="subword_file", file=str(path))
    assert cased.pieces == ("[PAD]", "[UNK]", "the", "Film", "##s")
    assert _spelt(cased, "The the Films") == ["[UNK]", "the", "Film", "##s"], (
        "capitals among its pieces: not lower-cased"
    )
    assert _spelt(learn_tokenizer(TEXTS, type="subword_file", file=str(path), lowercase=True), "The") == ["the"]


def test_a_vocabulary_file_counts_chunks_in_some_of_many_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text("[PAD]\n[UNK]\na\nb\n", encoding="utf-8")
    texts = ["a a", "b b"] * 3
    complete = vocabulary_file.tokenizer_from_file(texts, file=str(path))
    monkeypatch.setattr(vocabulary_file, "_MOST_COUNTED", 3)
    some = vocabulary_file.tokenizer_from_file(texts, file=str(path))
    assert isinstance(complete, ChunkTokenizer) and isinstance(some, ChunkTokenizer)
    assert complete.known_chunks == ("a", "b") and some.known_chunks == ("a",)
    assert some.fingerprint == complete.fingerprint and some.encode("b a") == complete.encode("b a") == [3, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": contains no pieces; expected a WordPiece vocabulary"),
        (b"the\n\nfilm\n", ":2: expected one piece, found an empty line"),
        (b"the\nfilm\na film\n", ':3: expected one piece, found "a film"'),
        (b'{\n  "model": 1\n}', ": found JSON; expected a WordPiece vocabulary"),
        (b'{"the":1,"film":2}', ": found JSON; expected a WordPiece vocabulary"),
        (b"[UNK]\n  the\n", ':2: expected one piece, found "  the"'),
        (b"the\nfilm\nthe\n", ':3: duplicate "the" (first on line 1)'),
        (b"the\n\xff\n", ":2: not UTF-8 text (byte 5)"),
        (b"the\n\x00\n", ":2: expected one piece"),
        (b"### SubwordTextEncoder\n", ":2: expected ### Metadata: {}, found an empty line"),
        (b"### SubwordTextEncoder\n'the_'\n", ":2: expected ### Metadata: {}, found \"'the_'\""),
        (b"### SubwordTextEncoder\n### Metadata: {\n", ":2: expected ### Metadata: {}"),
        (b"### SubwordTextEncoder\n### Metadata: {}\n", ": contains no pieces"),
        (
            b"### SubwordTextEncoder\n### Metadata: {}\n'a_'\nthe_\n",
            ':4: expected a subword in single quotes, found "th',
        ),
        (b"### SubwordTextEncoder\n### Metadata: {}\n''\n", ":3: expected a subword in single quotes"),
        (b"### SubwordTextEncoder\n### Metadata: {}\n'a\nb'\n", ":3: expected a subword in single quotes"),
    ],
)
def test_broken_vocabularies_are_reported_with_their_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "vocabulary"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_vocabulary(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_invalid_vocabulary_files_are_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found a folder"):
        read_vocabulary(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_vocabulary(tmp_path / "vocab.txt")


# Subwords that mix word characters with others and do not overlap, so that the original's order of them is no matter.
TRICKY = ["the_", ", ", "é_", "<br />", "\\&undsc", "und", "ab_", "_", "日", "\x85 ", " ", "sc", "x"]


@given(
    st.lists(st.sampled_from([*TRICKY, "_ ", "the ", "a", "b ", " <", "\\&", "İ", "²", "\n"]) | st.text(), max_size=8)
)
def test_subwords_are_those_of_tensorflow_datasets(parts: list[str]) -> None:
    text = "".join(parts)
    assert SubwordTextEncoder(TRICKY).encode(text) == (_original().encode(text) or [1 + len(TRICKY) + 255])


_ORIGINAL: list[Any] = []


def _original() -> Any:
    import tensorflow_datasets as tfds

    if not _ORIGINAL:
        _ORIGINAL.append(tfds.deprecated.text.SubwordTextEncoder(TRICKY))
    return _ORIGINAL[0]


def test_a_vocabulary_that_tensorflow_datasets_made_is_read(tmp_path: Path) -> None:
    import tensorflow_datasets as tfds

    texts = [*TEXTS, "<br />under_score\\&undsc <br />"]
    made = tfds.deprecated.text.SubwordTextEncoder.build_from_corpus(texts, 400, reserved_tokens=["<br />"])
    made.save_to_file(str(tmp_path / "made"))
    tokenizer = learn_tokenizer([], type="subword_file", file=str(tmp_path / "made.subwords"))
    assert tokenizer.vocabulary_size == made.vocab_size
    for text in (*texts, *MESSY[1:]):
        assert tokenizer.encode(text) == made.encode(text), text


# --- runs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in KINDS if name != "subword"])
def test_a_run_of_each_kind_answers_the_same_from_every_side(name: str, sample_csv: Path, tmp_path: Path) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier

    options = _options(name, tmp_path) | {"max_tokens": 20, "truncate": "head"}
    config = small_config(data__train=str(sample_csv), tokenizer=options, layers=POOLED, training__epochs=1)
    run = trained(config, tmp_path / "runs")
    for file in ("vocab.txt", "text.subwords"):
        (tmp_path / file).unlink()
    classifier = KerasClassifier.load(run)
    texts = [*TEXTS[:5], *MESSY]
    in_python = classifier.probabilities(texts)
    signature = tf.saved_model.load(str(run.saved_model)).signatures["serving_default"]
    in_graph = signature(text=tf.constant([text.encode() for text in texts]))["probabilities"].numpy()
    np.testing.assert_allclose(in_graph, in_python, atol=1e-5)
    assert np.ptp(in_python, axis=0).min() > 1e-4, "the texts must get different answers"
    empty = signature(text=tf.constant([], tf.string))["probabilities"]
    assert empty.shape == (0, 2)


def test_a_changed_vocabulary_file_is_another_tokenizer(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.config import checked_config
    from seqclf.data.prepare import prepare

    tokenizer = _options("vocab.txt", tmp_path)
    config = checked_config(small_config(data__train=str(sample_csv), tokenizer=tokenizer))
    before = prepare(config).tokenizer
    Path(tokenizer["file"]).write_text(VOCAB + "story\n", encoding="utf-8")
    after = prepare(config).tokenizer
    assert after.pieces == (*before.pieces, "story")


def test_relative_vocabularies_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.config import checked_config, with_absolute_paths

    monkeypatch.chdir(tmp_path)
    tokenizer = {"type": "subword_file", "file": "vocab.txt"}
    config = with_absolute_paths(checked_config(small_config(data__train="a.csv", tokenizer=tokenizer)))
    assert config.tokenizer.file == str(tmp_path / "vocab.txt")  # type: ignore[union-attr]


@pytest.mark.usefixtures("no_saved_models")
def test_words_have_pretrained_vectors(sample_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("".join(f"{word} {'1 ' * 7}1\n" for word in ("film", "the", "zebra")), encoding="utf-8")
    config = small_config(
        data__train=str(sample_csv),
        tokenizer={"type": "word", "max_tokens": 12},
        embedding={"dim": 8, "vectors": str(path)},
        training__epochs=1,
    )
    assert trained(config, tmp_path / "runs").manifest["vectors"]["found"] == 2
