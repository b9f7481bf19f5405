"""One tokenizer: the exported graph gives the same ids as bulk encoding, for every text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer
from tricky_texts import anything, tricky

from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.sources.sample.grammar import reviews
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate, truncate_ids

Encode = Callable[[list[str | bytes]], np.ndarray]

TEXTS = [text for text, _ in reviews(300)]
# Texts with accents, capitals, other scripts and broken encodings are in the training texts too, so that their pieces
# are known and every path of the graph gives something else than [UNK].
FOREIGN = [
    "Ünïcödé ÉCOLE",
    "ΣΊΣΥΦΟΣ",
    "\u0130STANBUL",
    "Привет МИР",
    "日本語 テスト",
    "naïve",
    "don't won't it's",
    "ǅ ǆ",
    "K Å Ω",
    "cafe\u0301 CAFE\u0301 \u0130I\u0307 J\u030c \ufb01lm \uff26\uff29\uff2c\uff2d \u1e9b\u0323",
    "\ud55c\uae00 \u1112\u1161\u11ab \u0dd9\u0dcf\u0dca \u0928\u093c\u094d\u0964",
    "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u1797\u17b6\u179f\u17b6 \u0f56\u0f7c\u0f51\u0f0b\u0f66\u0f90\u0f51",
    " the film\n\n\tnot good\r\n a  film \r\u240a\x85\u2028 ",
]

texts = st.lists(
    st.text(anything) | st.lists(tricky | st.text(anything, max_size=3), max_size=12).map("".join),
    min_size=1,
    max_size=6,
)


# What ``learn_tokenizer`` takes; ``file`` is a name in the folder of vocabularies.
KINDS: dict[str, dict[str, object]] = {
    "subword": {"vocab_size": 500},
    "subword_cased": {"type": "subword", "vocab_size": 500, "lowercase": False},
    "subword_nfkc": {"vocab_size": 500, "normalize": "nfkc"},
    "subword_earlier": {"vocab_size": 500, "normalize": "none", "words": 1},
    "wordpiece_file": {"type": "subword_file", "file": "vocab.txt"},
    "subwords_file": {"type": "subword_file", "file": "plain.subwords"},
    "subwords_file_mixed": {"type": "subword_file", "file": "mixed.subwords", "normalize": "none"},
    "subwords_file_lowercase": {"type": "subword_file", "file": "mixed.subwords", "lowercase": True},
    "subword_lines": {"vocab_size": 500, "line_breaks": True},
    "word": {"type": "word", "vocab_size": 200},
    "word_lines": {"type": "word", "vocab_size": 200, "line_breaks": True, "normalize": "nfkc"},
    "word_cased": {"type": "word", "vocab_size": 200, "lowercase": False, "normalize": "nfkc"},
    "word_earlier": {"type": "word", "vocab_size": 200, "normalize": "none", "words": 1},
    "char": {"type": "char", "vocab_size": 100},
    "char_nfkc": {"type": "char", "vocab_size": 200, "normalize": "nfkc", "min_frequency": 1},
    "char_earlier": {"type": "char", "vocab_size": 100, "normalize": "none"},
    "char_cased": {"type": "char", "vocab_size": 1000, "lowercase": False, "min_frequency": 1},
    "trigram": {"type": "char", "ngram": 3, "vocab_size": 1000},
    "codon": {"type": "char", "ngram": 3, "stride": 2, "vocab_size": 1000, "lowercase": False},
    "char_layout": {"type": "char", "vocab_size": 1000, "white_space": "keep", "min_frequency": 1},
    "byte": {"type": "byte"},
    "byte_earlier": {"type": "byte", "normalize": "none"},
}
# Subwords with spaces and characters of all sizes; those that mix word characters with others, overlap, or hold parts
# of an escaped underscore.
PLAIN = ["the_", ", ", ". ", "film", "fil", "m_", "not_", " ", "é_", "é", "日本", "\\&undsc", "a", "b", "un", "\x85 "]
MIXED = [
    ", a_",
    "a_b",
    "<br />",
    "x y",
    "\\&undsc",
    "ab",
    "abc",
    "_",
    "a\\&undscb",
    "\\&und",
    "sc",
    "the_",
    "..._",
    "._",
]


def test_every_kind_of_tokenizer_is_tried() -> None:
    assert {options.get("type", "subword") for options in KINDS.values()} == set(TOKENIZERS)


@pytest.fixture(scope="module")
def vocabularies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vocabularies")
    learnt = learn_tokenizer([*TEXTS, *FOREIGN * 3], vocab_size=500).pieces[2:]
    # [UNK] stands elsewhere than where we put it, [PAD] is not the first, and some pieces can never be found.
    pieces = [*learnt[:50], "[PAD]", "[CLS]", *learnt[50:90], "[UNK]", *learnt[90:], "##", "x" * 300, "two\u3000words"]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    for name, subwords in (("plain", PLAIN), ("mixed", MIXED)):
        lines = ["### SubwordTextEncoder", "### Metadata: {}", *(f"'{subword}'" for subword in subwords)]
        (folder / f"{name}.subwords").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return folder


def _graph(tokenizer: Tokenizer, max_tokens: int = 10_000, truncate: Truncate = "middle") -> Encode:
    import tensorflow as tf

    from seqclf.text.graph import GraphTokenizer

    module = GraphTokenizer(tokenizer, max_tokens=max_tokens, truncate=truncate)
    call = tf.function(module, input_signature=[tf.TensorSpec([None], tf.string)])

    def encode(batch: list[str | bytes]) -> np.ndarray:
        content = [text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass") for text in batch]
        return np.asarray(call(tf.constant(content, tf.string)))

    encode.module = module  # type: ignore[attr-defined]  # its tables live as long as it does
    return encode


def _learn(**options: object) -> SubwordTokenizer:
    return SubwordTokenizer.learn([*TEXTS, *FOREIGN * 3], vocab_size=500, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, vocabularies: Path) -> tuple[Tokenizer, Encode]:
    options = dict(KINDS[request.param])
    if "file" in options:
        options["file"] = str(vocabularies / str(options["file"]))
    tokenizer = learn_tokenizer([*TEXTS, *FOREIGN * 3], **options)
    return tokenizer, _graph(tokenizer)


def _assert_equal(tokenizer: Tokenizer, encode: Encode, batch: list[str]) -> None:
    padded = encode(list(batch))
    expected = [tokenizer.encode(text) for text in batch]
    assert all(expected)
    assert expected == [ids.tolist() for ids in tokenizer.encode_all(batch)]
    assert padded.shape == (len(batch), max(map(len, expected)))
    for text, row, ids in zip(batch, padded, expected, strict=True):
        assert row[: len(ids)].tolist() == ids, repr(text)
        assert not row[len(ids) :].any()


@settings(max_examples=150)
@given(texts)
@example([""])
@example(["", "a", " "])
@example(["ab", "abc", "abcd", "abcde"])
@example(
    ["\ud800a\udfff\udfff", "a\\&undsc bar", "foo\\&undsc ", "_ _", "a, a_ b", "<br /> <br />_", ", a  b", "..._ ._"]
)
@example(["\x96", "A \x96 b"])
def test_graph_and_bulk_ids_are_equal(pair: tuple[Tokenizer, Encode], batch: list[str]) -> None:
    _assert_equal(*pair, batch)


def test_characters_alone_and_inside_a_word(pair: tuple[Tokenizer, Encode]) -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    step = 1_024
    for start in (*range(0, 0x3000, step), *range(0x3000, len(characters), 120 * step)):
        some = characters[start : start + step]
        _assert_equal(*pair, [*some, *(f"fi{character}lm" for character in some)])


@given(texts)
def test_normal_forms_have_equal_ids(pair: tuple[Tokenizer, Encode], batch: list[str]) -> None:
    tokenizer, _ = pair
    forms = {"nfc": ["NFC", "NFD"], "nfkc": ["NFC", "NFD", "NFKC", "NFKD"], "none": []}[tokenizer.normalize]
    for text in batch:
        for form in forms:
            assert tokenizer.encode(unicodedata.normalize(form, text)) == tokenizer.encode(text)


def test_training_texts_are_equal(pair: tuple[Tokenizer, Encode]) -> None:
    _assert_equal(*pair, [*TEXTS, *FOREIGN])


def test_known_chunks_change_no_id() -> None:
    tokenizer = _learn()
    without = SubwordTokenizer(tokenizer.pieces, lowercase=True)
    assert tokenizer.known_chunks
    batch = [*TEXTS[:50], *FOREIGN]
    assert np.array_equal(_graph(tokenizer)(list(batch)), _graph(without)(list(batch)))


@pytest.mark.parametrize("truncate", ["head", "tail", "middle"])
@pytest.mark.parametrize("max_tokens", [1, 2, 7])
def test_truncation_is_equal(truncate: Truncate, max_tokens: int) -> None:
    tokenizer = _learn()
    encode = _graph(tokenizer, max_tokens, truncate)
    for row, text in zip(encode([*TEXTS[:40], ""]), [*TEXTS[:40], ""], strict=True):
        ids = truncate_ids(np.array(tokenizer.encode(text)), max_tokens, truncate)
        assert row[: len(ids)].tolist() == ids.tolist()
        assert not row[len(ids) :].any()


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=4))
@example([b"\xff", b"good\xe4", b"\xf0\x9f\x91", b"\xed\xa0\x80", b"\xc0\xaf", b"\xfe\xff film"])
def test_bytes_that_are_not_utf8_are_replaced(pair: tuple[Tokenizer, Encode], batch: list[bytes]) -> None:
    tokenizer, encode = pair
    for row, content in zip(encode(list(batch)), batch, strict=True):
        ids = tokenizer.encode(content.decode("utf-8", errors="replace"))
        assert row[: len(ids)].tolist() == ids, content


@pytest.mark.parametrize(
    "text",
    [
        "good film . " * 8_334,
        "a" * 100_000,
        "日" * 100_000,
        "!" * 100_000,
        "é," * 50_000,
        "\ufffd" * 100_000,
        "e" + "\u0301\u0316" * 50_000,
        "\u0e01\u0e49" * 50_000,
        "\u1112\u1161\u11ab" * 30_000,
        " " * 100_000,
    ],
    ids=lambda text: ascii(text[:3]),
)
def test_long_texts(pair: tuple[Tokenizer, Encode], text: str) -> None:
    tokenizer, encode = pair
    ids = tokenizer.encode(text)
    row = encode([text])[0]
    kept = truncate_ids(np.array(ids), 10_000, "middle")
    assert row.tolist() == kept.tolist()
