"""Unicode normal forms of texts: the reference, its tables for the graph, and what tokenizers do with them."""

from __future__ import annotations

import time
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer

from seqclf.text import normal_form as module
from seqclf.text.normal_form import forms_of, normal_form, speller
from seqclf.text.normal_tables import CLASS, PAGE, UNSETTLED, normal_tables
from seqclf.text.unicode_ranges import MARKS, REORDERED, SEPARATORS, SYMBOLS, UNASSIGNED, UNSPACED
from seqclf.text.words import lower

ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
NOT_YET = {chr(code) for first, last in UNASSIGNED for code in range(first, last + 1)}
"""Code points without a character in Unicode 14.0."""

# What normal forms change, or what matters around it: marks, what composes with them, jamo, ligatures, i and its dot.
DECOMPOSED = {one: parts for one in ALL if (parts := unicodedata.normalize("NFKD", one)) != one}
moved = st.sampled_from(
    [chr(code) for first, last in REORDERED for code in range(first, last + 1)]
    + [character for character in DECOMPOSED if not "\uac00" <= character < "\ud7a4"]
    + [parts for parts in DECOMPOSED.values() if len(parts) > 1]
)
letters = st.sampled_from(
    [*"iIJhH aé=", "\u0130", "\u0307", "\u0323", "\u0327", "\u0301", "\u1112", "\u1161", "\u11ab"]
)
texts = st.lists(moved | letters | st.characters(), max_size=8).map("".join)


@given(texts)
@example("a\u0301\u0316\u0301")
@example("i\u0327\u0307\u0307")
def test_normal_forms_are_those_of_unicode(text: str) -> None:
    known = "".join(character for character in text if character not in NOT_YET)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normal_form(known, form) == unicodedata.normalize(form, known)


@given(texts, texts, st.sampled_from(["\u0378", "\U0001fae8", "\u1acf", "\U00011f41", "\U0010ffff"]))
def test_characters_that_are_newer_stay_and_part_the_text(one: str, other: str, newer: str) -> None:
    assert newer in NOT_YET
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normal_form(one + newer + other, form) == normal_form(one, form) + newer + normal_form(other, form)


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("form", ["nfc", "nfkc"])
@given(text=texts)
@example(text="I\u0327\u0307 \u0130\u0327 i\u0307\u0307 J\u030c \u01f0 \u1e9b\u0323 \ufb03")
def test_spelling_is_stable_and_blind_to_normal_forms(text: str, form: str, lowercase: bool) -> None:
    spelt = speller(form, lowercase=lowercase)  # type: ignore[arg-type]
    once = spelt(text)
    assert spelt(once) == once
    composed, decomposed = forms_of(form)  # type: ignore[arg-type]
    assert normal_form(once, composed) == once
    for other in ("NFC", "NFD", composed, decomposed):
        assert spelt(normal_form(text, other)) == once  # type: ignore[arg-type]
    if lowercase:
        assert lower(once) == once
        assert spelt("".join(one.lower() if one.isascii() else one for one in text)) == once
        assert spelt(lower(normal_form(text, decomposed))) == once
    else:
        assert once == normal_form(text, composed)


@given(texts)
def test_without_normal_form_and_without_dots_nothing_else_changes(text: str) -> None:
    assert speller("none", lowercase=False)(text) == text
    assert speller("none", lowercase=True)(text) == lower(text)
    if "\u0307" not in text:
        assert speller("nfc", lowercase=True)(text) == normal_form(lower(normal_form(text, "NFC")), "NFC")


