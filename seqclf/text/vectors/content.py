"""Open a file of vectors, unpacked; the first bytes decide how."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

from seqclf.errors import InputError
from seqclf.tables.names import no_such_file
from seqclf.tables.packed import unpacked

_START = 4 * 2**20
"""Bytes that tell a file's form: more than a line of the largest dimension has."""

_WITHOUT = (
    "; name a file of word vectors with --set embedding.vectors=FILE (docs/accuracy.md says where to get one), or "
    "train without one: --set embedding.vectors=null"
)
_BUFFER = 2**20
_PACKED = {
    re.compile(rb"\x1f\x8b"): ".gz",
    re.compile(rb"BZh[1-9]1AY&SY"): ".bz2",
    re.compile(rb"\xfd7zXZ\x00|\]\x00\x00"): ".xz",
    re.compile(rb"\x28\xb5\x2f\xfd"): ".zst",
    re.compile(rb"PK(?:\x03\x04|\x05\x06)"): ".zip",
}


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The unpacked bytes, from a stream. Raises ``InputError`` if the file cannot be opened or, within the block, read
    further."""
    try:
        with ExitStack() as stack:
            yield _unpacked(path, stack)
    except InputError:
        raise
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: cannot be unpacked; it is damaged or incomplete ({error})") from error
    except NotImplementedError as error:  # an unusual method of a zip archive
        raise InputError(f"{path}: cannot be unpacked ({error}); unpack it and name the unpacked file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:
        if type(error).__name__ not in ("LZMAError", "ZstdError"):  # their modules are loaded only where needed
            raise
        raise InputError(f"{path}: cannot be unpacked; it is damaged or incomplete ({error})") from error


def start_of(path: Path) -> bytes:
    """The first bytes of the unpacked content. Raises ``InputError``."""
    with opened(path) as file:
        return file.read(_START)


def _unpacked(path: Path, stack: ExitStack) -> io.BufferedReader:
    _refuse_what_is_no_file(path)
    file: io.BufferedReader = io.BufferedReader(stack.enter_context(path.open("rb", buffering=0)), _BUFFER)
    start = file.peek(10)
    packing = next((packing for mark, packing in _PACKED.items() if mark.match(start)), None)
    if packing == ".zip":
        _refuse_archives_of_arrays(path)
    if packing is None:
        return file
    return io.BufferedReader(cast(io.RawIOBase, stack.enter_context(unpacked(file, path, packing))), _BUFFER)


def _refuse_what_is_no_file(path: Path) -> None:
    if not path.exists():
        raise no_such_file(path, _WITHOUT)
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name the file of vectors in it")
    if not path.is_file():
        raise InputError(f"{path}: is a pipe or device, but vectors are read more than once; save them to a file")


def _refuse_archives_of_arrays(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if any(name.endswith(".npy") for name in names):
        raise InputError(f"{path}: is a NumPy archive (.npz), which has arrays but no words; {EXPECTED}")
    if any(name.endswith("data.pkl") for name in names):
        raise InputError(
            f"{path}: is a file of PyTorch, which seqclf does not open because it can run code; {EXPECTED}"
        )


EXPECTED = "expected a word and its numbers per line, or the binary form of word2vec"
