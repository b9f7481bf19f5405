"""Cross-validation: one training per fold, each with its own tokenizer, and a summary of all (Stone 1974)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.baseline.comparison import reported_score
from seqclf.config import Config
from seqclf.files import write_json
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, RUNNING, FoldRuns, Run
from seqclf.training.options import Outcome

SCORES = ("accuracy", "loss", "macro_f1", "micro_f1")

TrainFold = Callable[[Config, Callable[[], Run]], tuple[Run, Outcome]]
"""Trains a fold's config in the run that the second argument starts."""


@dataclass(frozen=True)
class FoldResult:
    fold: int
    run: str
    outcome: Outcome


def fold_config(config: Config, fold: int) -> Config:
    """The same config, validated on fold ``fold``."""
    return config.model_copy(update={"data": config.data.model_copy(update={"fold": fold})})


def cross_validate(
    config: Config,
    runs: FoldRuns,
    train_fold: TrainFold,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Train once for each of ``config.data.folds`` and return the summary, which is also in ``runs.summary``.

    The summary is rewritten after each fold, so it names the finished folds however this ends, unless it ends before
    the first fold. It also names an interrupted fold but does not count it.
    """
    assert config.data.folds is not None
    results: list[FoldResult] = []
    status = FAILED
    try:
        for fold in range(1, config.data.folds + 1):
            if should_stop():
                break

            def begin(fold: int = fold) -> Run:
                return runs.begin(fold)

            run, outcome = train_fold(fold_config(config, fold), begin)
            results.append(FoldResult(fold, run.name, outcome))
            write_json(runs.summary, _summary(config, runs.name, RUNNING, results))
            if outcome.status == INTERRUPTED:
                break
        complete = sum(result.outcome.status == FINISHED for result in results)
        status = FINISHED if complete == config.data.folds else INTERRUPTED
    except KeyboardInterrupt:
        status = INTERRUPTED
        raise
    finally:
        summary = _summary(config, runs.name, status, results)
        if results:
            write_json(runs.summary, summary)
        else:
            runs.summary.unlink(missing_ok=True)
    return summary


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Mean, sample standard deviation (divided by n - 1; None for one value), minimum and maximum."""
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": statistics.fmean(values), "std": deviation, "min": min(values), "max": max(values)}


def mean_scores(summary: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Mean scores over the folds of a summary, in the form of one run's scores: network, then baseline."""
    if summary["validation"] is None or summary["baseline"] is None:
        return None, None
    linear = {score: spread["mean"] for score, spread in summary["baseline"]["linear"].items()}
    texts = {"texts": summary["baseline"]["texts"]}
    return {score: spread["mean"] for score, spread in summary["validation"].items()}, {"linear": linear, **texts}


def _baseline(config: Config, finished: Sequence[FoldResult]) -> dict[str, Any] | None:
    """Scores of the baseline; None unless every fold has them."""
    found = [result.outcome.baseline for result in finished]
    compared = [scores for scores in found if scores is not None]
    if not compared or len(compared) < len(found):
        return None
    return {
        "score": reported_score(config, multi="micro_f1" in compared[0]["linear"]),
        **{
            model: {
                score: spread([scores[model][score] for scores in compared])
                for score in SCORES
                if score in compared[0][model]
            }
            for model in ("linear", "majority")
        },
        "texts": sum(scores["texts"] for scores in compared),
    }


def _summary(config: Config, name: str, status: str, results: Sequence[FoldResult]) -> dict[str, Any]:
    finished = [result for result in results if result.outcome.status == FINISHED]
    scores = [result.outcome.validation for result in finished if result.outcome.validation is not None]
    return {
        "name": name,
        "status": status,
        "data": config.data.describe(),
        "seed": config.seed,
        "folds": config.data.folds,
        "finished": [result.fold for result in finished],
        "validation": {score: spread([one[score] for one in scores]) for score in SCORES if score in scores[0]}
        if scores
        else None,
        "baseline": _baseline(config, finished),
        "runs": [
            {
                "fold": result.fold,
                "run": result.run,
                "status": result.outcome.status,
                "best_epoch": result.outcome.best_epoch,
                "seconds": round(result.outcome.seconds, 2),
                "validation": result.outcome.validation
                and {score: result.outcome.validation[score] for score in SCORES if score in result.outcome.validation},
                "baseline": result.outcome.baseline,
            }
            for result in results
        ],
    }
