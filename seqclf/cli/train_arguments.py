"""The arguments of ``seqclf train``: which go together, and the config that they name. ``seqclf launch`` checks them,
too, before it starts workers that would each say the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from seqclf.cli.hint import HintedError
from seqclf.cli.hints import settings_hint
from seqclf.cli.origins import origin_override, with_origin
from seqclf.cli.starting import load_or_make, overrides_of, reject_run

if TYPE_CHECKING:
    from seqclf.config import Config, LoadedConfig

_OF_NEW_RUNS = ("config_file", "name", "init_from", "folds", "presets", "settings")


def check_together(context: click.Context) -> None:
    """Raise ``click.UsageError`` for arguments of ``train`` that do not go together."""
    given = context.params
    if given["resume"] is not None:
        if any(given[name] not in (None, False, ()) for name in _OF_NEW_RUNS):
            raise click.UsageError(
                "--resume uses the run's own config: omit CONFIG, --name, --init-from, --folds, --presets and --set"
            )
        return
    if given["epochs"] is not None or given["patience"] is not None:
        raise HintedError("--epochs and --patience work only with --resume", settings_hint(context))
    if given["config_file"] is None:
        raise click.UsageError("name a CONFIG, or a run with --resume")


def loaded_from(context: click.Context) -> tuple[LoadedConfig, Callable[[Config], str] | None]:
    """``load_or_make`` for the arguments of ``train``, with what follows from other runs. Raises ``InputError``."""
    given = context.params
    path, runs = given["config_file"], given["runs"]
    reject_run(path, runs)
    settings = overrides_of(given["settings"], name=given["name"], folds=given["folds"])
    overrides = [*settings, *origin_override(given["init_from"])]
    loaded, starter = load_or_make(path, overrides, presets=given["presets"], threads=given["threads"], runs=runs)
    return with_origin(loaded, runs), starter
