"""Write the splits of a config to files, so that other tools can be compared on the same rows."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.data.empty_splits import SPLITS
from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.files import making_folder
from seqclf.sources import RowSource, TableColumns
from seqclf.sources.table.files import files_of
from seqclf.sources.texts import LabelledTexts
from seqclf.tables.csv_writer import csv_writer
from seqclf.tables.packed import open_binary
from seqclf.tables.row import Row
from seqclf.text.fields import split_fields

_NOT_IN_TSV = "\t\n\r"


@dataclass(frozen=True)
class WrittenSplit:
    """The file of one split.

    Attributes:
        labels: number of texts of each label, the most frequent first.
    """

    path: Path
    texts: int
    labels: dict[str, int]


def write_splits(config: Config, folder: Path) -> dict[str, WrittenSplit]:
    """Write one file for each split of the config into a new folder, all of them or none.

    Rows of tables keep all columns, their order and the file format, but quoted tsv whose fields contain tabs or line
    ends becomes csv, and spreadsheets become csv; other sources become csv files with the columns
    that are read, by default ``text`` and ``label``, or jsonl files if csv cannot represent them.

    Raises:
        InputError: the folder exists, or the data cannot be used.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: already exists; choose another folder name")
    corpus = Corpus(config)
    names = [name for name in SPLITS if corpus.has(name)]
    texts = {name: corpus.texts(name) for name in names}
    try:
        with making_folder(folder) as temporary:
            if config.data.table_columns is None:
                files = write_texts(texts, config.data.columns(with_groups=False), temporary)
            else:
                files = _write_rows(corpus, texts, temporary)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror or error})") from error
    return {name: WrittenSplit(folder / files[name], len(texts[name]), _counts(texts[name])) for name in names}


def data_section(config: Config, files: Mapping[str, Path]) -> dict[str, Any]:
    """The options of ``data`` to add or change in a config so that it reads the files."""
    section: dict[str, Any] = {}
    if config.data.table_columns is None:
        columns = config.data.columns(with_groups=False)
        section = {"source": "table", "text": columns.text}
        beside = (("label", columns.label), ("weight", columns.weight), ("extra", columns.extra))
        section |= {name: value for name, value in beside if value}
    section |= {name: str(path) for name, path in files.items()}
    if getattr(config.data, "format", "auto") != "auto":
        section["format"] = "auto"  # the files have the extensions of their formats
    if config.data.file_encoding != UTF8:
        section["encoding"] = "utf-8"  # whatever the encoding of the original files
    unused = [
        name
        for name in ("group", "header", "folds", "fold", "split_seed")
        if getattr(config.data, name, None) is not None
    ]
    return section | dict.fromkeys(unused)


def _counts(texts: LabelledTexts) -> dict[str, int]:
    return dict(Counter(name for names in texts.label_sets for name in names).most_common())


# --- rows of tables ---------------------------------------------------------------------------------------------------


def _write_rows(corpus: Corpus, texts: Mapping[str, LabelledTexts], folder: Path) -> dict[str, str]:
    """Copy rows; returns the file names."""
    source = corpus.source
    assert isinstance(source, RowSource)
    files: dict[str, str] = {}
    drawn = [name for name in texts if name == "train" or not corpus.has_own_part(name)]
    for part, names in [(corpus.part("train"), drawn), *((corpus.part(n), [n]) for n in texts if n not in drawn)]:
        kind = source.kind(part)
        if kind == "tsv" and not all(map(_fits_tsv, source.rows(part))):
            kind = "csv"
        files |= {name: f"{name}.{kind}" for name in names}
        split_of = None
        if names == drawn:
            split_of = np.empty(sum(len(texts[name]) for name in names), np.int8)
            for number, name in enumerate(names):
                split_of[corpus.places(name)] = number
        paths = [folder / files[name] for name in names]
        if kind == "parquet":
            _copy_parquet(files_of(part), paths, split_of)
        else:
            _copy_lines(source, part, kind, paths, split_of)
    return files


def _fits_tsv(row: Row | InputError) -> bool:
    """Whether tsv without quoting can hold the row, as most can: files whose names are quoted also quote fields."""
    if isinstance(row, InputError):
        return True
    fields = [field for pair in row[1].items() for field in pair]
    return not (any(mark in field for field in fields for mark in _NOT_IN_TSV) or any('"' in name for name in row[1]))


