"""Encodings of text files: codec names, and detection for files that are not UTF-8."""

from __future__ import annotations

import codecs
import shlex
import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from seqclf.errors import InputError

UTF8 = "utf-8"
_BOMS = (  # UTF-32 first: its little-endian BOM starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 18
_MOST_READ = 1 << 26
_FEW = 0.3
"""Above this fraction of non-ASCII letters, a text is not in Latin script."""

_USUAL = 0.35
"""Typical fraction of a text's letters that are among the six most frequent letters of its script. It is smaller for
bytes of another script that happen to decode."""
_ENOUGH = 0.09
_NO_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
"""Codecs for names and literals, not for files."""
_OF_ICONV = {
    "latin-1": "iso-8859-1",
    "iso8859-1": "iso-8859-1",
    "euc_jp": "euc-jp",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}
"""Names of Python's codecs that iconv lacks."""


@dataclass(frozen=True)
class _Candidate:
    """A codec, and the prefixes of the Unicode names of the characters that its texts consist of.

    Attributes:
        common: the six most frequent letters of the script, if bytes of other scripts also decode with the codec.
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
    """Python's name for the codec, ``utf-8`` for UTF-8 with or without BOM; None if it is not a text encoding."""
    try:
        info = codecs.lookup(name)
        if not info._is_text_encoding or info.name in _NO_FILES:
            return None
    except (LookupError, ValueError):
        return None
    return UTF8 if info.name in ("utf-8", "utf-8-sig") else info.name


def decoder_of(name: str) -> str:
    """The codec to read a file with: for UTF-8, one that skips a BOM, as the codecs of UTF-16 and UTF-32 always do."""
    return "utf-8-sig" if canonical(name) == UTF8 else name


def guessed(content: bytes) -> str | None:
    """Guess the encoding of bytes that are not UTF-8, by content; None if no encoding fits.

    A small fraction of non-ASCII letters indicates a Western European text. Otherwise the codec wins whose script
    contains most of the decoded letters.
    """
    high = sum(byte >= 0x80 for byte in content)
    letters = high + sum(byte < 0x80 and chr(byte).isalpha() for byte in content)
    if not high:
        return None
    if high < _FEW * letters:
        return next((codec for codec in _LATIN if _decoded(content, codec) is not None), None)
    for candidates in (_JAPANESE, _OTHERS):  # half of a Japanese text is kana; other encodings contain none
        scored = [(_share(text, one), one.codec) for one in candidates if (text := _decoded(content, one.codec))]
        share, codec = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
        if share >= _ENOUGH:
            return codec
    return None


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def encoding_of(*paths: Path, opened: Callable[[Path], AbstractContextManager[BinaryIO]] = _opened) -> str | None:
    """The encoding of files: ``utf-8`` if they are valid UTF-8, else a guess or None. Raises ``OSError``.

    Also None if most lines are UTF-8 and some are broken. Reads at most the first 64 MB.

    Args:
        opened: opens a file for reading bytes.
    """
    non_ascii, read, good, bad = bytearray(), 0, 0, 0
    for path in paths:
        with opened(path) as file:
            for number, line in enumerate(file):
                if number == 0 and (wide := _wide(line)):
                    return wide
                read += len(line)
                if not line.isascii() and len(non_ascii) < _SAMPLE:
                    non_ascii += line
                    is_utf8 = _decoded(line, UTF8, complete=True) is not None
                    good, bad = good + is_utf8, bad + (not is_utf8)
                if read > _MOST_READ:
                    break
    if bad == 0:
        return UTF8
    return None if good > bad else guessed(bytes(non_ascii))


def is_utf8(path: Path, *, opened: Callable[[Path], AbstractContextManager[BinaryIO]] = _opened) -> bool | None:
    """Whether a file is UTF-8: it has its BOM, or all of it decodes and some of it is not ASCII.

    None if all of it is ASCII, and for what is no regular file, which may not be read twice. Stops at the first byte
    that does not decode. Raises ``OSError``.
    """
    if not path.is_file():
        return None
    decoder, ascii_only = codecs.getincrementaldecoder(UTF8)("strict"), True
    with opened(path) as file:
        chunk = file.read(_SAMPLE)
        if chunk.startswith(codecs.BOM_UTF8):
            return True
        if _wide(chunk):
            return False
        try:
            while chunk:
                ascii_only = ascii_only and chunk.isascii()
                if not ascii_only:
                    decoder.decode(chunk)
                chunk = file.read(_SAMPLE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return None if ascii_only else True


def own_encoding(usual: str, *paths: Path, opened: Callable[[Path], AbstractContextManager[BinaryIO]] = _opened) -> str:
    """UTF-8 for files that can only be that, else their usual encoding, also if a file is in another one.

    ASCII is UTF-8 where UTF-16 or UTF-32 is usual. Raises ``OSError``.
    """
    name, found = canonical(usual) or usual, set[bool | None]()
    for path in () if name == UTF8 else paths:
        found.add(is_utf8(path, opened=opened) if path.is_file() else False)
        if False in found:
            return usual
    return UTF8 if True in found or (found and name.startswith(("utf-16", "utf-32"))) else usual


def conversion(encoding: str, path: Path | str = "FILE", *, to: str = UTF8) -> str:
    """The command that converts a file to another encoding."""
    names = [_OF_ICONV.get(name, name) for name in (encoding, to)]
    return f"iconv -f {names[0]} -t {names[1]} {shlex.quote(str(path))} > NEW"


def decoded(content: bytes, name: str) -> str:
    """The text of a complete file, without its BOM. Raises ``UnicodeError``, also for UTF-16 and UTF-32 without a BOM:
    ``bytes.decode`` would assume the machine's byte order."""
    return codecs.getincrementaldecoder(decoder_of(name))("strict").decode(content, final=True).removeprefix("\ufeff")


def suggestion(
    path: Path,
    option: str,
    tried: str = UTF8,
    *,
    beside: Path | None = None,
    opened: Callable[[Path], AbstractContextManager[BinaryIO]] = _opened,
) -> str:
    """Advice for a file that is not valid text in the encoding ``tried``.

    Args:
        option: how the user sets the encoding, ``data.encoding: `` or a command-line option.
        beside: a file in UTF-8 that the option is for, too.
        opened: as in ``encoding_of``.
    """
    try:
        found = encoding_of(path, opened=opened)
    except (InputError, OSError):  # reading the file reports it
        found = None
    if found is None or canonical(found) == canonical(tried):
        return f"save it as UTF-8, or set its encoding ({option}cp1252, or another of Python's codecs)"
    if canonical(tried) == UTF8 and beside is not None:
        with _opened(path) as raw, opened(path) as file:
            how = conversion(found, path if raw.read(8) == file.read(8) else "FILE")  # not of a packed file
        return f"it decodes as {found}, but {beside} is UTF-8: convert this file, and put NEW in its place ({how})"
    return f"it decodes as {found}: {'set' if option.endswith(': ') else 'add'} {option}{found}"


def _decoded(content: bytes, codec: str, *, complete: bool = False) -> str | None:
    """Decode, or return None. Unless ``complete``, an incomplete character at the end of the sample is ignored."""
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(content, final=complete)
    except UnicodeError:
        return None


def _share(text: str, candidate: _Candidate) -> float:
    """Score of the candidate: the fraction of non-ASCII characters in its script, weighted by its common letters."""
    others = [character for character in text if not character.isascii()]
    hits = [character for character in others if unicodedata.name(character, "").startswith(candidate.scripts)]
    share = len(hits) / max(1, len(others))
    if not candidate.common:
        return share * _USUAL
    return share * sum(character in candidate.common for character in hits) / max(1, len(hits))


def _wide(content: bytes) -> str | None:
    """Detect UTF-16 and UTF-32 by BOM; without one, UTF-16 of mostly ASCII characters: every other byte is 0."""
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
