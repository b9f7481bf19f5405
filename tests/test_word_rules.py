"""The definitions of a word by version, and what tokenizers of earlier versions keep."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer

from seqclf.config import load_config
from seqclf.text.kinds import load_tokenizer
from seqclf.text.kinds.byte import ByteTokenizer
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.kinds.word import WordTokenizer
from seqclf.text.word_rules import word_rules
from seqclf.text.words import lower, words

ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
TEXTS = ["The film, the film!", "a film"] * 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop...", ["Don't", "stop", ".", ".", "."]),
        ("日本語テスト。", ["日", "本", "語", "テスト", "。"]),
        ("है। یہ، \u0627\u06d4", ["है", "।", "یہ", "،", "\u0627", "\u06d4"]),  # punctuation of every script
        ("བོད་སྐད།", ["བོད", "་", "སྐད", "།"]),  # Tibetan syllables
        ("ที่นี่ xyz", ["ที่", "นี่", "xyz"]),  # Thai
        ("ខ្មែរ", ["ខ្", "មែ", "រ"]),
        ("ພາສາລາວ", ["ພ", "າ", "ສ", "າ", "ລ", "າ", "ວ"]),
        ("\u1b05\u1b13\u1b44", ["\u1b05", "\u1b13\u1b44"]),  # Balinese
        ("한국어 mã 1٣", ["한국어", "mã", "1٣"]),
        ("a\u200bb\u061cc\u180ed", ["a", "b", "c", "d"]),
        ("\ufffd\ufffdx", ["\ufffd\ufffd", "x"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert word_rules(2).find(text) == expected


def test_runs_of_letters_without_spaces_are_words_to_subwords() -> None:
    assert word_rules(2, runs=True).find("ที่นี่xyz ខ្មែរ។") == ["ที่นี่", "xyz", "ខ្មែរ", "។"]
    thai = ["ภาษาไทยง่ายมาก", "ภาษาไทยสนุกมาก"] * 20
    assert len(learn_tokenizer(thai, vocab_size=200).encode(thai[0])) < len(thai[0]) / 2


@pytest.mark.parametrize("runs", [False, True])
def test_the_fast_finder_finds_what_the_pattern_says(runs: bool) -> None:
    rules = word_rules(2, runs=runs)
    expected = re.compile(rules.pattern).findall
    some = [*ALL[:0x3100], *ALL[0x3100:0x1F000:7], *ALL[0x1F000::97]]
    for one in some:
        for text in (one, f"a{one}b'{one}", f"ก{one}{one}า"):
            assert rules.find(text) == expected(text), hex(ord(one))


@given(st.text())
@example("a'b' 'c")
def test_any_text_is_found_alike(text: str) -> None:
    for runs in (False, True):
        assert word_rules(2, runs=runs).find(text) == re.findall(word_rules(2, runs=runs).pattern, text)
    assert word_rules(1).find(text) == words(text, lowercase=False)


def test_white_space_separates_and_case_changes_no_class() -> None:
    separator = re.compile(word_rules(2).separator)
    assert all(separator.fullmatch(one) for one in ALL if one.isspace())
    find = word_rules(2).find
    for one in ALL:
        if (small := lower(one)) != one:
            assert len(find(f"a{one}a")) == len(find(f"a{small}a")), hex(ord(one))


# --- earlier versions -------------------------------------------------------------------------------------------------


def test_tokenizers_without_the_new_options_are_what_they_were() -> None:
    """Fingerprints of the version before these options."""
    subword = SubwordTokenizer.learn(TEXTS, vocab_size=64, normalize="none", words=1)
    word = WordTokenizer.learn(TEXTS, vocab_size=64, lowercase=False, normalize="none", words=1)
    char = CharTokenizer.learn(TEXTS, vocab_size=64, ngram=2, normalize="none")
    assert [one.fingerprint[:16] for one in (subword, word, char, ByteTokenizer())] == [
        "f0884f1fcce48f28",
        "a24ffec2fa069ec7",
        "4d8d9c0a5f0b77cb",
        "9e955f020436f6fd",
    ]


@pytest.mark.parametrize("kind", ["subword", "word", "char", "byte"])
def test_saved_tokenizers_of_earlier_versions_load(kind: str, tmp_path: Path) -> None:
    earlier = {"normalize": "none"} | ({"words": 1} if kind in ("subword", "word") else {})
    tokenizer = learn_tokenizer(["cafe\u0301 \u0e01\u0e01"] * 3, type=kind, **earlier)
    tokenizer.save(tmp_path)
    saved = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    assert not {"normalize", "words"} & set(saved), "as in earlier versions"
    loaded = load_tokenizer(tmp_path)
    assert (loaded.normalize, loaded.fingerprint) == ("none", tokenizer.fingerprint)
    assert loaded.encode("cafe\u0301") != loaded.encode("caf\xe9")


def test_the_config_of_an_earlier_run_keeps_its_tokenizer(tmp_path: Path) -> None:
    text = "data: {source: sample}\nlayers: [{type: pool}]\ntokenizer: {type: word, max_tokens: 9}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    new = load_config(tmp_path / "config.yaml").tokenizer
    assert (new.normalize, new.words) == ("nfc", 2)  # type: ignore[attr-defined]
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")  # it is a run's
    earlier = load_config(tmp_path / "config.yaml").tokenizer
    assert (earlier.normalize, earlier.words, earlier.max_tokens) == ("none", 1, 9)  # type: ignore[attr-defined]
    (tmp_path / "byte.yaml").write_text("extends: config.yaml\ntokenizer: {type: byte}\n", encoding="utf-8")
    assert load_config(tmp_path / "byte.yaml").tokenizer.normalize == "nfc"  # type: ignore[attr-defined]
    (tmp_path / "extended.yaml").write_text("extends: config.yaml\nseed: 3\n", encoding="utf-8")
    assert load_config(tmp_path / "extended.yaml").tokenizer.normalize == "none"  # type: ignore[attr-defined]
