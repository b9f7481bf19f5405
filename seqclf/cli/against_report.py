"""The report of ``seqclf eval --against``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from seqclf.cli.console import console
from seqclf.cli.grids import Grid, Part, Report, Values
from seqclf.cli.report_output import print_report
from seqclf.evaluation.paired_words import conclusion, p_of, tests_in
from seqclf.labels import on_one_line
from seqclf.metrics.scores import UNDEFINED, number_of, words_of
from seqclf.text.fields import as_line

if TYPE_CHECKING:
    from seqclf.cli.against_found import Found
    from seqclf.evaluation.comparison import Comparison, ScoreDifference
    from seqclf.tasks.classification.answers import Answers

_MOST_LABELS = 12
_EXAMPLES = 3  # of each kind
_EXCERPT = 80  # characters of an example


def show_comparison(found: Found, *, markdown: bool = False) -> None:
    """Print on stdout how two runs compare."""
    run, against = found.names
    texts = found.comparison.texts
    title = f"{run} (A) against {against} (B) on {found.where}: {texts:,} text{'' if texts == 1 else 's'}"
    print_report(console(), Report(title, [conclusion(found), "", *_parts(found)]), markdown=markdown)


def _parts(found: Found) -> Iterator[Part]:
    comparison = found.comparison
    yield score_grid(comparison)
    yield from tests_in(comparison)
    if found.answers[0].weights is not None:
        yield "scores weigh each text by data.weight; McNemar's test, which counts texts, does not apply"
    yield ""
    right = {
        "both right": comparison.both,
        "only A right": comparison.only_first,
        "only B right": comparison.only_second,
        "both wrong": comparison.neither,
    }
    yield Values([(name, f"{count:,}") for name, count in right.items()])
    if comparison.multi:
        yield "right: exactly the labels of the text"
    if (labels := _label_grid(comparison)) is not None:
        what = "the decisions whether a text has it" if comparison.multi else "the texts that have it"
        yield ""
        yield f"By label, of {what} (p: McNemar's test, adjusted for all labels by Holm's method):"
        yield labels
    yield from _examples(found)


def score_grid(comparison: Comparison, *, later: str | None = None) -> Grid:
    """Each score of both runs, with their difference; ``later``: the letter of the first one, compared against A."""
    rows = []
    for name, score in comparison.scores.items():
        difference = UNDEFINED if score.difference is None else f"{score.difference:+.4f}"
        both = (score.second, score.first) if later is not None else (score.first, score.second)
        values = [number_of(name, value) for value in both]
        rows.append([words_of(name), *values, difference, interval_of(score), p_of(score.spread.p_value)])
    heads = ("A", "B", "difference") if later is None else ("A", later, f"{later} - A")
    return Grid(("", *heads, "95 % interval", "p"), rows)


def interval_of(score: ScoreDifference) -> str:
    """The 95 % interval of a difference."""
    low, high = score.spread.low, score.spread.high
    return UNDEFINED if low is None or high is None else f"{low:+.4f} to {high:+.4f}"


def _label_grid(comparison: Comparison) -> Grid | None:
    """The labels about which only one run is right at times, by p-value; None without any."""
    labels = [(name, one) for name, one in comparison.labels.items() if one.only_first + one.only_second]
    if not labels:
        return None
    labels.sort(key=lambda item: (item[1].p_value, -item[1].only_first - item[1].only_second))
    rows = [
        [
            on_one_line(name),
            f"{one.texts:,}",
            *(number_of("f1", value) for value in (one.first, one.second)),
            *(f"{count:,}" for count in (one.only_first, one.only_second)),
            p_of(one.adjusted),
        ]
        for name, one in labels[:_MOST_LABELS]
    ]
    if (more := len(labels) - _MOST_LABELS) > 0:
        rows.append([f"{more:,} more label{'' if more == 1 else 's'} (--json has all)", *[""] * 6])
    return Grid(("label", "texts", "F1 of A", "F1 of B", "only A right", "only B right", "p"), rows)


def _examples(found: Found) -> Iterator[str | Grid]:
    """Some texts that only one of the runs is right about; those that they see most differently. Without any, some that
    they get wrong in different ways."""
    first, second = (answers.right for answers in found.answers)
    differing = found.comparison.differing
    kinds = {"Only A is right": first & ~second, "Only B is right": second & ~first}
    if (first == second).all():
        kinds = {"Neither is right, and they differ": ~first}
    for kind, which in kinds.items():
        places = differing[which[differing]].tolist()
        if not places:
            continue
        rows = [
            [
                excerpt(found.texts.texts[place]),
                listed(found.texts.label_sets[place]),
                *(_answer(one, place) for one in found.answers),
            ]
            for place in places[:_EXAMPLES]
        ]
        yield ""
        more = f"; --json has all {len(places):,}" if len(places) > _EXAMPLES else ""
        yield f"{kind}{more}:"
        yield Grid(("text", "label", "A", "B"), rows, words=4)


def excerpt(text: str) -> str:
    """The beginning of a text in a line."""
    return on_one_line(as_line(text), _EXCERPT)


def listed(labels: tuple[str, ...]) -> str:
    """The labels of a text."""
    return ", ".join(map(on_one_line, labels)) or "none"


def _answer(answers: Answers, place: int) -> str:
    """The predicted label with its probability, or the predicted labels."""
    predicted = answers.predicted[place]
    if answers.labels.multi:
        return listed(tuple(answers.labels[label] for label in predicted.nonzero()[0].tolist()))
    return f"{on_one_line(answers.labels[int(predicted)])} {answers.probabilities[place, predicted]:.2f}"
