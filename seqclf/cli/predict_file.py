"""``seqclf predict --input``: predicts a file and shows progress."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar, cast

from seqclf.cli.file_progress import file_progress
from seqclf.cli.malformed_rows import MalformedRows
from seqclf.cli.predict_source import say_absent, say_instead, source_of
from seqclf.cli.streams import CheckedOutput
from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.inference.bulk.answers import RowAnswers
from seqclf.inference.bulk.job import Compute, Report, predict_file, predict_stream
from seqclf.inference.bulk.reader import STREAM, Source
from seqclf.inference.bulk.target import Target
from seqclf.runs import Run
from seqclf.tables.formats import not_written, output_kind_of

if TYPE_CHECKING:
    from seqclf.cli.predict_request import FileRequest
    from seqclf.extra_columns import ExtraColumns

_ROWS_OF_A_LIVE_STREAM = 64


T = TypeVar("T")


@dataclass(frozen=True)
class RowModel(Generic[T]):
    """What is computed for the rows of a file.

    Attributes:
        compute: returns what ``answers`` reads.
        columns: those whose values together are a text; empty if a text is a single value.
        extra: the columns beside the text that the model reads; None: it reads the text alone.
    """

    compute: Compute[T]
    answers: RowAnswers[T]
    columns: tuple[str, ...] = ()
    extra: ExtraColumns | None = None


def predict_rows(model: RowModel[T], run: Run, request: FileRequest) -> None:
    """Predict a file and report on stderr; ``run`` is the run or exported folder of the model."""
    source = dataclasses.replace(source_of(run, request, model.columns), extra=model.extra)
    started = time.monotonic()
    output = request.output_path
    bad = MalformedRows(source.name, at_once=source.is_stream)
    if output is None or output == STREAM:
        with bad:
            report = _into_stream(model, source, request, bad)
        where = ""
    else:
        to = Target(Path(output), kind_to_write(output, request.output_format), request.errors_path, request.overwrite)
        is_complete = to.path.is_file() and not Path(f"{output}.partial").exists()
        if request.resume and is_complete and not request.overwrite:
            say(f"{output}: already complete", err=True)
            return
        with bad:
            report = _into_file(model, model_file(run), source, to, resume=request.resume, on_bad=bad)
        where = f" -> {output}"
    say_of(report, source, run, output)
    texts = report.rows - report.bad
    say(f"{texts:,} text{'' if texts == 1 else 's'} in {time.monotonic() - started:,.1f} s{where}", err=True)
    if report.bad:
        listed = _where_listed(request, report, bad)
        say(f"{report.bad:,} of {report.rows:,} rows were skipped as malformed{listed}", err=True)


def model_file(run: Run) -> Path:
    """The file of the model that predicts."""
    return run.onnx if run.onnx.exists() else run.model


def say_of(report: Report, source: Source, run: Run, output: str | None) -> None:
    """Say on standard error what a user should know about the columns of a file and its predictions."""
    if report.instead:
        say_instead(source, run.text_column)
    if report.absent:
        say_absent(source, report)
    for note in (*(f"{output}: {note}" for note in report.notes), *(f"note: {remark}" for remark in report.remarks)):
        say(note, err=True)


def _where_listed(request: FileRequest, report: Report, bad: MalformedRows) -> str:
    """Where the errors of all malformed rows are."""
    if request.errors_path is not None:
        return f"; the reasons are in {request.errors_path}"
    if bad.named == report.bad:
        return ": listed above"
    return "" if request.output_path in (None, STREAM) else "; --errors FILE writes the reason of each"


def _into_stream(model: RowModel[T], source: Source, request: FileRequest, on_bad: MalformedRows) -> Report:
    """``predict_stream`` to standard output. Raises ``InputError`` for options that need a file."""
    if request.resume:
        raise InputError("--resume: standard output cannot be resumed; add --output FILE")
    if request.errors_path is not None:
        raise InputError("--errors: works only with --output FILE; without it, errors go to standard error")
    kind = request.output_format or "jsonl"
    if kind == "parquet":
        raise InputError("--output-format: parquet cannot be written to a stream; add --output FILE")
    block = {"block": _ROWS_OF_A_LIVE_STREAM} if source.is_stream else {}
    out = cast(BinaryIO, CheckedOutput(as_json=kind == "jsonl"))
    return predict_stream(model.compute, source, kind, out, model.answers, on_bad=on_bad, **block)


def kind_to_write(output: str, given: str | None) -> str:
    """The format to write: by the option, else by the file extension."""
    kind = given or output_kind_of(Path(output))
    if kind is None:
        raise InputError(f"--output {not_written(Path(output), '--output-format')}")
    return kind


def _into_file(
    model: RowModel[T], file: Path, source: Source, target: Target, *, resume: bool, on_bad: MalformedRows
) -> Report:
    """``predict_file`` with progress; prints how to resume if it is interrupted."""
    with _sigterm_raises(), file_progress() as show:
        try:
            return predict_file(
                model.compute,
                file,
                source,
                target,
                model.answers,
                resume=resume,
                on_report=show,
                on_bad=on_bad,
            )
        except (KeyboardInterrupt, _Terminated) as error:
            if Path(f"{target.path}.partial").exists():
                say("\nStopped; to resume, add --resume to the same command.", err=True)
            if isinstance(error, _Terminated):
                sys.exit(128 + signal.SIGTERM)
            raise


class _Terminated(BaseException):
    """The process received SIGTERM."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated


@contextlib.contextmanager
def _sigterm_raises() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
