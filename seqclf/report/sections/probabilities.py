"""The probabilities: how far they can be taken at their word, how they rank, and what thresholds lead to."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.metrics.scores import number_of, words_of
from seqclf.report.facts import Facts
from seqclf.report.figures.probabilities import precision_recall, reliability, roc, thresholds
from seqclf.report.numbers import count, percent, score
from seqclf.report.section import Section

_SCORES = ("expected_calibration_error", "brier_score")


def probabilities(facts: Facts) -> Section | None:
    """The reliability diagram; None if a run of an earlier version has no such figures."""
    measured = facts.main
    if measured is None or measured.metrics.evaluation is None:
        return None
    evaluation = measured.metrics.evaluation
    figure = reliability(evaluation.calibration)
    if figure is None:
        return None
    rows = [
        (f"{one.low:.3f} to {one.high:.3f}", f"{one.texts:,}", score(one.confidence), score(one.accuracy))
        for one in evaluation.calibration.bins
        if one.texts
    ]
    values = {
        "split": facts.split,
        "figures": [figure],
        "scores": [(words_of(name), number_of(name, getattr(evaluation, name))) for name in _SCORES],
        "rows": rows,
        "notes": list(_calibration(facts)),
    }
    return Section("reliability", "Reliability", "reliability", values)


def _calibration(facts: Facts) -> Iterator[str]:
    calibration = facts.calibration
    if calibration is None:
        yield "The probabilities are the model's own; `seqclf calibrate` can bring them closer to the truth."
        return
    yield f"The probabilities are calibrated: temperature scaling on {count(calibration.texts)} validation texts."
    if (abstention := calibration.abstention) is not None and abstention.below:
        yield (
            f"Below a confidence of {abstention.below:.4g}, no label is given. {percent(abstention.coverage)} of the "
            f"validation texts are answered, and {percent(abstention.error)} of the answers are wrong."
        )


def ranking(facts: Facts) -> Section | None:
    """ROC curves and curves of precision and recall; None without evidence."""
    evidence = facts.shown_evidence
    if evidence is None:
        return None
    figures = [one for one in (roc(evidence.curves), precision_recall(evidence.curves)) if one is not None]
    if not figures:
        return None
    rows = [
        (one.label, one.kind, f"{one.texts:,}", score(one.roc_auc), score(one.average_precision))
        for one in evidence.curves
    ]
    values = {"split": evidence.origin.split, "figures": figures, "rows": rows}
    return Section("ranking", "ROC, precision and recall", "ranking", values)


def threshold_table(facts: Facts) -> Section | None:
    """Scores at several thresholds; None if no threshold decides."""
    measured = facts.main
    if measured is None or measured.metrics.evaluation is None or not measured.metrics.evaluation.threshold_table:
        return None
    table = measured.metrics.evaluation.threshold_table
    rows = [
        (
            "one for each label" if row.threshold is None else f"{row.threshold:.4g}",
            score(row.precision),
            score(row.recall),
            score(row.f1),
            percent(row.accuracy),
            row.used,
        )
        for row in table
    ]
    labels = facts.labels
    values = {
        "split": facts.split,
        "figure": thresholds(table),
        "rows": rows,
        "label": None if labels.multi or len(labels) != 2 else labels[1],
    }
    return Section("thresholds", "Thresholds", "thresholds", values)
