"""Options of ``seqclf eval`` that do not go together."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from seqclf.cli.eval_source import as_setting


def reject_options_of_classifiers(of_data: dict[str, Any], others: dict[str, Any]) -> None:
    """Raise ``UsageError`` for options that have no meaning for a language model; ``others`` by their names."""
    of_labels = {f"--{name.replace('_', '-')}": of_data[name] for name in ("label", "label_separator")}
    for option, value in {**of_labels, **others}.items():
        if value:
            raise click.UsageError(f"{option} works only with classifiers; this run is a language model")


def check_for_predictions(given: dict[str, Any], predictions: Path | None) -> None:
    """Raise ``UsageError`` for options that work only with ``--predictions``."""
    for option, value in given.items():
        if value and predictions is None:
            raise click.UsageError(f"{option} works only with --predictions")


def check_for_comparison(against: str | None, given: dict[str, Any]) -> None:
    """Raise ``UsageError`` for options about one run alone with ``--against``."""
    for option, value in given.items():
        if value and against is not None:
            raise click.UsageError(f"{option} is about one run, --against about two: omit one of them")


def check_for_report(given: dict[str, Any], *, report: bool) -> None:
    """Raise ``UsageError`` for ``--no-report`` with options that keep nothing with the run."""
    for option, value in given.items():
        if value and not report:
            raise click.UsageError(f"{option} keeps nothing for a report: omit --no-report")


def check_for_data(given: dict[str, Any], data: Path | None) -> None:
    """Raise ``UsageError`` for options, by the keys of ``data`` that they replace, that need ``--data``, and for
    ``--split`` with ``--data``."""
    keys = [key for key, value in given.items() if value not in (None, ())]
    if data is None and keys:
        options = ", ".join(f"--{key.replace('_', '-')}" for key in keys)
        settings = " ".join(f"--set {shlex.quote(f'data.{key}={as_setting(given[key])}')}" for key in keys)
        verb = "are" if len(keys) > 1 else "is"
        raise click.UsageError(f"{options} {verb} for --data; for a split, use {settings}")
    source = click.get_current_context().get_parameter_source("split")
    if data is not None and source is not ParameterSource.DEFAULT:
        raise click.UsageError("--split is for the run's own texts, --data for others: omit one of them")
