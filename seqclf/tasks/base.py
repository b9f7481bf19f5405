"""The interface of a task: all that training knows about what a model is trained for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf
    from numpy.typing import NDArray

    from seqclf.config import Config
    from seqclf.data.batches import Plan
    from seqclf.data.encoded import EncodedTexts
    from seqclf.data.prepare import TrainingData
    from seqclf.metrics.protocol import Metrics
    from seqclf.model.forward import Forward
    from seqclf.runs import Run

Say = Callable[[str], None]
"""Reports the current stage."""


class Sums(NamedTuple):
    """What a batch adds up to. A mean is a sum divided by ``weight``, once, over one batch or several.

    Attributes:
        loss: summed objective, ``float32 []``, without the penalties on weights that layers have.
        weight: what the loss is divided by where it is shown, ``float32 []``: in classification the number of texts, or
            their summed weight if they have weights.
        correct: predictions that are correct, out of ``weight``: their number, ``int64 []``, or summed weight,
            ``float32 []``.
        divisor: what an update divides the gradients by, ``float32 []``; None: ``weight``. In classification the number
            of texts: divided by their weight, a batch of light texts would change the model as much as one of heavy
            texts.
    """

    loss: tf.Tensor
    weight: tf.Tensor
    correct: tf.Tensor
    divisor: tf.Tensor | None = None


class BatchPlan(Protocol):
    """The batches of a split, from rows such as texts.

    A plan depends on nothing but seed, epoch and lengths. Several processes can therefore make the same plan, and
    process k of n takes ``indices[k::n]`` of every batch, which may be empty.
    """

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each row, ``int64 [rows]``."""

    def shuffled(self, seed: int, epoch: int) -> Plan:
        """The batches of an epoch, each as the indices of its rows."""

    def batch(self, indices: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        """The arrays of a batch; the first are token ids, ``int32 [batch, time]``, padded right with 0."""

    def stream(self, plan: Plan) -> Iterator[tuple[NDArray[Any], ...]]:
        """The arrays of each batch of a plan."""


class Validator(Protocol):
    """Measures a model that changes between two calls."""

    def metrics(self, validation: Any) -> Metrics:
        """The metrics of the validation texts; ``validation`` is from ``Task.batches``."""


class Task(ABC):
    """What a model is trained for. A task is a subclass; the methods with a body suit tasks that need nothing there.

    Attributes:
        passes: forward passes of a training step whose activations are in memory at the same time.
        shows_accuracy: whether the accuracy on training batches (``Sums.correct``) tells a person something.
        notes: what a person should know about the training, for the line that announces it.
    """

    passes: int = 1
    shows_accuracy: bool = True
    notes: tuple[str, ...] = ()

    def save(self, run: Run) -> None:  # noqa: B027
        """Write to the run, before training, what its model needs to be used."""

    def begin(self, config: Config, data: TrainingData, run: Run, say: Say) -> Self:
        """The task after what must be computed from all training texts before the first step."""
        return self

    def end(self, config: Config, data: TrainingData, model: keras.Model, run: Run, say: Say) -> None:  # noqa: B027
        """Complete the model after a training that was not interrupted."""

    def interrupted(self, run: Run) -> None:  # noqa: B027
        """Record in the run that its models come from an interrupted training, without ``end``."""

    @abstractmethod
    def model(
        self,
        config: Config,
        data: TrainingData,
        *,
        vectors: Mapping[int, NDArray[np.float32]] | None = None,
        tokens: int | None = None,
    ) -> keras.Model:
        """The model before its first step: ``seqclf.model.encoder.encode``, and outputs on top of it.

        Args:
            vectors: initial vectors of token ids, ``float32 [embedding.dim]``.
            tokens: the length of all texts; None: any.
        """

    @abstractmethod
    def batches(self, texts: EncodedTexts, config: Config, *, training: bool) -> BatchPlan:
        """The batches of a split; ``training``: for ``sums``, otherwise for ``validator``."""

    @abstractmethod
    def forward(self, model: keras.Model) -> Forward:
        """The forward pass of a training step."""

    @abstractmethod
    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        """Shapes and dtypes of the parts of a training batch."""

    @abstractmethod
    def sums(self, forward: Forward, batch: Sequence[tf.Tensor]) -> Sums:
        """What a training batch adds up to; calls ``forward`` ``passes`` times."""

    @abstractmethod
    def validator(self, model: keras.Model) -> Validator:
        """Made once for a training."""

    @property
    @abstractmethod
    def metrics(self) -> type[Metrics]:
        """The type of a validation's metrics."""
