"""The threshold that reaches a wished precision or recall on the validation texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.calibration.operating_points import Decisions, Measure, OperatingPoint, Unreachable
from seqclf.calibration.scored import Scored
from seqclf.errors import InputError
from seqclf.labels import DEFAULT_THRESHOLD, Labels, on_one_line

_DIGITS = 15


@dataclass(frozen=True)
class Wish:
    """What a threshold should reach.

    Attributes:
        label: None: of all labels of a multi-label run together.
    """

    measure: Measure
    least: float
    label: str | None

    def checked(self, labels: Labels) -> Wish:
        """Fill in the label if none is given: the second of two. Raises ``InputError`` if it is unknown."""
        if not labels.with_thresholds:
            raise InputError(
                f"a threshold needs two labels, or several labels per text; here each text has one of {len(labels)}. "
                "`seqclf predict --abstain-below P` gives uncertain texts no label"
            )
        if self.label is None:
            return self if labels.multi else Wish(self.measure, self.least, labels[1])
        if self.label not in labels:
            known = ", ".join(f'"{on_one_line(name)}"' for name in labels[:20]) + (", ..." if len(labels) > 20 else "")
            raise InputError(f'--label: the run has no label "{on_one_line(self.label)}"; its labels are {known}')
        return self

    @property
    def subject(self) -> str:
        """What is decided, in words."""
        return "all labels" if self.label is None else f'"{on_one_line(self.label)}"'


@dataclass(frozen=True)
class Found:
    """The threshold of a wish and what it costs.

    Attributes:
        point: what it leads to; its threshold is that of the wish's label.
        before: what the run's thresholds lead to.
        thresholds: all thresholds of the run with the new one, of ``labels.with_thresholds``.
        decisions: those that were measured.
    """

    wish: Wish
    point: OperatingPoint
    before: OperatingPoint
    thresholds: tuple[float, ...]
    decisions: Decisions

    def to_json(self) -> dict[str, Any]:
        """As ``seqclf find-threshold --json`` prints it."""
        return {
            "label": self.wish.label,
            "wish": {self.wish.measure: self.wish.least},
            "texts": len(self.decisions.truth),
            "with_label": self.decisions.positives,
            **self.point.to_json(),
            "now": self.before.to_json(),
        }


def fulfilled(wish: Wish, scored: Scored, thresholds: Sequence[float] | None) -> Found:
    """The threshold at which a wish comes true, with the most of the other measure.

    Args:
        wish: checked.
        thresholds: the run's, as ``Run.thresholds``.

    Raises:
        InputError: no text has the label, or no threshold reaches the wish: the message has the best that can be had.
    """
    decisions = scored.decisions(wish.label)
    if not decisions.positives:
        what = "a label" if wish.label is None else f"the label {wish.subject}"
        raise InputError(f"no validation text has {what}, so neither precision nor recall can be measured on them")
    now = tuple(thresholds) if thresholds is not None else (DEFAULT_THRESHOLD,) * len(scored.labels.with_thresholds)
    used = _own(wish, scored.labels, now)
    try:
        threshold = decisions.curve().reaching(wish.measure, wish.least)
    except Unreachable as error:
        raise InputError(_unreachable(wish, decisions, error.best)) from None
    changed = _changed(wish, scored.labels, now, threshold)
    return Found(wish, decisions.at(threshold), decisions.at(*used), changed, decisions)


def _own(wish: Wish, labels: Labels, thresholds: tuple[float, ...]) -> tuple[float, ...]:
    """The thresholds on the probabilities of the wish's label or labels."""
    if wish.label is None:
        return thresholds
    if labels.multi:
        return (thresholds[labels.names.index(wish.label)],)
    return thresholds if wish.label == labels[1] else (_of_other(thresholds[0]),)


def _changed(wish: Wish, labels: Labels, thresholds: tuple[float, ...], new: float) -> tuple[float, ...]:
    """The run's thresholds with that of the wish."""
    if wish.label is None:
        return (new,) * len(thresholds)
    if not labels.multi:
        return (new if wish.label == labels[1] else _of_other(new),)
    place = labels.names.index(wish.label)
    return (*thresholds[:place], new, *thresholds[place + 1 :])


def _of_other(threshold: float) -> float:
    """The same threshold, as one on the probability of the other of two labels."""
    return round(1 - threshold, _DIGITS)


def _unreachable(wish: Wish, decisions: Decisions, best: float | None) -> str:
    where = f"for {wish.subject} on the {len(decisions.truth):,} validation texts"
    if best is None:
        return f"no threshold reaches a {wish.measure} of {wish.least:g} {where}: all their probabilities are 0"
    point = decisions.at(best)
    other: Measure = "recall" if wish.measure == "precision" else "precision"
    reached, cost = point.share(wish.measure), point.share(other)
    assert reached is not None and cost is not None
    return (
        f"no threshold reaches a {wish.measure} of {wish.least:g} {where}; the best is {_floor(reached.value)}, at "
        f"{best:.6g} (with a {other} of {cost.value:.4f}): ask for --{wish.measure} {_floor(reached.value)} or less"
    )


def _floor(value: float) -> str:
    """Four digits, rounded down, so that asking for it succeeds."""
    return f"{int(value * 10_000) / 10_000:.4f}"
