"""``seqclf probe``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.lists import cells, check_outputs, numbers
from seqclf.cli.options import UserPath, threads_option
from seqclf.cli.value_types import Whole
from seqclf.cli.wrap import GLUE, say, width_of

if TYPE_CHECKING:
    from seqclf.probe.recall import Result
    from seqclf.probe.report import Row


def _known() -> Sequence[str]:
    from seqclf.probe.recall import known_cells

    return known_cells()


@click.group("probe")
def probe_command() -> None:
    """Test recurrent layers on synthetic texts."""


@probe_command.command("memory", short_help="How far back each type of recurrent layer remembers.")
@click.option(
    "--cells",
    "kinds",
    default="simple_rnn,lstm,gru",
    show_default=True,
    callback=cells(_known),
    help="Types of layers; also min_gru, min_lstm, qrnn, sru.",
)
@click.option(
    "--distances",
    default="5,10,20,40,80,160",
    show_default=True,
    callback=numbers,
    help="Tokens between the cue and the end of the text.",
)
@click.option("--units", type=Whole(1, 4_096), default=32, show_default=True, help="Units of the layer.")
@click.option(
    "--steps",
    type=Whole(1, 1_000_000),
    default=500,
    show_default=True,
    help="Maximum training steps of each network, 64 texts each.",
)
@click.option("--seeds", type=Whole(1, 100), default=3, show_default=True, help="Networks per cell and distance.")
@click.option("--json", "json_path", type=UserPath(path_type=Path, dir_okay=False), help="File for all figures.")
@click.option("--plot", "plot_path", type=UserPath(path_type=Path, dir_okay=False), help="PNG file for a plot.")
@threads_option
def memory_command(
    *,
    kinds: list[str],
    distances: list[int],
    units: int,
    steps: int,
    seeds: int,
    json_path: Path | None,
    plot_path: Path | None,
    threads: int | str,
) -> None:
    """Measure the vanishing gradient, and how gates help.

    A text is one of eight cues, followed by random fillers; its label is the cue. For each distance from the cue to the
    end, a network of one recurrent layer is trained on texts of all distances up to it, and tested at that distance.
    The gradient is that of the loss with respect to the input at the cue, relative to that at the last token.
    """
    from seqclf.tensorflow_startup import silence_tensorflow, start_tensorflow

    check_outputs(json_path, plot_path)
    silence_tensorflow()
    from seqclf.probe import recall
    from seqclf.probe.report import plot, summarize

    distances = sorted(distances)
    start_tensorflow(recall.probe_config(kinds[0], units, seed=0), threads)

    def show(result: recall.Result) -> None:
        say(
            f"{result.cell} at {result.distance}, seed {result.seed}: accuracy {result.accuracy:.3f} "
            f"after {result.steps} steps ({result.seconds:.1f}{GLUE}s)",
            err=True,
        )

    results = recall.run(kinds, distances, units=units, steps=steps, seeds=seeds, on_result=show)
    rows = summarize(results)
    click.echo(_table(rows))
    if json_path is not None:
        _write_json(json_path, {"units": units, "most_steps": steps, "seeds": seeds}, results)
    if plot_path is not None:
        networks = f"{seeds} seed{'' if seeds == 1 else 's'}"
        plot(
            rows, plot_path, f"Which of 8 cues? {units} units, at most {steps} steps of {recall.ROWS} texts, {networks}"
        )


def _table(rows: list[Row]) -> str:
    """In columns on a terminal, in Markdown elsewhere."""
    from seqclf.cli.columns import of_rows, table
    from seqclf.probe.report import HEADINGS, cells_of, markdown

    width = width_of(sys.stdout)
    if width is None:
        return markdown(rows)
    spare = {"worst to best seed": 3, "steps": 2, HEADINGS[5]: 1}
    return "\n".join(table(of_rows(HEADINGS, cells_of(rows), left=("cell",), spare=spare), width)) + "\n"


def _write_json(path: Path, asked: dict[str, int], results: list[Result]) -> None:
    from seqclf.files import write_json
    from seqclf.probe import recall, recall_task
    from seqclf.probe.report import summarize
    from seqclf.runtime import current_threads
    from seqclf.training.environment import environment

    task = {"cues": recall_task.CUES, "fillers": recall_task.FILLERS, "chance": recall_task.CHANCE}
    training = {"batch_size": recall.ROWS, "learning_rate": recall.LEARNING_RATE, "clip_norm": recall.CLIP_NORM}
    figures = {
        **asked,
        "task": task,
        "training": training,
        "embedding_dim": recall.EMBEDDING_DIM,
        "threads": asdict(current_threads()),
        **environment(),
        "summary": [asdict(row) for row in summarize(results)],
        "results": [asdict(result) for result in results],
    }
    write_json(path, figures)
