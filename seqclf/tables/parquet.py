"""Rows of parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqclf.errors import InputError
from seqclf.tables.content import START, instead_of
from seqclf.tables.decoding import Open
from seqclf.tables.names import named
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.row import Notes, Row

_ROWS_AT_ONCE = 1_024


def parquet_rows(path: Path, opened: Open = open_binary, notes: Notes | None = None) -> Iterator[Row | InputError]:
    """Rows, with their numbers. Raises ``InputError`` if the file is no parquet file."""
    import pyarrow.parquet

    with unpacking(path), opened(path) as file:
        start = file.read(START)
        file.seek(0)
        try:
            table = pyarrow.parquet.ParquetFile(file)
            names = named(table.schema_arrow.names, notes or Notes())
            number = 0
            for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE):
                for row in pyarrow.RecordBatch.from_arrays(batch.columns, names=names).to_pylist():
                    number += 1
                    yield number, row
        except (pyarrow.ArrowException, ValueError, OverflowError) as error:
            other = None if start.startswith(b"PAR1") else instead_of(path, start, "parquet file")
            raise InputError(f"{path}: {other or f'not valid parquet ({str(error).splitlines()[0]})'}") from error
