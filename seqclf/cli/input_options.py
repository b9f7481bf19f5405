"""The options of commands that read a file of texts with ``--input``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from seqclf.cli.command_words import command_line
from seqclf.cli.hint import ARGUMENTS, Hint, HintedError
from seqclf.cli.options import Decorator, UserPath
from seqclf.cli.value_types import OneOf
from seqclf.tables.formats import READ_KINDS

_FILE = "File of texts (csv, tsv, json, parquet, xlsx, txt), or -."


def _inputs(words: str) -> Decorator:
    return click.option("--input", "-i", "inputs", multiple=True, type=UserPath(), metavar="FILE", help=words)


inputs_option = _inputs(_FILE)

several_inputs_option = _inputs(
    f"{_FILE} A pattern in quotes, a folder, or --input repeated: each file is predicted into one of the same name in "
    "the folder --output."
)

columns_option: Decorator = click.option(
    "--column",
    "columns",
    multiple=True,
    help="Column of --input's texts; repeat it for a run with several text columns. [default: the run's, or text]",
)

input_format_option: Decorator = click.option(
    "--input-format",
    type=OneOf(READ_KINDS),
    help="Format of --input; txt: one text per line. [default: by file extension]",
)


@dataclass(frozen=True)
class InputFile:
    """The file of ``--input``, and how to read it.

    Attributes:
        input_path: None if texts are on the command line.
        columns: those of the texts; empty: as the run's.
        input_format: None: by the extension.
        encoding: by Python's name; None: UTF-8, else as the run's.
    """

    input_path: str | None
    columns: tuple[str, ...]
    input_format: str | None
    encoding: str | None

    def check_given(self, texts: tuple[str, ...], *, fields: bool) -> None:
        """Raise ``UsageError`` unless either ``texts`` or a file is given, with the options of a file only for one.

        ``fields``: whether ``--field`` is given.
        """
        path = self.input_path
        if path is not None and " " in path and not Path(path).exists():
            raise click.UsageError(f"--input {path}: no such file")  # "-instead of this" is a text
        if bool(texts) == (path is not None):
            raise click.UsageError("give TEXT or --input FILE, not both") if texts else self._missing()
        if texts and (unused := [option for option, is_given in self.options_of_files().items() if is_given]):
            raise click.UsageError(f"{', '.join(unused)}: works only with --input")
        if path is not None and fields:
            raise click.UsageError(
                "--field is for texts on the command line; name the column of the texts in a file with --column"
            )

    @staticmethod
    def _missing() -> click.UsageError:
        """The error for a command without texts, with what to type."""
        context = click.get_current_context()
        typed = context.meta.get(ARGUMENTS, ())[len(command_line(context)) - 1 :]
        message = "give TEXT or --input FILE"
        if any(word.startswith("-") and " " in word for word in typed):  # "-or so" is a text, which needs --
            return click.UsageError(message)
        return HintedError(message, Hint("Type", (*command_line(context), *typed, "a text")))

    def options_of_files(self) -> dict[str, bool]:
        """The options that are only for files, and whether each is given."""
        return {
            "--encoding": self.encoding is not None,
            "--column": bool(self.columns),
            "--input-format": self.input_format is not None,
        }
