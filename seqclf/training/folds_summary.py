"""The summary of a cross-validation: the scores of each fold, and their mean and spread."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from seqclf.baseline.comparison import Comparison
from seqclf.metrics.protocol import Metrics
from seqclf.runs import FINISHED
from seqclf.training.options import Outcome


@dataclass(frozen=True)
class FoldResult:
    """A fold's number, the name of its run and how its training ended."""

    fold: int
    run: str
    outcome: Outcome

    @property
    def scores(self) -> dict[str, float] | None:
        """``scores_of`` the validation; None without a completed one."""
        return None if self.outcome.validation is None else scores_of(self.outcome.validation)

    def to_json(self) -> dict[str, Any]:
        outcome = self.outcome
        return {
            "fold": self.fold,
            "run": self.run,
            "status": outcome.status,
            "best_epoch": outcome.best_epoch,
            "seconds": round(outcome.seconds, 2),
            "validation": self.scores,
            "baseline": None if outcome.baseline is None else outcome.baseline.to_json(),
        }


@dataclass(frozen=True)
class Spread:
    """Mean, sample standard deviation (divided by n - 1; None for one value), minimum and maximum."""

    mean: float
    std: float | None
    min: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        deviation = statistics.stdev(values) if len(values) > 1 else None
        return cls(statistics.fmean(values), deviation, min(values), max(values))


@dataclass(frozen=True)
class BaselineSpread:
    """Scores of the baseline over the folds, by name.

    Attributes:
        score: name of the score that compares the folds with the baseline.
        texts: number of texts that the baselines were measured on.
    """

    score: str
    linear: Mapping[str, Spread]
    majority: Mapping[str, Spread]
    texts: int

    def to_json(self) -> dict[str, Any]:
        return {
            "score": self.score,
            "linear": _json(self.linear),
            "majority": _json(self.majority),
            "texts": self.texts,
        }


@dataclass(frozen=True)
class FoldsSummary:
    """The content of ``<name>-<n>-folds.json``. Only finished folds count.

    Attributes:
        data: the source of the texts, in words.
        folds: number of folds, as in the config.
        results: of the folds that have been trained, the last one perhaps interrupted.
        score: name of the score that compares the folds with the baseline.
    """

    name: str
    status: str
    data: str
    seed: int
    folds: int
    results: tuple[FoldResult, ...]
    score: str

    @property
    def finished(self) -> tuple[FoldResult, ...]:
        return tuple(result for result in self.results if result.outcome.status == FINISHED)

    @property
    def validation(self) -> dict[str, Spread] | None:
        """Each score over the folds; None without a validated fold."""
        return _spreads([one.outcome.validation for one in self.finished if one.outcome.validation is not None])

    @property
    def baseline(self) -> BaselineSpread | None:
        """None unless every fold has a baseline."""
        found = [one.outcome.baseline for one in self.finished]
        scores = [one for one in found if one is not None]
        linear, majority = _spreads([one.linear for one in scores]), _spreads([one.majority for one in scores])
        if linear is None or majority is None or len(scores) < len(found):
            return None
        return BaselineSpread(self.score, linear, majority, sum(one.texts for one in scores))

    @property
    def comparison(self) -> Comparison | None:
        """The mean scores of the networks and of the linear models; None unless every fold has both."""
        validation, baseline = self.validation, self.baseline
        if validation is None or baseline is None:
            return None
        name = self.score
        return Comparison(name, validation[name].mean, baseline.linear[name].mean, baseline.texts)

    def to_json(self) -> dict[str, Any]:
        validation, baseline = self.validation, self.baseline
        return {
            "name": self.name,
            "status": self.status,
            "data": self.data,
            "seed": self.seed,
            "folds": self.folds,
            "finished": [result.fold for result in self.finished],
            "validation": None if validation is None else _json(validation),
            "baseline": None if baseline is None else baseline.to_json(),
            "runs": [result.to_json() for result in self.results],
        }


def scores_of(metrics: Metrics) -> dict[str, float]:
    """The headline in alphabetical order, the order of the summary."""
    return dict(sorted(metrics.headline()))


def _spreads(scores: Sequence[Metrics]) -> dict[str, Spread] | None:
    """The spread of each score; None without scores."""
    rows = [scores_of(one) for one in scores]
    return {name: Spread.of([row[name] for row in rows]) for name in rows[0]} if rows else None


def _json(spreads: Mapping[str, Spread]) -> dict[str, Any]:
    return {name: asdict(spread) for name, spread in spreads.items()}
