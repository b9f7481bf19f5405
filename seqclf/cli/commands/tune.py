"""``seqclf tune``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import UserPath, allow_code_option, runs_option, set_option, threads_option
from seqclf.cli.origins import init_from_option, origin_override, with_origin
from seqclf.cli.value_types import Duration, Real, Whole

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig


@click.command("tune", short_help="Search options of a config for the best score.")
@click.argument("config_file", metavar="CONFIG", type=UserPath(path_type=Path))
@click.option("--trials", type=Whole(min=1), help="Train this many models.")
@click.option("--time", "seconds", metavar="TIME", type=Duration(), help="Train as many as fit: 90s, 10m, 1h30m.")
@click.option(
    "--metric", metavar="SCORE", help="Score that decides, such as val_macro_f1. [default: what train compares]"
)
@click.option("--max-size", type=Real(min=0, min_open=True), metavar="MB", help="Largest ONNX model that may win.")
@click.option("--max-latency", type=Real(min=0, min_open=True), metavar="MS", help="Slowest prediction that may win.")
@click.option("--all", "all_", is_flag=True, help="Without ranges: search usual options also if the config sets them.")
@click.option("--study", metavar="NAME", help="Name of the search, to continue it. [default: that of the config]")
@click.option("--storage", metavar="URL", help="Database that processes or machines share, such as sqlite:///study.db.")
@click.option("--refit", is_flag=True, help="In the end, train the best on the validation texts as well.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@runs_option
@init_from_option
@set_option
@threads_option
@allow_code_option
def tune_command(
    config_file: Path,
    *,
    trials: int | None,
    seconds: float | None,
    metric: str | None,
    max_size: float | None,
    max_latency: float | None,
    all_: bool,
    study: str | None,
    storage: str | None,
    refit: bool,
    as_json: bool,
    runs: Path,
    init_from: str | None,
    settings: tuple[str, ...],
    threads: int | str,
) -> None:
    """Search options of CONFIG for the best validation score: train models with other values, one after the other.

    Options with a range in place of a value are searched: {search: {low: 1e-4, high: 1e-2, log: true}} or {choices:
    [32, 64]}. Without any, seqclf searches usual options of the config's layers that it does not set. Each trial is a
    run. The same command continues a search, several processes can share one. The best values are written as a config.
    The last training ends in time, that of --refit included.
    """
    began = time.monotonic()
    from seqclf.cli.tuning import Asked, tune

    _check(trials, seconds, study)
    loaded, is_made = _loaded(config_file, settings, init_from, threads=threads, runs=runs)
    tune(
        loaded,
        Asked(
            file=config_file,
            runs=runs,
            began=began,
            trials=trials,
            seconds=seconds,
            metric=metric,
            limits=(max_size, max_latency),
            all_=all_ or is_made,
            study=study,
            storage=storage,
            threads=threads,
            refit=refit,
            as_json=as_json,
        ),
    )


def _check(trials: int | None, seconds: float | None, study: str | None) -> None:
    """Raise an error if no search is possible here, whatever the config."""
    from seqclf.starter.make import name_problem
    from seqclf.training.cluster import cluster_of_environment
    from seqclf.tuning.study import check_optuna

    if study is not None and (problem := name_problem(study)) is not None:
        raise click.BadParameter(problem, param_hint="--study")
    if cluster_of_environment() is not None:
        raise click.UsageError(
            "$TF_CONFIG names several workers, which train one model; a search trains one model in each process: unset "
            "TF_CONFIG, and call the same command on each machine with --storage"
        )
    if trials is None and seconds is None:
        raise click.UsageError("say how long to search: --time 10m, or --trials 30")
    check_optuna()


def _loaded(
    config_file: Path, settings: tuple[str, ...], init_from: str | None, *, threads: int | str, runs: Path
) -> tuple[LoadedConfig, bool]:
    """The checked config, and whether it was made for a data file."""
    from seqclf.cli.problems import check_files, show_problem
    from seqclf.cli.starting import load_or_make
    from seqclf.config import parse_override
    from seqclf.new_runs import check_runs_folder

    overrides = [*map(parse_override, settings), *origin_override(init_from)]
    loaded, made = load_or_make(config_file, overrides, threads=threads, runs=runs, search=True)
    loaded = with_origin(loaded, runs)
    for warning in loaded.warnings:
        show_problem(warning, "warning")
    check_files(loaded)
    check_runs_folder(runs)
    return loaded, made is not None
