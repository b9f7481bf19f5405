"""``--metric``: the name of a score."""

from __future__ import annotations

from typing import Any

import click

from seqclf.cli.options import Decorator


def _named(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from seqclf.run_catalogue.scores import NAMES, parsed

    if value is None:
        return None
    name, _ = parsed(value)
    if name in NAMES:
        return name
    from seqclf.run_catalogue.scores import closest

    meant = closest(name)
    raise click.BadParameter(f"no score is named {value!r}{meant} (scores: {', '.join(NAMES)})")


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    from seqclf.run_catalogue.scores import NAMES

    return [CompletionItem(name) for name in NAMES if name.startswith(incomplete)]


def metric_option(text: str, *, with_split: bool = False) -> Decorator:
    """``with_split``: the command reads a split from names such as ``val_accuracy`` itself."""
    return click.option(
        "--metric", metavar="NAME", callback=None if with_split else _named, shell_complete=_complete, help=text
    )
