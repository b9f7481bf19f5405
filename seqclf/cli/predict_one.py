"""What a worker of ``seqclf predict`` does with one of many files."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.malformed_rows import MalformedRows
from seqclf.cli.predict_file import RowModel, kind_to_write, model_file, say_of
from seqclf.cli.predict_model import Asked, open_model
from seqclf.cli.predict_request import FileRequest
from seqclf.cli.predict_source import source_of
from seqclf.errors import InputError, SeqclfError
from seqclf.inference.bulk.dispatch import Outcome, Work
from seqclf.inference.bulk.job import predict_file
from seqclf.inference.bulk.receipts import signature
from seqclf.inference.bulk.target import Target
from seqclf.runs import Run

if TYPE_CHECKING:
    from seqclf.inference.bulk.job import Report


@dataclass(frozen=True)
class FileJob:
    """Predicts files with the model of a run: a ``Job`` of workers, whose requests name a file and its output.

    Attributes:
        run: the folder of the run or of an exported model.
        where: the working folder, which paths are relative to.
        allows_code: import the modules of custom layer types.
    """

    run: Path
    asked: Asked
    prefix: str
    threads: int | str
    where: Path
    allows_code: bool = False

    def open(self) -> Work[FileRequest]:
        """Open the model. Raises ``InputError`` on a machine that has not got these folders."""
        try:
            os.chdir(self.where)
        except OSError as error:
            raise InputError(
                f"{self.where}: is not on {os.uname().nodename} ({error.strerror}); all machines need the same folders"
            ) from error
        if self.allows_code:
            from seqclf.layer_types import allow_code

            allow_code()
        run = Run(self.run)
        with contextlib.redirect_stderr(io.StringIO()):  # the parent has said it
            model = open_model(run, self.asked, self.prefix, self.threads)
        return lambda request: outcome_of(model, run, request)


def outcome_of(model: RowModel[Any], run: Run, request: FileRequest) -> Outcome:
    """Predict a file, from where an earlier worker has stopped. Errors become part of the outcome."""
    with contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            report = _predicted(model, run, request)
        except Exception as error:
            return Outcome(said=said.getvalue(), error=_message(error), exit_code=getattr(error, "exit_code", 1))
    written = signature(Path(str(request.output_path)))
    return Outcome(report.rows, report.bad, said.getvalue(), written=tuple(written))


def _predicted(model: RowModel[Any], run: Run, request: FileRequest) -> Report:
    source = dataclasses.replace(source_of(run, request, model.columns), extra=model.extra)
    output = str(request.output_path)
    target = Target(Path(output), kind_to_write(output, request.output_format), request.errors_path, overwrite=True)
    with MalformedRows(source.name) as bad:
        report = predict_file(
            model.compute, model_file(run), source, target, model.answers, resume=True, again=True, on_bad=bad
        )
    say_of(report, source, run, output)
    return report


def _message(error: Exception) -> str:
    if isinstance(error, SeqclfError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return f"{type(error).__name__}: {error}"
