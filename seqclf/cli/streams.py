"""Standard input, output and error that no terminal, pipe or full disk can break.

``prepared`` replaces Python's three streams:

- A stream that is closed when the program starts gets ``/dev/null`` as its descriptor. The next file to be opened would
  get that number otherwise, and everything that C++ libraries log would be written into it.
- Reading standard input that is closed raises ``InputError``.
- Standard output and error that are no terminal are UTF-8, as are all files that seqclf reads and writes. A terminal
  keeps its encoding; characters that it lacks are escaped. JSON is ASCII on a terminal that is not UTF-8.
- Nothing that goes wrong with standard error stops the program.
- The first thing that goes wrong with standard output is kept, and what follows is dropped. Work continues to its end:
  a training for example is saved. The exit code is 1 then. Commands whose work is their output call
  ``check_output`` to stop at once.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import re
import select
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

import click

from seqclf.errors import InputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_ESCAPED = "seqclf_escaped"
_SIMPLER = {"…": ".", "█": "#"}
"""Characters of tables as narrow ones that every terminal has."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_NAMES = {1: "standard output", 2: "standard error"}


class _Absent(io.RawIOBase):
    """Standard input that is closed."""

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 0

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        raise InputError("standard input is closed; pipe or redirect texts into the command")


class Output(io.RawIOBase):
    """A file descriptor to write to, which never raises.

    Attributes:
        failure: the first error. After it, everything is dropped.
    """

    def __init__(self, descriptor: int, *, closed: bool = False) -> None:
        self._descriptor = descriptor
        self._missing = closed
        self.failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return not self._missing and os.isatty(self._descriptor)

    def write(self, data: ReadableBuffer, /) -> int:
        if self._missing and self.failure is None:
            self.failure = self._named(errno.EBADF, "closed")
        if self.failure is not None:
            return memoryview(data).nbytes
        while True:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:  # another program made the descriptor, which it shares, non-blocking
                select.select((), (self._descriptor,), ())
            except OSError as error:
                self.failure = self._named(error.errno or errno.EIO, error.strerror or "cannot be written")
                return memoryview(data).nbytes

    def _named(self, number: int, what: str) -> OSError:
        return OSError(number, what, _NAMES.get(self._descriptor))


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """``backslashreplace``, with a few characters as simpler ones of the same width."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_SIMPLER.get(one) or one.encode("ascii", "backslashreplace").decode() for one in found), error.end


_stdout: Output | None = None


@contextlib.contextmanager
def prepared() -> Iterator[None]:
    """Replace the three streams; at the end, exit with 1 if standard output failed and nothing else did."""
    global _stdout
    missing = _missing()
    _open_null()
    codecs.register_error(_ESCAPED, _escaped)
    if 0 in missing:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Absent()), encoding="utf-8")
    output = _stdout = Output(1, closed=1 in missing)
    sys.stdout = _text(output, sys.stdout)
    sys.stderr = _text(Output(2, closed=2 in missing), sys.stderr)
    try:
        yield
    except SystemExit as ended:
        if ended.code in (0, None):
            _check_at_end(output)
        raise
    _check_at_end(output)


def check_output() -> None:
    """Raise the first ``OSError`` of standard output, if there was any."""
    if _stdout is not None and _stdout.failure is not None:
        raise _stdout.failure


def print_json(value: Any, file: TextIO | None = None) -> None:
    """Print one line of JSON, to a file in UTF-8 or to standard output; it is ASCII on a terminal that is not UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=file is None and not _is_utf8(sys.stdout)), file=file)


class CheckedOutput(io.RawIOBase):
    """Standard output for complete lines in UTF-8; writing raises ``OSError`` as usual.

    A terminal that is not UTF-8 gets them in its encoding.

    Args:
        as_json: the lines are JSON, and what the terminal lacks is escaped as in JSON; else with backslashes.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        size = memoryview(data).nbytes
        if _is_utf8(sys.stdout):
            sys.stdout.buffer.write(data)
        else:
            text, encoding = bytes(data).decode("utf-8"), sys.stdout.encoding
            if self._as_json:
                sys.stdout.write(_NOT_ASCII.sub(lambda one: json.dumps(one[0])[1:-1], text))
            else:
                sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        check_output()
        return size

    def flush(self) -> None:
        sys.stdout.flush()
        check_output()


def _is_utf8(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "utf-8").name == "utf-8"


def _check_at_end(output: Output) -> None:
    with contextlib.suppress(ValueError):  # closed by somebody
        sys.stdout.flush()
    failure = output.failure
    if failure is None:
        return
    if failure.errno != errno.EPIPE:  # the reader has what it wanted, as `head`
        click.echo(f"Error: {failure.filename}: {failure.strerror}", err=True)
    sys.exit(1)


def _missing() -> set[int]:
    missing = set()
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            missing.add(descriptor)
    return missing


def _open_null() -> None:
    """Open ``/dev/null`` for each missing one of the first three descriptors."""
    while (opened := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(opened, True)
    os.close(opened)


def _text(output: Output, before: io.TextIOBase | object) -> io.TextIOWrapper:
    terminal = output.isatty()
    encoding = getattr(before, "encoding", None) if terminal else None
    return io.TextIOWrapper(
        io.BufferedWriter(output), encoding=_or_utf8(encoding), errors=_ESCAPED, line_buffering=terminal
    )


def _or_utf8(encoding: str | None) -> str:
    """UTF-8 instead of ASCII, which is what Python takes for the encoding of a terminal without a locale."""
    try:
        name = codecs.lookup(encoding or "utf-8").name
    except LookupError:
        return "utf-8"
    return "utf-8" if name == "ascii" else name


def run_in_utf8() -> None:
    """Start Python again in its UTF-8 mode if it takes file names and arguments for ASCII.

    It does so in the locale POSIX if its own remedies are switched off; names such as ``données.csv`` in a config could
    not be opened then.
    """
    if codecs.lookup(sys.getfilesystemencoding()).name != "ascii" or not sys.executable:
        return
    os.environ["PYTHONUTF8"] = "1"  # for the processes that this one starts
    with contextlib.suppress(OSError):
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
