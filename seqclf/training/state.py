"""All the state that changes during training, in one object that is saved and restored as a unit."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from zipfile import BadZipFile

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config.depth import DepthGroup
from seqclf.config.schema import TrainingConfig
from seqclf.errors import InputError, SeqclfError
from seqclf.model.fitted import without_fitted
from seqclf.model.seeds import seed_of_replica
from seqclf.training.accumulation import GradientSum
from seqclf.training.averaging import MovingAverage
from seqclf.training.checkpoints import numbered
from seqclf.training.depth import Depth
from seqclf.training.events import StepDone

_SCALARS = (
    "epoch",
    "best_score",
    "best_epoch",
    "best_validation",
    "epochs_without_best",
    "rate_share",
    "epochs_on_plateau",
)
_NOT_DECAYED = {"bias", "gamma", "beta"}
"""Names of Keras variables that only shift or scale."""


class NonFiniteError(SeqclfError):
    """The loss or a weight is NaN or infinite."""


@dataclass
class EpochSoFar:
    """Totals of an unfinished epoch, summed over its steps.

    Attributes:
        step: completed steps.
        loss: summed loss.
        weight: its divisor (``Sums.weight``).
        seconds: wall time of the steps.
    """

    step: int = 0
    loss: float = 0.0
    weight: float = 0.0
    correct: float = 0
    texts: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def add(self, done: StepDone) -> None:
        self.step = done.step
        self.loss += done.loss * done.counted
        self.weight += done.counted
        self.correct += done.correct
        self.texts += done.texts
        self.tokens += done.tokens
        self.seconds += done.seconds


@dataclass
class TrainingState:
    """The state between two steps. It and the config alone determine all later random draws.

    Attributes:
        model: its weights and its random-number counters (dropout) are part of the state.
        optimizer: its variables are part of the state, too.
        epoch: completed epochs.
        so_far: totals of the completed steps of the next epoch.
        best_score: of the best epoch, larger is better; None before the first validation.
        best_weights: the model's weights after it, without those that training never changes (``without_fitted``).
        best_validation: its validation metrics (``Metrics.to_json``).
        epochs_without_best: epochs completed since the best one.
        rate_share: the fraction of the learning rate left after cuts on plateaus or after a NaN.
        epochs_on_plateau: epochs without improvement since the best one and the last cut.
        average: moving average of the weights, if the config asks for one.
        accumulator: gradients of an update that takes several steps.
        carried: variables that the task carries from step to step (``Task.carried``).
        depth: which weights an epoch trains; it follows from the config and never changes.
        replica: which of several replicas has the state. Only their seeds differ; what is saved is the state of the
            first one, and each loads it with seeds of its own.
    """

    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    epoch: int = 0
    so_far: EpochSoFar = field(default_factory=EpochSoFar)
    best_score: float | None = None
    best_epoch: int | None = None
    best_validation: dict[str, Any] | None = None
    epochs_without_best: int = 0
    best_weights: list[NDArray[Any]] | None = field(default=None, repr=False)
    rate_share: float = 1.0
    epochs_on_plateau: int = 0
    average: MovingAverage | None = field(default=None, repr=False)
    accumulator: GradientSum | None = field(default=None, repr=False)
    depth: Depth = field(kw_only=True, repr=False)
    carried: Sequence[keras.Variable] = field(default=(), kw_only=True, repr=False)
    replica: int = field(default=0, kw_only=True)

    @classmethod
    def begin(
        cls,
        model: keras.Model,
        config: TrainingConfig,
        groups: Sequence[DepthGroup] = (),
        *,
        carried: Sequence[keras.Variable] = (),
        replica: int = 0,
    ) -> TrainingState:
        """The state before the first epoch; ``groups`` as for ``Depth``, ``carried`` as ``Task.carried`` returns."""
        weights = model.trainable_variables
        average = MovingAverage(config.moving_average.decay, weights) if config.moving_average else None
        accumulator = GradientSum(weights) if config.accumulate_steps > 1 else None
        depth = Depth(model, config, groups)
        return cls(
            model,
            depth.optimizer(),
            average=average,
            accumulator=accumulator,
            depth=depth,
            carried=carried,
            replica=replica,
        )

    def __post_init__(self) -> None:
        weights = self.model.trainable_variables
        self.optimizer.exclude_from_weight_decay(var_list=[w for w in weights if w.name in _NOT_DECAYED])
        self.optimizer.build(self.model.trainable_variables)  # so that its variables are there to save and restore
        self._take_own_seeds()

    def validated_weights(self) -> contextlib.AbstractContextManager[None]:
        """Within the block the model has the weights to validate and keep: the averages, if there are any."""
        return self.average.in_place() if self.average is not None else contextlib.nullcontext()

    def keep_as_best(self, score: float, validation: dict[str, Any]) -> None:
        self.best_score, self.best_validation, self.best_epoch = score, validation, self.epoch
        self.best_weights = [np.array(weight) for weight in without_fitted(self.model, self.model.weights)]
        self.epochs_without_best = 0

    def use_best_weights(self) -> None:
        """Give the model the weights of the best epoch; without validation, the last ones."""
        if self.best_weights is not None:
            for weight, value in zip(without_fitted(self.model, self.model.weights), self.best_weights, strict=True):
                weight.assign(value)
        elif self.average is not None:
            self.average.assign_to_model()

    def to_bytes(self, *, best: bool = True, finite: bool = True, **others: Any) -> bytes:
        """Serialise the state and ``others`` (plain values that ``load`` returns); the best weights only if ``best``.

        Raises ``NonFiniteError`` if no training can resume from the state, unless ``finite`` is false.
        """
        arrays: dict[str, Any] = {f"variable_{i}": np.asarray(variable) for i, variable in enumerate(self._variables())}
        if finite and not all(np.isfinite(array).all() for array in arrays.values()):
            raise NonFiniteError(f"weights are NaN or infinite after step {self.so_far.step} of epoch {self.epoch + 1}")
        if best:
            arrays |= {f"best_{i}": weight for i, weight in enumerate(self.best_weights or [])}
        scalars = {name: getattr(self, name) for name in _SCALARS}
        written = io.BytesIO()
        plain = json.dumps({**scalars, "so_far": asdict(self.so_far), "others": others})
        np.savez(written, scalars=np.array(plain), **arrays)
        return written.getvalue()

    def load(self, content: bytes) -> dict[str, Any]:
        """Restore the output of ``to_bytes`` for the same model and optimizer, and return its ``others``.

        Raises ``InputError`` for anything else.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as saved:
                arrays = dict(saved)
            plain = json.loads(str(arrays.pop("scalars")))
            scalars = {name: plain[name] for name in _SCALARS}
            so_far, others = EpochSoFar(**plain["so_far"]), dict(plain["others"])
        except (OSError, EOFError, ValueError, LookupError, TypeError, RecursionError, BadZipFile) as error:
            raise InputError(f"the checkpoint is not a training state ({error})") from error
        variables = self._variables()
        values = numbered(arrays, "variable_")
        if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
            raise InputError("the checkpoint belongs to another model or optimizer")
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        self._take_own_seeds()
        self.best_weights = numbered(arrays, "best_") or None
        self.so_far = so_far
        for name, value in scalars.items():
            setattr(self, name, value)
        return others

    def _take_own_seeds(self) -> None:
        """Replace the first replica's seeds by those of this one. A seed and a number of draws are a variable."""
        if self.replica:
            for variable in self._variables():
                if tuple(variable.shape) == (2,) and keras.backend.is_int_dtype(variable.dtype):
                    seed, draws = np.asarray(variable).tolist()
                    variable.assign([seed_of_replica(seed, self.replica), draws])

    def _variables(self) -> list[Any]:
        """``model.variables`` has the weights and the state of every ``SeedGenerator``.

        The fit of ``ngrams`` is omitted: it may be large, training does not change it, and it follows from the data.
        """
        own = without_fitted(self.model, self.model.variables)
        others = [part.variables for part in (self.average, self.accumulator) if part is not None]
        return [*own, *self.optimizer.variables, *itertools.chain(*others), *self.carried]
