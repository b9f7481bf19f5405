"""Lines of ``history.jsonl`` as rows of the table of epochs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from seqclf.cli.epoch_table import EpochTable
from seqclf.config_option import section_of
from seqclf.metrics.monitors import PREFIX
from seqclf.metrics.protocol import Metrics
from seqclf.metrics.scores import number_of
from seqclf.run_catalogue.scores import is_number
from seqclf.training.events import EpochDone, TrainingStarted


@dataclass(frozen=True)
class _Validation:
    """The scores of a line, as far as the table asks for them."""

    scores: tuple[tuple[str, float], ...]

    def headline(self) -> tuple[tuple[str, float], ...]:
        return self.scores


class HistoryRows:
    """Rows as ``seqclf train`` prints them. The first epoch decides which columns there are.

    Args:
        epochs: the planned number.
        width: of the terminal; None: all columns are shown.
    """

    def __init__(self, epochs: int, width: int | None) -> None:
        self._epochs, self._width = epochs, width
        self._table: EpochTable | None = None

    def of(self, line: Mapping[str, Any]) -> list[str]:
        """The row of an epoch's line, the first one below its headings. Raises ``ValueError`` if it is malformed."""
        event = _event(line)
        header = []
        if self._table is None:
            self._table = EpochTable(self._started(line), self._width)
            header = self._table.header()
        return [*header, self._table.row(event)]

    def _started(self, line: Mapping[str, Any]) -> TrainingStarted:
        scores = tuple(name.removeprefix(PREFIX) for name in line if name.startswith(PREFIX))
        validated = any(line[f"{PREFIX}{name}"] is not None for name in scores)
        perplexity = "perplexity" in line
        accuracy = "accuracy" in line and not perplexity and "micro_f1" not in scores
        return TrainingStarted(
            "", self._epochs, 0, int(validated), 0, shows_accuracy=accuracy, shows_perplexity=perplexity, scores=scores
        )


def _event(line: Mapping[str, Any]) -> EpochDone:
    scores = tuple(
        (name.removeprefix(PREFIX), float(value))
        for name, value in line.items()
        if name.startswith(PREFIX) and is_number(value)
    )
    try:
        return EpochDone(
            int(line["epoch"]),
            float(line["loss"]),
            float(line.get("accuracy", 0.0)),
            cast(Metrics, _Validation(scores)) if scores else None,
            best=bool(line.get("best")),
            tokens=int(line.get("tokens", 0)),
            seconds=max(float(line.get("seconds", 0.0)), 1e-3),
            validation_seconds=float(line.get("validation_seconds", 0.0)),
        )
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"malformed line of an epoch: {error}") from error


def planned_epochs(config: Path) -> int:
    """``training.epochs`` of a run's config; 0 if it is not known."""
    training = section_of(config, "training")
    epochs = training.get("epochs") if isinstance(training, dict) else None
    return epochs if isinstance(epochs, int) else 0


def step_in_words(line: Mapping[str, Any]) -> str:
    """The latest steps: ``epoch 3, step 120: loss 0.4312, 12,300 tokens/s``; empty if the line is malformed."""
    if not (is_number(line.get("loss")) and is_number(line.get("epoch")) and is_number(line.get("step"))):
        return ""
    speed = f", {line['tokens_per_second']:,.0f} tokens/s" if is_number(line.get("tokens_per_second")) else ""
    return f"epoch {line['epoch']:,}, step {line['step']:,}: loss {number_of('loss', line['loss'])}{speed}"
