"""One tokenizer: the exported graph gives the same ids as bulk encoding, for every text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer
from tricky_texts import anything, tricky

from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.sources.sample.grammar import reviews
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate, truncate_ids

pytestmark = pytest.mark.usefixtures("graphs_as_traced")

Encode = Callable[[list[str | bytes]], np.ndarray]

TEXTS = [text for text, _ in reviews(300)]
TO_TRUNCATE = [*TEXTS[:40], ""]
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
    max_size=12,
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


# Unicode's normal forms of a text that have equal ids, by the option ``normalize``.
EQUAL_FORMS = {"nfc": ("NFC", "NFD"), "nfkc": ("NFC", "NFD", "NFKC", "NFKD"), "none": ()}


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
    from seqclf.text.graph import GraphTokenizer

    module = GraphTokenizer(tokenizer, max_tokens=max_tokens, truncate=truncate)
    call = _traced(module)

    def encode(batch: list[str | bytes]) -> np.ndarray:
        return np.asarray(call(_content(batch)))

    encode.module = module  # type: ignore[attr-defined]  # its tables live as long as it does
    return encode


def _traced(operators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The operators as one graph, traced as the export traces them: without AutoGraph, which takes twice the time."""
    import tensorflow as tf

    function: Callable[[Any], Any] = tf.function(
        operators, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
    )
    return function


