"""``source: folder``: text files in one folder per label, ``<part>/<label>/<anything>.txt``."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, decoded, suggestion
from seqclf.option_types import Fraction, Name
from seqclf.sources.base import Encoding, Source, SourceOptions
from seqclf.sources.texts import LabelledTexts, digest, where_paths_start


class FolderData(SourceOptions):
    """Folders of text files, `FOLDER/LABEL/ANYTHING.txt`."""

    rank: ClassVar = 3
    other_names: ClassVar = ("directory", "dir", "folders", "text_files")
    path_options: ClassVar = ("train", "validation", "test")

    source: Literal["folder"] = Field(description="Source type.")
    train: Name = Field(description="Training folder.")
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a folder; 0: none.")
    test: Fraction | Name | None = Field(None, description="Folder, or fraction of the training texts; null: none.")
    encoding: Encoding = UTF8

    def open(self, *, with_groups: bool = False) -> Source:
        return FolderSource(self.encoding)

    @property
    def file_encoding(self) -> str:
        return self.encoding

    def parts(self) -> dict[str, str | float | None]:
        return {"train": self.train, "validation": self.validation_part, "test": self.test}


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
        from seqclf.text_store import TextStore

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
