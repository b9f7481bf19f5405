"""``seqclf launch``."""

from __future__ import annotations

import sys

import click

from seqclf.cli.value_types import Whole

_OWN = {"workers": "--workers", "index": "--index", "folds": "--folds", "presets": "--presets"}


@click.command(
    "launch",
    short_help="Train with several processes on this machine.",
    context_settings={"ignore_unknown_options": True},
)
@click.option("--local", type=Whole(min=1), required=True, metavar="N", help="Number of workers on this machine.")
@click.argument("arguments", metavar="CONFIG [OPTIONS OF TRAIN]...", nargs=-1, required=True, type=click.UNPROCESSED)
def launch_command(*, local: int, arguments: tuple[str, ...]) -> None:
    """Start N workers on this machine that train CONFIG together, and print what they say.

    Everything after --local N is what `seqclf train` takes, also --resume RUN in place of CONFIG. Each line begins with
    the number of its worker; worker 0 writes the run. Ctrl-C stops all of them at the same step and leaves a run that
    can be resumed. Each worker uses a GPU of its own, or a share of the cores.
    """
    from seqclf.cli.commands.train import train_command
    from seqclf.cli.local_workers import LocalWorkers, check_count, command_of, free_addresses
    from seqclf.cli.tracker_options import choice_of

    given = train_command.make_context("train", list(arguments), parent=click.get_current_context())
    for name, option in _OWN.items():
        if given.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"launch starts workers that train one model: omit {option}")
    check_count(local)
    choice_of(given.params).check_packages()
    _check(given)
    addresses = free_addresses(local)
    code = LocalWorkers([command_of(arguments, addresses, index) for index in range(local)]).run()
    if code:
        sys.exit(code)


def _check(given: click.Context) -> None:
    """Raise the errors that every worker would raise for these arguments of ``train``, if finding them is quick."""
    from seqclf.cli.hint import HintedError
    from seqclf.cli.problems import check_files
    from seqclf.cli.train_arguments import check_together, loaded_from
    from seqclf.run_choice import find_resumable
    from seqclf.starter.formats import is_data

    try:
        check_together(given)
    except HintedError as error:  # its hint is a command line of train
        raise click.UsageError(f"{error.message}; change the config with --set, as --set training.epochs=3") from error
    options = given.params
    if options["resume"] is not None:
        further = options["epochs"] is not None or options["patience"] is not None
        find_resumable(options["runs"], options["resume"], further=further)
    elif not is_data(options["config_file"]):
        loaded, _ = loaded_from(given)
        check_files(loaded)
