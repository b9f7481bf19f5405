"""What a paired comparison of two runs says in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from seqclf.metrics.evaluation import MultiLabelEvaluation, SingleLabelEvaluation
from seqclf.metrics.kinds import scores_type
from seqclf.metrics.paired import BOOTSTRAP, BORDERLINE, CLEAR, MID_P, NORMAL, certainty, p_in_words
from seqclf.metrics.scores import UNDEFINED, words_of

if TYPE_CHECKING:
    from seqclf.data.seen import Seen
    from seqclf.evaluation.comparison import Comparison


class Compared(Protocol):
    """Two runs compared on the same texts; ``Outcome`` describes the members."""

    @property
    def names(self) -> tuple[str, str]: ...

    @property
    def comparison(self) -> Comparison: ...

    @property
    def seen(self) -> tuple[Seen | None, Seen | None]: ...


@dataclass(frozen=True)
class Outcome:
    """Two runs compared on the same texts.

    Attributes:
        names: of the first and the second one.
        seen: how many of the texts each was trained or validated on; None: that is not known.
    """

    names: tuple[str, str]
    comparison: Comparison
    seen: tuple[Seen | None, Seen | None] = (None, None)


TESTS = {
    MID_P: "McNemar's mid-p test of the texts that only one run gets right",
    BOOTSTRAP: "paired bootstrap",
    NORMAL: "paired z-test of the texts' differences",
}


def p_of(value: float | None) -> str:
    """A p-value as a person writes it."""
    return UNDEFINED if value is None else "< 0.0001" if value < 0.0001 else f"{value:.4f}"


ON_VALIDATION = (
    "these are validation texts, by which each training chose its best epoch; once `seqclf eval` has measured the runs "
    "on test texts, they are compared on those"
)
"""What to know about a comparison on validation texts."""


def joint_tests(tests: Collection[str | None]) -> str | None:
    """How the p-values of several comparisons were computed, by the test of each; None if none has a p-value."""
    used = set(tests) - {None}
    if not used:
        return None
    how = "paired bootstrap" if BOOTSTRAP in used else "McNemar's test of the texts that only one run gets right"
    return f"p: {how}, adjusted for {len(tests)} comparisons by Holm's method"


def conclusion(found: Compared) -> str:
    """What the first score says, in a sentence."""
    comparison, (run, against) = found.comparison, found.names
    name, score = next(iter(comparison.scores.items()))
    what, difference, p_value = words_of(name), score.difference, score.spread.p_value
    if not len(comparison.differing):
        same = f"{run} and {against} predict the same labels for every text"
        return f"{same}." if not difference else f"{same}; their {what} differs by {abs(difference):.4f}."
    if difference is None:
        return f"The runs cannot be compared by {what}, which is not defined for these texts."
    if p_value is None:
        return f"{comparison.texts:,} texts are too few to say which run is better."
    chance = p_in_words(p_value)
    found_certain = certainty(p_value, score.spread.low, score.spread.high)
    if found_certain != CLEAR:
        may_be = "is borderline" if found_certain == BORDERLINE else "may be chance"
        between = f"the difference of {abs(difference):.4f} in {what} {may_be} ({chance})"
        return f"Neither run is shown to be better: {between}."
    lower = _smaller_is_better(name, comparison)
    better, worse, seen = (run, against, found.seen[0]) if (difference > 0) != lower else (against, run, found.seen[1])
    how = (
        f"its {what} is {'lower' if lower else 'higher'} by {abs(difference):.4f}, more than chance explains ({chance})"
    )
    if seen is not None and (seen.matters or seen.known_to_teachers):
        return f"{better} is better than {worse} on these texts, {seen.clause}: {how}."
    return f"{better} is better than {worse} on texts like these: {how}."


def _smaller_is_better(name: str, comparison: Comparison) -> bool:
    kind, evaluation = (
        scores_type(comparison.multi),
        MultiLabelEvaluation if comparison.multi else SingleLabelEvaluation,
    )
    return (evaluation.marks() | kind.marks())[kind.aliases.get(name, name)].smaller_is_better


def tests_in(comparison: Comparison) -> list[str]:
    """Sentences that say which test the p-values are of, by score."""
    by_test: dict[str, list[str]] = {}
    for name, score in comparison.scores.items():
        if score.test is not None:
            by_test.setdefault(score.test, []).append(words_of(name))
    return [f"p of {_listed(names)}: {TESTS[test]}" for test, names in by_test.items()]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
