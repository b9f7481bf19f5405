"""The comparison of a training's result with the baseline, for ``seqclf train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.metrics.multi_label import MultiLabelScores
from seqclf.metrics.scores import words_of

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.metrics.baseline import BaselineScores
    from seqclf.training.folds_summary import FoldsSummary
    from seqclf.training.options import Outcome


def scores_line(config: Config, validation: ClassifierMetrics, baseline: BaselineScores | None) -> str:
    """``accuracy 0.8960 (linear baseline 0.8712, +2.5), loss 0.2876``, the compared score first."""
    from seqclf.baseline.comparison import against_baseline, reported_score

    first = reported_score(config, multi=isinstance(validation, MultiLabelScores))
    shown = {first: validation.value(first), "accuracy": validation.accuracy, "loss": validation.loss}
    parts = {name: f"{words_of(name)} {value:.4f}" for name, value in shown.items()}
    if baseline is not None:
        parts[first] += f" ({against_baseline(shown[first], baseline.linear.value(first))})"
    return ", ".join(parts.values())


def paired_line(config: Config, validation: ClassifierMetrics, baseline: BaselineScores | None) -> str | None:
    """``this run is 2.5 points ahead, more than chance explains (...)``; None if both were not compared text by
    text."""
    from seqclf.baseline.comparison import lead, reported_score

    if baseline is None or baseline.paired is None:
        return None
    return lead(validation, baseline, reported_score(config, multi=isinstance(validation, MultiLabelScores)))


def behind(config: Config, outcome: Outcome, run: Path) -> str | None:
    """The warning if the run's network has learnt nothing, does not count, or is behind the linear model; else None."""
    if outcome.status != "finished" or not isinstance(outcome.validation, ClassifierMetrics):
        return None
    from seqclf.baseline.comparison import Comparison, warning
    from seqclf.metrics.classification import ClassificationMetrics
    from seqclf.runs import Run
    from seqclf.text.kinds import load_tokenizer
    from seqclf.training.advice import with_more_epochs
    from seqclf.training.one_answer import one_answer
    from seqclf.training.silent_network import silent_network

    last_was_best = outcome.best_epoch == config.training.epochs
    more_epochs = with_more_epochs(config, Run(run), config.training.epochs) if last_was_best else None
    file = str(Run(run).config)
    if isinstance(outcome.validation, ClassificationMetrics):
        learnt_nothing = one_answer(config, outcome.validation, file=file, more_epochs=more_epochs)
        if learnt_nothing is not None:
            return learnt_nothing
    silent = silent_network(config, outcome.mix, file=file)
    if silent is not None:
        return silent
    if outcome.baseline is None:
        return None
    return warning(
        config,
        Comparison.of(config, outcome.validation, outcome.baseline),
        more_epochs=more_epochs,
        vocabulary=load_tokenizer(Run(run).tokenizer).plain.vocabulary_size,
        file=file,
    )


def advises(warning: str | None) -> bool:
    """Whether the warning of ``behind`` says what to try; each step is on a line of its own."""
    return warning is not None and "\n" in warning


def folds_behind(config: Config, summary: FoldsSummary) -> str | None:
    """``behind`` for the means over the folds of ``cross_validate``."""
    from seqclf.baseline.comparison import warning

    return None if summary.comparison is None else warning(config, summary.comparison)
