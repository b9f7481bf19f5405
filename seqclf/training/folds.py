"""Cross-validation: one training per fold, each with its own tokenizer, and a summary of all (Stone 1974)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seqclf.baseline.comparison import reported_score
from seqclf.config import Config
from seqclf.files import write_json
from seqclf.metrics.multi_label import MultiLabelScores
from seqclf.new_runs import FoldRuns, this_process
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, RUNNING, Run
from seqclf.training.folds_summary import FoldResult, FoldsSummary
from seqclf.training.options import Outcome

TrainFold = Callable[[Config, Callable[[], Run]], tuple[Run, Outcome]]
"""Trains a fold's config in the run that the second argument starts."""


def fold_config(config: Config, fold: int) -> Config:
    """The same config, validated on fold ``fold``."""
    return config.model_copy(update={"data": config.data.model_copy(update={"fold": fold})})


def cross_validate(
    config: Config,
    runs: FoldRuns,
    train_fold: TrainFold,
    should_stop: Callable[[], bool] = lambda: False,
) -> FoldsSummary:
    """Train once for each of ``config.data.folds`` and return the summary, which is also in ``runs.summary``.

    The summary is rewritten after each fold, so it names the finished folds however this ends, unless it ends before
    the first fold. It also names an interrupted fold but does not count it. Until the end, it names this process.
    """
    assert config.data.folds is not None
    results: list[FoldResult] = []
    status = FAILED

    def note_progress() -> None:
        found = _summary(config, runs.name, RUNNING, results).to_json()
        write_json(runs.summary, found | this_process())

    try:
        note_progress()
        for fold in range(1, config.data.folds + 1):
            if should_stop():
                break

            def begin(fold: int = fold) -> Run:
                return runs.begin(fold)

            run, outcome = train_fold(fold_config(config, fold), begin)
            results.append(FoldResult(fold, run.name, outcome))
            note_progress()
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
            write_json(runs.summary, summary.to_json())
        else:
            runs.summary.unlink(missing_ok=True)
    return summary


def _summary(config: Config, name: str, status: str, results: Sequence[FoldResult]) -> FoldsSummary:
    assert config.data.folds is not None
    multi = any(isinstance(result.outcome.validation, MultiLabelScores) for result in results)
    score = reported_score(config, multi=multi)
    return FoldsSummary(name, status, config.data.describe(), config.seed, config.data.folds, tuple(results), score)
