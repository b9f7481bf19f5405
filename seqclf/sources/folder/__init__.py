"""``source: folder``: text files in one folder per label. ``reader.py`` reads them, ``files.py`` finds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from seqclf.file_encoding import UTF8
from seqclf.option_types import Fraction, Name, OptionPath
from seqclf.sources.base import OTHER_NAMES_OF_TRAIN, Encoding, Source, SourceOptions
from seqclf.sources.folder.files import EXTENSIONS, Selection
from seqclf.sources.without_labels import WithoutLabels


def _with_dot(extension: str) -> str:
    if extension and (not extension.startswith(".") or extension == "." or "/" in extension):
        raise PydanticCustomError("extension", 'an extension with its dot, such as .txt, or "" for names without one')
    return extension


Extension = Annotated[str, AfterValidator(_with_dot)]


class FolderData(SourceOptions):
    """Folders of text files, `FOLDER/LABEL/ANYTHING.txt`. Files in deeper folders have the same label."""

    rank: ClassVar = 3
    other_names: ClassVar = ("directory", "dir", "folders", "text_files")
    other_options: ClassVar = OTHER_NAMES_OF_TRAIN
    path_options: ClassVar = ("train", "validation", "test", "unlabelled")

    source: Literal["folder"] = Field(description="Source type.")
    train: Name = Field(description="Training folder.")
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a folder; 0: none.")
    test: Fraction | Name | None = Field(None, description="Folder, or fraction of the training texts; null: none.")
    unlabelled: Name | None = Field(
        None,
        description="Folder with further texts without labels, in files at any depth, such as `aclImdb/train/unsup`. "
        "A teacher (`training.teacher`) says what they are, or objectives (`training.objectives`) read them. null: "
        "none.",
    )
    labels: Annotated[list[Name], Field(min_length=1, max_length=10_000)] | None = Field(
        None, description="Label folders to read, such as `[pos, neg]`; null: all."
    )
    exclude: Annotated[list[Name], Field(max_length=10_000)] = Field(
        [], description="Folders that are not labels, such as `[unsup]`."
    )
    extensions: Annotated[list[Extension], Field(min_length=1, max_length=100)] = Field(
        list(EXTENSIONS),
        description='Extensions of the files to read, in any case; "": names without an extension.',
    )
    encoding: Encoding = UTF8

    def open(self, *, with_groups: bool = False, with_labels: bool = True) -> Source:
        from seqclf.sources.folder.reader import FolderSource

        source = FolderSource(self.encoding, selection=self.selection, train=self.train)
        return source if with_labels else WithoutLabels(source)

    @property
    def unlabelled_part(self) -> str | None:
        return self.unlabelled

    def open_unlabelled(self) -> Source:
        from seqclf.sources.plain_text.reader import PlainTextSource

        return PlainTextSource("file", self.encoding, selection=Selection(extensions=tuple(self.extensions)))

    @property
    def selection(self) -> Selection:
        """Which files of a part are read. The folder ``unlabelled`` is no label."""
        inside = self.unlabelled is not None and Path(self.unlabelled).parent == Path(self.train)
        own = [Path(self.unlabelled or "").name] if inside and self.labels is None else []
        exclude = tuple(dict.fromkeys([*self.exclude, *own]))
        return Selection(tuple(self.labels or ()), exclude, tuple(self.extensions))

    @property
    def file_encoding(self) -> str:
        return self.encoding

    def parts(self) -> dict[str, str | float | None]:
        return {"train": self.train, "validation": self.validation_part, "test": self.test}

    def problems(self, *, with_labels: bool = True) -> Iterator[tuple[str | OptionPath, str]]:
        if both := sorted(set(self.labels or ()).intersection(self.exclude)):
            yield (
                ("exclude", self.exclude.index(both[0])),
                f'leaves out "{both[0]}", which data.labels takes; remove it from one of the two',
            )

    def warnings(self) -> Iterator[tuple[str, str]]:
        if self.labels is not None and self.exclude:
            yield "exclude", "has no effect beside data.labels, which names the folders to read; remove one of the two"