def _copy_lines(
    source: RowSource, part: str, kind: str, paths: Sequence[Path], split_of: NDArray[np.int8] | None
) -> None:
    """Rows of csv, tsv and jsonl files.

    Args:
        split_of: index of the path for each row; None: all rows go to the first.
    """
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(_opened(path, kind)) for path in paths]
        for place, row in enumerate(source.rows(part)):
            if isinstance(row, InputError):  # all rows were readable before
                raise row
            writers[0 if split_of is None else split_of[place]].write(row[1])


def _copy_parquet(files: Sequence[Path], paths: Sequence[Path], split_of: NDArray[np.int8] | None) -> None:
    """Like ``_copy_lines``, from files with one schema; columns keep their types."""
    import pyarrow.parquet

    with contextlib.ExitStack() as stack:
        tables = [pyarrow.parquet.ParquetFile(stack.enter_context(open_binary(file))) for file in files]
        schema = tables[0].schema_arrow
        writers = [stack.enter_context(pyarrow.parquet.ParquetWriter(to, schema)) for to in paths]
        start = 0
        for batch in (batch for table in tables for batch in table.iter_batches()):
            for number, writer in enumerate(writers):
                chosen = batch
                if split_of is not None:
                    chosen = batch.filter(pyarrow.array(split_of[start : start + len(batch)] == number))
                writer.write_batch(chosen)
            start += len(batch)


# --- texts of other sources -------------------------------------------------------------------------------------------


def write_texts(texts: Mapping[str, LabelledTexts], columns: TableColumns, folder: Path) -> dict[str, str]:
    """Write texts and labels in the given columns, a file for each split; returns the file names. The files are csv, or
    jsonl if csv cannot represent the texts."""
    lists = isinstance(columns.label, str) and any(split.multi for split in texts.values())
    csv_holds = not lists and not any("\0" in text for split in texts.values() for text in split.texts)
    kind = "csv" if csv_holds else "jsonl"
    for name, split in texts.items():
        with _opened(folder / f"{name}.{kind}", kind) as writer:
            for place, text in enumerate(split.texts):
                writer.write(_row(split, place, text, columns))
    return {name: f"{name}.{kind}" for name in texts}


def _row(split: LabelledTexts, place: int, text: str, columns: TableColumns) -> dict[str, Any]:
    """One text with all that belongs to it, as a row that gives the same again when it is read."""
    fields = [text] if len(columns.texts) == 1 else split_fields(text)
    row: dict[str, Any] = dict(zip(columns.texts, fields, strict=True))
    label = split.labels[place]
    if split.shares is not None:
        row |= zip(columns.labels, split.shares[place].tolist(), strict=True)
    elif isinstance(columns.label, str):
        row[columns.label] = list(label) if split.multi else label
    else:
        row |= {name: int(name in label) for name in columns.labels}
    if columns.weight is not None and split.weights is not None:
        row[columns.weight] = float(split.weights[place])
    for name, values in split.extra.items():
        row[name] = None if values[place] != values[place] else values[place]
    return row


# --- lines ------------------------------------------------------------------------------------------------------------


class _Writer(Protocol):
    def write(self, row: Mapping[str, Any]) -> None: ...


class _JsonLines:
    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, row: Mapping[str, Any]) -> None:
        line = json.dumps(row, ensure_ascii=False, default=str)
        try:
            line.encode()
        except UnicodeEncodeError:  # lone surrogates
            line = json.dumps(row, default=str)
        self._file.write(f"{line}\n")


class _Fields:
    """csv, or tsv without tabs and line ends in fields; the first row has the column names."""

    def __init__(self, file: Any, kind: str) -> None:
        self._file = file
        self._write = csv_writer(file) if kind == "csv" else self._tabs
        self._columns: list[str] | None = None

    def write(self, row: Mapping[str, Any]) -> None:
        if self._columns is None:
            self._columns = list(row)
            self._write(self._columns)
        self._write([row[column] for column in self._columns])

    def _tabs(self, fields: Sequence[str]) -> None:
        self._file.write("\t".join(fields) + "\n")


@contextlib.contextmanager
def _opened(path: Path, kind: str) -> Iterator[_Writer]:
    with path.open("w", encoding="utf-8", newline="") as file:
        yield _JsonLines(file) if kind == "jsonl" else _Fields(file, kind)
