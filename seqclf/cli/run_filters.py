"""Options that choose among the runs of a folder, and the runs that they choose."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from seqclf.cli.value_types import OneOf
from seqclf.run_catalogue.query import Filters
from seqclf.run_catalogue.state import STATES
from seqclf.runs import CLASSIFICATION, LANGUAGE_MODEL

Function = Callable[..., Any]

_OPTIONS = (
    click.option(
        "--name",
        "names",
        metavar="PATTERN",
        multiple=True,
        help="Only runs of this name, such as 'imdb-*'; without a wildcard, a part of the name. Repeatable.",
    ),
    click.option("--state", "states", type=OneOf(STATES), multiple=True, help="Only runs in this state. Repeatable."),
    click.option(
        "--task",
        "tasks",
        type=OneOf((CLASSIFICATION, LANGUAGE_MODEL)),
        multiple=True,
        help="Only runs of this task. Repeatable.",
    ),
    click.option(
        "--data",
        metavar="PATTERN",
        multiple=True,
        help="Only runs on this data, as for --name. Repeatable.",
    ),
    click.option("--folds", is_flag=True, help="Also the folds of cross-validations."),
)


def filter_options(function: Function) -> Function:
    """Options of a command that becomes a call with ``filters``."""

    @wraps(function)
    def command(**given: Any) -> Any:
        chosen = {name: given.pop(name) for name in ("names", "states", "tasks", "data", "folds")}
        return function(filters=Filters(**chosen), **given)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command
