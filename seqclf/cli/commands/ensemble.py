"""``seqclf ensemble``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import allow_code_option, json_option, runs_option, threads_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seqclf.ensembles.candidates import Candidate
    from seqclf.ensembles.ensemble import Made, Weights
    from seqclf.ensembles.soup import Recipe

_VALIDATION = "validation"


def _weights(context: click.Context, parameter: click.Parameter, value: str | None) -> Weights:
    """Numbers separated by commas, or ``validation``."""
    if value is None or value == _VALIDATION:
        return value  # type: ignore[return-value]  # None or "validation"
    try:
        found = [float(part) for part in value.split(",")]
    except ValueError:
        found = []
    if not found or not all(0 <= one < float("inf") for one in found) or not 0 < sum(found) < float("inf"):
        raise click.BadParameter(
            f"{value!r} is neither {_VALIDATION} nor a number of 0 or more for each run, such as 2,1,1"
        )
    return found


@click.command("ensemble", short_help="Join runs into one: mean of probabilities or weights.")
@runs_option
@run_argument("names", several=True)
@click.option("--name", metavar="NAME", help="Name of the new run. [default: that of the first run, and -ensemble]")
@click.option(
    "--weights",
    metavar="W1,W2,...",
    callback=_weights,
    help="Weights of the runs, such as 2,1,1; or validation: those with the smallest log loss on the validation texts. "
    "[default: all the same]",
)
@click.option(
    "--soup",
    is_flag=True,
    help="Average weights instead of probabilities, which makes one model as fast as each. For runs that started from "
    "the same run. Keeps those that do not make it worse on the validation texts.",
)
@click.option("--uniform", is_flag=True, help="With --soup: keep all runs.")
@threads_option
@allow_code_option
@json_option
def ensemble_command(
    *,
    runs: Path,
    names: tuple[str, ...],
    name: str | None,
    weights: Weights,
    soup: bool,
    uniform: bool,
    threads: int | str,
    as_json: bool,
) -> None:
    """Make one run of several classifiers: its probabilities are the mean of theirs. It needs them no more, and is a
    run like any other: in predict, eval, calibrate, export and push, with one SavedModel and one ONNX model.

    The runs must have the same labels, tokenizer and columns. Train them with other values of seed but one value of
    data.split_seed, so that they also share the validation texts. Prints what each of them and the new run scores on
    these, beside the linear baseline.

    The name of a cross-validation stands for the runs of its folds. An ensemble takes part with its members, each with
    its part of the weight.
    """
    if uniform and not soup:
        raise click.UsageError("--uniform works only with --soup")
    if soup and weights is not None:
        raise click.UsageError("--soup takes all runs that it keeps alike: omit --weights")
    from seqclf.cli.ensemble_report import as_values, show
    from seqclf.cli.streams import print_json
    from seqclf.cli.written_report import written_report
    from seqclf.ensembles.candidates import check_alike, find_candidates, new_name
    from seqclf.ensembles.soup_checks import check_mixable
    from seqclf.new_runs import check_runs_folder

    candidates = find_candidates(runs, names, flat=not soup)
    (check_mixable if soup else check_alike)(candidates)
    check_runs_folder(runs)
    new = new_name(name, candidates[0], "soup" if soup else "ensemble")
    if soup:
        made = _soup(runs, candidates, new, "uniform" if uniform else "greedy", threads)
    else:
        made = _ensemble(runs, candidates, new, weights, threads)
    report = written_report(made.run, _say)
    if as_json:
        print_json(as_values(made, candidates[0].config))
    else:
        show(made, candidates[0].config, runs, report)


def _ensemble(runs: Path, candidates: Sequence[Candidate], name: str, weights: Weights, threads: int | str) -> Made:
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow(candidates[0].config, threads)
    from seqclf.ensembles.ensemble import make_ensemble

    return make_ensemble(runs, candidates, name, weights, _say)


def _soup(runs: Path, candidates: Sequence[Candidate], name: str, recipe: Recipe, threads: int | str) -> Made:
    from seqclf.ensembles.soup_checks import fresh_parts
    from seqclf.tensorflow_startup import start_tensorflow

    if fresh := fresh_parts(candidates):
        _say(
            f"warning: {', '.join(fresh)} began with random weights of different seeds, which the runs do not share; "
            "means of them may be noise. Runs of one seed that differ in other options share them"
        )
    start_tensorflow(candidates[0].config, threads)
    from seqclf.ensembles.soup import make_soup

    return make_soup(runs, candidates, name, recipe, _say)


def _say(stage: str) -> None:
    say(stage, err=True)
