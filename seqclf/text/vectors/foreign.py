"""Files that are no word vectors, or are in a form that seqclf does not read: each is refused by its right name."""

from __future__ import annotations

import re
import shlex
import struct
from pathlib import Path

from seqclf.errors import InputError
from seqclf.text.vectors.content import EXPECTED

_FASTTEXT = struct.pack("<i", 793712314)
_PICKLES = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))

_BY_START: tuple[tuple[tuple[bytes, ...], str], ...] = (
    (
        (_FASTTEXT,),
        "is a model of fastText (.bin), which is no list of vectors. Write the vectors of your words, one word per "
        "line in words.txt: fasttext print-word-vectors {path} < words.txt > vectors.vec; or take the .vec file that "
        "is published next to it",
    ),
    (
        _PICKLES,
        "is a Python pickle (such as gensim's .kv and .model), which seqclf does not open because it can run code; if "
        'you trust it, write its vectors as text: python -c "from gensim.utils import SaveLoad; '
        "m = SaveLoad.load('{path}'); getattr(m, 'wv', m).save_word2vec_format('vectors.vec')\"",
    ),
    ((b"\x93NUMPY",), "is a NumPy array (.npy), which has no words; " + EXPECTED),
    ((b"\x89HDF",), "is an HDF5 file; " + EXPECTED),
    ((b"PAR1",), "is a parquet file; " + EXPECTED),
    ((b"ARROW1",), "is an Arrow file; " + EXPECTED),
    ((b"SQLite format 3\0",), "is an SQLite database (Magnitude's vectors are such files); " + EXPECTED),
    ((b"%PDF",), "is a PDF; " + EXPECTED),
    ((b"7z\xbc\xaf\x27\x1c",), "is a 7z archive; unpack it (7z x {path}) and name the file of vectors in it"),
    ((b"Rar!",), "is a RAR archive; unpack it (unrar x {path}) and name the file of vectors in it"),
    ((b"\x04\x22\x4d\x18",), "is packed by lz4; unpack it: lz4 -d {path} vectors.txt"),
    ((b"PK\3\4", b"\x1f\x8b\x08"), "is packed twice; unpack it once"),
    (
        (b"\xff\xfe", b"\xfe\xff"),
        "is UTF-16 text, expected UTF-8; convert it: iconv -f UTF-16 -t UTF-8 {path} > vectors.txt",
    ),
    ((b"version https://git-lfs",), "is a Git LFS pointer instead of the file; fetch the file: git lfs pull"),
)

_BY_TEXT: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\s*<(!doctype|html|head|body|\?xml)\b", re.IGNORECASE),
     "is a web page or XML; a download may have returned an error page. Download it again; " + EXPECTED),
    (re.compile(rb'\s*(\{\s*"|\[\s*[\[{"])'), "is JSON; " + EXPECTED),
)  # fmt: skip


def refuse_foreign(path: Path, start: bytes) -> None:
    """Raise ``InputError`` if the first bytes are those of another form; it says what to do."""
    if not start.strip(b"\0"):
        found = "has only zeros; the download may be incomplete" if start else "is empty"
        raise InputError(f"{path}: {found}; {EXPECTED}")
    for magics, what in _BY_START:
        if start.startswith(magics):
            raise InputError(f"{path}: {what.replace('{path}', shlex.quote(str(path)))}")
    if start[257:262] == b"ustar":
        raise InputError(
            f"{path}: is a tar archive; unpack it (tar xf {shlex.quote(str(path))}) and name the file of vectors in it"
        )
    for pattern, what in _BY_TEXT:
        if pattern.match(start.removeprefix(b"\xef\xbb\xbf")):
            raise InputError(f"{path}: {what}")
