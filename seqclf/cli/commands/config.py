"""``seqclf config show`` and ``seqclf config diff``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.options import UserPath, config_argument, json_option, runs_option, set_option
from seqclf.cli.streams import print_json

if TYPE_CHECKING:
    from seqclf.config import Config, Override


@click.group("config")
def config_command() -> None:
    """Show or compare configs."""


@config_command.command("show")
@config_argument
@runs_option
@set_option
def show_command(config: str, runs: Path, settings: tuple[str, ...]) -> None:
    """Print CONFIG (a file, or a run) with every default filled in."""
    from seqclf.config import parse_override
    from seqclf.config.loading import config_text

    overrides = [parse_override(setting) for setting in settings]
    click.echo(config_text(_load(config, runs, overrides)), nl=False)


@config_command.command("diff")
@click.argument("a", type=UserPath())
@click.argument("b", type=UserPath())
@runs_option
@json_option
def diff_command(a: str, b: str, runs: Path, as_json: bool) -> None:
    """Print the differences between A and B, each a config file or a run."""
    from seqclf.config.diff import ABSENT, difference

    differing = difference(_load(a, runs), _load(b, runs))
    if as_json:
        rows = {
            option: {name: value for name, value in zip("ab", pair, strict=True) if value is not ABSENT}
            for option, pair in differing.items()
        }
        print_json(rows)
        return
    if not differing:
        click.echo("The two configs are the same.")
        return
    from rich.markup import escape
    from rich.table import Table

    from seqclf.cli.console import console

    table = Table(box=None, pad_edge=False)
    table.add_column("option", no_wrap=True)
    for name in (a, b):
        table.add_column(escape(Path(name).name), overflow="fold")
    for option, pair in differing.items():
        table.add_row(escape(option), *(escape(_shown(value, ABSENT)) for value in pair))
    console().print(table)


def _load(name: str, runs: Path, overrides: list[Override] | None = None) -> Config:
    """The config of a file or, if there is no such file, of a run."""
    from seqclf.config import load_config
    from seqclf.errors import InputError
    from seqclf.run_choice import find_run
    from seqclf.runs import Run

    path = Path(name)
    if path.is_dir() and (path / "config.yaml").is_file():
        path = Run(path).config
    elif not path.exists() and path.suffix not in (".yaml", ".yml"):
        try:
            path = find_run(runs, name).config
        except InputError as error:
            raise InputError(f"{name}: no such file, and {error}") from error
    return load_config(path, overrides or [])


def _shown(value: Any, absent: object) -> str:
    return (
        "-" if value is absent else value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    )
