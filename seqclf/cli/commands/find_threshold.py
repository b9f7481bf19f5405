"""``seqclf find-threshold``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import (
    allow_code_option,
    data_settings_option,
    json_option,
    run_option,
    runs_option,
    threads_option,
)
from seqclf.cli.streams import print_json
from seqclf.cli.value_types import Real
from seqclf.cli.wrap import say
from seqclf.files import shell_word
from seqclf.run_choice import find_run, named_with_status
from seqclf.runs import CLASSIFICATION

if TYPE_CHECKING:
    from seqclf.calibration.wish import Found, Wish
    from seqclf.config import Config
    from seqclf.runs import Run

_WISH = Real(0, 1, min_open=True)


@click.command("find-threshold", short_help="Choose the threshold for a wished precision or recall.")
@runs_option
@run_option
@click.option("--precision", type=_WISH, metavar="P", help="Precision to reach at least, such as 0.95.")
@click.option("--recall", type=_WISH, metavar="R", help="Recall to reach at least.")
@click.option(
    "--label",
    metavar="LABEL",
    help="Label whose threshold to choose. [default: the second of two; multi-label: one threshold for all labels]",
)
@click.option("--save", is_flag=True, help="Store the threshold with the run, for predict, eval and exports.")
@data_settings_option
@threads_option
@allow_code_option
@json_option
def find_threshold_command(
    *,
    runs: Path,
    run_name: str | None,
    precision: float | None,
    recall: float | None,
    label: str | None,
    save: bool,
    settings: tuple[str, ...],
    threads: int | str,
    as_json: bool,
) -> None:
    """Choose, on the validation texts of a run, the threshold that reaches a wished precision or recall, and say what
    it costs: the other measure, and how many texts get the label, each with its 95 % interval.

    For runs with two labels and multi-label runs. Of all thresholds that fulfil the wish, it is the one with the most
    of the other measure. Prints only, unless --save is given.
    """
    if (precision is None) == (recall is None):
        raise click.UsageError("give --precision P or --recall R" + ("" if precision is None else ", not both"))
    from seqclf.calibration.scored import check_choosable
    from seqclf.calibration.wish import Wish
    from seqclf.cli.eval_inputs import config_of

    run = find_run(runs, run_name, CLASSIFICATION)
    least = precision if precision is not None else recall
    assert least is not None
    wish = Wish("recall" if precision is None else "precision", least, label).checked(run.labels)
    config = config_of(run.config, settings, for_data=False)
    check_choosable(run, config, "a threshold")
    found = _saved(run, config, wish, threads) if save else _found(run, config, wish, threads)
    if as_json:
        print_json({"run": run.name, "split": "validation", **found.to_json(), "saved": save})
        return
    from seqclf.cli.threshold_report import say_how_to_save, show_found

    show_found(run, config.data.describe("validation"), found)
    if save:
        say(f"Saved: predict and eval of {named_with_status(run)} use it, and what is exported from now on.")
    else:
        say_how_to_save(run, run.labels, found)


def _say(stage: str) -> None:
    say(stage, err=True)


def _found(run: Run, config: Config, wish: Wish, threads: int | str) -> Found:
    """By the ONNX model if there is one: that needs no TensorFlow."""
    from seqclf.calibration.scored import VALIDATION, Scored, scored_by_onnx, scored_texts
    from seqclf.calibration.wish import fulfilled

    if run.onnx.exists() and not run.was_fitted_to_validation:
        scored = scored_by_onnx(run, config, _say, threads if isinstance(threads, int) else None)
    else:
        classifier, texts = scored_texts(run, config, [VALIDATION], _say, threads)
        encoded = texts[VALIDATION]
        scored = Scored.of(encoded, classifier.logits(encoded), classifier.labels)
    return fulfilled(wish, scored, run.thresholds)


def _saved(run: Run, config: Config, wish: Wish, threads: int | str) -> Found:
    from dataclasses import replace

    from seqclf.calibration.scored import VALIDATION, Scored, scored_texts
    from seqclf.calibration.wish import fulfilled

    classifier, texts = scored_texts(run, config, [VALIDATION], _say, threads)
    encoded = texts[VALIDATION]
    found = fulfilled(wish, Scored.of(encoded, classifier.logits(encoded), classifier.labels), run.thresholds)
    from seqclf.calibration.store import forgotten, store

    _say("Writing the model")
    gone, had_report = forgotten(run), run.report.exists()
    for split in gone:
        _say(f"The {split} scores in metrics.json were those of the earlier threshold and are removed")
    calibration = classifier.calibration
    if calibration is not None:
        if (chosen := calibration.abstention) is not None:
            _say(
                "The confidence below which it abstains was chosen for the earlier threshold and is removed; choose "
                f"it again: seqclf calibrate --run {shell_word(run.folder)} --abstain {chosen.rate:g}"
            )
        calibration = calibration.with_thresholds(found.thresholds)
    changed = replace(classifier, thresholds=found.thresholds, calibration=calibration)
    store(run, changed, texts, lambda: run.write_thresholds(found.thresholds))
    if had_report and not run.report.exists():
        _say(
            f"{run.report.name} was that of the earlier threshold and is removed; to have it again: "
            f"seqclf eval --run {shell_word(run.folder)}{'' if 'test' in gone else f' --split {VALIDATION}'}"
        )
    return found
