"""The paired test of runs in a page that compares them: each classifier against the first, on the same texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seqclf.evaluation.comparison import ScoreDifference
from seqclf.evaluation.paired_runs import VALIDATION, Pair, Paired, outcome_of, paired, verdicts
from seqclf.evaluation.paired_words import ON_VALIDATION, conclusion, joint_tests, p_of, tests_in
from seqclf.metrics.scores import UNDEFINED, number_of, words_of
from seqclf.report.numbers import MINUS
from seqclf.run_catalogue.differences import Comparison
from seqclf.run_catalogue.entry import Entry
from seqclf.runs import CLASSIFICATION


@dataclass(frozen=True)
class PairedTest:
    """A table with sentences above it and notes below.

    Attributes:
        first: the heading of the rows' names.
        same: the split, if its texts are the same for all runs of the page; else None.
    """

    title: str
    sentences: list[str]
    caption: str
    first: str
    heads: list[str]
    rows: list[tuple[str, list[str]]]
    notes: list[str]
    same: str | None


def paired_test(comparison: Comparison) -> PairedTest | None:
    """None if no classifier can be compared with the first one by the answers that the runs have kept."""
    group = comparison.by_task.get(CLASSIFICATION)
    if group is None or len(group.entries) < 2:
        return None
    entries = group.entries
    found = paired([one.run for one in entries])
    if not found.pairs:
        return None
    names, pairs = [one.name for one in entries], found.pairs
    texts = pairs[0].comparison.texts
    same = found.split if len(pairs) == len(comparison.entries) - 1 else None
    title = f"Paired test on {texts:,} {found.split} text{'' if texts == 1 else 's'}"
    notes = [*_of_tests(pairs), *_of_texts(found), *_not_tested(entries, found)]
    if len(pairs) == 1:
        sentence = conclusion(outcome_of(found, pairs[0], [one.run for one in entries], names))
        caption = f"{names[pairs[0].place]} against {names[0]}"
        heads = [names[0], names[pairs[0].place], "difference", "95 % interval", "p"]
        rows = [(words_of(name), _of_score(name, score)) for name, score in pairs[0].comparison.scores.items()]
        return PairedTest(title, [sentence], caption, "score", heads, rows, [*_counts(pairs[0], names), *notes], same)
    score = next(iter(pairs[0].comparison.scores))
    heads = [words_of(score), "difference", "95 % interval", "p", "only it right", f"only {names[0]} right"]
    caption = f"{words_of(score)} of each run against {names[0]}"
    sentences = [f"{one}." for one in verdicts(found, names)]
    return PairedTest(title, sentences, caption, "run", heads, list(_of_runs(pairs, names, score)), notes, same)


def _of_score(name: str, score: ScoreDifference) -> list[str]:
    values = [number_of(name, value) for value in (score.second, score.first)]
    return [*values, *_difference(score), p_of(score.spread.p_value)]


def _of_runs(pairs: tuple[Pair, ...], names: list[str], score: str) -> Iterator[tuple[str, list[str]]]:
    yield names[0], [number_of(score, pairs[0].comparison.scores[score].second), *[""] * 5]
    for pair in pairs:
        one = pair.comparison.scores[score]
        only = [f"{count:,}" for count in (pair.comparison.only_first, pair.comparison.only_second)]
        yield names[pair.place], [number_of(score, one.first), *_difference(one), p_of(pair.adjusted), *only]


def _difference(score: ScoreDifference) -> list[str]:
    """The difference and its interval."""
    low, high = score.spread.low, score.spread.high
    found = UNDEFINED if score.difference is None else f"{score.difference:+.4f}"
    interval = UNDEFINED if low is None or high is None else f"{low:+.4f} to {high:+.4f}"
    return [found.replace("-", MINUS), interval.replace("-", MINUS)]


def _counts(pair: Pair, names: list[str]) -> Iterator[str]:
    one, other = pair.comparison, names[pair.place]
    yield (
        f"Both are right about {one.both:,} texts, only {names[0]} about {one.only_second:,}, only {other} about "
        f"{one.only_first:,}, none about {one.neither:,}."
    )


def _of_tests(pairs: tuple[Pair, ...]) -> Iterator[str]:
    if len(pairs) == 1:
        yield from (f"{one}." for one in tests_in(pairs[0].comparison))
        return
    if (tests := joint_tests([next(iter(pair.comparison.scores.values())).test for pair in pairs])) is not None:
        yield f"{tests}."


def _of_texts(found: Paired) -> Iterator[str]:
    if found.split == VALIDATION:
        yield f"{ON_VALIDATION[0].upper()}{ON_VALIDATION[1:]}."


def _not_tested(entries: tuple[Entry, ...], found: Paired) -> Iterator[str]:
    for place, why in found.why_not.items():
        what = "is a cross-validation" if entries[place].is_cross_validation else why.value
        yield f"{entries[place].name} is not tested, because it {what}."
