"""Predict a file: read blocks of rows and write the same rows with predictions."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

from seqclf.errors import InputError, SeqclfError
from seqclf.file_encoding import canonical
from seqclf.inference.bulk.answers import RowAnswers
from seqclf.inference.bulk.journal import Journal, Progress
from seqclf.inference.bulk.parquet_writer import ParquetWriter
from seqclf.inference.bulk.reader import Read, Reader, RestUnread, Source
from seqclf.inference.bulk.target import Target
from seqclf.inference.bulk.writers import LineWriter, Writer
from seqclf.tables.packed import packed, packing_of
from seqclf.tables.row import ReadingStopped

ROWS_A_BLOCK = 4_096


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Compute(Protocol[T_co]):
    """What a model computes for texts, such as probabilities; ``extra``: values of the columns beside the text."""

    def __call__(self, texts: Sequence[str], extra: Mapping[str, Sequence[Any]] = ..., /) -> T_co: ...


@dataclass(frozen=True)
class Report:
    """Progress of a prediction.

    Attributes:
        share: fraction of the input read so far; None if unknown.
        absent: columns beside the text that no row so far has (``Reader.absent``).
        similar: columns that are likely meant by them (``Reader.similar``).
        instead: whether the texts are those of ``Source.instead``.
        notes: what a user should know about the complete file.
        remarks: what was noticed about the input (``Reader.notes``).
    """

    rows: int
    bad: int
    share: float | None
    absent: Sequence[str] = ()
    instead: bool = False
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    similar: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, reader: Reader, rows: int, bad: int) -> Report:
        """What is known after ``rows`` rows of a reader, of which ``bad`` were malformed."""
        remarks = tuple(reader.notes.sentences)
        return cls(rows, bad, reader.share, reader.absent, reader.instead, remarks=remarks, similar=reader.similar)


def predict_file(
    compute: Compute[T],
    model: Path,
    source: Source,
    target: Target,
    answers: RowAnswers[T],
    *,
    resume: bool = False,
    again: bool = False,
    on_report: Callable[[Report], None] = lambda report: None,
    on_bad: Callable[[InputError], None] = lambda error: None,
) -> Report:
    """Write the source's rows with their predictions; bad rows are reported and omitted.

    The target appears when it is complete; until then its rows are in ``TARGET.partial``, which ``resume`` continues.

    Args:
        compute: returns what ``answers`` reads, such as ``[texts, labels]`` probabilities; given the values of the
            columns beside the text, too, if the source names such columns.
        model: the file of the model that computes it.
        again: with ``resume``, start again if the input, the model or an option has changed since the interruption.
        on_bad: called with every bad row.

    Raises:
        InputError: for an unusable source or target.
    """
    if resume and source.is_stream:
        raise InputError("standard input cannot be resumed; name a file")
    for path in filter(None, (target.path, target.errors)):
        if not source.is_stream and path.absolute().resolve() == Path(source.path).absolute().resolve():
            raise InputError(f"{path}: is the input; name another file to write")
    answers.check(target.kind)
    journal = Journal(target.path, _job(model, source, target, answers))
    if not (resume and journal.is_complete()):
        target.check()
    with journal.locked(resume=resume, again=again) as progress:
        try:
            if not progress.complete:
                report = _write(
                    compute,
                    source,
                    target,
                    answers,
                    journal=journal,
                    progress=progress,
                    on_report=on_report,
                    on_bad=on_bad,
                )
            else:
                report = Report(progress.rows, progress.bad, None)
                if not journal.is_moved(progress):
                    target.check(journal.errors)
            journal.move(progress, target.errors)
        except BaseException as error:
            if progress.rows == progress.bad or source.is_stream:  # nothing to resume
                journal.drop()
                progress = Progress()
            if (told := _told(error, target, journal, progress)) is not None:
                raise told from error
            raise
    return report


def _told(error: BaseException, target: Target, journal: Journal, progress: Progress) -> SeqclfError | None:
    """The error that says what is left of the output, and what to do; None: ``error`` needs no more words."""
    if isinstance(error, OSError):
        kept = "; the rows before are kept: to resume, add --resume to the same command" if progress.rows else ""
        return SeqclfError(f"{error.filename or target.path}: {error.strerror or error}{kept}")
    if isinstance(error, ReadingStopped) and progress.rows:
        return RestUnread(
            f"{error}; no output was written (the {progress.rows - progress.bad:,} rows before it are in "
            f"{journal.folder}; delete it to start again)"
        )
    return None


def _write(
    compute: Compute[T],
    source: Source,
    target: Target,
    answers: RowAnswers[T],
    *,
    journal: Journal,
    progress: Progress,
    on_report: Callable[[Report], None],
    on_bad: Callable[[InputError], None],
) -> Report:
    """Write the complete file into the journal's folder, from ``progress`` on; keeps ``progress`` up to date."""
    journal.note(progress)
    types = answers.arrow_types() if target.kind == "parquet" else {}
    writer: Writer = ParquetWriter(journal.folder, types) if types else LineWriter.into(target.kind, journal.folder)
    reader = Reader(source)
    with journal.errors.open("ab") as errors:
        journal.check_written(progress, writer.position, errors.tell())
        writer.cut(progress.written)
        errors.truncate(progress.errors)
        rows = iter(reader)
        skipped = sum(1 for _ in islice(rows, progress.rows))
        if skipped < progress.rows:
            raise InputError(f"{source.name}: has fewer rows than before the interruption")
        for block in _blocks(rows):
            for bad in _predicted(block, compute, answers, writer):
                progress.bad += 1
                on_bad(bad)
                errors.write(f"{bad}\n".encode("utf-8", "backslashreplace"))
            errors.flush()
            os.fsync(errors.fileno())
            writer.sync()
            progress.rows += len(block)
            progress.written, progress.errors = writer.position, errors.tell()
            journal.note(progress)
            on_report(Report.of(reader, progress.rows, progress.bad))
    _check_any_valid(source, progress)
    progress.complete = packed(writer.finish(), packing_of(target.path)).name
    journal.note(progress)
    return replace(Report.of(reader, progress.rows, progress.bad), notes=tuple(writer.notes))


