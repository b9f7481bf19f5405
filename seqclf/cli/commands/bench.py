"""``seqclf bench``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.lists import cells, check_outputs, numbers
from seqclf.cli.options import UserPath, runs_option, set_option
from seqclf.cli.origins import with_origin
from seqclf.cli.problems import check_files
from seqclf.cli.value_types import Whole
from seqclf.cli.wrap import say, width_of

if TYPE_CHECKING:
    from seqclf.benchmark.cases import Case
    from seqclf.data.encoded import EncodedTexts


def _known() -> Sequence[str]:
    from seqclf.benchmark.cases import CELLS, PARALLEL_CELLS

    return CELLS + PARALLEL_CELLS


def _ways(context: click.Context, parameter: click.Parameter, value: str | None) -> list[str] | None:
    from seqclf.benchmark.run import installed_ways

    installed = installed_ways()
    if value is None:
        return None
    ways = [part.strip() for part in value.split(",")]
    for way in ways:
        if way not in installed:
            raise click.BadParameter(f"{way!r} is not available; use one of {', '.join(installed)}")
    return [way for way in installed if way in ways]


@click.command("bench", short_help="Time training against stock Keras (and PyTorch) on this machine.")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=UserPath(path_type=Path))
@click.option(
    "--cells",
    "kinds",
    default="lstm,gru,simple_rnn",
    show_default=True,
    callback=cells(_known),
    help="Types of layers.",
)
@click.option("--units", default="64", show_default=True, callback=numbers, help="Units in each direction.")
@click.option("--lengths", default="256", show_default=True, callback=numbers, help="Tokens of the longest text.")
@click.option("--rows", type=Whole(1, 65_536), default=64, show_default=True, help="Texts in a batch.")
@click.option(
    "--rounds",
    type=Whole(1, 1_000),
    default=5,
    show_default=True,
    help="How often to time each implementation.",
)
@click.option(
    "--ways",
    callback=_ways,
    help="Implementations to time: seqclf, keras, torch, torch_packed, notes. [default: all installed]",
)
@click.option(
    "--growth",
    is_flag=True,
    help="Also time how an LSTM's step grows with length, units and rows; takes a few more minutes.",
)
@click.option("--json", "json_path", type=UserPath(path_type=Path, dir_okay=False), help="File for all figures.")
@click.option("--plot", "plot_path", type=UserPath(path_type=Path, dir_okay=False), help="PNG file; with --growth.")
@runs_option
@set_option
def bench_command(
    config_file: Path | None,
    *,
    kinds: list[str],
    units: list[int],
    lengths: list[int],
    rows: int,
    rounds: int,
    ways: list[str] | None,
    growth: bool,
    json_path: Path | None,
    plot_path: Path | None,
    runs: Path,
    settings: tuple[str, ...],
) -> None:
    """Time forward passes and training steps of the course's model (one bidirectional recurrent layer) on this machine:
    seqclf's layers, stock Keras and, if installed, PyTorch.

    Each implementation runs in its own process with its own threads. They take turns, and the table shows the medians
    of all rounds. With a CONFIG of 1,600 training texts or more, bench also estimates the time of an epoch from some of
    its batches, once with seqclf's batches and once shuffled and padded as in the course's notebook.
    """
    from seqclf.benchmark import cases as known
    from seqclf.benchmark.run import machine, run
    from seqclf.errors import InputError
    from seqclf.files import write_json

    if plot_path is not None and not growth:
        raise InputError("--plot shows how a step grows: add --growth")
    if settings and config_file is None:
        raise InputError("--set changes an option of CONFIG: add CONFIG")
    check_outputs(json_path, plot_path)
    texts = None if config_file is None else _texts(config_file, settings, runs)
    cases = known.grid(kinds, units, lengths, rows, (known.FORWARD, known.STEP))
    if texts is not None:
        cases += [known.Case(cell, 64, measure=known.EPOCH) for cell in kinds if cell in known.CELLS]
    ways = _useful(ways, cases, kinds)
    figures: dict[str, Any] = {"machine": machine(), "rounds": rounds}
    _explain(figures["machine"], rounds)
    figures["cases"] = run(cases, ways, rounds, texts, _announce)
    _show_cases(figures["cases"])
    if json_path is not None:
        write_json(json_path, figures)
    if growth:
        series = {
            name: run(list(some), [way for way in ways if way in ("seqclf", "keras")], rounds, on_case=_announce)
            for name, some in known.growth()
        }
        figures["growth"] = series
        if json_path is not None:
            write_json(json_path, figures)
        _show_growth(series, plot_path)


def _useful(ways: list[str] | None, cases: list[Case], kinds: list[str]) -> list[str]:
    """The implementations that time at least one case, of those in ``ways`` or of all that are installed."""
    from seqclf.benchmark.run import installed_ways
    from seqclf.errors import InputError

    useful = [way for way in ways or installed_ways() if any(way in case.ways([way]) for case in cases)]
    for way in ways or []:
        if way not in useful:
            why = "it times epochs, which need a CONFIG" if way == "notes" else f"it lacks {', '.join(kinds)}"
            raise InputError(f"--ways {way}: nothing to do: {why}")
    return useful


def _explain(machine: dict[str, Any], rounds: int) -> None:
    """Print what the table will show."""
    say(f"{machine['processor']}, {machine['cores']} cores; {rounds} round{'' if rounds == 1 else 's'}.")
    say(
        "Tokens/s do not count padding. The ratio compares the speed with stock Keras's (for cells that Keras lacks: "
        "with its LSTM's), or with the notebook's for epochs. The spread is half of the interquartile range.\n"
    )


def _announce(case: Case) -> None:
    say(f"{case.measure} {case.cell} {case.units} units, {case.length} x {case.rows} ...", err=True)


def _show_cases(results: Any) -> None:
    from seqclf.benchmark.report import making_shares, summarize

    click.echo(_table(summarize(results)))
    for cell, share in making_shares(results).items():
        say(f"Making the batches takes {share:.1%} of seqclf's {cell} epoch.")


def _show_growth(series: dict[str, Any], plot_path: Path | None) -> None:
    from seqclf.benchmark.report import summarize

    for name, results in series.items():
        click.echo(f"Along {name}:\n\n{_table(summarize(results))}")
    if plot_path is not None:
        from seqclf.benchmark.plots import plot_growth

        plot_growth({name: summarize(results) for name, results in series.items()}, plot_path)


def _table(rows: list[dict[str, Any]]) -> str:
    """In columns on a terminal, in Markdown elsewhere."""
    from seqclf.benchmark.report import HEADINGS, cells_of, markdown
    from seqclf.cli.columns import of_rows, table

    width = width_of(sys.stdout)
    if width is None:
        return markdown(rows)
    spare = {"spread": 4, "length x rows": 3, "units": 2, "tokens/s": 1}
    columns = of_rows(HEADINGS, cells_of(rows), left=("what", "cell", "way"), spare=spare)
    return "\n".join(table(columns, width)) + "\n"


def _texts(config_file: Path, settings: tuple[str, ...], runs: Path) -> EncodedTexts:
    """The config's training texts without a validation split, as in the notebook."""
    from seqclf.config import Override, parse_override, read_config
    from seqclf.data.prepare import prepare
    from seqclf.errors import InputError
    from seqclf.tensorflow_startup import start_tensorflow

    overrides = [parse_override(setting) for setting in settings]
    overrides.append(Override(("data", "validation"), 0.0, "bench"))
    overrides.append(Override(("training", "early_stopping"), None, "bench"))
    loaded = with_origin(read_config(config_file, overrides), runs)
    check_files(loaded)
    if loaded.config.data.needs_tensorflow:
        start_tensorflow()
    texts = prepare(loaded.config, lambda stage: say(stage, err=True)).train
    if len(texts) < 1_600:
        raise InputError(f"{config_file}: has {len(texts):,} training texts; timing an epoch needs 1,600 or more")
    return texts
