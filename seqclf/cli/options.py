"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

runs_option: Decorator = click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    envvar="SEQCLF_RUNS",
    show_envvar=True,
    show_default=True,
    help="Folder of runs.",
)

run_option: Decorator = click.option(
    "--run", "run_name", metavar="RUN", help="Name or path of a run. [default: the newest finished one]"
)

set_option: Decorator = click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change an option of the config, such as training.epochs=3 or layers[0].units=32. Repeatable.",
)

json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Write JSON.")