def predict_stream(
    compute: Compute[T],
    source: Source,
    kind: str,
    out: BinaryIO,
    answers: RowAnswers[T],
    *,
    on_bad: Callable[[InputError], None] = lambda error: None,
    block: int = ROWS_A_BLOCK,
) -> Report:
    """Write predictions to a stream as csv, tsv or jsonl, one block of rows at a time.

    Raises:
        InputError: for an unusable source, or one without a valid row.
    """
    answers.check(kind)
    writer = LineWriter(kind, out)
    progress = Progress()
    reader = Reader(source)
    for rows in _blocks(iter(reader), block):
        for bad in _predicted(rows, compute, answers, writer):
            progress.bad += 1
            on_bad(bad)
        progress.rows += len(rows)
    _check_any_valid(source, progress)
    return Report.of(reader, progress.rows, progress.bad)


def _check_any_valid(source: Source, progress: Progress) -> None:
    if progress.rows == progress.bad:
        what = "text" if source.skips_blank_lines and not progress.bad else "rows"
        raise InputError(f"{source.name}: contains no {'valid ' if progress.bad else ''}{what}")


def _blocks(rows: Iterator[Read | InputError], size: int = ROWS_A_BLOCK) -> Iterator[list[Read | InputError]]:
    """Blocks of rows; if reading stops with an error, the rows before it are the last block."""
    block: list[Read | InputError] = []
    try:
        for row in rows:
            block.append(row)
            if len(block) == size:
                yield block
                block = []
    except InputError:
        if block:
            yield block
        raise
    if block:
        yield block


def _predicted(
    block: Sequence[Read | InputError], compute: Compute[T], answers: RowAnswers[T], writer: Writer
) -> Iterator[InputError]:
    """Write a block's predictions; yield an error for each bad row."""
    added = answers.named(flat=writer.flat)
    new = set(added)
    good = []
    for row in block:
        if isinstance(row, InputError):
            yield row
        elif clash := next((name for name in row.values if name in new), None):
            error = InputError(f'{row.where}: already has a column "{clash}"; rename the new columns with --prefix')
            if writer.position == 0:
                raise error
            yield error
        else:
            good.append(row)
    if not good:
        return
    texts = [row.text for row in good]
    beside = [{name: [row.extra[name] for row in good] for name in good[0].extra}] if good and good[0].extra else []
    found = answers.rows(compute(texts, *beside), texts, flat=writer.flat)
    refused = writer.write([{**row.values, **answer} for row, answer in zip(good, found, strict=True)], added)
    for place, what in refused.items():
        yield InputError(f"{good[place].where}: {what}")


def _job(model: Path, source: Source, target: Target, answers: RowAnswers[Any]) -> dict[str, Any]:
    """Everything that determines the output, under names that the user knows."""
    file = None if source.is_stream else os.stat(source.path)
    return {
        "--run": str(model.parent.absolute()),
        "--input": [source.name, source.kind, *(["without blank lines"] if source.skips_blank_lines else [])],
        "content of --input": [file.st_size, file.st_mtime_ns] if file else None,
        "--column": source.column if isinstance(source.column, str) else list(source.column),
        "--encoding": canonical(source.encoding),
        "kind of --output": target.kind,
        "--errors": None if target.errors is None else str(target.errors.absolute()),
        "model": hashlib.sha256(model.read_bytes()).hexdigest(),
        **answers.options(),
    }
