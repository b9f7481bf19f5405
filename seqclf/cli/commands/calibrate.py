"""``seqclf calibrate``."""

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
from seqclf.cli.value_types import OneOf, Real
from seqclf.cli.wrap import say
from seqclf.run_choice import find_run, named_with_status
from seqclf.runs import CLASSIFICATION

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.runs import Run


@click.command("calibrate", short_help="Make a run's probabilities honest by temperature scaling.")
@runs_option
@run_option
@click.option(
    "--split",
    type=OneOf(["validation", "test"]),
    default="validation",
    show_default=True,
    help="test: show the scores of the test texts, too.",
)
@click.option(
    "--abstain",
    "rate",
    type=Real(0, 1, max_open=True),
    metavar="RATE",
    help="Also choose the confidence below which predict gives no label, so that at most RATE of the others are wrong.",
)
@click.option("--undo", is_flag=True, help="Remove the calibration: the run is as it was before.")
@data_settings_option
@threads_option
@allow_code_option
@json_option
def calibrate_command(
    *,
    runs: Path,
    run_name: str | None,
    split: str,
    rate: float | None,
    undo: bool,
    settings: tuple[str, ...],
    threads: int | str,
    as_json: bool,
) -> None:
    """Fit the temperature of a classifier on its validation texts, and store it with the run: predict, eval, the
    SavedModel and the ONNX model then divide the model's outputs by it. Multi-label runs have a temperature for each
    label.

    The labels of texts stay, only their probabilities change; thresholds move with them. Prints the log loss and the
    expected calibration error before and after. Calling it again changes nothing.

    With --abstain 0.05, predict answers only texts that it is certain of: of the validation texts that it answers, at
    most 5 % are answered wrongly. A SavedModel answers all texts. Multi-label, an answer is wrong if it has not exactly
    the labels of the text. "predict --set-coverage 0.95" gives sets of labels.
    """
    if undo and rate is not None:
        raise click.UsageError("--undo removes what --abstain chooses: give one of them")
    from seqclf.calibration.scored import check_choosable, scored_texts
    from seqclf.cli.calibration_report import removed
    from seqclf.cli.eval_inputs import config_of

    run = find_run(runs, run_name, CLASSIFICATION)
    config = config_of(run.config, settings, for_data=False)
    if undo and run.calibration is None:
        say(f"{named_with_status(run)} is not calibrated; there is nothing to undo", err=True)
        return
    check_choosable(run, config, "a temperature")
    splits = ["validation", *(["test"] if split == "test" else [])]
    classifier, texts = scored_texts(run, config, splits, _say, threads)
    measured, had_report = run.metrics.keys(), run.report.exists()
    if undo:
        _undo(run, classifier, texts, as_json=as_json)
    else:
        _calibrate(run, classifier, texts, rate, as_json=as_json)
    for one in splits:
        _note_seen(run, config, one)
    if run.report.exists():
        _write_report_again(run)
    gone = sorted(measured - run.metrics.keys())
    for sentence in removed(run, gone, report=had_report and not run.report.exists()):
        say(sentence, err=True)


def _write_report_again(run: Run) -> None:
    """Write a report whose scores stay with what is new in it, such as the confidence below which the run abstains."""
    from seqclf.cli.written_report import written_report
    from seqclf.run_files import report_about

    if report_about(run.report) is not None:  # not a page of the user
        written_report(run, _say)


def _note_seen(run: Run, config: Config, split: str) -> None:
    """Say how many texts of a split the run has seen in training, as ``seqclf eval`` does, and add it to the metrics of
    the split if there are some."""
    from dataclasses import asdict

    from seqclf.cli.eval_texts import texts_seen_of_split
    from seqclf.cli.given_texts import GivenTexts

    saved = run.metrics.get(split)
    if saved is not None and "trained_on" in saved:  # what was counted before holds
        return
    seen = texts_seen_of_split(run, GivenTexts.of(config, split, None, {}), split)
    if seen is not None and saved is not None:
        run.write_metrics(split, {**saved, **asdict(seen)})


def _say(stage: str) -> None:
    say(stage, err=True)


def _calibrate(
    run: Run, classifier: KerasClassifier, texts: dict[str, EncodedTexts], rate: float | None, *, as_json: bool
) -> None:
    from seqclf.calibration.calibrate import calibrate
    from seqclf.cli.calibration_report import abstention_of, few_answers, show_abstention, show_calibrated

    done = calibrate(run, classifier, texts, rate)
    found = abstention_of(classifier, texts, done)
    if (warning := few_answers(run, done)) is not None:
        say(warning, err=True)
    if as_json:
        stored = done.calibration.to_json(run.labels)
        stored.pop("conformal", None)  # for programs, calibration.json has them
        shares = {split: one.to_json() for split, one in found.items()}
        print_json({"run": run.name, **stored, **done.to_json(), **({"abstention": shares} if shares else {})})
        return
    show_calibrated(run, done)
    show_abstention(done, found, is_multi=run.labels.multi)
    abstention = done.calibration.abstention
    but = " The SavedModel answers all texts: it never abstains." if abstention is not None and abstention.below else ""
    say(f"{named_with_status(run)} uses it in predict, eval and exports; seqclf calibrate --undo removes it.{but}")


def _undo(run: Run, classifier: KerasClassifier, texts: dict[str, EncodedTexts], *, as_json: bool) -> None:
    from seqclf.calibration.calibrate import undo

    metrics = undo(run, classifier, texts)
    if as_json:
        print_json(
            {"run": run.name, "calibrated": False, **{split: {"log_loss": one.loss} for split, one in metrics.items()}}
        )
        return
    say(f"{named_with_status(run)} is as it was before seqclf calibrate.")
