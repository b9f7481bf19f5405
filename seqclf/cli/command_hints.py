"""Hints for unknown commands: ours under their names in other tools, also those below ``runs``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from seqclf.cli.command_words import command_line
from seqclf.cli.hint import ARGUMENTS, Hint

_OF_RUNS = {
    **dict.fromkeys(("delete", "del", "remove", "erase", "drop"), "rm"),
    **dict.fromkeys(("ls", "all", "runs", "history"), "list"),
    **dict.fromkeys(("info", "describe", "cat", "inspect", "get"), "show"),
    **dict.fromkeys(("diff", "cmp"), "compare"),
    **dict.fromkeys(("mv", "move"), "rename"),
    **dict.fromkeys(("follow", "watch", "log", "logs"), "tail"),
    **dict.fromkeys(("clean", "cleanup", "clear", "prune", "purge"), "gc"),
    **dict.fromkeys(("top", "max"), "best"),
    **dict.fromkeys(("comment", "annotate", "tag"), "note"),
}
_COMMANDS = {
    **dict.fromkeys(("fit", "training", "finetune", "run"), "train"),
    **dict.fromkeys(("resume", "continue"), "train --resume"),
    **dict.fromkeys(("test", "evaluate", "evaluation", "score"), "eval"),
    **dict.fromkeys(("infer", "inference", "classify", "label"), "predict"),
    **dict.fromkeys(("why", "interpret", "attribute", "attributions", "shap", "lime", "saliency"), "explain"),
    **dict.fromkeys(("dashboard", "summary", "html", "plot", "visualize", "visualise"), "report"),
    **dict.fromkeys(("sample", "complete", "write"), "generate"),
    **dict.fromkeys(("validate", "lint", "verify"), "check"),
    **dict.fromkeys(("new", "create", "start"), "init"),
    **dict.fromkeys(("benchmark", "time"), "bench"),
    **dict.fromkeys(("save", "convert"), "export"),
    "options": "schema",
}
"""Commands of other tools -> ours."""


def is_unknown_command(error: click.UsageError) -> bool:
    """Whether a group does not have the command; click has a class for it since 8.4 only."""
    return error.message.startswith("No such command")


def unknown_command(context: click.Context) -> Hint | None:
    """The hint for a command that a group does not have; None if no name is known for it."""
    line = command_line(context)
    words: Sequence[str] = context.meta[ARGUMENTS][len(line) - 1 :]
    group = context.command
    if not words or not isinstance(group, click.Group):
        return None
    name, rest = words[0].lower(), words[1:]
    meant = None
    if line[1:] == ("runs",):
        meant = _OF_RUNS.get(name)
    elif not line[1:]:
        meant = _COMMANDS.get(name) or _below_runs(group, name)
    return None if meant is None else Hint(f"Did you mean {meant}? Type", (*line, *meant.split(), *rest))


def _below_runs(program: click.Group, name: str) -> str | None:
    """``runs list`` for ``list`` and ``ls``."""
    runs = program.commands["runs"]
    meant = _OF_RUNS.get(name, name)
    return f"runs {meant}" if isinstance(runs, click.Group) and meant in runs.commands else None
