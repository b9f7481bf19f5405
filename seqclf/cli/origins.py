"""The run that a config starts from (``initialize``), for commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import complete_run

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig, Override

init_from_option = click.option(
    "--init-from",
    metavar="RUN",
    shell_complete=complete_run,
    help="Start from the tokenizer and the weights of this run (initialize.from in the config).",
)


def origin_override(name: str | None) -> list[Override]:
    """``--init-from`` as a change of the config."""
    from seqclf.config import Override

    return [] if name is None else [Override(("initialize", "from"), name, "--init-from")]


def with_origin(loaded: LoadedConfig, runs: Path) -> LoadedConfig:
    """The config with what follows from the runs that it starts and learns from. Raises ``ConfigError`` if it does not
    fit them."""
    if loaded.config.initialize is None and loaded.config.training.teacher is None:
        return loaded
    from seqclf.config.problems import ConfigError
    from seqclf.training.resolve import resolved

    try:
        return replace(loaded, config=resolved(loaded.config, runs))
    except ConfigError as error:
        raise loaded.error(error.problems) from error


def warn_of_origin(loaded: LoadedConfig, runs: Path) -> None:
    """Print a warning if the weights of the run may not be its best ones."""
    if loaded.config.initialize is None:
        return
    from seqclf.cli.problems import show_problem
    from seqclf.training.initialize.start import start_of

    start = start_of(loaded.config, runs)
    for warning in () if start is None else start.warnings:
        show_problem(loaded.placed(warning), "warning")
