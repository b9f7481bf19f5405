"""The first version of the definition of a word, which tokenizers of earlier versions keep (``word_rules`` has the
newest); lowercasing; white space.

A *chunk* is the text between white space; a *word* is a match of the pattern below in a chunk:

- a run of word characters, including apostrophes inside it (``don't``);
- one symbol (punctuation, mathematical signs, emoji), one ideograph, or one letter of a script that is written
  without spaces between words (Thai, Lao, Khmer, Myanmar);
- a run of U+FFFD, the replacement for bytes that are not UTF-8 (decoders disagree on how many of them replace a broken
  sequence; a run is one word, so the number does not matter).

All other characters (white space, control and zero-width characters, variation selectors) separate words and are
dropped.

The character classes are explicit ranges of code points because Python's ``re``, RE2 (TensorFlow) and Oniguruma
(Hugging Face ``tokenizers``) have different versions of the Unicode database: ``\\w`` and ``\\p{L}`` would differ.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

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

# The white space of ``str.split``.
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
    # Superscripts to arrows and dingbats, except the signs for ohm, kelvin and angstrom, which lowercase to letters.
    (0x2070, 0x2125),
    (0x2127, 0x2129),
    (0x212C, 0x2BFF),
    (0x2E00, 0x2FFF),
    (0x3001, 0x303F),
    (0x3400, 0x4DBF),  # CJK ideographs, from here on unless noted
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


def character_class(ranges: Iterable[tuple[int, int]]) -> str:
    """Body of a bracket expression. Code points up to ``\\x7f`` are escaped, which all three engines accept."""

    def point(code: int) -> str:
        return f"\\x{code:02x}" if code < 0x80 else chr(code)

    return "".join(point(a) if a == b else f"{point(a)}-{point(b)}" for a, b in ranges)


WHITE_SPACE = f"[{character_class(_WHITE_SPACE_RANGES)}]"
LINE_END = r"\r\n?|\n"
"""The end of a line as Unix, Windows and old Macintosh write it: a pattern that all engines read alike."""
SEPARATOR = f"[{character_class(_SEPARATOR_RANGES)}]"
_SYMBOL = f"[{character_class(_SYMBOL_RANGES)}]"
_WORD = f"[^{character_class(_SEPARATOR_RANGES)}{character_class(_SYMBOL_RANGES)}\ufffd]"

WORD_PATTERN = f"{_WORD}+(?:'{_WORD}+)*|{_SYMBOL}|\ufffd+"

_is_word_character = re.compile(_WORD).fullmatch
_find_words = re.compile(WORD_PATTERN).findall
_surrogates = re.compile("[\ud800-\udfff]")
_replace_line_ends = re.compile(LINE_END).sub


def words(chunk: str, lowercase: bool) -> list[str]:
    """The words of a chunk (or any text), optionally lowercased."""
    if lowercase and chunk.isascii():  # lowercasing ASCII does not move word boundaries
        chunk, lowercase = chunk.lower(), False
    found: list[str] = _find_words(chunk)
    return [lower(word) for word in found] if lowercase else found


def is_word_character(character: str) -> bool:
    """Whether the character is a word character; an apostrophe is not, although it may occur inside a word."""
    return _is_word_character(character) is not None


def lower(text: str) -> str:
    """Lowercase the text one code point at a time, independent of context; accents are kept.

    Full lowercasing maps U+0130 to two code points and capital sigma to one of two, depending on its position in the
    word. Here each has a single lowercase form, so that a table of code points gives the same result.
    """
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").lower().replace("\u03c2", "\u03c3")


@functools.cache
def lower_table() -> Mapping[int, int]:
    """Every code point that ``lower`` changes, with its lowercase code point."""
    table: dict[int, int] = {}
    for start in range(0, 0x110000, 0x100):  # block by block, as few blocks have letters with a case
        block = "".join(map(chr, range(start, start + 0x100)))
        if (lowered := lower(block)) != block:
            pairs = zip(block, lowered, strict=True)
            table |= {ord(character): ord(small) for character, small in pairs if small != character}
    return table


def with_line_ends(text: str, line_end: str) -> str:
    """The text with each ``LINE_END`` replaced by ``line_end``."""
    return _replace_line_ends(line_end, text)


def valid_text(text: str) -> str:
    """The text with each lone surrogate, which UTF-8 cannot encode, replaced by three U+FFFD.

    This matches how decoders read the three bytes that ``surrogatepass`` writes for a lone surrogate.
    """
    if text.isascii():
        return text
    return _surrogates.sub("\ufffd\ufffd\ufffd", text)
