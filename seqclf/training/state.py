"""Everything that changes while training, as one object: saved whole, restored whole."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.files import replacing

_SCALARS = ("epoch", "best_score", "best_epoch", "best_validation", "epochs_without_best")


@dataclass
class TrainingState:
    """The state between two epochs. What is drawn in an epoch depends on it and on the config alone.

    Attributes:
        model: its weights and the counters of its random numbers (dropout) are part of the state.
        optimizer: its variables are, too.
        epoch: epochs completed.
        best_score: of the best epoch, larger is better; None before the first validation.
        best_weights: the model's weights after it.
        best_validation: its validation metrics.
        epochs_without_best: completed since then.
    """

    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    epoch: int = 0
    best_score: float | None = None
    best_epoch: int | None = None
    best_validation: dict[str, Any] | None = None
    epochs_without_best: int = 0
    best_weights: list[NDArray[Any]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.optimizer.build(self.model.trainable_variables)  # so that its variables are there to save and restore

    def keep_as_best(self, score: float, validation: dict[str, Any]) -> None:
        self.best_score, self.best_validation, self.best_epoch = score, validation, self.epoch
        self.best_weights = self.model.get_weights()
        self.epochs_without_best = 0

    def use_best_weights(self) -> None:
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def save(self, path: Path) -> None:
        """Write the state to one ``.npz`` file, whole or not at all."""
        arrays: dict[str, Any] = {f"variable_{i}": np.asarray(variable) for i, variable in enumerate(self._variables())}
        arrays |= {f"best_{i}": weight for i, weight in enumerate(self.best_weights or [])}
        scalars = json.dumps({name: getattr(self, name) for name in _SCALARS})
        with replacing(path) as beside:
            np.savez(beside, scalars=np.array(scalars), **arrays)

    def restore(self, path: Path) -> None:
        """Take over a saved state of the same model and optimizer. Raises ``InputError`` for any other."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                content = dict(saved)
            scalars = json.loads(str(content.pop("scalars")))
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise InputError(f"{path}: no training state ({error})") from error
        variables = self._variables()
        values = _numbered(content, "variable_")
        if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
            raise InputError(f"{path}: the state of another model or optimizer")
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        self.best_weights = _numbered(content, "best_") or None
        for name in _SCALARS:
            setattr(self, name, scalars[name])

    def _variables(self) -> list[Any]:
        """``model.variables`` holds the weights and the state of every ``SeedGenerator``."""
        return [*self.model.variables, *self.optimizer.variables]


def _numbered(content: dict[str, NDArray[Any]], prefix: str) -> list[NDArray[Any]]:
    return [content[f"{prefix}{i}"] for i in range(sum(name.startswith(prefix) for name in content))]
