"""The texts of ``seqclf explain``: of the command line, of standard input, or of the rows of a file."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from seqclf.cli.given_fields import given_fields
from seqclf.cli.malformed_rows import MalformedRows
from seqclf.cli.predict_source import say_absent, say_instead, source_of
from seqclf.cli.streams import check_output
from seqclf.cli.typed_texts import typed_texts
from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.explanation.explained import Explained
from seqclf.inference.bulk.job import Report
from seqclf.inference.bulk.reader import Reader
from seqclf.inference.prediction import predictions
from seqclf.inference.text_classifier import own_decider

if TYPE_CHECKING:
    from seqclf.cli.explain_method import Explain
    from seqclf.cli.input_options import InputFile
    from seqclf.inference import TextClassifier
    from seqclf.runs import Run


class TextToExplain(NamedTuple):
    """A text with the values of the columns beside it, each in a list of one; ``where``: ``FILE:ROW``."""

    text: str
    beside: Mapping[str, Sequence[Any]]
    where: str | None = None


def texts_to_explain(
    classifier: TextClassifier,
    run: Run,
    given: tuple[InputFile, Sequence[str], Sequence[str]],
    limit: Limit,
    on_report: Callable[[Report], None],
) -> Iterable[TextToExplain]:
    """The texts that a command line names.

    Args:
        given: the file of ``--input``, the texts on the command line, and the values of ``--field``.
        on_report: called after each row of a file.

    Raises:
        InputError: ``--field`` names no column of the run, or the file cannot be read.
    """
    file, arguments, values = given
    if file.input_path is not None:
        return RowsToExplain(run, file, classifier, limit, on_report)
    fields = given_fields(values, classifier.columns, classifier.extra)
    if note := fields.note():
        say(note, err=True)
    return limit.of(TextToExplain(fields.joined(text), fields.beside(1)) for text in typed_texts(tuple(arguments)))


def explained(classifier: TextClassifier, explain: Explain, texts: Iterable[TextToExplain]) -> Iterator[Explained]:
    """Each text as soon as it is read."""
    decider = own_decider(classifier)
    for text, beside, where in texts:
        (prediction,) = predictions(classifier.probabilities([text], beside), decider, [text])
        yield Explained(prediction, explain([text], beside)[0], where)
        check_output()


class Limit(NamedTuple):
    """How many texts to explain; ``number`` None: all. ``note`` is said if there are more."""

    number: int | None = None
    note: str = ""

    def of(self, texts: Iterator[TextToExplain]) -> Iterator[TextToExplain]:
        """The first texts."""
        yield from itertools.islice(texts, self.number)
        if self.note and next(texts, None) is not None:
            say(self.note, err=True)


class RowsToExplain:
    """The texts of a file, row by row; malformed rows are left out, and standard error names them.

    Args:
        on_report: called after each row.

    Raises:
        InputError: the file cannot be read, or lacks the column of the texts.
    """

    def __init__(
        self,
        run: Run,
        file: InputFile,
        classifier: TextClassifier,
        limit: Limit,
        on_report: Callable[[Report], None],
    ) -> None:
        source = source_of(run, file, classifier.columns)
        self._source, self._column = dataclasses.replace(source, extra=classifier.extra), run.text_column
        self._limit, self._on_report = limit, on_report
        self._texts = self._bad = 0

    def __iter__(self) -> Iterator[TextToExplain]:
        began, reader = time.monotonic(), Reader(self._source)
        with MalformedRows(self._source.name, at_once=self._source.is_stream) as bad:
            for one in self._limit.of(self._read(reader, bad)):
                self._texts += 1
                yield one
                self._on_report(self._report(reader))
        self._say_at_end(self._report(reader), time.monotonic() - began, bad)

    def _read(self, reader: Reader, on_bad: Callable[[InputError], None]) -> Iterator[TextToExplain]:
        for row in reader:
            if isinstance(row, InputError):
                self._bad += 1
                on_bad(row)
            else:
                yield TextToExplain(row.text, {name: [value] for name, value in row.extra.items()}, row.where)

    def _report(self, reader: Reader) -> Report:
        return Report.of(reader, self._texts + self._bad, self._bad)

    def _say_at_end(self, report: Report, seconds: float, bad: MalformedRows) -> None:
        """What ``predict --input`` says of a file at its end. Raises ``InputError`` if no row has a text."""
        if report.instead:
            say_instead(self._source, self._column)
        if report.absent:
            say_absent(self._source, report)
        for remark in report.remarks:
            say(f"note: {remark}", err=True)
        texts = report.rows - report.bad
        if report.bad:
            listed = ": listed above" if bad.named == report.bad else ""
            say(f"{report.bad:,} of {report.rows:,} rows were skipped as malformed{listed}", err=True)
        if not texts:
            raise InputError(
                f"{self._source.name}: contains no {'valid ' if report.bad else ''}rows, so there is nothing to explain"
            )
        say(f"{texts:,} text{'' if texts == 1 else 's'} in {seconds:,.1f} s", err=True)
