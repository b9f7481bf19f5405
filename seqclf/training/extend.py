"""Continue an ended training with more epochs or more patience."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from seqclf.config import Config
from seqclf.config.schema import ScheduleConfig, TrainingConfig
from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.runs import Run

if TYPE_CHECKING:
    from seqclf.training.state import TrainingState


def is_planned(schedule: ScheduleConfig | None) -> bool:
    """Whether the learning rate of an update depends on the planned number of epochs."""
    return schedule is not None and schedule.planned is not None


def extended(config: Config, run: Run, epochs: int | None, patience: int | None) -> Config:
    """The run's config with other ``epochs`` (in total) and ``patience``; None leaves them unchanged.

    The training continues as if it had them from the start. Raises ``InputError`` if that is impossible.
    """
    training = config.training
    planned = None if training.schedule is None else training.schedule.planned
    if epochs is not None and epochs != training.epochs and planned is not None:
        again = f"seqclf train {shell_word(run.config)} --set training.epochs={epochs}"
        raise InputError(
            f"{run.folder}: its learning rate was planned for {training.epochs} epochs ({planned}); with {epochs} "
            f"epochs it differs from the first update on, so train again: {again}"
        )
    changes: dict[str, object] = {}
    if epochs is not None:
        changes["epochs"] = epochs
    if patience is not None:
        if training.early_stopping is None:
            raise InputError(f"{run.folder}: has no training.early_stopping, so --patience has no effect")
        changes["early_stopping"] = training.early_stopping.model_copy(update={"patience": patience})
    return config.model_copy(update={"training": training.model_copy(update=changes)})


def extend_training(state: TrainingState, config: TrainingConfig, run: Run, say: Callable[[str], None]) -> None:
    """Prepare the final state of a training for more epochs, up to ``config.epochs`` in total.

    If early stopping ended the training and the patience is no larger now, counting starts again at zero.
    Raises ``InputError`` if no epoch is left to train.
    """
    if state.epoch >= config.epochs:
        again = f"seqclf train --resume {shell_word(run.folder)} --epochs {state.epoch + max(5, state.epoch)}"
        raise InputError(
            f"{run.folder}: already trained for {state.epoch} epochs; --epochs is the total number, for example {again}"
        )
    stopping = config.early_stopping
    if stopping is not None and state.epochs_without_best >= stopping.patience:
        say(
            f"Training had stopped early: no improvement since epoch {state.best_epoch}; it now stops after "
            f"{stopping.patience} more epochs without improvement"
        )
        state.epochs_without_best = 0
