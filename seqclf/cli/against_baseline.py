"""The comparison of a training's result with the baseline, for ``seqclf train``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.training.options import Outcome


def scores_line(config: Config, validation: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> str:
    """``accuracy 0.8960 (linear baseline 0.8712, +2.5), loss 0.2876``, the compared score first."""
    from seqclf.baseline.comparison import NAMES, against_baseline, reported_score

    first = reported_score(config, multi="micro_f1" in validation)
    shown = []
    for name in dict.fromkeys((first, "accuracy", "loss")):
        compared = (
            f" ({against_baseline(validation[name], baseline['linear'][name])})" if name == first and baseline else ""
        )
        shown.append(f"{NAMES[name]} {validation[name]:.4f}{compared}")
    return ", ".join(shown)


def behind(config: Config, outcome: Outcome, run: Path) -> str | None:
    """The warning if the run's network is behind the linear model; else None."""
    if outcome.validation is None or outcome.baseline is None or outcome.status != "finished":
        return None
    from seqclf.baseline.comparison import warning
    from seqclf.runs import Run
    from seqclf.text.kinds import load_tokenizer

    return warning(
        config,
        outcome.validation,
        outcome.baseline,
        last_was_best=outcome.best_epoch == config.training.epochs,
        vocabulary=load_tokenizer(Run(run).tokenizer).vocabulary_size,
        file=str(Run(run).config),
    )


def folds_behind(config: Config, summary: dict[str, Any]) -> str | None:
    """``behind`` for the means over the folds of ``cross_validate``."""
    from seqclf.baseline.comparison import warning
    from seqclf.training.folds import mean_scores

    validation, baseline = mean_scores(summary)
    return None if validation is None or baseline is None else warning(config, validation, baseline)
