"""The model that ``seqclf predict`` asks, with what it adds to a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.predict_sets import label_sets
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.cli.predict_file import RowModel
    from seqclf.decisions import Decider
    from seqclf.inference import TextClassifier
    from seqclf.inference.bulk.answers import Answers
    from seqclf.inference.scorer import TextScore
    from seqclf.runs import Run


@dataclass(frozen=True)
class Asked:
    """The options of ``seqclf predict`` that say what it answers, by their names.

    Attributes:
        coverage: ``--set-coverage``.
        every: ``--probabilities``.
        score: scores of a language model in place of labels.
    """

    top: int | None = None
    threshold: float | None = None
    abstain_below: float | None = None
    abstain_empty: bool = False
    answer_all: bool = False
    coverage: float | None = None
    every: bool = False
    score: bool = False

    def check(self) -> None:
        """Raise ``UsageError`` for options that contradict each other."""
        if self.answer_all and self.abstain_below is not None:
            raise click.UsageError("--answer-all and --abstain-below contradict each other: give one of them")
        if self.score:
            self._check_scores()

    def _check_scores(self) -> None:
        names = {"top": "--top", "every": "--probabilities", "coverage": "--set-coverage"} | {
            name: f"--{name.replace('_', '-')}"
            for name in ("threshold", "abstain_below", "abstain_empty", "answer_all")
        }
        given = [
            option
            for name, option in names.items()
            if not (getattr(self, name) is None or getattr(self, name) is False)
        ]
        if given:
            raise click.UsageError(f"{', '.join(given)}: of classifiers; a language model (--score) has no labels")

    def decider(self, classifier: TextClassifier) -> Decider:
        """How labels follow from probabilities. Raises ``InputError`` if the options do not fit the classifier."""
        from seqclf.decisions import Decider
        from seqclf.errors import InputError

        below = self.abstain_below
        if below is None and self.threshold is None and not self.answer_all:
            below = _own_abstention(classifier)
        try:
            return Decider(classifier.labels, classifier.thresholds, self.threshold, below, self.abstain_empty)
        except InputError as error:
            option = "--threshold" if self.threshold is not None and not classifier.labels.multi else "--abstain-below"
            named = str(error).replace("abstain_below", "--abstain-below")
            raise InputError(f"{option}: {named}") from error

    def answers(self, run: Run, classifier: TextClassifier, prefix: str) -> Answers:
        """The columns that are added to rows of a file. Raises ``InputError``."""
        from seqclf.inference.bulk.answers import Answers

        decider = self.decider(classifier)
        sets = None if self.coverage is None else label_sets(run, classifier, self.coverage)
        return Answers(decider, min(self.top or 0, len(decider.labels)), self.every, prefix=prefix, sets=sets)


def open_model(run: Run, asked: Asked, prefix: str, threads: int | str) -> RowModel[Any]:
    """The classifier or language model of a run, for rows of files. Raises ``InputError``."""
    from seqclf.cli.predict_file import RowModel

    if asked.score:
        from seqclf.inference import Scorer
        from seqclf.inference.bulk.score_answers import ScoreAnswers

        scorer = Scorer.load(run.folder, threads=threads if isinstance(threads, int) else None)

        def scores(texts: Sequence[str], _: object = None) -> list[TextScore]:
            return scorer.scores(texts)

        return RowModel(scores, ScoreAnswers(prefix), scorer.columns)
    from seqclf.evaluation.opening import open_classifier

    classifier = open_classifier(run, threads=threads)
    return RowModel(
        classifier.probabilities, asked.answers(run, classifier, prefix), classifier.columns, classifier.extra
    )


def _own_abstention(classifier: TextClassifier) -> float | None:
    """The confidence below which the run gives no label; says so on standard error."""
    from seqclf.inference.text_classifier import own_decider

    below = own_decider(classifier).abstain_below
    if below:
        sign = "?" if classifier.labels.multi else "-"
        say(
            f"No label ({sign}, null) below a confidence of {below:.4g}, chosen by seqclf calibrate --abstain; "
            "--answer-all labels these texts, too",
            err=True,
        )
    return below
