"""Whether ``seqclf predict`` is given many files, and what to type if they have no folder for their predictions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from seqclf.cli.command_words import command_line
from seqclf.cli.file_hints import each_as_one_text, files_among, other_options, pattern_of
from seqclf.cli.hint import Hint, HintedError
from seqclf.errors import InputError
from seqclf.tables.formats import KINDS, OUTPUT_KINDS
from seqclf.tables.packed import unpacked_name


def has_several(context: click.Context, inputs: Sequence[str], texts: Sequence[str], output: str | None) -> bool:
    """Whether ``--input`` names many files, or ``--output`` a folder.

    Raises:
        HintedError: many files without a folder for their predictions, or names of files in the place of texts, as a
            shell writes them for a pattern without quotes.
        InputError: a folder whose files are no tables.
    """
    from seqclf.inference.bulk.file_list import is_pattern  # the room imports NumPy

    among = files_among(texts)
    several = len(inputs) > 1 or any(is_pattern(given) or Path(given).is_dir() for given in inputs)
    if among and len(inputs) + len(among) > 1:
        files = [*inputs, *among]
        place = pattern_of(files)
        named = ["--input", place] if place else [word for file in files for word in ("--input", file)]
        message = f"found {len(among)} file{'' if len(among) == 1 else 's'} in the place of texts"
        raise HintedError(message, Hint("Put a pattern in quotes, and name a folder", _call(context, named, output)))
    for folder in (given for given in inputs if Path(given).is_dir()):
        _check_tables(context, folder)
    if several and not texts and (output is None or not _may_be_folder(output)):
        named = [word for given in inputs for word in ("--input", given)]
        message = f"--input names several files, whose predictions need a folder{f', not {output}' if output else ''}"
        raise HintedError(message, Hint("Name one with --output", _call(context, named, None)))
    return several or (bool(inputs) and output is not None and _is_folder(output))


def _call(context: click.Context, named: Sequence[str], output: str | None) -> tuple[str, ...]:
    folder = output if output is not None and _may_be_folder(output) else "predicted"
    return (*command_line(context), *named, "--output", folder, *other_options(context))


def _is_folder(output: str) -> bool:
    return output.endswith(os.sep) or Path(output).is_dir()


def _may_be_folder(output: str) -> bool:
    """Whether it is a folder, or could become one: it is no file, nor named like one."""
    named_like_file = unpacked_name(Path(output)).suffix.lower() in OUTPUT_KINDS
    return _is_folder(output) or not (output == "-" or Path(output).exists() or named_like_file)


def _check_tables(context: click.Context, folder: str) -> None:
    names = [path.name for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith((".", "_"))]
    if not names or not all(unpacked_name(Path(name)).suffix.lower() in KINDS for name in names):
        each = each_as_one_text(context, folder)
        raise InputError(
            f"{folder}: is a folder of other files than tables; give a pattern, such as '{folder}/*.csv', or "
            f"{context.command.name} each file as one text: {each}"
        )
