"""The encoding of files that are given to a run: its own, or UTF-8 where they can only be that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seqclf.cli.wrap import GLUE, say
from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, conversion, own_encoding
from seqclf.tables.packed import reading
from seqclf.tables.utf8_files import utf8_among


def encoding_like(of_run: str, name: str, files: Sequence[Path]) -> str:
    """The encoding to read the files in; standard error names it unless the run reads UTF-8, too.

    Raises ``InputError`` if some files are UTF-8 and others are not.

    Args:
        of_run: the encoding of the run's training texts.
        name: what the user calls the files.
        files: none for a stream, which is read in the run's encoding.
    """
    if canonical(of_run) == UTF8:
        return of_run
    try:
        found = own_encoding(of_run, *files, opened=reading)
    except (InputError, OSError):  # reading the files reports it
        found = of_run
    if found == of_run and len(files) > 1 and (others := utf8_among(files)):
        raise InputError(
            f"{name}: {others[0]} is UTF-8 text, other files are not: convert those ({conversion(of_run)}), and put "
            f"NEW in their place; --encoding {of_run} reads all in this encoding"
        )
    how = f"{of_run}, like the run's training texts"
    if found != of_run:
        how = f"UTF-8, because all of it is UTF-8; the run's training texts are {of_run}"
    say(f"Reading {name} as {how} (see{GLUE}--encoding)", err=True)
    return found
