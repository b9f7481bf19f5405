"""Base class of all optimizers. Keras is imported inside functions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from seqclf.option_types import AUTO, AutoReal, Kind, NonNegativeReal, PositiveReal

if TYPE_CHECKING:
    import keras

WEIGHT_DECAY = (
    "Decoupled weight decay (Loshchilov & Hutter 2019): each update multiplies a weight by 1 - `weight_decay` * "
    "`learning_rate`. Applies to embeddings and kernels, not to biases or to the scale and shift of normalisation."
)

LEARNING_RATE = (
    "Step size of the optimizer. `auto`: the training tries many before its first step, as `seqclf find-lr` does, and "
    "records the one that it takes ([tuning.md](tuning.md))."
)


class Optimizer(Kind):
    """An optimizer: its options (the fields), and the Keras optimizer that they describe.

    A type is a subclass with a field ``type``, ``keras_class`` and ``slots`` in a module of this package. Its fields
    are named like the arguments of the Keras class; if they differ, the type overrides ``arguments``.

    Attributes:
        keras_class: name of the class in ``keras.optimizers``.
    """

    keras_class: ClassVar[str]

    learning_rate: AutoReal = Field(1e-3, description=LEARNING_RATE)
    clip_norm: PositiveReal | None = Field(
        None,
        description="Maximum global norm of the gradients: larger ones are scaled down. null: no clipping.",
    )
    weight_decay: NonNegativeReal = Field(0.0, description=WEIGHT_DECAY)

    @property
    def rate(self) -> float:
        """``learning_rate`` as a number. Raises ``ValueError`` while it is ``auto``."""
        if self.learning_rate == AUTO:
            raise ValueError("learning_rate is auto: seqclf.training.automatic.decided chooses the number")
        return self.learning_rate

    @property
    @abstractmethod
    def slots(self) -> int:
        """Numbers that the optimizer keeps for each weight, for the estimate of the memory."""

    def arguments(self) -> dict[str, Any]:
        """The options as arguments of the Keras optimizer, which skips weight decay if it is None."""
        options = self.model_dump(exclude={"type", "clip_norm"})
        return options | {"weight_decay": self.weight_decay or None, "global_clipnorm": self.clip_norm}

    def build(self, derived: Callable[[Any], Any] = lambda kind: kind) -> keras.optimizers.Optimizer:
        """A new Keras optimizer. ``clip_norm`` clips the global norm of the gradients.

        Args:
            derived: from the optimizer's class to the one to build, a subclass of it.
        """
        import keras

        optimizer: keras.optimizers.Optimizer = derived(getattr(keras.optimizers, self.keras_class))(**self.arguments())
        return optimizer
