"""The definition of words: classes of characters, lower-casing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.text.words import SEPARATOR, WHITE_SPACE, lower, lower_table, valid_text, words

ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop", ["don't", "stop"]),
        ("'quoted' words", ["'", "quoted", "'", "words"]),
        ("good,bad...", ["good", ",", "bad", ".", ".", "."]),
        ("<br />", ["<", "br", "/", ">"]),
        ("日本 x", ["日", "本", "x"]),
        ("ΣΑΣ", ["σασ"]),
        ("\u0130stanbul", ["istanbul"]),
        ("a\u200bb\x00c\xa0d", ["a", "b", "c", "d"]),
        ("\ufffd\ufffdx\ufffd", ["\ufffd\ufffd", "x", "\ufffd"]),
        ("👍🏽", ["👍", "🏽"]),
        ("naïve café", ["naïve", "café"]),
        (" \t\n", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text, lowercase=True) == expected


def test_case_is_kept_when_asked() -> None:
    assert words("Good FILM", lowercase=False) == ["Good", "FILM"]


def test_every_python_white_space_separates() -> None:
    """``str.split`` cuts chunks; no word may cross them."""
    separator = re.compile(SEPARATOR)
    assert [character for character in ALL if character.isspace() and not separator.fullmatch(character)] == []


def test_lowering_never_changes_a_character_class() -> None:
    """Words may be cut before or after lower-casing."""
    for character in ALL:
        assert len(words(character, lowercase=False)) == len(words(lower(character), lowercase=False))
        assert len(words(f"a{character}a", False)) == len(words(f"a{lower(character)}a", False)), hex(ord(character))


def test_lower_table_is_lower() -> None:
    table = lower_table()
    assert all(lower(character) == chr(table.get(ord(character), ord(character))) for character in ALL)


@given(st.text())
def test_lower_is_character_by_character(text: str) -> None:
    assert lower(text) == "".join(map(lower, text))
    assert lower(lower(text)) == lower(text)


def test_lone_surrogates_are_replaced() -> None:
    assert valid_text("a\ud800b") == "a\ufffd\ufffd\ufffdb"


def test_white_space_is_what_python_splits_at() -> None:
    is_white = re.compile(WHITE_SPACE).fullmatch
    assert all(bool(is_white(chr(code))) == chr(code).isspace() for code in range(0x110000))
