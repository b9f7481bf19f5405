"""``seqclf predict`` for many files: which, by whom, and what came of them."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import os
import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.predict_file import RowModel, model_file
from seqclf.cli.predict_model import Asked, open_model
from seqclf.cli.predict_one import FileJob, outcome_of
from seqclf.cli.predict_request import FileRequest, Helpers
from seqclf.cli.wrap import say
from seqclf.errors import InputError, SeqclfError
from seqclf.inference.bulk.dispatch import Dispatcher, Outcome
from seqclf.inference.bulk.file_list import Listed, listed_files, name_of_predictions
from seqclf.inference.bulk.receipts import Receipts, signature
from seqclf.runs import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMED = 5
"""Files named in the message at the end."""

Results = Generator[tuple[FileRequest, Outcome], None, None]
ResultsOf = Callable[[Iterator[FileRequest], int], Results]


@dataclass
class _Tally:
    """What came of the files so far."""

    files: int = 0
    skipped: int = 0
    rows: int = 0
    bad: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """Exit codes by file."""

    def add(self, outcome: Outcome) -> None:
        self.files, self.rows, self.bad = self.files + 1, self.rows + outcome.rows, self.bad + outcome.bad


@dataclass(frozen=True)
class Plan:
    """The files to predict, each with the request of a worker.

    Attributes:
        files: what is read, by the path of the output in ``folder``.
        same: what determines all outputs besides the files that are read, as plain values.
    """

    folder: Path
    files: dict[str, Listed]
    request: FileRequest
    same: dict[str, Any]

    def outputs(self) -> dict[str, str]:
        """Paths of the outputs, by what is read."""
        return {file.path: below for below, file in self.files.items()}

    def job(self, below: str) -> dict[str, Any]:
        """What determines an output. Raises ``OSError`` if the file cannot be read."""
        path = Path(self.files[below].path)
        return {**self.same, "input": str(path.absolute()), "content": signature(path)}

    def of_file(self, below: str) -> FileRequest:
        """The request for one file."""
        errors = self.request.errors_path
        return dataclasses.replace(
            self.request,
            input_path=self.files[below].path,
            output_path=str(self.folder / below),
            errors_path=None if errors is None else errors / f"{below}.txt",
        )


def plan_of(inputs: Sequence[str], request: FileRequest, run: Run, options: dict[str, Any]) -> Plan:
    """Find the files, and check that the folder of ``--output`` can have a file for each.

    Args:
        options: what determines the predictions besides the model and the request.

    Raises:
        InputError: no such files, or two whose predictions would have the same name.
    """
    folder = Path(str(request.output_path))
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--output {folder}: is a file; name a folder for the predictions of several files")
    files: dict[str, Listed] = {}
    for file in listed_files(inputs, folder):
        below = name_of_predictions(file.below, request.output_format)
        if below in files:
            raise InputError(
                f"{files[below].path} and {file.path}: both would be written to {folder / below}; predict them into "
                "two folders, or name both by one pattern, which keeps their subfolders"
            )
        if (folder / below).resolve() == Path(file.path).resolve():
            raise InputError(f"{file.path}: would be replaced by its predictions; name another folder with --output")
        files[below] = file
    errors = request.errors_path
    if errors is not None and errors.exists() and not errors.is_dir():
        raise InputError(f"--errors {errors}: is a file; name a folder for the errors of several files")
    return Plan(folder, files, request, {**_same(request, run), **options})


def _same(request: FileRequest, run: Run) -> dict[str, Any]:
    """What all files have in common: how they are read and by which model, not where it is."""
    errors = request.errors_path
    return {
        "model": hashlib.sha256(model_file(run).read_bytes()).hexdigest(),
        "columns": list(request.columns) or run.text_column,
        "format": [request.input_format, request.output_format],
        "encoding": [request.encoding, run.text_encoding],
        "header": list(run.header),
        "errors": None if errors is None else str(errors.absolute()),
    }


def predict_files(
    run: Run, inputs: Sequence[str], request: FileRequest, asked: Asked, *, helpers: Helpers, threads: int | str
) -> None:
    """Predict files into a folder and report on standard error.

    Args:
        inputs: names of files, patterns and folders.
        threads: of a process; ``auto``: one, if there are several workers.

    Raises:
        InputError: files that could not be predicted; all others are.
        SeqclfError: the same, if the reason is not what the user gave.
    """
    started = time.monotonic()
    model = open_model(run, asked, request.prefix, threads)
    plan = plan_of(inputs, request, run, model.answers.options())
    has_workers = helpers.engine == "ray" or (helpers.workers or 1) > 1
    of_worker = 1 if threads == "auto" and has_workers else threads
    job = FileJob(run.folder.absolute(), asked, request.prefix, of_worker, Path.cwd(), _allows_code())
    _predict_plan(plan, _results_of(job, model, helpers), started)


def _predict_plan(plan: Plan, results_of: ResultsOf, started: float) -> None:
    tally = _Tally()
    receipts = Receipts(plan.folder)
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--output {plan.folder}: cannot be created ({error.strerror})") from error
    below_of = plan.outputs()
    with _shown(len(plan.files)) as show, _stopped_with_advice(), contextlib.ExitStack() as stack:
        ended = stack.enter_context(contextlib.closing(results_of(_requests(plan, receipts, tally), len(plan.files))))
        for request, outcome in ended:
            below = below_of[str(request.input_path)]
            if outcome.error:
                tally.failed[str(request.input_path)] = outcome.exit_code
            else:
                tally.add(outcome)
                receipts.complete(below, list(outcome.written), outcome.rows - outcome.bad)
            _say_outcome(str(request.input_path), outcome)
            show(tally)
    _summary(plan, tally, time.monotonic() - started)


def _requests(plan: Plan, receipts: Receipts, tally: _Tally) -> Iterator[FileRequest]:
    """The files that are not complete, each checked when it is its turn."""
    for below, file in plan.files.items():
        try:
            job = plan.job(below)
            if receipts.is_complete(below, job, overwrite=plan.request.overwrite):
                tally.skipped += 1
                continue
            request = plan.of_file(below)
            for path in filter(None, (plan.folder / below, request.errors_path)):
                path.parent.mkdir(parents=True, exist_ok=True)
            receipts.begin(below, job)
        except (OSError, InputError) as error:
            reason = str(error) if isinstance(error, InputError) else f"{error.filename}: {error.strerror}"
            tally.failed[file.path] = getattr(error, "exit_code", 1)
            _say_outcome(file.path, Outcome(error=reason))
            continue
        yield request


def _results_of(job: FileJob, model: RowModel[Any], helpers: Helpers) -> ResultsOf:
    """Files with their outcomes, from as many workers as are asked for, but not more than there are files.

    ``model``: that of this process, which predicts if there is one worker.
    """

    def results(requests: Iterator[FileRequest], most: int) -> Results:
        first = next(requests, None)
        if first is None:  # all are complete: no worker has to start
            return
        requests = itertools.chain((first,), requests)
        if helpers.engine == "ray":
            from seqclf.inference.bulk.ray_workers import RayWorkers

            cpus = min(most, helpers.workers or os.cpu_count() or 1)
            with RayWorkers(job, helpers.address, cpus) as actors:
                count = min(most, helpers.workers or actors.cpus)
                yield from Dispatcher[FileRequest](actors, requests, count).results()
        elif (count := min(most, helpers.workers or 1)) > 1:
            from seqclf.inference.bulk.local_workers import LocalWorkers

            with LocalWorkers(job) as processes:
                yield from Dispatcher[FileRequest](processes, requests, count).results()
        else:
            run = Run(job.run)
            for request in requests:
                yield request, outcome_of(model, run, request)

    return results


def _allows_code() -> bool:
    """Whether modules of custom layer types may be imported, without loading what an installation without TensorFlow
    lacks."""
    custom = sys.modules.get("seqclf.layer_types.custom")
    return custom is not None and custom.allows_code()


def _say_outcome(path: str, outcome: Outcome) -> None:
    for line in outcome.said.splitlines():
        say(line, err=True)
    if outcome.error:
        named = outcome.error if path in outcome.error else f"{path}: {outcome.error}"
        say(f"error: {named}", err=True)


@contextlib.contextmanager
def _stopped_with_advice() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        error.add_note("The same command does the rest; complete files are kept.")
        raise


@contextlib.contextmanager
def _shown(files: int) -> Iterator[Any]:
    """A function that shows how far the work is, on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda tally: None
        return
    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task(f"0 of {files:,} files", total=files)

        def show(tally: _Tally) -> None:
            ended = tally.files + tally.skipped + len(tally.failed)
            rate = tally.rows / max(0.001, time.monotonic() - started)
            bar.update(task, description=f"{ended:,} of {files:,} files, {rate:,.0f} rows/s", completed=ended)

        yield show


def _summary(plan: Plan, tally: _Tally, seconds: float) -> None:
    """The last line; raises the error for files that failed."""
    parts = [f"{_counted(tally.files, 'file')} with {_counted(tally.rows, 'row')} in {seconds:,.1f} s"]
    if not tally.files:
        parts = ["Nothing predicted"]
    else:
        parts.append(f"{tally.rows / max(0.001, seconds):,.0f} rows/s")
    if tally.bad:
        parts.append(f"{_counted(tally.bad, 'malformed row')} skipped")
    if tally.skipped:
        parts.append(f"{_counted(tally.skipped, 'file')} already complete")
    say(f"{', '.join(parts)} -> {plan.folder}", err=True)
    if tally.failed:
        names = list(tally.failed)
        others = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        what = "1 file was" if len(names) == 1 else f"{len(names):,} files were"
        kind = InputError if set(tally.failed.values()) == {InputError.exit_code} else SeqclfError
        raise kind(
            f"{what} not predicted: {', '.join(names[:_NAMED])}{others}; mend what is said above, and the same command "
            "does the rest"
        )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
