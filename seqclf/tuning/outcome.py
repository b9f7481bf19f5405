"""What a search found: its trials as rows, the best values as a config, and how much each option mattered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.config.ranges import Range, Values, with_values
from seqclf.config.yaml_core import dump_yaml
from seqclf.files import write_text
from seqclf.option_types import OptionPath
from seqclf.tuning.limits import LATENCY, SIZE
from seqclf.tuning.search import best_of
from seqclf.tuning.study import RUN, WHY, fits, values_of
from seqclf.tuning.trial import PRUNED

_ENOUGH = 8
"""Trials from which the importance of options can be told at all."""


@dataclass(frozen=True)
class Row:
    """A trial that ended.

    Attributes:
        score: larger is better; None: it failed.
        values: by option.
        why: how it ended.
        fits: whether its model keeps to the limits.
        size: of its ONNX file in MB; latency: of a prediction in ms; None: not measured.
    """

    number: int
    run: str
    score: float | None
    values: dict[OptionPath, Any]
    why: str
    fits: bool = True
    size: float | None = None
    latency: float | None = None


def rows_of(study: Any, space: Sequence[Range]) -> list[Row]:
    """The trials that ended, the best ones first, the failed ones last."""
    rows = [_row(trial, space) for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[bool, bool, float, bool, int]:
    return not row.fits, row.score is None, -(row.score or 0.0), row.why == PRUNED, row.number


def _row(trial: Any, space: Sequence[Range]) -> Row:
    attributes = trial.user_attrs
    last = max(trial.intermediate_values.values(), default=None)
    return Row(
        trial.number,
        Path(attributes.get(RUN, "-")).name,
        trial.value if trial.value is not None else last if trial.state.name == "PRUNED" else None,
        values_of(trial, space),
        attributes.get(WHY, "killed"),
        fits(trial),
        attributes.get(SIZE),
        attributes.get(LATENCY),
    )


def importance_of(study: Any, space: Sequence[Range]) -> dict[str, float]:
    """The share of each option in the differences of the scores, the largest first (fANOVA; Hutter et al. 2014); empty
    for fewer than 8 complete trials, or if all of them are equal."""
    import optuna

    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if len(complete) < _ENOUGH or len({trial.value for trial in complete}) < 2 or len(space) < 2:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    found: dict[str, float] = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return found


def best_values(values: Values, space: Sequence[Range], study: Any) -> Values:
    """A config's plain values with those of the best trial; there must be one."""
    best = best_of(study)
    assert best is not None
    return with_values(values, values_of(best, space))


def write_config_of(path: Path, values: Values, about: Sequence[str]) -> None:
    """Write a config with the options that the user's config has, not all defaults; ``about``: comments at its top."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(f"# {line}\n" for line in about) + dump_yaml(values))
