"""How a text is cut into words: the one definition that bulk encoding, the exported graph and training share.

A *chunk* is what stands between white space, a *word* is what the pattern below finds in a chunk:

- a run of word characters, apostrophes inside it included (``don't``);
- one symbol (punctuation, mathematical signs, emoji), one ideograph, or one letter of a script that is written
  without spaces between words (Thai, Lao, Khmer, Myanmar);
- a run of U+FFFD, the stand-in for bytes that are not UTF-8 (decoders disagree on how many of them a broken sequence
  deserves; a run is one word, so the number does not matter).

Everything else (white space, control and zero-width characters, variation selectors) separates words and is dropped.

The classes are spelled out as ranges of code points because Python's ``re``, RE2 (TensorFlow) and Oniguruma (Hugging
Face ``tokenizers``) carry different versions of the Unicode database: ``\\w`` or ``\\p{L}`` would mean three things.
"""

from __future__ import annotations

import re

_SEPARATOR_RANGES = (
    (0x00, 0x20),
    (0x7F, 0xA0),
    (0xAD, 0xAD),  # soft hyphen
    (0x1680, 0x1680),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x3000, 0x3000),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE0FFF),  # tags and more variation selectors
)

# What ``str.split`` splits at.
_WHITE_SPACE_RANGES = (
    (0x09, 0x0D),
    (0x1C, 0x20),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
)

_SYMBOL_RANGES = (
    (0x21, 0x2F),
    (0x3A, 0x40),
    (0x5B, 0x60),
    (0x7B, 0x7E),
    (0xA1, 0xA9),
    (0xAB, 0xAC),
    (0xAE, 0xB4),
    (0xB6, 0xB9),
    (0xBB, 0xBF),
    (0xD7, 0xD7),
    (0xF7, 0xF7),
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    # Superscripts to arrows and dingbats, less the signs for ohm, kelvin and angstrom: those lower-case to letters.
    (0x2070, 0x2125),
    (0x2127, 0x2129),
    (0x212C, 0x2BFF),
    (0x2E00, 0x2FFF),
    (0x3001, 0x303F),
    (0x3400, 0x4DBF),  # CJK ideographs, from here on where no other comment stands
    (0x4E00, 0x9FFF),
    (0xE000, 0xF8FF),  # private use
    (0xF900, 0xFAFF),
    (0xFE10, 0xFE1F),
    (0xFE30, 0xFE6F),
    (0xFF01, 0xFF0F),
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65),
    (0x1F000, 0x1FAFF),  # emoji and pictographs
    (0x20000, 0x3FFFF),
    (0xF0000, 0x10FFFF),  # private use
)


def _character_class(ranges: tuple[tuple[int, int], ...]) -> str:
    """Body of a bracket expression. ``\\x7f`` and below escaped, the rest literal: all three engines read that."""

    def point(code: int) -> str:
        return f"\\x{code:02x}" if code < 0x80 else chr(code)

    return "".join(point(a) if a == b else f"{point(a)}-{point(b)}" for a, b in ranges)


WHITE_SPACE = f"[{_character_class(_WHITE_SPACE_RANGES)}]"
SEPARATOR = f"[{_character_class(_SEPARATOR_RANGES)}]"
_SYMBOL = f"[{_character_class(_SYMBOL_RANGES)}]"
_WORD = f"[^{_character_class(_SEPARATOR_RANGES)}{_character_class(_SYMBOL_RANGES)}\ufffd]"

WORD_PATTERN = f"{_WORD}+(?:'{_WORD}+)*|{_SYMBOL}|\ufffd+"

_is_word_character = re.compile(_WORD).fullmatch
_find_words = re.compile(WORD_PATTERN).findall
_surrogates = re.compile("[\ud800-\udfff]")


def words(chunk: str, lowercase: bool) -> list[str]:
    """The words of a chunk (any text will do), lower-cased if asked for."""
    if lowercase and chunk.isascii():  # whose small letters stand in words where its capitals do
        chunk, lowercase = chunk.lower(), False
    found: list[str] = _find_words(chunk)
    return [lower(word) for word in found] if lowercase else found


def is_word_character(character: str) -> bool:
    """Whether runs of such characters are words; an apostrophe, which may stand inside a word, is none."""
    return _is_word_character(character) is not None


def lower(text: str) -> str:
    """Lower-case, accents kept, one code point for one code point and without looking at neighbours.

    Full lower-casing turns U+0130 into two code points and a capital sigma into one of two, by its place in the word;
    here both letters have one lower form, so that a table of code points says the same.
    """
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").lower().replace("\u03c2", "\u03c3")


def lower_table() -> dict[int, int]:
    """Every code point that ``lower`` changes, with what it becomes."""
    pairs = ((code, lower(chr(code))) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    return {code: ord(small) for code, small in pairs if small != chr(code)}


def valid_text(text: str) -> str:
    """The text with lone surrogates, for which no UTF-8 exists, replaced by three times U+FFFD each.

    So the three bytes are read that ``surrogatepass`` writes for one.
    """
    if text.isascii():
        return text
    return _surrogates.sub("\ufffd\ufffd\ufffd", text)
