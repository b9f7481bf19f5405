"""Write rows as parquet, block by block; the output can be cut back to an earlier block.

Rows of jsonl files may have any values. Each block has the types of its own values, and the complete file has types
that represent all blocks: a column whose values have no common type is text, and no value is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.errors import InputError
from seqclf.files import replacing
from seqclf.inference.bulk.writers import Rows, columns_of

if TYPE_CHECKING:
    import pyarrow

_ADDED, _MARK = b"seqclf_added", b"seqclf"
_EMPTY, _AS_TEXT = {_MARK: b"empty"}, {_MARK: b"as text"}
"""Marks of a block's column: it has no values; some of its values are not text, but are written as text."""


class ParquetWriter:
    """Writes each block to a separate file and joins them at the end.

    Args:
        types: ``pyarrow.DataType`` by column, for columns whose type is known.
    """

    flat = False

    def __init__(self, folder: Path, types: Mapping[str, Any] | None = None) -> None:
        self._folder = folder
        self._types = types or {}
        self._parts = len(list(self._files()))
        self.notes: list[str] = []

    def write(self, rows: Rows, added: Sequence[str] = ()) -> dict[int, str]:
        import pyarrow
        import pyarrow.parquet

        if not rows:
            return {}
        columns = {
            name: _column([row.get(name) for row in rows], self._types.get(name)) for name in columns_of(rows, added)
        }
        fields = [pyarrow.field(name, array.type, metadata=mark) for name, (array, mark) in columns.items()]
        schema = pyarrow.schema(fields, {_ADDED: json.dumps(list(added)).encode()})
        with replacing(self._path(self._parts)) as temporary:
            table = pyarrow.table([array for array, _ in columns.values()], schema=schema)
            pyarrow.parquet.write_table(table, temporary)
        self._parts += 1
        return {}

    @property
    def position(self) -> int:
        return self._parts

    def sync(self) -> None:
        pass  # each part is synced when it is complete

    def cut(self, position: int) -> None:
        for path in list(self._files())[position:]:
            path.unlink()
        self._parts = position

    def finish(self) -> Path:
        import pyarrow.parquet

        complete = self._folder / "complete"
        if not self._parts:
            raise InputError("no row to write; a parquet file needs at least one to determine its columns")
        schema = self._schema()
        with replacing(complete) as temporary, pyarrow.parquet.ParquetWriter(temporary, schema) as writer:
            for part in range(self._parts):
                table = self._read(part)
                arrays = [_converted(table, field.name, field.type) for field in schema]
                writer.write_table(pyarrow.table(arrays, schema=schema))
        return complete

    def _schema(self) -> pyarrow.Schema:
        """The columns of all blocks, those added last, with types for all of their values."""
        import pyarrow
        import pyarrow.parquet

        found: dict[str, list[pyarrow.Field]] = {}
        added: list[str] = []
        for part in range(self._parts):
            schema = pyarrow.parquet.read_schema(self._path(part))
            added = json.loads(schema.metadata[_ADDED])
            for field in schema:
                found.setdefault(field.name, []).append(field)
        fields = []
        for name in [*(name for name in found if name not in added), *added]:
            kind = self._common(name, found[name])
            fields.append(pyarrow.field(name, kind))
            if pyarrow.types.is_string(kind) and any(_is_converted(field) for field in found[name]):
                self.notes.append(f'"{name}" is text: its values have no common type in parquet')
        return pyarrow.schema(fields)

    def _common(self, name: str, fields: Sequence[pyarrow.Field]) -> pyarrow.DataType:
        import pyarrow

        kinds = list(dict.fromkeys(field.type for field in fields if _mark(field) != _EMPTY[_MARK]))
        if len(kinds) < 2:
            return kinds[0] if kinds else fields[0].type
        try:
            unified = pyarrow.unify_schemas(
                [pyarrow.schema([(name, kind)]) for kind in kinds], promote_options="permissive"
            )
            for part in range(self._parts):  # a number may be too large for the common type
                _converted(self._read(part), name, unified.field(0).type)
        except (pyarrow.ArrowException, OverflowError):
            return pyarrow.string()
        return unified.field(0).type

    def _read(self, part: int) -> pyarrow.Table:
        import pyarrow.parquet

        return pyarrow.parquet.read_table(self._path(part))

    def _path(self, part: int) -> Path:
        return self._folder / f"part-{part:06}.parquet"

    def _files(self) -> Iterator[Path]:
        yield from sorted(self._folder.glob("part-*.parquet"))


def _column(values: Sequence[Any], kind: pyarrow.DataType | None) -> tuple[pyarrow.Array, dict[bytes, bytes] | None]:
    """The values as an array of ``kind``, or of the type that they have in common, else as text; and its mark."""
    import pyarrow

    if all(value is None for value in values):
        return pyarrow.nulls(len(values), kind or pyarrow.string()), None if kind else _EMPTY
    try:
        array = pyarrow.array(values, kind)
        if _can_be_written(array.type):
            return array, None
    except (pyarrow.ArrowException, OverflowError, UnicodeEncodeError, ValueError):
        pass
    is_text = all(value is None or isinstance(value, str) for value in values)
    return pyarrow.array(list(map(_as_text, values)), pyarrow.string()), None if is_text else _AS_TEXT


def _can_be_written(kind: pyarrow.DataType) -> bool:
    """Whether parquet can store the type: neither nulls only nor objects without fields, at any depth."""
    import pyarrow

    if pyarrow.types.is_null(kind):
        return False
    if pyarrow.types.is_nested(kind):
        inner = [kind.field(place).type for place in range(kind.num_fields)]
        return bool(inner) and all(map(_can_be_written, inner))
    return True


def _converted(table: pyarrow.Table, name: str, kind: pyarrow.DataType) -> pyarrow.ChunkedArray | pyarrow.Array:
    """A block's column as the type that it has in the complete file. Raises ``ArrowException`` if values do not fit."""
    import pyarrow

    if name not in table.schema.names:
        return pyarrow.nulls(len(table), kind)
    column = table.column(name)
    if column.type == kind:
        return column
    if pyarrow.types.is_string(kind):
        return pyarrow.array(list(map(_as_text, column.to_pylist())), kind)
    if pyarrow.types.is_nested(kind):
        return pyarrow.array(column.to_pylist(), kind)
    return column.cast(kind)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.encode("utf-8", "backslashreplace").decode()  # lone surrogates of a JSON text


def _mark(field: pyarrow.Field) -> bytes | None:
    mark: bytes | None = (field.metadata or {}).get(_MARK)
    return mark


def _is_converted(field: pyarrow.Field) -> bool:
    import pyarrow

    return _mark(field) == _AS_TEXT[_MARK] or not pyarrow.types.is_string(field.type)
