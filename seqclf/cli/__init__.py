"""The command line: one command per file in ``commands``, each a thin layer over a function of another room.

These modules import nothing heavy at the top, so that ``--help`` responds at once.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import IO, Any

import click

from seqclf import __version__
from seqclf.cli.command_hints import is_unknown_command
from seqclf.cli.commands import Commands
from seqclf.cli.help_pages import Context
from seqclf.cli.hint import ARGUMENTS, Hint
from seqclf.cli.hints import hint_for
from seqclf.cli.problems import show_error
from seqclf.cli.streams import prepared, run_in_utf8
from seqclf.cli.wrap import say, width_of, wrapped
from seqclf.errors import SeqclfError
from seqclf.listener import telling

_OUT_OF_MEMORY = (
    "out of memory: lower training.batch_size, tokenizer.max_tokens, tokenizer.vocab_size, embedding.dim or the units "
    "of layers"
)


class _Failure(click.ClickException):
    def __init__(self, error: SeqclfError) -> None:
        super().__init__(str(error))
        self.error = error

    def show(self, file: IO[Any] | None = None) -> None:
        show_error(self.error)

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return self.error.exit_code


class _Misuse(click.UsageError):
    """A wrong command line: click's message, and what to type instead."""

    def __init__(self, error: click.UsageError, hint: Hint | None) -> None:
        super().__init__(error.message, error.ctx)
        self._error, self._hint = error, hint

    def format_message(self) -> str:
        if self._hint is not None and (isinstance(self._error, click.NoSuchOption) or is_unknown_command(self._error)):
            return self._error.message  # without click's own guesses
        return self._error.format_message()

    def show(self, file: IO[Any] | None = None) -> None:
        if isinstance(self._error, click.exceptions.NoArgsIsHelpError):
            self._error.show(file)  # its message is the whole help page
            return
        width = width_of(sys.stderr)
        message = f"Error: {self.format_message()}"
        if self.ctx is not None:
            say(f"Usage: {self.ctx.command_path} {' '.join(self.ctx.command.collect_usage_pieces(self.ctx))}", err=True)
            say(f"Try '{self.ctx.command_path} --help' for help.\n", err=True)
        if width is None:
            stop = "" if message.endswith((".", "?")) else "."
            click.echo(f"{message}{stop} {self._hint}" if self._hint else message, err=True)
            return
        click.echo(wrapped(message, width), err=True)
        if self._hint is not None:
            click.echo(wrapped(self._hint.lines(width), width), err=True)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)


@contextlib.contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, so that a command leaves nothing incomplete. Keeps a handler that is already set."""
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _cannot_be_encoded(error: UnicodeEncodeError) -> str:
    """For a file name that the file system's encoding lacks: that of the locale, unless Python is in UTF-8 mode."""
    remedy = "" if error.encoding == "utf-8" else "; set a UTF-8 locale, or PYTHONUTF8=1"
    return f"{error.object[:100]!a}: cannot be encoded as {error.encoding}{remedy}"


class _Program(click.Group):
    """Shows errors that seqclf raised on purpose as messages, and exits with their code."""

    context_class = Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            with _terminated_like_interrupted():
                return super().invoke(ctx)
        except click.UsageError as error:
            raise _Misuse(error, hint_for(error, ctx.meta[ARGUMENTS])) from error
        except SeqclfError as error:
            raise _Failure(error) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            raise _Failure(SeqclfError(f"{what}{error.strerror or error}")) from error
        except UnicodeEncodeError as error:
            raise _Failure(SeqclfError(_cannot_be_encoded(error))) from error
        except ModuleNotFoundError as error:
            from seqclf.cli.missing_package import missing_package

            if (missing := missing_package(error)) is None:
                raise
            raise _Failure(missing) from error
        except Exception as error:
            # Naming TensorFlow's error class here would import TensorFlow.
            if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
                raise _Failure(SeqclfError(_OUT_OF_MEMORY)) from error
            raise
        except KeyboardInterrupt as error:
            for note in getattr(error, "__notes__", ()):
                say(note, err=True)
            click.echo("Interrupted.", err=True)
            number = next(iter(error.args), signal.SIGINT)  # _terminate passes the signal's number
            raise click.exceptions.Exit(128 + number) from None


@click.group(cls=_Program, commands=Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seqclf")
def cli() -> None:
    """Train recurrent text classifiers and language models from one YAML file; evaluate, use and export them."""


def main() -> None:
    from seqclf.tensorflow_startup import own_process

    run_in_utf8()
    own_process()
    with prepared(), telling(lambda sentence: say(sentence, err=True)):
        cli(prog_name="seqclf")
