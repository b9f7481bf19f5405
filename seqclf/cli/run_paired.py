"""The paired test of ``seqclf runs compare``: each classifier against the first, by the answers that they have kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING

from seqclf.cli.against_report import excerpt, interval_of, listed, score_grid
from seqclf.cli.grids import Entries, Grid, Part, Report, Values
from seqclf.evaluation.paired_words import Outcome, conclusion, joint_tests, p_of, tests_in
from seqclf.labels import on_one_line
from seqclf.metrics.scores import UNDEFINED, number_of, words_of
from seqclf.runs import CLASSIFICATION

if TYPE_CHECKING:
    from seqclf.evaluation.differing import DifferingText
    from seqclf.evaluation.paired_runs import Pair, Paired
    from seqclf.run_answers import KeptAnswers
    from seqclf.run_catalogue.differences import Comparison
    from seqclf.run_catalogue.entry import Entry

_SIDE_BY_SIDE = 2
"""Of more runs, the answers to a text stand below it: their columns would leave it no room."""


@dataclass(frozen=True)
class Tested:
    """What the answers of classifiers say.

    Attributes:
        entries: two or more classifiers; ``found`` has their places.
        texts: some of those to which not all tested runs give the same answer.
        differing: the number of all of them.
        unread: why none is shown, although there are some; None: nothing went wrong.
    """

    entries: tuple[Entry, ...]
    found: Paired
    texts: tuple[DifferingText, ...] = ()
    differing: int = 0
    unread: str | None = None

    @property
    def split(self) -> str:
        return self.found.split or ""

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.entries]

    def outcome(self, pair: Pair) -> Outcome:
        """A run compared with the first one."""
        from seqclf.evaluation.paired_runs import outcome_of

        return outcome_of(self.found, pair, [one.run for one in self.entries], self.names)

    def named(self, place: int) -> str:
        """A letter for a run."""
        return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)


def tested(comparison: Comparison, texts: int) -> Tested | None:
    """Test the classifiers among the runs; None if there are fewer than two.

    ``texts``: how many of the texts that they answer differently to read, at most.
    """
    from seqclf.errors import InputError
    from seqclf.evaluation.differing import differing_rows, differing_texts
    from seqclf.evaluation.paired_runs import paired

    group = comparison.by_task.get(CLASSIFICATION)
    if group is None or len(group.entries) < 2:
        return None
    runs = [one.run for one in group.entries]
    found = paired(runs)
    if found.bound is None or found.split is None:
        return Tested(group.entries, found)
    count = len(differing_rows(list(found.answers.values())))
    if not texts or not count:
        return Tested(group.entries, found, differing=count)
    try:
        shown = differing_texts(runs, found.split, found.answers, found.bound.texts, texts)
    except InputError as error:
        return Tested(group.entries, found, differing=count, unread=str(error))
    return Tested(group.entries, found, tuple(shown), count)


def report(one: Tested) -> Report | None:
    """The test for people; None without one."""
    pairs = one.found.pairs
    if not pairs:
        return None
    first, texts = one.entries[0].name, pairs[0].comparison.texts
    where = f"Paired test on {texts:,} {one.split} text{'' if texts == 1 else 's'}"
    if len(pairs) == 1:
        other = one.entries[pairs[0].place].name
        title = f"{where}: {other} ({one.named(pairs[0].place)}) against {first} (A)"
        parts: list[Part] = [conclusion(one.outcome(pairs[0])), "", *_of_two(pairs[0], one)]
    else:
        title = f"{where}: each run against {first} (A)"
        parts = [*_of_several(one)]
    return Report(title, [*parts, *_texts(one)])


def _of_two(pair: Pair, one: Tested) -> Iterator[Part]:
    comparison, letter = pair.comparison, one.named(pair.place)
    yield score_grid(comparison, later=letter)
    yield from tests_in(comparison)
    if comparison.mcnemar is None:
        yield "scores weigh each text by data.weight; McNemar's test, which counts texts, does not apply"
    yield ""
    right = {
        "both right": comparison.both,
        "only A right": comparison.only_second,
        f"only {letter} right": comparison.only_first,
        "both wrong": comparison.neither,
    }
    yield Values([(name, f"{count:,}") for name, count in right.items()])
    if comparison.multi:
        yield "right: exactly the labels of the text"


def _of_several(one: Tested) -> Iterator[Part]:
    from seqclf.evaluation.paired_runs import verdicts

    pairs = one.found.pairs
    name, score = next(iter(pairs[0].comparison.scores.items()))
    yield Values([(one.named(place), on_one_line(one.entries[place].name)) for place in one.found.answers])
    yield ""
    rows = [["A", number_of(name, score.second), *[""] * 5]]
    for pair in pairs:
        score = pair.comparison.scores[name]
        rows.append(
            [
                one.named(pair.place),
                number_of(name, score.first),
                UNDEFINED if score.difference is None else f"{score.difference:+.4f}",
                interval_of(score),
                p_of(pair.adjusted),
                f"{pair.comparison.only_first:,}",
                f"{pair.comparison.only_second:,}",
            ]
        )
    heads = ("", words_of(name), "difference", "95 % interval", "p", "only it right", "only A right")
    yield Grid(heads, rows)
    if (tests := joint_tests([pair.comparison.scores[name].test for pair in pairs])) is not None:
        yield tests
    yield ""
    yield from verdicts(one.found, [on_one_line(name) for name in one.names])


def _texts(one: Tested) -> Iterator[Part]:
    """Some of the texts that the runs answer differently."""
    if not one.texts:
        return
    answers = one.found.answers
    yield ""
    more = ""
    if len(one.texts) < one.differing:
        more = f"; the first {len(one.texts):,} (--texts {one.differing} shows all)"
    their = "1 text gets" if one.differing == 1 else f"{one.differing:,} texts get"
    yield f"{their} different answers{more}:"
    rows = [
        [excerpt(text.text), listed(text.labels), *(answer(found, text.row) for found in answers.values())]
        for text in one.texts
    ]
    headings = ("text", "label", *map(one.named, answers))
    if len(answers) > _SIDE_BY_SIDE:
        yield Entries(headings, rows)
    else:
        yield Grid(headings, rows, words=len(headings))


def answer(answers: KeptAnswers, row: int) -> str:
    """The predicted label with its probability, or the predicted labels."""
    names = [*answers.labels, *answers.more_labels]
    if answers.labels.multi:
        return listed(tuple(names[label] for label in answers.predicted[row].nonzero()[0].tolist()))
    probability = "" if answers.probabilities is None else f" {answers.probabilities[row]:.2f}"
    return f"{on_one_line(names[int(answers.predicted[row])])}{probability}"
