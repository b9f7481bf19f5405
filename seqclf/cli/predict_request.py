"""What ``seqclf predict`` is asked to do with a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from seqclf.cli.input_options import InputFile

ENGINES = ("local", "ray")
"""Who predicts many files."""


@dataclass(frozen=True)
class Helpers:
    """Who predicts many files: ``--engine``, ``--workers`` and ``--address``."""

    engine: str | None
    workers: int | None
    address: str | None

    def check(self, output: str | None) -> None:
        """Raise ``UsageError`` for options that cannot be combined. ``output``: the value of ``--output``."""
        if self.address is not None and self.engine != "ray":
            raise click.UsageError("--address names a cluster of Ray; add --engine ray")
        if (self.engine or self.workers) and output in (None, "-"):
            option = "--engine" if self.engine else "--workers"
            raise click.UsageError(f"{option}: works only with --input and a folder for --output")

    @property
    def given(self) -> bool:
        return self.engine is not None or self.workers is not None


@dataclass(frozen=True)
class FileRequest(InputFile):
    """The options of ``seqclf predict`` that are about files."""

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
        self.check_given(texts, fields=fields)
        if self.errors_path == Path("-"):
            raise click.UsageError("--errors: name a file; standard error names the kinds of errors")
        if self.overwrite and self.output_path in (None, "-"):
            raise click.UsageError("--overwrite works only with --output FILE")
        if self.input_path is not None and as_json:
            raise click.UsageError("--json is for texts on the command line; --output-format sets the format of a file")

    def options_of_files(self) -> dict[str, bool]:
        """The options that are only for files, and whether each is given."""
        return {
            "--output": self.output_path is not None,
            "--errors": self.errors_path is not None,
            "--resume": self.resume,
            "--overwrite": self.overwrite,
            "--prefix": bool(self.prefix),
            **super().options_of_files(),
            "--output-format": self.output_format is not None,
        }
