"""What ``seqclf predict`` is asked to do with a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True)
class FileRequest:
    """The options of ``seqclf predict`` that are about files."""

    input_path: str | None
    columns: tuple[str, ...]
    input_format: str | None
    encoding: str | None
    output_path: str | None
    output_format: str | None
    errors_path: Path | None
    resume: bool
    overwrite: bool
    prefix: str

    def check(self, texts: tuple[str, ...], *, as_json: bool, fields: bool = False) -> None:
        """Raise ``UsageError`` for options that cannot be combined with each other or with ``texts``.

        ``fields``: whether ``--field`` is given.
        """
        path = self.input_path
        if path is not None and " " in path and not Path(path).exists():
            raise click.UsageError(f"--input {path}: no such file")  # "-instead of this" is a text
        if bool(texts) == (path is not None):
            raise click.UsageError("give TEXT or --input FILE" + (", not both" if texts else ""))
        given = {
            "--output": self.output_path is not None,
            "--errors": self.errors_path is not None,
            "--resume": self.resume,
            "--overwrite": self.overwrite,
            "--prefix": self.prefix,
            "--encoding": self.encoding is not None,
            "--column": bool(self.columns),
            "--input-format": self.input_format is not None,
            "--output-format": self.output_format is not None,
        }
        if texts and (unused := [option for option, is_given in given.items() if is_given]):
            raise click.UsageError(f"{', '.join(unused)}: works only with --input")
        if self.errors_path == Path("-"):
            raise click.UsageError("--errors: name a file; standard error names the kinds of errors")
        if self.overwrite and self.output_path in (None, "-"):
            raise click.UsageError("--overwrite works only with --output FILE")
        if path is not None and fields:
            raise click.UsageError(
                "--field is for texts on the command line; name the column of the texts in a file with --column"
            )
        if path is not None and as_json:
            raise click.UsageError("--json is for texts on the command line; --output-format sets the format of a file")