def _content(batch: list[str | bytes]) -> Any:
    import tensorflow as tf

    content = [text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass") for text in batch]
    return tf.constant(content, tf.string)


def _learn(**options: object) -> SubwordTokenizer:
    return SubwordTokenizer.learn([*TEXTS, *FOREIGN * 3], vocab_size=500, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pair_of(vocabularies: Path) -> Callable[[str], tuple[Tokenizer, Encode]]:
    """The tokenizer of a kind, and its graph, which is traced once."""

    @cache
    def pair(kind: str) -> tuple[Tokenizer, Encode]:
        options = dict(KINDS[kind])
        if "file" in options:
            options["file"] = str(vocabularies / str(options["file"]))
        tokenizer = learn_tokenizer([*TEXTS, *FOREIGN * 3], **options)
        return tokenizer, _graph(tokenizer)

    return pair


@pytest.fixture(scope="module", params=KINDS)
def pair(
    request: pytest.FixtureRequest, pair_of: Callable[[str], tuple[Tokenizer, Encode]]
) -> tuple[Tokenizer, Encode]:
    return pair_of(request.param)


def _assert_equal(tokenizer: Tokenizer, encode: Encode, batch: list[str], content: Sequence[bytes] = ()) -> None:
    """``content``: more texts of the same batch as bytes, which may not be UTF-8."""
    padded = encode([*batch, *content])
    batch = [*batch, *(text.decode("utf-8", errors="replace") for text in content)]
    expected = [ids.tolist() for ids in tokenizer.encode_all(batch)]
    assert all(expected)
    assert padded.shape == (len(batch), max(map(len, expected)))
    for text, row, ids in zip(batch, padded, expected, strict=True):
        assert row[: len(ids)].tolist() == ids, repr(text)
        assert not row[len(ids) :].any()
    for text, ids in list(zip(batch, expected, strict=True))[::16]:
        assert tokenizer.encode(text) == ids, repr(text)


# All kinds read the same examples: drawing them takes as long as reading them. Few and large ones: 700 texts in all.
@settings(max_examples=80)
@given(texts, st.lists(st.binary(max_size=20), max_size=8))
@example([""], [])
@example(["", "a", " "], [])
@example(["ab", "abc", "abcd", "abcde"], [])
@example(
    ["\ud800a\udfff\udfff", "a\\&undsc bar", "foo\\&undsc ", "_ _", "a, a_ b", "<br /> <br />_", ", a  b", "..._ ._"],
    [],
)
@example(["\x96", "A \x96 b"], [])
@example(["film"], [b"\xff", b"good\xe4", b"\xf0\x9f\x91", b"\xed\xa0\x80", b"\xc0\xaf", b"\xfe\xff film"])
def test_ids_are_equal_whatever_reads_the_text(
    pair_of: Callable[[str], tuple[Tokenizer, Encode]], batch: list[str], content: list[bytes]
) -> None:
    """In the graph and in bulk, beside other texts and alone, in every normal form; bytes that are not UTF-8 too."""
    forms = {form: [unicodedata.normalize(form, text) for text in batch] for form in ("NFC", "NFD", "NFKC", "NFKD")}
    for kind in KINDS:
        note(kind)
        tokenizer, encode = pair_of(kind)
        _assert_equal(tokenizer, encode, batch, content)
        alone = [tokenizer.encode(text) for text in batch]
        for form in EQUAL_FORMS[tokenizer.normalize]:
            assert [ids.tolist() for ids in tokenizer.encode_all(forms[form])] == alone
        assert [ids.tolist() for ids in tokenizer.encode_all(batch)] == alone


def test_characters_alone_and_inside_a_word(pair: tuple[Tokenizer, Encode]) -> None:
    surrogates = range(0xD800, 0xE000)
    last, step = 0x110000 - len(surrogates), 1_024
    for start in (*range(0, 0x3000, step), *range(0x3000, last, 120 * step)):
        numbers = range(start, min(start + step, last))
        some = [chr(n if n < surrogates.start else n + len(surrogates)) for n in numbers]
        _assert_equal(*pair, [*some, *(f"fi{character}lm" for character in some)])


def test_training_texts_are_equal(pair: tuple[Tokenizer, Encode]) -> None:
    _assert_equal(*pair, [*TEXTS, *FOREIGN])


def test_known_chunks_change_no_id(pair_of: Callable[[str], tuple[Tokenizer, Encode]]) -> None:
    tokenizer, encode = pair_of("subword")
    assert isinstance(tokenizer, SubwordTokenizer)
    assert tokenizer.known_chunks
    without = SubwordTokenizer(tokenizer.pieces, lowercase=True)
    batch = [*TEXTS[:50], *FOREIGN]
    assert np.array_equal(encode(list(batch)), _graph(without)(list(batch)))


@pytest.fixture(scope="module")
def truncated() -> tuple[Tokenizer, dict[tuple[int, Truncate], np.ndarray]]:
    """Padded ids of ``TO_TRUNCATE``, truncated in every way; one graph, in which all truncate the same ids."""
    from seqclf.text.graph import GraphTokenizer

    tokenizer = _learn()
    ways = [(most, truncate) for most in (1, 2, 7) for truncate in get_args(Truncate)]
    modules = [GraphTokenizer(tokenizer, max_tokens=most, truncate=truncate) for most, truncate in ways]
    operators = modules[0]._ids

    def every_way(text: Any) -> list[Any]:
        ids = operators(text)
        for module in modules:
            module._ids = lambda _: ids
        return [module(text) for module in modules]

    padded = _traced(every_way)(_content([*TO_TRUNCATE]))
    return tokenizer, dict(zip(ways, map(np.asarray, padded), strict=True))


@pytest.mark.parametrize("truncate", ["head", "tail", "middle"])
@pytest.mark.parametrize("max_tokens", [1, 2, 7])
def test_truncation_is_equal(
    truncated: tuple[Tokenizer, dict[tuple[int, Truncate], np.ndarray]], truncate: Truncate, max_tokens: int
) -> None:
    tokenizer, padded = truncated
    for row, text in zip(padded[max_tokens, truncate], TO_TRUNCATE, strict=True):
        ids = truncate_ids(np.array(tokenizer.encode(text)), max_tokens, truncate)
        assert row[: len(ids)].tolist() == ids.tolist()
        assert not row[len(ids) :].any()


LONG = [
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
]


def test_long_texts(pair: tuple[Tokenizer, Encode]) -> None:
    tokenizer, encode = pair
    for text in LONG:
        kept = truncate_ids(np.array(tokenizer.encode(text)), 10_000, "middle")
        assert encode([text])[0].tolist() == kept.tolist(), ascii(text[:3])
