"""The file of ``seqclf predict --input`` and ``explain --input``: its columns, encoding and header, and what is said of
them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.own_encoding import encoding_like
from seqclf.cli.predict_format import first_row, format_like, note_whole_files
from seqclf.cli.predict_header import check_header
from seqclf.cli.wrap import GLUE, say
from seqclf.errors import InputError
from seqclf.inference.bulk.reader import Reader, Source
from seqclf.runs import TEXT_COLUMN, Run
from seqclf.tables.formats import TEXT_KINDS
from seqclf.tables.names import double_quoted, is_same_but_normal_form
from seqclf.tables.wrong_encoding import check_encoding

if TYPE_CHECKING:
    from seqclf.cli.input_options import InputFile
    from seqclf.inference.bulk.job import Report


def source_of(run: Run, request: InputFile, columns: tuple[str, ...]) -> Source:
    """The file to predict. Columns and encoding default to those of the run's training texts.

    ``columns``: those whose values together are a text; empty if a text is a single value.
    """
    assert request.input_path is not None
    encoding = request.encoding or run.text_encoding
    read = _columns(request, columns)
    kind = request.input_format
    if kind is None:
        wanted = request.columns or columns or (run.text_column,)
        kind = format_like(run, request.input_path, wanted, encoding)
    source = Source.of(request.input_path, kind, read, encoding)
    if request.encoding is None and source.kind in TEXT_KINDS:
        files = [] if source.is_stream else [Path(source.path)]
        source = dataclasses.replace(source, encoding=encoding_like(encoding, source.name, files))
        if not source.is_stream and Path(source.path).is_file():  # a pipe cannot be read twice
            check_encoding(Path(source.path), source.encoding, "--encoding ")
    if not request.columns and not columns:
        source = _with_text_column(source, run.text_column)
    source = _with_header(source, run.header)
    if source.kind == "txt" and run.origin.get("source") == "text":  # in whose files a blank line is no document
        source = dataclasses.replace(source, skips_blank_lines=True)
    check_header(source)
    note_whole_files(run, source)
    if source.kind == "txt" and columns:
        rest = ", ".join(f'"{column}"' for column in columns[1:])
        say(f'{source.name}: each line is a text of the column "{columns[0]}", without {rest}', err=True)
    return source


def _columns(request: InputFile, columns: tuple[str, ...]) -> str | tuple[str, ...]:
    """The file's column or columns. Raises ``InputError`` if ``--column`` names more or fewer than the run
    reads, or one twice.
    """
    given = request.columns
    if len(given) > 1 and not columns:
        raise InputError(f"--column: the run reads one text column; give it once, not {len(given)} times")
    if given and columns and len(given) != len(columns):
        raise InputError(
            f"--column: the run reads {len(columns)} text columns ({', '.join(columns)}); give it once for each, in "
            "this order"
        )
    if repeated := next((name for name, count in Counter(given).items() if count > 1), None):
        raise InputError(f'--column: expected each column once, found "{repeated}" twice')
    return (given or columns) if columns else given[0] if given else TEXT_COLUMN


def _with_text_column(source: Source, column: str) -> Source:
    """The source with the run's text column, if its format has columns.

    If a file lacks that column but has a column ``text``, uses ``text`` and says so on standard error.
    """
    if column == source.column or source.kind == "txt":
        return source
    named = dataclasses.replace(source, column=column)
    if source.is_stream or not Path(source.path).is_file():  # a pipe cannot be read twice
        return dataclasses.replace(named, instead=TEXT_COLUMN)
    first = next((row for row in Reader(source).values() if not isinstance(row, InputError)), None)
    if first is None or column in first or source.column not in first:
        return named
    say_instead(source, column)
    return source


def say_instead(source: Source, column: str) -> None:
    say(
        f'{source.name} lacks the run\'s column "{column}"; using its column "{TEXT_COLUMN}" (see{GLUE}--column)',
        err=True,
    )


def _with_header(source: Source, header: tuple[str, ...]) -> Source:
    """The source with the run's ``data.header`` if the file has no header line either: its first line has as many
    fields, but does not name the columns of the texts."""
    if not header or source.kind not in ("csv", "tsv"):
        return source
    if source.is_stream or not Path(source.path).is_file():  # a pipe cannot be read twice
        say(f"note: the run's files have no header line (data.header), but that of {source.name} is read", err=True)
        return source
    first = first_row(source)
    if first is None or len(first) != len(header) or any(column in first for column in source.columns):
        return source
    say(f"{source.name}: has no header line; its columns are those of the run ({', '.join(header)})", err=True)
    return dataclasses.replace(source, header=header)


def say_absent(source: Source, report: Report) -> None:
    """Name the columns beside the text that the file lacks, and those that are probably meant."""
    what, them = ("column", "it") if len(report.absent) == 1 else ("columns", "them")
    lacking = ", ".join(f'"{column}"' for column in report.absent)
    say(f"warning: {source.name}: no {what} {lacking}; its texts were predicted without {them}", err=True)
    for column, name in report.similar.items():
        if is_same_but_normal_form(column, name):
            form = f"{double_quoted(name)}, which is {double_quoted(column)} in another Unicode normal form"
        else:
            form = f'"{name}"; if it is "{column}"'
        say(f"The file has a column {form}: rename the column in the file", err=True)
