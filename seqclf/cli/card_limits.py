"""Reads what a run's measured texts say of the limits of its model (``seqclf.export.card_limits``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from seqclf.cli.wrap import say
from seqclf.errors import InputError

if TYPE_CHECKING:
    from seqclf.evaluation.evidence.content import SliceAccuracy, SplitEvidence
    from seqclf.export.card_limits import MeasuredLimits, Part
    from seqclf.labels import Labels
    from seqclf.metrics.measured import Measured
    from seqclf.runs import Run

_RANGE = re.compile(r"([\d,.e+]{1,20})( to [\d,.e+]{1,20})?", re.ASCII)


def limits_of(run: Run) -> MeasuredLimits | None:
    """From the test texts, or else the validation texts; None: there is no evidence of the run's model as it is.

    A file that cannot be read is a warning: a card is whole without it.
    """
    from seqclf.evaluation.evidence.store import current_evidence

    measured = run.measured("test", "validation")
    for split in ("test", "validation"):
        try:
            evidence = current_evidence(run, split) if split in measured else None
        except InputError as error:
            say(f"warning: the card will lack what they say of its limits: {error}", err=True)
            continue
        if evidence is not None and _is_about(evidence, measured[split]):
            return _limits(evidence, measured[split], run.labels)
    return None


def _is_about(evidence: SplitEvidence, measured: Measured) -> bool:
    """Whether both are of the same texts: ``seqclf eval --no-report`` measures texts and keeps no evidence."""
    metrics = measured.metrics
    same = evidence.origin.texts == metrics.texts or metrics.weight is not None
    return same and evidence.origin.data == measured.data


def _limits(evidence: SplitEvidence, measured: Measured, labels: Labels) -> MeasuredLimits:
    from seqclf.export.card_limits import MeasuredLimits

    metrics, lengths = measured.metrics, evidence.lengths
    found = MeasuredLimits(
        evidence.origin.split,
        evidence.origin.texts,
        metrics.accuracy,
        {label: metrics.labels[label] for label in labels if label in metrics.labels},
        tuple(_parts(evidence, labels)),
        labels.multi,
    )
    if lengths is None:
        return found
    found = replace(found, tokens=lengths.tokens, unknown_tokens=lengths.unknown_tokens)
    return replace(found, limit=lengths.limit, longer=lengths.truncated)


def _parts(evidence: SplitEvidence, labels: Labels) -> Iterator[Part]:
    """Those by length and by the model's labels. Values of columns may be texts, which no card has."""
    from seqclf.evaluation.slices import NO_LABEL
    from seqclf.export.card_limits import Part

    limit = None if evidence.lengths is None else evidence.lengths.limit
    for one in evidence.slices.get("length", ()):
        if not one.small and (found := _RANGE.fullmatch(one.value)):
            lowest = found[1].replace(",", "")
            yield Part("length", one.value, *_figures(one), cut=limit is not None and _number(lowest) > limit)
    for one in evidence.slices.get("label", ()):
        if not one.small and one.value in labels:
            yield Part("label", one.value, *_figures(one))
        elif not one.small and labels.multi and one.value == NO_LABEL:
            yield Part("label", None, *_figures(one))


def _figures(one: SliceAccuracy) -> tuple[int, float, float, float]:
    return one.texts, one.accuracy, one.low, one.high


def _number(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:  # a file that was changed by hand
        return 0.0
