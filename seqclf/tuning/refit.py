"""The last training: the best values of a search, on the training and the validation texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seqclf.config import Config, checked_config
from seqclf.config.loading import plain
from seqclf.config.problems import ConfigError
from seqclf.config.ranges import Values, with_values
from seqclf.errors import InputError
from seqclf.option_types import AUTO, OptionPath
from seqclf.runs import Run

_EPOCHS: OptionPath = ("training", "epochs")
_RATE: OptionPath = ("training", "optimizer", "learning_rate")
_BATCH: OptionPath = ("training", "batch_size")


@dataclass(frozen=True)
class Found:
    """What a trial found out beside its score, as plain values: of the best epoch, and for ``auto``.

    Attributes:
        epochs: number of the best epoch; None: the model was not trained by epochs.
        learning_rate, batch_size: that the trial was trained with.
    """

    epochs: int | None
    learning_rate: float | str
    batch_size: int | str

    @classmethod
    def of(cls, run: Run) -> Found:
        """What the run of a trial says; the config has numbers in place of ``auto`` once it was trained."""
        from seqclf.config import load_config

        training = load_config(run.config).training
        return cls(run.manifest.get("best_epoch"), training.optimizer.learning_rate, training.batch_size)


def check_refit(config: Config, values: Values) -> None:
    """Raise ``InputError`` if the best model cannot be trained on the validation texts, too.

    Args:
        config: the checked config.
        values: the same as plain values.
    """
    data = config.data
    if not isinstance(data.validation, float | int) and isinstance(data.parts()["test"], float):
        raise InputError(
            "--refit: data.test is a fraction of data.train, and other texts would be in it if data.validation were "
            "added to data.train; give the test texts a file of their own: `seqclf split` writes the splits as files"
        )
    if config.training.schedule is not None and config.training.schedule.needs_validation:
        raise InputError(
            f"--refit: the schedule {config.training.schedule.type} needs validation texts, of which none are left; "
            "choose another schedule, or omit --refit"
        )
    try:
        checked_config(refit_values(config, values, Found(1, 1e-3, 32)))
    except ConfigError as error:
        problems = "; ".join(str(problem) for problem in error.problems)
        raise InputError(
            f"--refit: the validation texts cannot be added to those of data.train ({problems}); omit --refit"
        ) from error


def refit_values(config: Config, values: Values, found: Found) -> Values:
    """The config of the last training, as plain values.

    It trains for as many epochs as were best, without early stopping, on the texts for training and validation. The
    test texts stay the same.

    Args:
        config: the checked ``values``.
        values: a config as plain values, with those of the best trial.
        found: by the best trial.
    """
    changes: dict[OptionPath, Any] = {("name",): f"{config.name}-refit", ("training", "early_stopping"): None}
    if found.epochs is not None:
        changes[_EPOCHS] = found.epochs
    if config.training.optimizer.learning_rate == AUTO:
        changes[_RATE] = found.learning_rate
    if config.training.batch_size == AUTO:
        changes[_BATCH] = found.batch_size
    if config.ngrams is not None and config.ngrams.refit:
        changes["ngrams", "refit"] = False
    if isinstance(config.data.validation, float | int):
        changes["data", "train_on_validation"] = True
    else:
        data = plain(config)["data"]
        changes["data", "train"] = [*_listed(data["train"]), *_listed(data["validation"])]
        changes["data", "validation"] = 0
    return with_values(values, changes)


def _listed(part: str | list[str]) -> list[str]:
    return [part] if isinstance(part, str) else part
