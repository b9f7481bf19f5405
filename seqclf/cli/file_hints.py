"""Hints for names of files of texts: where a command takes texts, or one file."""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import click

from seqclf.cli.command_words import arguments_in, command_line, option_named, value_of
from seqclf.cli.hint import ARGUMENTS, Hint, HintedError
from seqclf.errors import InputError
from seqclf.tables.formats import KINDS, OUTPUT_KINDS
from seqclf.tables.packed import PACKINGS, unpacked_name

if TYPE_CHECKING:
    from seqclf.starter.named_columns import NoSuchColumn

TABLES = (*KINDS, *PACKINGS, ".txt")
"""Extensions of files of texts."""

_OF_FILES = {"init": "--from", "train": "", "check": "", "eval": "--data"}
"""By command: the option, or "" for the argument, that names a file or a pattern."""

_NOT_FOR_EACH_FILE = ("--input", "-i", "--output", "-o", "--errors", "--html", "--field", "--json")
"""Options of ``predict`` and ``explain`` that name files, or are for texts of the command line."""

_FOR_ROWS = tuple(
    "--input -i --output -o --errors --column --input-format --output-format --encoding --resume --overwrite "
    "--prefix".split()
)
"""Options of ``predict`` that are only for files of rows."""


def several_files(context: click.Context, words: tuple[str, ...]) -> Hint | None:
    """For the names of several tables, which a shell writes for a pattern without quotes."""
    own, line = str(context.command.name), command_line(context)
    named = _OF_FILES.get(own)
    given = None if named is None else value_of(words, named) if named else ""
    files = list(arguments_in(context.command, words, skip=0))
    if given is None or not all(Path(file).suffix.lower() in TABLES for file in files):
        return None
    others = [word for word in words if word not in (*files, named, given, f"{named}={given}")]
    files += [given] if given else []
    pattern = _pattern(files)
    place = (named, pattern) if named else (pattern,)
    if set(glob.glob(pattern)) != set(files):
        several = "run it for each file" if own == "eval" else "list several in a config: data.train: [A, B]"
        return Hint(f"{own} takes one file or a pattern in quotes; {several}")
    return Hint("The shell has replaced a pattern by names of files; put it in quotes. Type", (*line, *place, *others))


def files_among(texts: Sequence[str]) -> list[str]:
    """Those of the arguments that are names of files of texts."""
    return list(filter(_is_file_of_texts, texts))


def pattern_of(files: Sequence[str]) -> str | None:
    """A pattern that matches these files and no others; None if there is no such simple one."""
    pattern = _pattern(files)
    return pattern if "*" in pattern and set(glob.glob(pattern)) == set(files) else None


def _pattern(files: Sequence[str]) -> str:
    start = os.path.commonprefix(files)  # noqa: RUF071  (it compares characters, not folders)
    end = os.path.commonprefix([file[len(start) :][::-1] for file in files])[::-1]  # noqa: RUF071
    return f"{start}*{end}"


def check_one_file(context: click.Context, inputs: Sequence[str], texts: Sequence[str]) -> None:
    """Raise ``HintedError`` if ``explain`` is given several files, or either it or ``predict`` a file in the place of
    a text. (``several_files`` is for those of ``predict``.)

    Args:
        context: that of the command.
        inputs: the values of ``--input``. A pattern stands for the files that it matches.
        texts: the arguments.
    """
    own = str(context.command.name)
    named = files_among(texts)
    files = [*inputs, *named]
    if len(files) == 1 and inputs and glob.has_magic(files[0]) and not Path(files[0]).exists():
        files = sorted(glob.glob(files[0])) or files
    if len(files) == 1 and inputs and Path(files[0]).is_dir():
        folder = files[0]
        files = [str(path) for path in sorted(Path(folder).iterdir()) if not path.name.startswith(".")]
        if not files or not all(unpacked_name(Path(file)).suffix.lower() in KINDS for file in files):
            each = each_as_one_text(context, folder)
            raise InputError(f"{folder}: is a folder; name a file of texts, or {own} each file as one text: {each}")
    if len(files) > 1:
        message = f"{own} reads one file at a time, found {len(files)}"
        raise HintedError(message, Hint(f"{own.capitalize()} each by itself:\n{_loop(context, files)}"))
    if named:
        call = ("seqclf", own, "--input", named[0], "--output", _written_name(named[0], own))
        hint = Hint(f"To {own} the texts of a file, use", (*call, *other_options(context)))
        raise HintedError(f"{named[0]} is a file", hint)


def with_column_mended(error: NoSuchColumn) -> Exception:
    """The error for a column that a table lacks, with the command that names the one that is most likely meant; the
    error itself if there is none."""
    context = click.get_current_context()
    line = command_line(context)
    words: Sequence[str] = context.meta.get(ARGUMENTS, ())[len(line) - 1 :]
    if (meant := error.meant) is None:
        return error
    named = rf"(^|=){re.escape(error.name)}(?==|$)"
    mended = tuple(re.sub(named, lambda found: found[1] + meant, word) for word in words)
    return error if mended == tuple(words) else HintedError(str(error), Hint("Type", (*line, *mended)))


def each_as_one_text(context: click.Context, folder: str) -> str:
    """A shell command that predicts (or explains) each file of a folder, with the other options of the command line."""
    options = shlex.join(other_options(context, _FOR_ROWS))
    call = " ".join(filter(None, (f"seqclf {context.command.name}", options, '-- "$(cat "$file")"')))
    return f"for file in {shlex.quote(folder)}/*; do {call}; done"


def _loop(context: click.Context, files: Sequence[str]) -> str:
    """Shell commands that explain each of the files, with the other options of the command line."""
    pattern = _pattern(files)
    start, _, end = pattern.partition("*")
    is_whole = set(glob.glob(pattern)) == set(files)
    if is_whole:
        listed = "*".join(shlex.quote(part) if part else "" for part in (start, end))
    else:  # a file a line: a terminal would break a long line where the shell does not read on
        listed = " \\\n    ".join(map(shlex.quote, files))
    call = 'seqclf explain --input "$file" --output "explained/$(basename "$file").jsonl"'
    others = shlex.join(other_options(context))
    lines = ("mkdir -p explained", f"for file in {listed}; do", f"  {call} {others}".rstrip(), "done")
    return indent("\n".join(lines), "  ")


def other_options(context: click.Context, but: Sequence[str] = _NOT_FOR_EACH_FILE) -> list[str]:
    """The options of the command line that a call for one file has as well, with their values; without ``but``."""
    kept: list[str] = []
    rest = list(context.meta[ARGUMENTS][len(command_line(context)) - 1 :])
    while rest:
        word = rest.pop(0)
        name = word.partition("=")[0] if word.startswith("--") else word[:2]
        option = option_named(context.command, name)
        if option is None:
            continue
        whole = [word]
        if not option.is_flag and name == word and rest:
            whole.append(rest.pop(0))
        if name not in but:
            kept += whole
    return kept


def _written_name(file: str, command: str) -> str:
    """A name for the predictions or explanations of a file, in a format that is written."""
    inner = unpacked_name(Path(file))
    if command == "explain":
        return f"{inner.stem}-explained.jsonl"
    ending = inner.suffix.lower()
    if ending not in OUTPUT_KINDS:
        ending = ".jsonl" if KINDS.get(ending) == "jsonl" else ".csv"
    return f"{inner.stem}-predicted{ending}"


def _is_file_of_texts(text: str) -> bool:
    path = Path(text)
    try:
        return path.suffix.lower() in TABLES and path.is_file()
    except (OSError, ValueError):  # not a valid file name
        return False
