"""The form in which ``seqclf eval`` prints what it found: tables, Markdown, JSON or single numbers."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from seqclf.cli.options import json_option
from seqclf.cli.streams import print_json
from seqclf.metrics.scores import UNDEFINED


@dataclass(frozen=True)
class Form:
    """``--json``, ``--markdown`` and ``--metric``; without any of them, tables for a person.

    Attributes:
        scores: names of the scores to print, each alone; of a comparison, those to compare.
    """

    as_json: bool = False
    markdown: bool = False
    scores: tuple[str, ...] = ()

    def check(self, *, compares: bool = False) -> None:
        """Raise ``UsageError`` for more than one form; if it ``compares`` runs, ``scores`` are what is compared."""
        given = {"--json": self.as_json, "--markdown": self.markdown, "--metric": () if compares else self.scores}
        options = [option for option, value in given.items() if value]
        if len(options) > 1:
            raise click.UsageError(f"{' and '.join(options)} are different forms of the output: give one of them")

    def among(self, known: Sequence[str]) -> Form:
        """With the names as they are known: case, blanks and hyphens do not matter. Raises ``InputError``."""
        return replace(self, scores=tuple(_known(name, known) for name in self.scores))


def form_options(command: Callable[..., object]) -> Callable[..., object]:
    """The options of ``Form``, which the command gets as ``form``. Raises ``UsageError`` as ``Form.check`` does."""

    @functools.wraps(command)
    def with_form(*, as_json: bool, markdown: bool, scores: tuple[str, ...], **others: Any) -> object:
        form = Form(as_json, markdown, scores)
        form.check(compares=others.get("against") is not None)
        return command(form=form, **others)

    metric = click.option(
        "--metric",
        "scores",
        metavar="NAME",
        multiple=True,
        help="Print the number of this metric alone, such as macro_f1 or roc_auc; repeat it for several. With "
        "--against: the metric to compare.",
    )
    as_markdown = click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
    return metric(as_markdown(json_option(with_form)))


def print_scores(names: Sequence[str], scores: Mapping[str, float | None]) -> None:
    """A line for each name, the number alone; ``n/a`` if it is not defined."""
    for name in names:
        value = scores[name]
        click.echo(UNDEFINED if value is None else repr(value))


def print_as_json(run: str, split: str | None, entry: Mapping[str, object]) -> None:
    """An entry of ``metrics.json``; ``split`` is None for texts of ``--data``."""
    print_json({"run": run, **({} if split is None else {"split": split}), **entry})


def _known(name: str, known: Sequence[str]) -> str:
    from seqclf.errors import InputError

    written = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    if written in known:
        return written
    close = difflib.get_close_matches(written, known, n=1, cutoff=0.6)
    meant = f'; did you mean "{close[0]}"?' if close else "."
    raise InputError(
        f'--metric: there is no metric "{name[:60]}" of this run{meant} Its metrics are {", ".join(known)}'
    )
