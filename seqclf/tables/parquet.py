"""Rows of parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqclf.errors import InputError
from seqclf.tables.decoding import Open
from seqclf.tables.names import named
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.row import Notes, Row

_ROWS_AT_ONCE = 1_024


def parquet_rows(path: Path, opened: Open = open_binary, notes: Notes | None = None) -> Iterator[Row | InputError]:
    import pyarrow.parquet

    with unpacking(path), opened(path) as file:
        try:
            table = pyarrow.parquet.ParquetFile(file)
            names = named(table.schema_arrow.names, notes or Notes())
            number = 0
            for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE):
                for row in pyarrow.RecordBatch.from_arrays(batch.columns, names=names).to_pylist():
                    number += 1
                    yield number, row
        except (pyarrow.ArrowException, ValueError, OverflowError) as error:
            raise InputError(f"{path}: not valid parquet ({str(error).splitlines()[0]})") from error
