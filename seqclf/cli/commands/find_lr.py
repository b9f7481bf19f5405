"""``seqclf find-lr``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.lists import check_outputs
from seqclf.cli.options import UserPath, allow_code_option, json_option, runs_option, set_option, threads_option
from seqclf.cli.origins import init_from_option, origin_override, with_origin
from seqclf.cli.value_types import Real, Whole
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.training.events import Event
    from seqclf.training.rate_curve import RateCurve

_RATE = "training.optimizer.learning_rate"


@click.command("find-lr", short_help="Find a learning rate for a config.")
@click.argument("config_file", metavar="CONFIG", type=UserPath(path_type=Path))
@click.option("--low", type=Real(min=0, min_open=True), help="Lowest rate. [default: 1e-5; sgd: 1e-4]")
@click.option("--high", type=Real(min=0, min_open=True), help="Highest rate. [default: 1; sgd: 10]")
@click.option("--updates", type=Whole(min=60, max=100_000), help="Number of rates, one for each update. [default: 300]")
@click.option("--plot", "plot_path", type=UserPath(path_type=Path, dir_okay=False), help="PNG file for the curve.")
@runs_option
@init_from_option
@set_option
@threads_option
@allow_code_option
@json_option
def find_lr_command(
    config_file: Path,
    *,
    low: float | None,
    high: float | None,
    updates: int | None,
    plot_path: Path | None,
    runs: Path,
    init_from: str | None,
    settings: tuple[str, ...],
    threads: int | str,
    as_json: bool,
) -> None:
    """Find a learning rate for CONFIG: train a model with a rate that rises from update to update, and suggest the one
    at which the loss falls fastest.

    The suggested rate is printed on standard output, the curve and what to type next on standard error. The model is
    forgotten, and no run is written. Exits with 1 if no rate lowers the loss. `learning_rate: auto` in a config does
    the same at the beginning of its training.
    """
    from seqclf.cli.problems import check_files, show_problem
    from seqclf.cli.starting import load_or_make
    from seqclf.config import parse_override

    check_outputs(None, plot_path)
    overrides = [*map(parse_override, settings), *origin_override(init_from)]
    loaded, _ = load_or_make(config_file, overrides, threads=threads, runs=runs)
    loaded = with_origin(loaded, runs)
    for warning in loaded.warnings:
        show_problem(warning, "warning")
    check_files(loaded)
    from seqclf.config.problems import ConfigError
    from seqclf.training.automatic import rates_for
    from seqclf.training.find_rate import find_rate
    from seqclf.training.options import Callbacks, TrainOptions

    usual = rates_for(loaded.config)
    if (low or usual[0]) * 10 > (high or usual[-1]):
        raise click.UsageError("--high must be at least ten times --low, so that there is a curve to read")
    try:
        with _progress() as (listen, progress):
            curve = find_rate(
                loaded.config,
                runs,
                TrainOptions(threads=threads),
                Callbacks(listen),
                bounds=(low, high),
                updates=updates,
                progress=progress,
            )
    except ConfigError as error:
        raise loaded.error(error.problems) from error
    _show(curve, config_file, plot_path, as_json=as_json)


@contextlib.contextmanager
def _progress() -> Iterator[tuple[Callable[[Event], None], Callable[[int, int], None]]]:
    """What shows stages, and what shows the updates in their bar."""
    from seqclf.cli.progress import progress_listener
    from seqclf.training.events import Stage

    with progress_listener() as show:
        shown = 0

        def progress(update: int, updates: int) -> None:
            nonlocal shown
            if (share := 10 * update // updates) > shown:
                shown = share
                show(Stage(f"Trying learning rates: {update:,} of {updates:,} updates"))

        yield show, progress


def _show(curve: RateCurve, config_file: Path, plot_path: Path | None, *, as_json: bool) -> None:
    from rich.console import Console

    from seqclf.cli.rate_plot import RatePlot, save_rate_plot
    from seqclf.cli.streams import print_json
    from seqclf.errors import SeqclfError
    from seqclf.files import shell_word

    if plot_path is not None:
        save_rate_plot(curve, plot_path, f"{config_file.name}: loss over the learning rate")
        say(f"Curve: {plot_path}", err=True)
    console = Console(stderr=True, highlight=False)
    console.print(RatePlot(curve, unicode=console.encoding.startswith("utf")))
    if as_json:
        print_json(curve.as_json())
    best, least = curve.best
    if curve.suggestion is None:
        raise SeqclfError(
            f"no rate lowered the loss ({curve.first:.4f}) by more than chance in {len(curve.rates)} measurements; try "
            "more updates, such as --updates 1000, or look at the texts with `seqclf check`"
        )
    rises = "the highest rate: try a higher --high" if curve.still_falls else "and rises at higher rates"
    say(
        f"The loss falls fastest at {curve.suggestion:g}. From {curve.first:.4f} it falls to {least:.4f} at "
        f"{best:.2g}, {rises}.\n"
        f"To train with it: seqclf train {shell_word(config_file)} --set {_RATE}={curve.suggestion:g}",
        err=True,
    )
    if not as_json:
        click.echo(f"{curve.suggestion:g}")
