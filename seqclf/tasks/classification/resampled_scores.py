"""The scores of a classifier on many resamples of its texts.

The formulas are those of ``seqclf.metrics``: sums over the texts of a resample are computed for all resamples at once,
and each score from its sums as ``seqclf eval`` computes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.metrics.calibration import BINS, Calibration, bin_places, calibration_of
from seqclf.metrics.counts import Counts, OfTexts
from seqclf.metrics.evaluation import EvaluationScores, Evidence, MultiLabelEvaluation, SingleLabelEvaluation
from seqclf.metrics.intervals import Interval
from seqclf.metrics.kinds import scores_type
from seqclf.metrics.ranking import Ranking, ranking
from seqclf.metrics.scores import Mark
from seqclf.tasks.classification.answers import Answers, Decided
from seqclf.tasks.classification.sums import f1_means, one_hot, ratio

_CALIBRATION = "expected_calibration_error"
_OF_ALL_DECISIONS = frozenset({"micro_roc_auc", "micro_average_precision"})
_OF_LABELS = frozenset({"roc_auc", "average_precision", "macro_roc_auc", "macro_average_precision"})
RANKED = _OF_ALL_DECISIONS | _OF_LABELS
"""Scores that sort the texts by probability."""
OF_PROBABILITIES = RANKED | {"loss", "brier_score", _CALIBRATION}
"""Scores for which the predicted labels are not enough."""
AT_ONCE = frozenset({"accuracy", "macro_f1", "micro_f1", "loss"})
"""Scores of which all resamples are computed together."""
NOT_COMPARED = frozenset(f"{name}_{end}" for name in ("accuracy", "macro_f1", "micro_f1") for end in ("low", "high"))
"""Numbers that describe how far another score can be trusted."""

_NO_RANKING, _NO_INTERVAL, _NO_CALIBRATION = Ranking(None, None), Interval(0.0, 1.0), Calibration(())


class ResampledScores:
    """Computes scores from how often a resample has each text.

    Args:
        texts: the texts that are drawn, one of each kind, ``int64 [kinds]``.
        names: of scores (``score_names`` without other names and ``NOT_COMPARED``).

    Raises ``ValueError`` for scores of probabilities, but for the loss, if the answers are no ``Answers``.
    """

    def __init__(self, answers: Decided, texts: NDArray[np.int64], names: Sequence[str]) -> None:
        multi = answers.labels.multi
        evaluation: type[EvaluationScores] = MultiLabelEvaluation if multi else SingleLabelEvaluation
        self._of_counts: dict[str, Mark] = scores_type(multi).marks()
        marks = evaluation.marks() | self._of_counts
        self._marks = {name: marks[name] for name in names}
        self._answers, self._texts = answers, texts
        if not isinstance(answers, Answers) and (missing := self._marks.keys() & OF_PROBABILITIES - {"loss"}):
            raise ValueError(f"{', '.join(sorted(missing))}: needs all probabilities, which are not kept")

    @property
    def _whole(self) -> Answers:
        """The answers with all probabilities."""
        assert isinstance(self._answers, Answers)
        return self._answers

    def __call__(self, draws: NDArray[Any]) -> NDArray[np.float64]:
        """The scores of each resample, ``float64 [resamples, names]``; NaN where one is not defined.

        Args:
            draws: the number of texts of each kind, times their weight, ``[resamples, kinds]``.
        """
        draws = np.asarray(draws, np.float64)
        if self._marks.keys() <= AT_ONCE:
            return self._at_once(draws)
        scores = np.empty((len(draws), len(self._marks)))
        everything = zip(draws, self._counts(draws), self._briers(draws), self._calibrations(draws), strict=True)
        for row, (drawn, counts, brier, bins) in zip(scores, everything, strict=True):
            rankings, together = self._rankings(drawn)
            evidence = Evidence(counts, _NO_INTERVAL, rankings, brier, bins, together=together)
            for place, (name, mark) in enumerate(self._marks.items()):
                with np.errstate(invalid="ignore"):  # of a resample in which no text counts for the score
                    value = mark.compute(counts if name in self._of_counts else evidence)
                row[place] = np.nan if value is None else value
        return scores

    def _at_once(self, draws: NDArray[np.float64]) -> NDArray[np.float64]:
        """The result of a call for the usual scores, without a Python loop over the resamples."""
        answers, scores = self._answers, {}
        if "loss" in self._marks:
            known = draws @ self._of(answers.known).astype(np.float64)
            scores["loss"] = np.where(known > 0, ratio(draws @ self._of(answers.losses), known), np.nan)
        if self._marks.keys() - {"loss"}:
            support, found, hits = (draws @ matrix for matrix in self._decisions)
            scores["accuracy"] = draws @ self._of(answers.right) / draws.sum(axis=1)
            scores["macro_f1"], scores["micro_f1"] = f1_means(hits, found + support, multi=answers.labels.multi)
        return np.stack([scores[name] for name in self._marks], axis=1)

    def _of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the texts that are drawn."""
        drawn: NDArray[Any] = values[self._texts]
        return drawn

    @cached_property
    def _decisions(self) -> tuple[Any, Any, Any]:
        """Sparse matrices ``[kinds, labels]``: true, predicted, both."""
        from scipy.sparse import csr_array

        truth, found, width = self._of(self._answers.ids), self._of(self._answers.predicted), self._answers.width
        if not self._answers.labels.multi:
            truth, found = (one_hot(ids, width) for ids in (truth, found))
        else:
            truth, found = (csr_array(which.astype(np.float64)) for which in (truth, found))
        return truth, found, truth.multiply(found).tocsr()

    def _counts(self, draws: NDArray[np.float64]) -> Iterator[Counts]:
        support, found, hits = (draws @ matrix for matrix in self._decisions)
        answers = self._answers
        weight, right = draws.sum(axis=1), draws @ self._of(answers.right)
        known = draws @ self._of(answers.known).astype(np.float64)
        losses = draws @ self._of(answers.losses) if "loss" in self._marks else np.zeros(len(draws))
        precision, recall, f1 = ratio(hits, found), ratio(hits, support), ratio(2 * hits, found + support)
        for row in range(len(draws)):
            all_texts = weight[row : row + 1]
            yield Counts(
                losses=OfTexts(ratio(losses[row : row + 1], known[row : row + 1]), known[row : row + 1]),
                correct=OfTexts(right[row : row + 1] / all_texts, all_texts),
                hits=hits[row],
                found=found[row],
                support=support[row],
                texts=support[row],
                precision=precision[row],
                recall=recall[row],
                f1=f1[row],
            )

    def _briers(self, draws: NDArray[np.float64]) -> NDArray[np.float64]:
        if "brier_score" not in self._marks:
            return np.full(len(draws), np.nan)
        known = draws @ self._of(self._answers.known).astype(np.float64)
        scores: NDArray[np.float64] = np.where(known > 0, ratio(draws @ self._of(self._whole.squares), known), np.nan)
        return scores

    def _calibrations(self, draws: NDArray[np.float64]) -> Iterator[Calibration]:
        if _CALIBRATION not in self._marks:
            yield from [_NO_CALIBRATION] * len(draws)
            return
        confidences, right = self._of(self._whole.confidences), self._of(self._whole.confident_right)
        bins = one_hot(bin_places(confidences), BINS)
        counted = draws * self._of(self._answers.known)
        sums = (counted @ bins, (counted * confidences) @ bins, (counted * right) @ bins)
        for weight, confident, is_right in zip(*sums, strict=True):
            yield calibration_of(weight > 0, weight, confident, is_right) if weight.any() else _NO_CALIBRATION

    def _rankings(self, drawn: NDArray[np.float64]) -> tuple[tuple[Ranking, ...], Ranking | None]:
        """The rankings of each label and of all decisions, where a score needs them; ``drawn`` is one resample."""
        answers, names = self._answers, self._marks.keys()
        multi = answers.labels.multi
        nothing = ((), _NO_RANKING if multi else None)
        if not names & RANKED:
            return nothing
        kept = np.flatnonzero((drawn > 0) & self._of(answers.known))
        if not len(kept):
            return nothing
        places, weights, labels = self._texts[kept], drawn[kept], len(answers.labels)
        truth, probabilities = answers.ids[places], self._whole.probabilities[places]
        ranked = range(labels) if multi or labels != 2 else [1]
        each = (
            ranking(truth[:, label] if multi else truth == label, probabilities[:, label], weights) for label in ranked
        )
        together = _NO_RANKING if multi else None
        if names & _OF_ALL_DECISIONS:
            together = ranking(truth[:, :labels], probabilities, weights)
        return tuple(each) if names & _OF_LABELS else (), together
