"""The output of ``seqclf find-threshold``."""

from __future__ import annotations

from seqclf.calibration.operating_points import OperatingPoint, Share
from seqclf.calibration.wish import Found
from seqclf.cli.console import console
from seqclf.cli.grids import Grid
from seqclf.cli.wrap import say
from seqclf.files import shell_word
from seqclf.labels import Labels
from seqclf.metrics.scores import UNDEFINED
from seqclf.runs import Run


def show_found(run: Run, data: str, found: Found) -> None:
    """Print the threshold, and what it leads to beside what the run does now."""
    wish, texts = found.wish, len(found.decisions.truth)
    say(
        f"{run.name}, {wish.subject} on validation ({data}): {texts:,} text{'' if texts == 1 else 's'}, "
        f"{found.decisions.positives:,} {'labels' if wish.label is None else 'with the label'}"
    )
    other = "recall" if wish.measure == "precision" else "precision"
    say(f"Threshold {found.point.threshold!r}: {wish.measure} of at least {wish.least:g}, and the most {other} with it")
    say("")
    console().print(_grid(found))
    say("")
    say(
        "The threshold was chosen on these texts, so new ones are likelier in the lower half of an interval than in "
        "the upper one."
    )


def _grid(found: Found) -> Grid:
    point, now = found.point, found.before
    rows = [
        [name, _value(share), _interval(share), _value(before)]
        for name, share, before in (
            ("precision", point.precision, now.precision),
            ("recall", point.recall, now.recall),
            ("share flagged", point.flagged, now.flagged),
        )
    ]
    what = "labels given" if found.wish.label is None else "texts flagged"
    rows.append([what, f"{point.flagged_count:,}", "", f"{now.flagged_count:,}"])
    return Grid(("", f"at {_short(point)}", "95 % interval", _before(now)), rows)


def _before(point: OperatingPoint) -> str:
    """The heading of what the run does now."""
    return "before" if point.threshold is None else f"before, at {_short(point)}"


def _short(point: OperatingPoint) -> str:
    return "each label's own" if point.threshold is None else f"{point.threshold:.4g}"


def _value(share: Share | None) -> str:
    return UNDEFINED if share is None else f"{share.value:.4f}"


def _interval(share: Share | None) -> str:
    return UNDEFINED if share is None else f"{share.interval.low:.4f} to {share.interval.high:.4f}"


def say_how_to_save(run: Run, labels: Labels, found: Found) -> None:
    """Say how the threshold comes into use, for all calls or for one."""
    say("To use it in predict, eval and exports, add --save to the command.")
    if not labels.multi or found.wish.label is None:
        threshold = found.thresholds[0]
        say(f"For one call: seqclf predict --run {shell_word(run.folder)} --threshold {threshold!r} TEXT")
