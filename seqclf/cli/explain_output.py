"""Where ``seqclf explain`` writes, and in which form: words with marks, JSON lines, or a page."""

from __future__ import annotations

import contextlib
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

import click

from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say
from seqclf.errors import InputError

if TYPE_CHECKING:
    from seqclf.cli.explain_input import Limit
    from seqclf.cli.input_options import InputFile
    from seqclf.explanation.explained import Explained
    from seqclf.inference.bulk.job import Report

STREAM = "-"
TEXTS_OF_A_PAGE = 500
"""Default for the number of texts on a page: browsers are slow with pages of many megabytes."""

_JSON, _PAGE, _MARKS = (".jsonl", ".ndjson", ".json"), (".html", ".htm"), (".txt", "")


@dataclass(frozen=True)
class Output:
    """A form, and the file to write; ``path`` None: standard output."""

    form: Literal["marks", "json", "page"]
    path: Path | None

    def limit(self, given: int | None) -> Limit:
        """How many texts are explained; ``given``: the value of ``--limit``."""
        from seqclf.cli.explain_input import Limit

        if given is not None or self.form != "page":
            return Limit(given)
        note = f"The page has the first {TEXTS_OF_A_PAGE} texts; --limit N takes more, and --json has no limit"
        return Limit(TEXTS_OF_A_PAGE, note)

    def check(self, source: str | None, *, overwrite: bool) -> None:
        """Raise ``InputError`` if the file cannot be written, or is the one that is read (``source``)."""
        if self.path is None:
            return
        from seqclf.inference.bulk.target import Target

        stream = "--html -" if self.form == "page" else "-o -"
        Target(self.path, self.form, overwrite=overwrite, to_stream=stream).check()
        if source not in (None, STREAM) and self.path.absolute().resolve() == Path(str(source)).absolute().resolve():
            raise InputError(f"{self.path}: is the input; name another file to write")

    @contextlib.contextmanager
    def progress(self, file: InputFile) -> Iterator[Callable[[Report], None]]:
        """Shows the progress in a file of texts, unless the output does."""
        if self.path is None or file.input_path is None:
            yield lambda report: None
            return
        from seqclf.cli.file_progress import file_progress

        with file_progress() as show:
            yield show

    def write(self, explained: Iterable[Explained], model: str, strongest: int) -> None:
        """Write all texts, each as soon as it is explained; a file appears when it is complete.

        Args:
            model: its name, for a page.
            strongest: number of words to list for a label, and against it.

        Raises:
            InputError: there are no texts for a page.
        """
        texts = iter(explained)
        first = next(texts, None)
        if first is None and self.form == "page":
            raise InputError("standard input: contains no text to explain, so there is no page")
        number = self._write(texts if first is None else itertools.chain([first], texts), model, strongest)
        if self.path is not None:
            say(f"Wrote {self.path}: {number:,} explanation{'' if number == 1 else 's'}", err=True)

    def _write(self, explained: Iterable[Explained], model: str, strongest: int) -> int:
        """Returns the number of explanations."""
        counted = _Counted(explained)
        with _opened(self.path) as file:
            if self.form == "marks":
                from seqclf.cli.explained_texts import show_all

                show_all(counted, strongest, file)
            elif self.form == "json":
                for one in counted:
                    for found in one.to_json():
                        print_json(found, file)
            else:
                from seqclf.explanation.page import page

                for part in page(model, counted):
                    (file or sys.stdout).write(part)
        return counted.number


def output_of(*, as_json: bool, html: Path | None, path: Path | None) -> Output:
    """The output that options ask for: ``--json``, ``--html FILE`` and ``--output FILE``.

    Raises:
        UsageError: the options contradict each other, or the extension of a file names no form.
    """
    stream = Path(STREAM)
    if html is not None:
        if as_json:
            raise click.UsageError("--html and --json are different forms of the output: give one of them")
        if path is not None:
            raise click.UsageError("--html FILE and --output FILE both name the file to write: give one of them")
        return Output("page", None if html == stream else html)
    if path in (None, stream):
        return Output("json" if as_json else "marks", None)
    assert path is not None
    ending = path.suffix.lower()
    if ending in _PAGE:
        if as_json:
            raise click.UsageError(f"--json: {path} is the name of a page; name it {path.with_suffix('.jsonl')}")
        return Output("page", path)
    if as_json or ending in _JSON:
        return Output("json", path)
    if ending in _MARKS or (path.exists() and not path.is_file()):  # ``check`` says what a device or a folder is
        return Output("marks", path)
    raise click.UsageError(
        f'--output {path}: unknown file extension "{ending}"; expected .jsonl, .html or .txt (words with marks)'
    )


class _Counted:
    """Texts one after another.

    Attributes:
        number: how many explanations there were so far.
    """

    def __init__(self, explained: Iterable[Explained]) -> None:
        self._explained, self.number = explained, 0

    def __iter__(self) -> Iterator[Explained]:
        for one in self._explained:
            self.number += len(one.attributions)
            yield one


@contextlib.contextmanager
def _opened(path: Path | None) -> Iterator[TextIO | None]:
    """A file that appears at ``path`` when the block succeeds; None for standard output."""
    if path is None:
        yield None
        return
    from seqclf.files import replacing

    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        yield file
        file.flush()  # before ``replacing`` syncs it
