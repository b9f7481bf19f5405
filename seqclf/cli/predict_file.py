"""``seqclf predict --input``: predicts a file and shows progress."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO, cast

from seqclf.cli.own_encoding import encoding_like
from seqclf.cli.streams import CheckedOutput
from seqclf.cli.wrap import GLUE, say
from seqclf.errors import InputError
from seqclf.inference.bulk.answers import Answers
from seqclf.inference.bulk.job import Report, Target, predict_file, predict_stream
from seqclf.inference.bulk.reader import STREAM, Reader, Source
from seqclf.runs import TEXT_COLUMN, Run
from seqclf.tables.formats import TEXT_KINDS, WRITE_KINDS, output_kind_of
from seqclf.tables.names import double_quoted, is_same_but_normal_form

if TYPE_CHECKING:
    from seqclf.cli.predict_request import FileRequest
    from seqclf.decisions import Decider
    from seqclf.inference import TextClassifier

_BAD_ROWS_SHOWN = 10
_SECONDS_BETWEEN_LINES = 10.0
_ROWS_OF_A_LIVE_STREAM = 64


def predict_rows(
    classifier: TextClassifier, run: Run, decider: Decider, request: FileRequest, *, top: int, every: bool
) -> None:
    """Predict a file and report on stderr.

    Args:
        run: the run or exported folder of the classifier.
        top: how many of the most probable labels to list; 0: none.
        every: include the probability of every label.
    """
    source = dataclasses.replace(_source(run, request, classifier.columns), extra=classifier.extra)
    answers = Answers(decider, min(top, len(decider.labels)), every, prefix=request.prefix)
    started = time.monotonic()
    output, errors = request.output_path, request.errors_path
    if output is None or output == STREAM:
        report = _into_stream(classifier, source, request, answers)
        where = ""
    else:
        to = Target(Path(output), _kind_of(output, request.output_format), errors, request.overwrite)
        is_complete = to.path.is_file() and not Path(f"{output}.partial").exists()
        if request.resume and is_complete and not request.overwrite:
            say(f"{output}: already complete", err=True)
            return
        model = run.onnx if run.onnx.exists() else run.model
        report = _into_file(classifier, model, source, to, answers, resume=request.resume)
        where = f" -> {output}"
    if report.instead:
        _say_instead(source, run.text_column)
    for note in report.notes:
        say(f"{output}: {note}", err=True)
    for remark in report.remarks:
        say(f"note: {remark}", err=True)
    if report.absent:
        _say_absent(source, report)
    texts = report.rows - report.bad
    say(f"{texts:,} text{'' if texts == 1 else 's'} in {time.monotonic() - started:,.1f} s{where}", err=True)
    if report.bad:
        listed = "listed above" if report.bad <= _BAD_ROWS_SHOWN else f"the first {_BAD_ROWS_SHOWN} are listed above"
        more = f"; the reasons are in {errors}" if errors else f": {listed}"
        say(f"{report.bad:,} of {report.rows:,} rows were skipped as malformed{more}", err=True)


def _source(run: Run, request: FileRequest, columns: tuple[str, ...]) -> Source:
    """The file to predict. Columns and encoding default to those of the run's training texts.

    ``columns``: those whose values together are a text; empty if a text is a single value.
    """
    assert request.input_path is not None
    encoding = request.encoding or run.text_encoding
    source = Source.of(request.input_path, request.input_format, _columns(request, columns), encoding)
    if request.encoding is None and source.kind in TEXT_KINDS:
        files = [] if source.is_stream else [Path(source.path)]
        source = dataclasses.replace(source, encoding=encoding_like(encoding, source.name, files))
    if not request.columns and not columns:
        source = with_text_column(source, run.text_column)
    source = with_header(source, run.header)
    if source.kind == "txt" and columns:
        rest = ", ".join(f'"{column}"' for column in columns[1:])
        say(f'{source.name}: each line is a text of the column "{columns[0]}", without {rest}', err=True)
    return source


def _columns(request: FileRequest, columns: tuple[str, ...]) -> str | tuple[str, ...]:
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


def _into_stream(classifier: TextClassifier, source: Source, request: FileRequest, answers: Answers) -> Report:
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
    return predict_stream(classifier.probabilities, source, kind, out, answers, on_bad=_BadRows(), **block)


def _kind_of(output: str, given: str | None) -> str:
    """The format to write: by the option, else by the file extension."""
    kind = given or output_kind_of(Path(output))
    if kind is None:
        raise InputError(
            f"--output {output}: unknown file extension; use one of {', '.join(WRITE_KINDS)} (also packed, such as "
            "csv.gz), or --output-format"
        )
    return kind


def _into_file(
    classifier: TextClassifier, model: Path, source: Source, target: Target, answers: Answers, *, resume: bool
) -> Report:
    """``predict_file`` with progress; prints how to resume if it is interrupted."""
    with _sigterm_raises(), _progress() as show:
        try:
            return predict_file(
                classifier.probabilities,
                model,
                source,
                target,
                answers,
                resume=resume,
                on_report=show,
                on_bad=_BadRows(),
            )
        except (KeyboardInterrupt, _Terminated) as error:
            if Path(f"{target.path}.partial").exists():
                say("\nStopped; to resume, add --resume to the same command.", err=True)
            if isinstance(error, _Terminated):
                sys.exit(128 + signal.SIGTERM)
            raise


def with_text_column(source: Source, column: str) -> Source:
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
    _say_instead(source, column)
    return source


def _say_instead(source: Source, column: str) -> None:
    say(
        f'{source.name} lacks the run\'s column "{column}"; using its column "{TEXT_COLUMN}" (see{GLUE}--column)',
        err=True,
    )


def _say_absent(source: Source, report: Report) -> None:
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


def with_header(source: Source, header: tuple[str, ...]) -> Source:
    """The source with the run's ``data.header`` if the file has no header line either: its first line has as many
    fields, but does not name the columns of the texts."""
    if not header or source.kind not in ("csv", "tsv") or source.is_stream or not Path(source.path).is_file():
        return source
    first = next((row for row in Reader(source).values() if not isinstance(row, InputError)), None)
    if first is None or len(first) != len(header) or any(column in first for column in source.columns):
        return source
    say(f"{source.name}: has no header line; its columns are those of the run ({', '.join(header)})", err=True)
    return dataclasses.replace(source, header=header)


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


class _BadRows:
    """Prints the errors of the first malformed rows."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, error: InputError) -> None:
        self._count += 1
        if self._count <= _BAD_ROWS_SHOWN:
            say(f"warning: {error}", err=True)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[Report], None]]:
    """Rows, rate and time left: a bar on a terminal, an occasional line elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    first: tuple[float, Report] | None = None

    def rate(report: Report) -> str:
        nonlocal first
        first = first or (time.monotonic(), report)
        seconds = time.monotonic() - first[0]
        return f"{report.rows:,} rows" + (
            f", {(report.rows - first[1].rows) / seconds:,.0f} rows/s" if seconds > 1 else ""
        )

    if not console.is_terminal:
        last = time.monotonic()

        def line(report: Report) -> None:
            nonlocal last
            shown = rate(report)
            if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                share = "" if report.share is None else f", {report.share:.0%} of the file"
                say(f"{shown}{share}", err=True)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("Reading", total=None)

        def move(report: Report) -> None:
            total = None if report.share is None else 1.0
            bar.update(task, description=rate(report), total=total, completed=report.share or 0.0)

        yield move
