"""Open a file of vectors, unpacked; the first bytes decide how."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from seqclf.errors import InputError

_START = 4 * 2**20
"""Bytes that tell a file's form: more than a line of the largest dimension has."""

_BUFFER = 2**20


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The unpacked bytes, from a stream. Raises ``InputError`` if the file cannot be opened or, within the block, read
    further."""
    try:
        with ExitStack() as stack:
            yield _unpacked(path, stack)
    except InputError:
        raise
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: cannot be unpacked; it is damaged or incomplete ({error})") from error
    except (RuntimeError, NotImplementedError) as error:  # of zipfile: a password, an unknown method
        raise InputError(f"{path}: cannot be unpacked ({error}); unpack it and name the unpacked file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def start_of(path: Path) -> bytes:
    """The first bytes of the unpacked content. Raises ``InputError``."""
    with opened(path) as file:
        return file.read(_START)


def _unpacked(path: Path, stack: ExitStack) -> io.BufferedReader:
    _refuse_what_is_no_file(path)
    file: io.BufferedReader = io.BufferedReader(stack.enter_context(path.open("rb", buffering=0)), _BUFFER)
    start = file.peek(10)
    unpacked: Any
    if start.startswith(b"\x1f\x8b"):
        unpacked = gzip.GzipFile(fileobj=file)
    elif re.match(rb"BZh[1-9]1AY&SY", start):
        unpacked = bz2.BZ2File(file)
    elif start.startswith((b"\xfd7zXZ\0", b"]\0\0")):
        unpacked = lzma.LZMAFile(file)  # noqa: SIM115 - the stack closes it
    elif start.startswith((b"PK\3\4", b"PK\5\6")):
        unpacked = _only_member(path, stack.enter_context(zipfile.ZipFile(file)))
    elif start.startswith(b"\x28\xb5\x2f\xfd"):
        import pyarrow

        unpacked = pyarrow.CompressedInputStream(file, "zstd")
    else:
        return file
    return io.BufferedReader(stack.enter_context(unpacked), _BUFFER)


def _refuse_what_is_no_file(path: Path) -> None:
    if re.search(r"(^|/)(https?|ftp|s3|gs):/", str(path)):
        raise InputError(f"{path}: is a URL; download the file and name it here")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name the file of vectors in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: is a pipe or device, but vectors are read more than once; save them to a file")


def _only_member(path: Path, archive: zipfile.ZipFile) -> IO[bytes]:
    """The single file in the archive, besides what macOS adds."""
    members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    names = [one.filename for one in members]
    if any(name.endswith(".npy") for name in names):
        raise InputError(f"{path}: is a NumPy archive (.npz), which has arrays but no words; {EXPECTED}")
    if any(name.endswith("data.pkl") for name in names):
        raise InputError(
            f"{path}: is a file of PyTorch, which seqclf does not open because it can run code; {EXPECTED}"
        )
    if len(members) != 1:
        listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        raise InputError(
            f"{path}: is a zip archive of {len(members)} files ({listed}); unpack it and name one of them"
            if members
            else f"{path}: is a zip archive without files"
        )
    return archive.open(members[0])


EXPECTED = "expected a word and its numbers per line, or the binary form of word2vec"
