"""The output of ``seqclf calibrate``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqclf.calibration.confidence import measured
from seqclf.calibration.operating_points import Share
from seqclf.calibration.scored import VALIDATION, Scored
from seqclf.calibration.temperature import LEAST_TEXTS
from seqclf.calibration.temperature import in_words as temperatures_in_words
from seqclf.cli.console import console
from seqclf.cli.grids import Grid
from seqclf.cli.wrap import say
from seqclf.files import shell_word
from seqclf.labels import Labels
from seqclf.metrics.calibration import BINS
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.metrics.scores import UNDEFINED
from seqclf.runs import Run

if TYPE_CHECKING:  # seqclf.calibration.calibrate imports Keras, before which TensorFlow must be started
    from seqclf.calibration.calibrate import Calibrated, Metrics
    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.classifier import KerasClassifier

_HARDLY = 0.005  # of the log loss
_LEAST_SHARE, _LEAST_ANSWERED = 0.05, 20  # of the validation texts, for abstaining to be of use


def show_calibrated(run: Run, done: Calibrated) -> None:
    """Print the temperatures, and log loss and calibration error before and after."""
    temperatures = temperatures_in_words(done.calibration.temperatures)
    where = f"fitted on {done.calibration.texts:,} validation text{'' if done.calibration.texts == 1 else 's'}"
    say(f"{run.name}: temperature{'s' if ' to ' in temperatures else ''} {temperatures}, {where}")
    if done.fit.note is not None:
        say(f"note: {done.fit.note}", err=True)
    if done.fit.shared:
        count = f"{done.fit.shared:,} label{' has' if done.fit.shared == 1 else 's have'}"
        get = "gets" if done.fit.shared == 1 else "get"
        say(f"note: {count} fewer than {LEAST_TEXTS} texts and {get} one temperature, that of all labels", err=True)
    say("")
    show_change(done.before, done.after)
    for note in worse_errors(run, done.before, done.after):
        say(note, err=True)
    say("")
    say(_decisions(run.labels, done))
    if done.prior_changes:
        say(
            "Only texts without known tokens are labelled differently: their probabilities stay, and the thresholds "
            "moved."
        )
    if not done.is_new:
        say("The run had this calibration already.")


def show_change(before: Metrics, after: Metrics) -> None:
    """A table of log loss and calibration error by split."""
    rows = []
    for split, old in before.items():
        new = after[split]
        name = f"{split} (fitted on it)" if split == VALIDATION else split
        texts = f"{new.texts:,}"
        rows.append([name, texts, "log loss", f"{old.loss:.4f}", f"{new.loss:.4f}"])
        rows.append(["", "", "calibration error", _error(old), _error(new)])
    console().print(Grid(("", "texts", "", "before", "after"), rows))


def worse_errors(run: Run, before: Metrics, after: Metrics) -> Iterator[str]:
    """What it means, for each split, if the calibration error got larger."""
    for split, old in before.items():
        new = after[split]
        errors = [_error(one) for one in (old, new)]
        if UNDEFINED in errors or float(errors[1]) <= float(errors[0]):
            continue
        undo = f"`seqclf calibrate --run {shell_word(run.folder)} --undo` removes the temperature"
        if abs(new.loss - old.loss) < _HARDLY * old.loss:
            why = (
                ", but the log loss, to which temperatures are fitted, hardly changed. The probabilities were about "
                f"right before, and a difference of this kind comes from the {BINS} bins of the error; {undo}"
            )
        elif new.loss < old.loss:
            why = (
                ", but the log loss, to which temperatures are fitted, fell. Both measure how right probabilities are; "
                f"the error compares only means in {BINS} bins, and depends on where they end"
            )
        else:
            why = f", and the log loss rose. What was fitted to other texts does not hold for these; {undo}"
        yield f"note: the calibration error of the {split} texts rose from {errors[0]} to {errors[1]}{why}"


@dataclass(frozen=True)
class Answered:
    """What abstaining below a confidence leads to on some texts; ``error`` is None if no text is answered."""

    error: Share | None
    coverage: Share
    below: float

    def to_json(self) -> dict[str, Any]:
        """The confidence, and both fractions with their intervals."""
        error = (
            dict.fromkeys(("error", "error_low", "error_high")) if self.error is None else self.error.to_json("error")
        )
        return {"below": self.below, **error, **self.coverage.to_json("coverage")}


def abstention_of(
    classifier: KerasClassifier, texts: Mapping[str, EncodedTexts], done: Calibrated
) -> dict[str, Answered]:
    """What abstaining leads to, by split; empty if the run always answers."""
    calibration, found = done.calibration, {}
    if calibration.abstention is not None:
        changed = classifier.calibrated(calibration)
        for split, encoded in texts.items():
            scored = Scored.of(encoded, changed.logits(encoded), changed.labels)
            error, coverage = measured(scored, calibration.thresholds, calibration.abstention.below)
            assert coverage is not None
            found[split] = Answered(error, coverage, calibration.abstention.below)
    return found


def show_abstention(done: Calibrated, found: Mapping[str, Answered], *, is_multi: bool) -> None:
    """Print the confidence below which no label is given, and what that leads to."""
    abstention = done.calibration.abstention
    if abstention is None:
        return
    say("")
    wish = f"at most {abstention.rate:g} of the answers wrong"
    if abstention.below > 0:
        say(f"{'No answer' if is_multi else 'No label'} below a confidence of {abstention.below:.6g}: {wish}")
    else:
        say(f"Every text {'is answered' if is_multi else 'gets a label'}: already {wish}")
    say("")
    rows = []
    for split, one in found.items():
        name = f"{split} (chosen on it)" if split == VALIDATION else split
        rows.append([name, "wrong answers", *_share(one.error)])
        rows.append(["", "answered", *_share(one.coverage)])
    console().print(Grid(("", "", "share", "95 % interval"), rows))
    say("")
    if is_multi:
        say("An answer is wrong if it has not exactly the labels of the text.")
    say("On new texts, more answers may be wrong: up to the upper end of the interval.")


def removed(run: Run, splits: Sequence[str], *, report: bool) -> Iterator[str]:
    """What other probabilities made out of date, and how to have it again.

    Args:
        splits: whose scores are removed.
        report: whether the report is.
    """
    names = [f"The {' and '.join(splits)} scores in metrics.json"] if splits else []
    names += ["report.html"] if report else []
    if names:
        are = "were those of other probabilities and are" if splits else "was that of other probabilities and is"
        again = f"seqclf eval --run {shell_word(run.folder)}{'' if 'test' in splits else f' --split {VALIDATION}'}"
        yield f"{' and '.join(names)} {are} removed; to have {'them' if splits else 'it'} again: {again}"


def few_answers(run: Run, done: Calibrated) -> str | None:
    """The warning that a run answers too few validation texts to be of use; None if it answers enough."""
    abstention, texts = done.calibration.abstention, done.calibration.texts
    if abstention is None or not abstention.below:
        return None
    answered = round(abstention.coverage * texts)
    if abstention.coverage >= _LEAST_SHARE and answered >= _LEAST_ANSWERED:
        return None
    return (
        f"warning: the run now answers only {answered:,} of the {texts:,} validation texts, too few to rely on; allow "
        f"more wrong answers, with a higher rate than {abstention.rate:g} for --abstain, or remove it: "
        f"seqclf calibrate --run {shell_word(run.folder)} --undo"
    )


def in_words(share: Share) -> str:
    """``0.0410 (95 % interval 0.0283 to 0.0590)``."""
    value, interval = _share(share)
    return f"{value} (95 % interval {interval})"


def _share(share: Share | None) -> list[str]:
    if share is None:
        return [UNDEFINED, UNDEFINED]
    return [f"{share.value:.4f}", f"{share.interval.low:.4f} to {share.interval.high:.4f}"]


def _error(metrics: ClassifierMetrics) -> str:
    error = None if metrics.evaluation is None else metrics.evaluation.expected_calibration_error
    return UNDEFINED if error is None else f"{error:.4f}"


def _decisions(labels: Labels, done: Calibrated) -> str:
    """What happens to the labels of texts."""
    old, new = done.thresholds_before, done.calibration.thresholds
    if all(one == 1 for one in done.calibration.temperatures):
        return "A temperature of 1 changes nothing: labels and probabilities stay."
    if old is None or new is None:
        return "The predicted labels stay; only their probabilities change."
    if len(old) == 1:
        moved = f"The threshold moved with the probabilities, from {old[0]:.4g} to {new[0]:.4g}"
    else:
        moved = "The thresholds moved with the probabilities (thresholds in calibration.json)"
    return f"{moved}: the predicted labels stay."