@pytest.mark.parametrize("long", [2, 4])
@given(text=texts)
def test_long_runs_of_marks_are_ordered_alike(text: str, long: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        expected = {form: normal_form(text, form) for form in ("NFC", "NFD", "NFKC", "NFKD")}
        patch.setattr(module, "_LONG", long)
        assert {form: normal_form(text, form) for form in ("NFC", "NFD", "NFKC", "NFKD")} == expected  # type: ignore[arg-type]


def test_hostile_texts_take_linear_time() -> None:
    """``unicodedata`` alone takes minutes for this."""
    started = time.process_time()
    normal_form("a" + "\u0301\u0316\u0f73\uff9e" * 30_000, "NFKC")
    speller("nfc", lowercase=True)("i" + "\u0301\u0316\u0307" * 30_000)
    assert time.process_time() - started < 20


@pytest.mark.parametrize(("form", "lowercase"), [("nfc", True), ("nfkc", False)])
def test_the_tables_know_every_character(form: str, lowercase: bool) -> None:
    tables = normal_tables(form, lowercase=lowercase)  # type: ignore[arg-type]
    composed, decomposed = forms_of(form)  # type: ignore[arg-type]
    codes = np.arange(0x110000)
    properties, rows = (
        pages.numbers[pages.of_page[codes // PAGE] * PAGE + codes % PAGE]
        for pages in (tables.properties, tables.spellings)
    )
    for code, character in zip(map(ord, ALL), ALL, strict=True):
        if character in NOT_YET:
            assert properties[code] == rows[code] == 0
            continue
        assert properties[code] & CLASS == unicodedata.combining(character)
        settled = unicodedata.is_normalized(composed, character)
        assert settled or properties[code] & UNSETTLED
        if not 0xAC00 <= code < 0xD7A4:
            spelling = normal_form(character, decomposed)
            spelling = normal_form(lower(spelling), decomposed) if lowercase else spelling
            start, length = tables.starts[rows[code]], tables.lengths[rows[code]]
            found = "".join(map(chr, tables.characters[start : start + length])) if rows[code] else character
            assert found == spelling, hex(code)
        if lowercase and not properties[code]:  # such texts are only lowercased
            assert not properties[ord(lower(character))] & UNSETTLED


def test_the_classes_of_characters_are_those_of_unicode() -> None:
    """For the characters that Python knows; line breaking is checked by the names of scripts."""
    of = {
        name: {code for first, last in ranges for code in range(first, last + 1)}
        for name, ranges in (
            ("separator", SEPARATORS),
            ("symbol", SYMBOLS),
            ("unspaced", UNSPACED),
            ("mark", MARKS),
            ("reordered", REORDERED),
        )
    }
    assert not of["separator"] & of["symbol"] and not of["unspaced"] & (of["separator"] | of["symbol"] | of["mark"])
    unspaced = ("THAI ", "LAO ", "MYANMAR ", "KHMER ", "TAI ", "NEW TAI ", "BALINESE ", "JAVANESE ", "BATAK ")
    for character in ALL:
        code, category = ord(character), unicodedata.category(character)
        if category == "Cn" or code == 0xFFFD:
            continue
        name = unicodedata.name(character, "")
        if category in ("Zs", "Zl", "Zp", "Cc", "Cf"):
            assert code in of["separator"]
        elif (
            category[0] in "PS"
            or category in ("No", "Co")
            or (category == "Lo" and name.startswith(("CJK ", "TANGUT ", "NUSHU ")))
        ):
            assert code in of["symbol"] or category[0] == "M", hex(code)
        elif name.startswith(unspaced) and category[0] == "L" and not name.startswith(("TAI XUAN", "LAO LETTER KHMU")):
            assert code in of["unspaced"] or "LETTER" not in name or category == "Lm", name
        if category[0] == "M" and code not in of["separator"]:
            assert code in of["mark"]
        if character not in NOT_YET:
            marks = unicodedata.normalize("NFKD", character)
            assert (code in of["reordered"]) == all(map(unicodedata.combining, marks))


@pytest.mark.parametrize("kind", ["subword", "word", "char", "byte"])
def test_normal_form_is_an_option_of_every_kind(kind: str) -> None:
    composed, decomposed = "café élève ﬁlm", unicodedata.normalize("NFD", "café élève ﬁlm")
    ids = {
        form: [
            learn_tokenizer([composed] * 3, type=kind, normalize=form).encode(text) for text in (composed, decomposed)
        ]
        for form in ("nfc", "nfkc", "none")
    }
    assert ids["nfc"][0] == ids["nfc"][1]
    assert ids["nfkc"][0] == ids["nfkc"][1]
    assert ids["none"][0] != ids["none"][1]
    plain = learn_tokenizer([composed] * 3, type=kind, normalize="nfkc").encode("café élève film")
    assert plain == ids["nfkc"][0]
    assert learn_tokenizer([composed] * 3, type=kind).encode(decomposed) == ids["nfc"][0], "nfc is the default"
