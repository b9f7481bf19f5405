"""Read a user's training texts: find their format, encoding and columns, as options of ``data``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, encoding_of
from seqclf.sources.folder.files import Selection
from seqclf.sources.folder.reader import FolderSource
from seqclf.sources.misread import misread
from seqclf.sources.table.files import files_of
from seqclf.sources.table.reader import ROWS_LOOKED_AT, TableSource
from seqclf.sources.texts import LabelledTexts
from seqclf.starter.columns import Columns, choose_columns, text_columns
from seqclf.starter.folders import folder_at
from seqclf.starter.formats import format_of
from seqclf.starter.headers import header_for
from seqclf.starter.request import Request
from seqclf.starter.spread import looked_at
from seqclf.starter.write import scalar
from seqclf.tables.formats import TEXT_KINDS, kind_of
from seqclf.tables.packed import reading
from seqclf.tables.utf8_files import utf8_among


@dataclass(frozen=True)
class TrainingTexts:
    """Training texts with the options of ``data`` that read them.

    Attributes:
        texts: the texts to examine.
        read: reads another part in the same way, or some of its rows. Raises ``InputError``.
        rows: approximate number of all rows.
        notes: choices, reasons and alternatives: sentences for the screen.
        named: the columns, in parentheses, for a sentence.
        selection: which files of folders are read; None for tables.
    """

    texts: LabelledTexts
    options: Mapping[str, Any]
    read: Callable[[str], LabelledTexts]
    rows: int
    notes: tuple[str, ...] = ()
    named: str = ""
    selection: Selection | None = None


def training_texts(path: str, request: Request) -> TrainingTexts:
    """The texts of a table, of several (a pattern) or of a folder with a folder per label. Raises ``InputError``."""
    return _of_folder(path, request) if Path(path).is_dir() else _Table(path, request).texts()


def unlabelled_table(path: str, request: Request) -> TrainingTexts:
    """The texts of a table or of several, whose labels are not read. Raises ``InputError``."""
    return _Table(path, request).without_labels()


def _of_folder(path: str, request: Request) -> TrainingTexts:
    if request.text or request.label or request.separator or request.columns:
        raise InputError(f"{path}: is a folder with a folder per label; options that name columns are for tables")
    folder = folder_at(path)
    encoding, notes = _encoding(request, folder.files)
    garbled = misread(encoding, folder.files, "--encoding ", guessed=request.encoding is None)
    notes += tuple(f"warning: {said}" for said in garbled)
    source = FolderSource(encoding, "--encoding ", selection=folder.selection)
    texts = source.read(path)
    options = {"source": "folder", **folder.options, **_option(encoding)}
    return TrainingTexts(texts, options, source.read, len(texts), (*folder.notes, *notes), selection=folder.selection)


class _Table:
    """A table, or several files that are read alike."""

    def __init__(self, path: str, request: Request) -> None:
        self._path, self._request, self._files = path, request, files_of(path)
        files = self._files
        self._format = request.file_format or format_of(str(files[0]))
        kinds = [self._format or kind_of(file) for file in files]
        self._repeats_names = kinds[0] == "jsonl"
        self._may_lack_header = all(kind in ("csv", "tsv") for kind in kinds)
        self._encoding, self._notes = UTF8, tuple[str, ...]()
        is_mixed = len(files) > 1 and utf8_among(files)  # reading reports the files that are not UTF-8
        if request.encoding is not None or (all(kind in TEXT_KINDS for kind in kinds) and not is_mixed):
            self._encoding, self._notes = _encoding(request, files)
        self._header = request.header
        if self._header and not self._may_lack_header:
            raise InputError(
                f"{path}: --header names the columns of csv and tsv files without a line of names; in other files, the "
                "first row or the keys name them"
            )

    def _source(self, text: str | Sequence[str] = "", label: Any = "", **more: Any) -> TableSource:
        kind, header, encoding = self._format or "auto", self._header or (), self._encoding
        return TableSource(text, label, kind, options="--", header=header, encoding=encoding, **more)

    def _look(self, part: str) -> tuple[dict[str, list[Any]], int, int]:
        return looked_at(self._source(), part, keys=self._repeats_names)

    def _looked(self) -> tuple[dict[str, list[Any]], int, int]:
        """As ``_look`` at the training texts, after their header is found."""
        values, every, rows = self._look(self._path)
        if self._header is None:
            self._header = self._found_header(values)
            if self._header:
                values, every, rows = self._look(self._path)
        if self._header:
            shown = ", ".join(map(scalar, self._header))
            note = f"no line of names: the columns are called {shown} (data.header; --header names them)"
            self._notes = (note, *self._notes)
        return values, every, rows

    def without_labels(self) -> TrainingTexts:
        values, every, rows = self._looked()
        chosen = text_columns(self._path, values, self._request.text)
        source = self._source(chosen.text, None)
        texts = source.read(self._path, most=ROWS_LOOKED_AT, every=every)

        def read(part: str) -> LabelledTexts:
            source.check(part)
            return source.read(part, most=ROWS_LOOKED_AT)

        options = {name: value for name, value in self._options(chosen, None).items() if name != "label"}
        return TrainingTexts(texts, options, read, rows, (*chosen.notes, *self._notes))

    def texts(self) -> TrainingTexts:
        values, every, rows = self._looked()
        request = self._request
        guess = request.guess_separator and request.separator is None
        named = request.columns
        try:
            chosen = choose_columns(self._path, values, request.text, request.label, guess_separator=guess, named=named)
        except InputError:
            self._check_first_line(values)
            raise
        separator = request.separator or chosen.separator
        source = self._source(chosen.text, chosen.label, separator=separator, **named.options)
        texts = source.read(self._path, most=ROWS_LOOKED_AT, every=every)

        def read(part: str) -> LabelledTexts:
            source.check(part)
            _, one_of, _ = self._look(part)
            return source.read(part, most=ROWS_LOOKED_AT, every=one_of)

        left_out = [] if (said := source.left_out(self._path)) is None else [f"warning: {said}"]
        notes = (*chosen.notes, *left_out, *self._notes)
        return TrainingTexts(texts, self._options(chosen, separator), read, rows, notes, f" ({chosen.named})")

    def _check_first_line(self, values: Mapping[str, Sequence[Any]]) -> None:
        """Raise ``InputError`` if the user calls the first line names, but it looks like a row."""
        if self._request.header == () and self._may_lack_header and header_for(values):
            shown = ", ".join(f'"{name[:40]}"' for name in list(values)[:3])
            raise InputError(
                f"{self._path}:1: looks like a row ({shown}), but --header none takes it for names; to read it as a "
                "row, give no --header"
            )

    def _found_header(self, values: Mapping[str, Sequence[Any]]) -> tuple[str, ...]:
        """Names for the columns of files without a line of names; empty if the first line names them."""
        request = self._request
        given = (*request.text, *request.label, *request.columns.names)
        if not self._may_lack_header or any(name in values for name in given):
            return ()
        return header_for(self._source().columns(str(self._files[0])) if len(self._files) > 1 else values)

    def _options(self, chosen: Columns, separator: str | None) -> dict[str, Any]:
        options: dict[str, Any] = {"source": "table", "text": chosen.text, "label": chosen.label}
        if separator is not None:
            options["label_separator"] = separator
        if self._header:
            options["header"] = list(self._header)
        if self._format is not None:
            options["format"] = self._format
        return options | _option(self._encoding) | self._request.columns.options


def _encoding(request: Request, paths: Sequence[Path]) -> tuple[str, tuple[str, ...]]:
    """The encoding of the files, and a sentence about it unless it is UTF-8.

    UTF-8 if no encoding fits: reading the files then reports what is wrong with them.
    """
    found, why = request.encoding, ""
    if found is None:
        found, why = encoding_of(*paths, opened=reading), " (not UTF-8; --encoding names another)"
    if found is None or canonical(found) == UTF8:
        return UTF8, ()
    return found, (f"encoding: {found}{why}",)


def _option(encoding: str) -> dict[str, str]:
    return {} if encoding == UTF8 else {"encoding": encoding}
