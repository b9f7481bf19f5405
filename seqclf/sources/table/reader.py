"""``source: table``: files with a text and its label or labels in each row (``seqclf.tables`` has their formats)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqclf.column_values import is_number_or_missing
from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.sources.base import ExtraKind, OptionError, TableColumns
from seqclf.sources.parts import described
from seqclf.sources.rows.collected import Collected, LabelledRow, checked
from seqclf.sources.rows.values import labelled_row, text_of
from seqclf.sources.spelling import spelled_as_before
from seqclf.sources.table.bad_rows import BadRows
from seqclf.sources.table.by_processes import collected_by, processes_for
from seqclf.sources.table.files import files_of
from seqclf.sources.table.missing_columns import MissingCounts, RowMissesColumns
from seqclf.sources.table.one_file import Digests, TableReading
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.tables.formats import OWN_COLUMNS
from seqclf.tables.packed import open_binary
from seqclf.tables.row import Notes, ReadingStopped, Row
from seqclf.tables.values import shown

ROWS_LOOKED_AT = 20_000
_ROWS_NOTED = 1_000_000

_Rows = tuple[Collected, list[int], bool]
"""The rows of a part, the first row of each file, and whether rows have several labels."""


class TableSource:
    """A part is a file or several (``files.py``). Either every row has one label, or the part is multi-label.

    Args:
        text: column with the texts, or several columns.
        label: column with the labels. Duplicates in a list of labels are dropped; an empty list means that no label
            applies. Several columns: each column is one label, with 1 where it applies and 0 where it does not. By
            label: the column with its probability. None: labels are not read.
        file_format: csv, tsv, jsonl, parquet, tfrecord or xlsx; auto uses the file extension.
        separator: separator between several labels in one field.
        options: prefix of ``text`` and ``label`` where the user sets them, for messages.
        group, weight: columns with the groups and the weights.
        extra: columns beside the text, and what they contain.
        header: names of the columns of csv and tsv files without a header line.
        encoding: Python's name of the files' encoding.
    """

    def __init__(
        self,
        text: str | Sequence[str],
        label: str | Sequence[str] | Mapping[str, str] | None,
        file_format: str = "auto",
        separator: str | None = None,
        options: str = "data.",
        *,
        group: str | None = None,
        weight: str | None = None,
        extra: Mapping[str, ExtraKind] | None = None,
        header: Sequence[str] = (),
        encoding: str = UTF8,
    ) -> None:
        self._columns = TableColumns(text, label, separator, group, weight, extra or {})
        self._reading = TableReading(file_format, options, encoding, tuple(header))
        self._digests = Digests(self._reading)
        self._each_its_own: dict[Path, bool] = {}

    @property
    def columns_read(self) -> TableColumns:
        return self._columns

    @classmethod
    def of(cls, columns: TableColumns, file_format: str, *, header: Sequence[str], encoding: str) -> TableSource:
        """A reader of these columns."""
        beside: dict[str, Any] = {"group": columns.group, "weight": columns.weight, "extra": columns.extra}
        beside |= {"header": header, "encoding": encoding}
        return cls(columns.text, columns.label, file_format, columns.separator, **beside)

    def with_columns(self, text: str | Sequence[str], extra: Mapping[str, ExtraKind]) -> TableSource:
        """A reader of the same files that reads other texts and columns beside them, and neither labels nor weights."""
        reading = self._reading
        named: dict[str, Any] = {"header": reading.header, "encoding": reading.encoding}
        return TableSource(text, None, reading.file_format, options=reading.options, extra=extra, **named)

    def text_of(self, row: Mapping[str, Any]) -> str | None:
        try:
            return text_of("", row, self._columns)
        except (InputError, KeyError):
            return None

    def check(self, part: str) -> None:
        reading = self._reading_of(part)
        for path in reading.beside:
            self._check_file(path, reading)

    def _reading_of(self, part: str) -> TableReading:
        return replace(self._reading, beside=tuple(files_of(part)))

    def _check_file(self, path: Path, reading: TableReading) -> None:
        if self._reading.header and (kind := self._reading.kind(path)) not in ("csv", "tsv"):
            message = f"{path}: names the columns of csv and tsv files without a header line, but this file is {kind}"
            raise OptionError({"header": f"{message}; set it to null"})
        missing, count, bad = MissingCounts(self._reading.options), 0, BadRows(reading)
        for row in itertools.islice(reading.rows(path), ROWS_LOOKED_AT):
            count += 1
            if isinstance(row, InputError):
                bad.add(path, row)
                continue
            try:
                self._check_columns(path, *row)
            except RowMissesColumns as error:
                if error.line is None:
                    raise
                missing.add(error)
            else:
                if not missing:
                    return
        is_all = count < ROWS_LOOKED_AT
        if (incomplete := missing.error(count, is_all=is_all)) is not None:
            raise incomplete
        bad.check(is_all=is_all)
        raise InputError(f"{path}: contains no rows")

    def left_out(self, part: str) -> str | None:
        """Text in columns without a name, and what else the readers note. Looks at ``_ROWS_NOTED`` rows a file.

        Numbers in such a column are no text: programs write the row number so.
        """
        said = []
        used = {name for _, name in self._columns.named()}
        for path in files_of(part):
            notes, rows, columns = Notes(), 0, set[str]()
            for place, row in enumerate(itertools.islice(self._reading.rows(path, notes), _ROWS_NOTED)):
                if place == 0 and not (notes.unnamed or self._reading.kind(path) in ("csv", "tsv")):
                    break
                if notes.unnamed and not isinstance(row, InputError):
                    found = [
                        name for name in notes.unnamed if name not in used and not is_number_or_missing(row[1][name])
                    ]
                    rows += bool(found)
                    columns.update(found)
            if rows:
                count = f"{rows:,} rows have" if rows > 1 else "1 row has"
                where = f"{len(columns)} columns" if len(columns) > 1 else "a column"
                said.append(f"{path}: {count} text in {where} without a name, which is not read")
            said += notes.sentences
        said += self._reading.misread(files_of(part))
        return "; ".join(said) or None

    def fingerprint(self, part: str) -> str:
        digests = [self._fingerprint(path) for path in files_of(part)]
        return digests[0] if len(digests) == 1 else digest("files", *digests)

    def _fingerprint(self, path: Path) -> str:
        separator = self._columns.separator
        read_as = [*self._read_as(), self._reading.kind(path), *([] if separator is None else [separator])]
        return self._digests.of(path, read_as, self._read_beside())

    def _read_as(self) -> list[Any]:
        """How texts and labels are read, in the form that fingerprints have always had."""
        text, label = self._columns.text, self._columns.label
        named = tuple(label.items()) if isinstance(label, Mapping) else label
        return [one if one is None or isinstance(one, str) else tuple(one) for one in (text, named)]

    def _read_beside(self) -> list[Any]:
        """The same for the options that came later; empty if they are unset. Groups have their own digests."""
        weight, extra, header = self._columns.weight, self._columns.extra, self._reading.header
        beside = (("weight", *([weight] if weight else [])), ("extra", *extra.items()), ("header", *header))
        return [one for one in beside if len(one) > 1]

    def read(self, part: str, most: int | None = None, every: int = 1) -> LabelledTexts:
        """Read every ``every``-th row, at most ``most`` rows. Raises ``InputError`` that lists malformed rows.

        Rows of jsonl and TFRecord with missing columns are counted instead of listed. Labels of several files that are
        equal in another spelling are one label.
        """
        found = self._by_processes(part) if most is None and every == 1 else None
        collected, starts, multi = self._one_by_one(part, most, every) if found is None else found
        if not len(collected):
            raise InputError(f"{described(part)}: contains no rows")
        texts = collected.texts(described(part), multi=multi)
        if len(starts) > 1 and texts.shares is None:
            texts = replace(texts, labels=spelled_as_before(texts.labels, starts))
        return checked(texts, self._columns, self._reading.options)

    def _by_processes(self, part: str) -> _Rows | None:
        """The rows of the part, if processes pay for it and find no malformed row."""
        files = files_of(part)
        if (processes := processes_for(files)) < 2:
            return None
        reading = self._reading
        how = {"file_format": reading.file_format, "header": reading.header, "encoding": reading.encoding}
        return collected_by(processes, files, self._columns, how)

    def _one_by_one(self, part: str, most: int | None, every: int) -> _Rows:
        collected, multi = Collected(self._columns), False
        bad, starts, last = BadRows(self._reading_of(part)), list[int](), None
        for path, row in itertools.islice(self._labelled_rows(part, every), most):
            if isinstance(row, InputError):
                bad.add(path, row)
            else:
                bad.count += 1
                multi = not isinstance(row.label, str)
                if path != last:
                    starts.append(len(collected))
                    last = path
                collected.add(row)
        bad.check(is_all=most is None and every == 1)
        return collected, starts, multi

    def good_rows(self, part: str) -> Iterator[LabelledRow]:
        """All rows. Raises ``InputError`` at the first malformed one."""
        for _, row in self._labelled_rows(part, 1):
            if isinstance(row, InputError):
                raise row
            yield row

    def columns(self, part: str, every: int = 1) -> dict[str, list[Any]]:
        """Columns of the file, with the values of every ``every``-th of its first rows.

        Raises ``InputError`` if there are none.
        """
        values: dict[str, list[Any]] = {}
        bad = None
        for row in itertools.islice(self.rows(part), 0, ROWS_LOOKED_AT * every, every):
            if isinstance(row, InputError):
                bad = bad or row
                continue
            for column, value in row[1].items():
                values.setdefault(column, []).append(value)
        if not values:
            expected = "expected columns such as text and label, and one row per text"
            raise bad or InputError(f"{described(part)}: contains no rows; {expected}")
        return values

    def _labelled_rows(self, part: str, every: int) -> Iterator[tuple[Path, LabelledRow | InputError]]:
        """The file and the content of each row, or an error for a malformed row."""
        kind: type | None = None
        for path, row in itertools.islice(self._all_rows(part), 0, None, every):
            if isinstance(row, InputError):
                yield path, row
                continue
            try:
                self._check_columns(path, *row)
                labelled = labelled_row(f"{path}:{row[0]}", row[1], self._columns)
                kind = kind or type(labelled.label)
                if kind is not type(labelled.label) and isinstance(self._columns.label, str):
                    value = shown(row[1][self._columns.label])
                    found, before = ("a list", "one label each") if kind is str else ("one label", "lists")
                    what = f"is {value}, {found}; the rows before have {before}"
                    raise InputError(f'{path}:{row[0]}: "{self._columns.label}" {what}')
            except RowMissesColumns as error:
                if error.line is None:  # the file lacks the column
                    raise
                yield path, error
            except InputError as error:
                yield path, error
            else:
                yield path, labelled

    def _all_rows(self, part: str) -> Iterator[tuple[Path, Row | InputError]]:
        """Each row with its file. The error that stops the reading of a file is that of its last row."""
        reading = self._reading_of(part)
        for path in reading.beside:
            try:
                for row in reading.rows(path):
                    yield path, row
            except ReadingStopped as error:
                yield path, error

    def kind(self, part: str) -> str:
        kinds = [(self._reading.kind(path), path) for path in files_of(part)]
        kind = kinds[0][0]
        if len(kinds) > 1 and len({self._shape(*one) for one in kinds}) > 1:
            return "jsonl"
        return {"xlsx": "csv", "tfrecord": "jsonl"}.get(kind, kind)

    def _shape(self, kind: str, path: Path) -> tuple[object, ...]:
        """Equal for files whose rows can be written to one file of their kind."""
        if kind == "parquet":
            import pyarrow.parquet

            with open_binary(path) as file:
                return kind, str(pyarrow.parquet.read_schema(file))
        first = next((row for row in self._reading.rows(path) if not isinstance(row, InputError)), None)
        return kind, *([] if first is None or kind in OWN_COLUMNS else first[1])

    def rows(self, part: str) -> Iterator[Row | InputError]:
        return (row for _, row in self._all_rows(part))

    def origins(self, part: str) -> Iterator[tuple[str, int | None]]:
        for path, row in self._all_rows(part):
            if isinstance(row, InputError):
                raise row
            yield str(path), row[0]

    def _check_columns(self, path: Path, line: int, row: Mapping[str, Any]) -> None:
        """Raise ``RowMissesColumns`` with a line number only where each row has its own columns."""
        if path not in self._each_its_own:  # asking the file system for every row takes longer than reading it
            self._each_its_own[path] = self._reading.kind(path) in OWN_COLUMNS
        each_its_own = self._each_its_own[path]
        missing: dict[str, str] = {}
        for option, column in self._columns.named():
            if column not in row and not (each_its_own and option == "extra"):
                missing.setdefault(option, column)
        if missing:
            where = line if each_its_own else None
            raise RowMissesColumns(path, where, list(row), missing, named=self._columns, options=self._reading.options)
