"""How files of text are encoded: the names of codecs, and a guess at the one of a file that is not UTF-8."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from pathlib import Path

UTF8 = "utf-8"
_BOMS = (  # those of UTF-32 first: its little-endian one begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 18
_MOST_READ = 1 << 26
_FEW = 0.3
"""Most letters of a text in Latin script are ASCII's; of a text in another script next to none."""

_USUAL = 0.35
"""About this share of a text's letters are among the six that are most frequent in its script; of bytes of another
script that decode, fewer are."""
_ENOUGH = 0.09
_NO_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
"""Codecs of names and of literals."""


@dataclass(frozen=True)
class _Candidate:
    """A codec, and how the names of characters begin that texts in it are made of.

    Attributes:
        common: the six letters that are most frequent in a script that other scripts' bytes decode to as well.
    """

    codec: str
    scripts: tuple[str, ...]
    common: str = ""


_LATIN = ("cp1252", "latin-1")
_JAPANESE = (_Candidate("cp932", ("HIRAGANA", "KATAKANA")), _Candidate("euc_jp", ("HIRAGANA", "KATAKANA")))
_OTHERS = (
    _Candidate("cp949", ("HANGUL",)),
    _Candidate("gb18030", ("CJK",)),
    _Candidate("big5", ("CJK",)),
    _Candidate("cp1251", ("CYRILLIC SMALL",), "оеаинт"),
    _Candidate("koi8-r", ("CYRILLIC SMALL",), "оеаинт"),
    _Candidate("cp1253", ("GREEK SMALL",), "αοιετσ"),
    _Candidate("cp1255", ("HEBREW LETTER",), "יוהלאמ"),
    _Candidate("cp1256", ("ARABIC LETTER",), "اليمنو"),
    _Candidate("cp874", ("THAI",), "านรกเอ"),
)


def canonical(name: str) -> str | None:
    """Python's name for the codec, ``utf-8`` for UTF-8 with or without BOM; None where no text is decoded by it."""
    try:
        info = codecs.lookup(name)
        if not info._is_text_encoding or info.name in _NO_FILES:
            return None
    except (LookupError, ValueError):
        return None
    return UTF8 if info.name in ("utf-8", "utf-8-sig") else info.name


def decoder_of(name: str) -> str:
    """The codec to read a file with: that of UTF-8 skips a BOM, as those of UTF-16 and UTF-32 do by themselves."""
    return "utf-8-sig" if canonical(name) == UTF8 else name


def guessed(content: bytes) -> str | None:
    """The encoding of bytes that are no UTF-8, by their BOM or by what they read like; None where nothing fits.

    Western European texts are told from those in other scripts by how few of their letters are not ASCII; the codec of
    another script is the one by which most letters are that script's.
    """
    if wide := _wide(content):
        return wide
    high = sum(byte >= 0x80 for byte in content)
    letters = high + sum(byte < 0x80 and chr(byte).isalpha() for byte in content)
    if not high:
        return None
    if high < _FEW * letters:
        return next((codec for codec in _LATIN if _decoded(content, codec) is not None), None)
    for candidates in (_JAPANESE, _OTHERS):  # half of a Japanese text is kana, and others' bytes are none
        scored = [(_share(text, one), one.codec) for one in candidates if (text := _decoded(content, one.codec))]
        share, codec = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
        if share >= _ENOUGH:
            return codec
    return None


def encoding_of(*paths: Path) -> str | None:
    """The encoding of files: ``utf-8`` where they are that, else a guess, or None. Raises ``OSError``.

    None, too, where most lines are UTF-8 and some are broken. The first 64 MB are looked at.
    """
    odd, read, good, bad = bytearray(), 0, 0, 0
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file):
                if number == 0 and (wide := _wide(line)):
                    return wide
                read += len(line)
                if not line.isascii() and len(odd) < _SAMPLE:
                    odd += line
                    is_utf8 = _decoded(line, UTF8, whole=True) is not None
                    good, bad = good + is_utf8, bad + (not is_utf8)
                if read > _MOST_READ:
                    break
    if bad == 0:
        return UTF8
    return None if good > bad else guessed(bytes(odd))


def decoded(content: bytes, name: str) -> str:
    """The text of a whole file, without its BOM. Raises ``UnicodeError``, also for UTF-16 and UTF-32 without the BOM
    that says their byte order, for which ``bytes.decode`` takes the machine's."""
    return codecs.getincrementaldecoder(decoder_of(name))("strict").decode(content, final=True).removeprefix("\ufeff")


def suggestion(path: Path, option: str, tried: str = UTF8) -> str:
    """What to do about a file that is not text in the encoding ``tried``. ``option`` is what the encoding is written
    after: ``data.encoding: ``, or an option of a command."""
    try:
        found = encoding_of(path)
    except OSError:
        found = None
    if found is None or canonical(found) == canonical(tried):
        return f"save it as UTF-8, or name its encoding ({option}cp1252, or another codec of Python's)"
    return f"it decodes as {found}: {'set' if option.endswith(': ') else 'add'} {option}{found}"


def _decoded(content: bytes, codec: str, *, whole: bool = False) -> str | None:
    """Unless ``whole``, a character that the end of a sample has cut through does not count."""
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(content, final=whole)
    except UnicodeError:
        return None


def _share(text: str, candidate: _Candidate) -> float:
    """Of the characters that are not ASCII, how many are such as the candidate's texts are made of."""
    others = [character for character in text if not character.isascii()]
    hits = [character for character in others if unicodedata.name(character, "").startswith(candidate.scripts)]
    share = len(hits) / max(1, len(others))
    if not candidate.common:
        return share * _USUAL
    return share * sum(character in candidate.common for character in hits) / max(1, len(hits))


def _wide(content: bytes) -> str | None:
    """UTF-16 and UTF-32 by their BOM; without one, UTF-16 of mostly ASCII characters: every other byte is 0."""
    for bom, name in _BOMS:
        if content.startswith(bom):
            return name
    sample = content[:1000]
    even, odd = sample[::2], sample[1::2]
    if len(odd) >= 4 and odd.count(0) > 0.7 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    if len(odd) >= 4 and even.count(0) > 0.7 * len(even) and odd.count(0) == 0:
        return "utf-16-be"
    return None
