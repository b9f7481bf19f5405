"""Files packed with gzip, bzip2, xz, zstd or zip, unpacked while they are read."""

from __future__ import annotations

import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from seqclf.errors import InputError
from seqclf.files import replacing
from seqclf.tables.content import START, foreign, office_document, packing_by
from seqclf.tables.row import ReadingStopped

PACKINGS = (".gz", ".bz2", ".xz", ".zst", ".zip")
"""Extensions of packed files that are read directly."""

_MEASURED = 1 << 20  # bytes
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def packing_of(path: Path) -> str | None:
    """The extension that says how a file is packed, or None."""
    suffix = path.suffix.lower()
    return suffix if suffix in PACKINGS else None


def unpacked_name(path: Path) -> Path:
    """The path without the extension of its packing."""
    return path if packing_of(path) is None else path.with_suffix("")


class _Unpacked(io.BufferedReader):
    """Unpacked bytes. Closing it closes the packed file, too."""

    def __init__(self, unpacked: io.BufferedIOBase | IO[bytes], *packed: IO[bytes] | zipfile.ZipFile) -> None:
        super().__init__(cast(io.RawIOBase, unpacked), buffer_size=1 << 16)
        self._packed = packed

    def close(self) -> None:
        super().close()
        for file in self._packed:
            file.close()


def unpacked(raw: BinaryIO, path: Path, packing: str | None = None) -> BinaryIO:
    """The bytes within an open file; ``raw`` itself if it is not packed.

    ``packing`` is one of ``PACKINGS``; None: by the extension of ``path``.

    Raises ``InputError`` for a zip file without exactly one file, and an error of ``unpacking_errors`` for a file that
    is not packed as its extension says, now or while it is read.
    """
    packing = packing or packing_of(path)
    if packing == ".gz":
        import gzip

        return _Unpacked(gzip.GzipFile(fileobj=raw), raw)
    if packing == ".bz2":
        import bz2

        return _Unpacked(bz2.BZ2File(raw), raw)
    if packing == ".xz":
        import lzma

        return _Unpacked(lzma.LZMAFile(raw), raw)
    if packing == ".zst":
        from backports import zstd

        return _Unpacked(zstd.ZstdFile(raw), raw)
    if packing == ".zip":
        archive = zipfile.ZipFile(raw)
        return _Unpacked(archive.open(_member(archive, path)), archive, raw)
    return raw


def unpacked_size(path: Path) -> int:
    """The size of a file when it is unpacked, in bytes: an estimate from its first megabyte. Raises ``OSError``."""
    size = path.stat().st_size
    if packing_of(path) is None:
        return size
    with unpacking(path), path.open("rb") as raw, unpacked(raw, path) as content:
        start = len(content.read(_MEASURED))
        return round(size * start / max(1, min(raw.tell(), size)))


def open_binary(path: Path) -> BinaryIO:
    """Open a file for reading its bytes, unpacked."""
    return unpacked(path.open("rb"), path)


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading its bytes, unpacked, and convert errors as ``unpacking`` does."""
    with unpacking(path), open_binary(path) as file:
        yield file


def packed(file: Path, packing: str | None) -> Path:
    """Pack a complete file: a new file next to it, with the extension of the packing. None: the file itself."""
    if packing is None:
        return file
    target = file.with_name(f"{file.name}{packing}")
    with replacing(target) as temporary, file.open("rb") as content:
        if packing == ".zip":
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(file, file.name)
        else:
            with _packer(packing, temporary) as packer:
                shutil.copyfileobj(content, packer, 1 << 20)
    return target


def _packer(packing: str, path: Path) -> IO[bytes]:
    if packing == ".gz":
        import gzip

        return cast(IO[bytes], gzip.open(path, "wb"))
    if packing == ".bz2":
        import bz2

        return cast(IO[bytes], bz2.open(path, "wb"))
    if packing == ".xz":
        import lzma

        return cast(IO[bytes], lzma.open(path, "wb"))
    from backports import zstd

    return cast(IO[bytes], zstd.open(path, "wb"))


def member_name(path: Path) -> str:
    """The name of the only file within a zip file. Raises ``InputError``."""
    with unpacking(path), zipfile.ZipFile(path) as archive:
        return _member(archive, path).filename


def _member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    members = [one for one in archive.infolist() if not (one.is_dir() or _is_clutter(one.filename))]
    if len(members) != 1:
        if not members:
            raise InputError(f"{path}: contains no file; expected one")
        if any(one.filename == "[Content_Types].xml" for one in members):
            raise InputError(f"{path}: {office_document(unpacked_name(path))}")
        names = ", ".join(one.filename for one in members[:5]) + (", ..." if len(members) > 5 else "")
        raise InputError(
            f"{path}: contains {len(members)} files ({names}); expected one: unpack it and name one of its files"
        )
    if members[0].flag_bits & 1:
        raise InputError(f"{path}: needs a password; unpack it first")
    return members[0]


def _is_clutter(name: str) -> bool:
    return name.startswith(_CLUTTER[0]) or name.rsplit("/", 1)[-1] in _CLUTTER


class unpacking:
    """Converts errors of the file system and of damaged packed files into an ``InputError`` that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        packing = packing_of(self._path)
        if packing is not None and (isinstance(error, EOFError) or "end-of-stream marker" in str(error)):
            raise ReadingStopped(f"{self._path}: ends too early; get the complete file") from error
        if packing is not None and _is_unpacking_error(error):
            if (wrong := _wrong_packing(self._path, packing)) is not None:
                raise InputError(f"{self._path}: {wrong}") from error
            what = str(error) or type(error).__name__
            kind = InputError if isinstance(error, zipfile.BadZipFile) else ReadingStopped
            raise kind(f"{self._path}: cannot be unpacked as {packing} ({what})") from error
        if isinstance(error, OSError):
            raise InputError(f"{self._path}: cannot be read ({error.strerror or error})") from error


def _wrong_packing(path: Path, packing: str) -> str | None:
    """What a file is that is not packed as its extension says, and what to do. None for a damaged or unknown one."""
    if not path.is_file():  # a stream cannot be read again
        return None
    with path.open("rb") as file:
        start = file.read(START)
    plain = unpacked_name(path)
    if (found := packing_by(start)) is not None:
        what, ending = found
        return None if ending == packing else f"is {what}, whatever its extension says; rename it {plain.name}{ending}"
    if (other := foreign(plain, start)) is not None:
        return other
    return f"is not packed; rename it {plain.name}" if start and b"\0" not in start else None


def _is_unpacking_error(error: BaseException) -> bool:
    if isinstance(error, zlib.error | zipfile.BadZipFile | NotImplementedError):
        return True
    if isinstance(error, OSError) and error.errno is None:  # gzip and bz2 raise plain ones
        return True
    return type(error).__name__ in ("LZMAError", "ZstdError")
