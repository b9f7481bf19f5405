"""Errors and warnings on stderr: coloured on a terminal, plain elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click

from seqclf.cli.wrap import styled_wrapped, width_of
from seqclf.errors import InputError, SeqclfError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seqclf.config import Config, LoadedConfig
    from seqclf.config.problems import Problem

_MARGIN = 8  # columns before a quoted line, for its number
_COLOURS = {"error": "red", "warning": "yellow"}


def show_error(error: SeqclfError) -> None:
    """Print each problem of a config with its line, any other error as ``Error: ...``."""
    problems = getattr(error, "problems", ())
    for problem in problems:
        show_problem(problem, "error")
    if not problems:
        _show([("Error", _styled("Error", "error")), (f": {error}", f": {error}")])
    elif len(problems) > 1:
        _echo(f"{len(problems)} problems; nothing was done.")


def show_problem(problem: Problem, kind: str) -> None:
    """Print the position, the message and the line that has the problem. ``kind`` is ``error`` or ``warning``."""
    where = f"{problem.place}: " if problem.place else ""
    message = str(problem).removeprefix(where)
    option = "" if message == problem.message else message.removesuffix(problem.message)
    parts = [(where, click.style(where, bold=True))]
    if kind == "warning":
        parts += [("warning", _styled("warning", kind)), (": ", ": ")]
    _show([*parts, (option, _styled(option, kind)), (problem.message, problem.message)])
    width = width_of(sys.stderr)
    widest = {} if width is None else {"widest": width - _MARGIN}
    if problem.place and (quote := problem.place.quote(**widest)):
        line, _, mark = quote.rpartition("\n")
        _echo(f"{line}\n{mark.replace('^', _styled('^', kind))}")


def show_warning(text: str) -> None:
    """Print a warning that has no position in the config."""
    _show([("warning", _styled("warning", "warning")), (f": {text}", f": {text}")])


def warn_of_files(loaded: LoadedConfig) -> None:
    """Print warnings about what files and folders contain besides texts."""
    from seqclf.data.prepare import preparation_warnings

    for warning in preparation_warnings(loaded.config):
        show_problem(loaded.placed(warning), "warning")


def check_files(loaded: LoadedConfig) -> None:
    """Raise ``ConfigError`` for missing or malformed files, and for code that is not allowed."""
    from seqclf.data.prepare import preparation_problems
    from seqclf.tensorflow_startup import quiet_stderr, silence_tensorflow

    silence_tensorflow()
    noisy = loaded.config.data.needs_tensorflow
    with quiet_stderr() if noisy else contextlib.nullcontext():  # downloads of other sources are said there
        problems = [*_not_allowed(loaded.config), *preparation_problems(loaded.config)]
    if problems:
        raise loaded.error(problems)


def _not_allowed(config: Config) -> Iterator[Problem]:
    from seqclf.config.problems import Problem
    from seqclf.layer_types import walk

    for path, layer in walk(config.layers, "layers"):
        try:
            layer.check_allowed()
        except InputError as error:
            yield Problem((*path, "type"), str(error))


def _styled(text: str, kind: str) -> str:
    return click.style(text, fg=_COLOURS[kind], bold=True) if text else ""


def _show(parts: list[tuple[str, str]]) -> None:
    """Print a message in pieces, each plain and coloured; on a terminal, lines wrap between words."""
    _echo(styled_wrapped(parts, width_of(sys.stderr)))


def _echo(text: str) -> None:
    click.echo(text, err=True, color=False if os.environ.get("NO_COLOR") else None)
