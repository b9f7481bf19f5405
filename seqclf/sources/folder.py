"""``source: folder``: text files in one folder per label, ``<part>/<label>/<anything>.txt``."""

from __future__ import annotations

from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, decoded, suggestion
from seqclf.sources.texts import LabelledTexts, digest, where_paths_start
from seqclf.text_store import TextStore


class FolderSource:
    """A part is the path of a folder. Hidden folders and folders without .txt files are not labels.

    Args:
        encoding: Python's name of the files' encoding.
        option: how the user sets the encoding, for messages.
    """

    def __init__(self, encoding: str = UTF8, option: str = "data.encoding: ") -> None:
        self._encoding, self._option = encoding, option

    def check(self, part: str) -> None:
        _files(Path(part))

    def fingerprint(self, part: str) -> str:
        root = Path(part)
        read_as = () if canonical(self._encoding) == UTF8 else (canonical(self._encoding),)
        return digest(*((path.relative_to(root).as_posix(), _bytes(path)) for path in _files(root)), *read_as)

    def read(self, part: str) -> LabelledTexts:
        files = _files(Path(part))
        texts = TextStore()
        texts.extend(map(self._read_file, files))
        return LabelledTexts(texts, [path.parent.name for path in files], origin=part)

    def _read_file(self, path: Path) -> str:
        try:
            return decoded(_bytes(path), self._encoding)
        except UnicodeError as error:
            named = "UTF-8" if canonical(self._encoding) == UTF8 else self._encoding
            place = f" (byte {error.start + 1})" if isinstance(error, UnicodeDecodeError) else ""
            cure = suggestion(path, self._option, self._encoding)
            raise InputError(f"{path}: not {named} text{place}; {cure}") from error


def _files(root: Path) -> list[Path]:
    if not root.is_dir():
        what = "expected a folder, found a file" if root.exists() else "no such folder"
        raise InputError(f"{root}: {what}{where_paths_start(root)}")
    try:
        files = sorted(path for path in root.glob("*/*.txt") if not path.parent.name.startswith("."))
    except OSError as error:
        raise InputError(f"{root}: cannot be read ({error.strerror})") from error
    if not files:
        deeper = next((path.parent.parent for path in root.glob("*/*/*.txt")), None)
        hint = f"; did you mean {deeper}?" if deeper else ""
        raise InputError(f"{root}: contains no texts; expected files such as {root / 'positive' / 'review.txt'}{hint}")
    return files


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
