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
    from seqclf.data.encoded import EncodedTexts
    from seqclf.data.prepare import TrainingData
    from seqclf.data.sizes import BatchSizes
    from seqclf.metrics.protocol import Metrics
    from seqclf.runs import Run

Say = Callable[[str], None]
"""Reports the current stage."""


class Sums(NamedTuple):
    """What a batch adds up to. A mean is a sum divided by ``weight``, once, over one batch or several.

    Attributes:
        loss: summed objective, ``float32 []``, without penalties.
        weight: what the loss is divided by where it is shown, ``float32 []``: in classification the number of texts, or
            their summed weight if they have weights.
        correct: predictions that are correct, out of ``weight``: their number, ``int64 []``, or summed weight,
            ``float32 []``.
        divisor: what an update divides the gradients by, ``float32 []``; None: ``weight``. In classification the number
            of texts: divided by their weight, a batch of light texts would change the model as much as one of heavy
            texts.
        penalty: a penalty on activations, summed like ``loss``, ``float32 []``: gradients include it, but it is not
            shown. None: there is none. Layers have those on weights.
    """

    loss: tf.Tensor
    weight: tf.Tensor
    correct: tf.Tensor
    divisor: tf.Tensor | None = None
    penalty: tf.Tensor | None = None


class BatchPlan(Protocol):
    """The batches of a split. An item of a plan describes a batch, in a form that only its ``BatchPlan`` knows.

    A plan depends on nothing but seed, epoch and lengths: several processes can make the same plan.
    """

    @property
    def largest(self) -> tuple[int, int]:
        """Rows and tokens, with padding, of the largest batch."""

    def shuffled(self, seed: int, epoch: int) -> list[Any]:
        """The plan of an epoch."""

    def sizes(self, plan: Any) -> BatchSizes:
        """The sizes of the batches of a plan."""

    def batch(self, item: Any) -> tuple[NDArray[Any], ...]:
        """The arrays of a batch; the first are token ids, ``int32 [batch, time]``, padded right with 0."""

    def stream(self, plan: Any) -> Iterator[tuple[NDArray[Any], ...]]:
        """The arrays of each batch of a plan."""

    def part(self, plan: Any, index: int, count: int) -> Any:
        """A plan with the rows of each batch that one of ``count`` replicas takes: row ``index``, and every
        ``count``-th after it. A batch may be left without rows."""


class ForwardPass(Protocol):
    """The forward pass of a training step, which the task calls."""

    @property
    def penalties(self) -> list[tf.Tensor]:
        """The penalties on weights that layers have, each ``float32 []``; the same after any number of calls."""


class Validator(Protocol):
    """Measures a model that changes between two calls."""

    def metrics(self, validation: Any) -> Metrics:
        """The metrics of the validation texts; ``validation`` is from ``Task.batches``."""


class Task(ABC):
    """What a model is trained for. A task is a subclass; the methods with a body suit tasks that need nothing there.

    Attributes:
        passes: forward passes of a training step whose activations are in memory at the same time.
        shows_accuracy: whether the accuracy on training batches (``Sums.correct``) tells a person something.
        shows_perplexity: whether the exponential of the training loss tells a person something.
        notes: what a person should know about the training, each for a line below the one that announces it.
    """

    passes: int = 1
    shows_accuracy: bool = True
    shows_perplexity: bool = False
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

    def carried(self, model: keras.Model) -> list[keras.Variable]:
        """Variables besides the model's that a training step changes, such as states that the next batch starts from.
        They are part of the training's state."""
        return []

    @abstractmethod
    def forward(self, model: keras.Model, carried: Sequence[keras.Variable] = ()) -> ForwardPass:
        """The forward pass of a training step; ``carried`` are the variables of ``carried``."""

    @abstractmethod
    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        """Shapes and dtypes of the parts of a training batch."""

    @abstractmethod
    def sums(self, forward: Any, batch: Sequence[tf.Tensor]) -> Sums:
        """What a training batch adds up to; calls ``forward`` ``passes`` times."""

    @abstractmethod
    def validator(self, model: keras.Model) -> Validator:
        """Made once for a training."""

    def logits(self, model: keras.Model, texts: EncodedTexts, config: Config) -> NDArray[np.float32] | None:
        """What the trained model says of texts, ``float32 [texts, 1 or labels]``; None: the task has no labels."""
        return None

    def evaluated(self, logits: NDArray[np.float32], texts: EncodedTexts, metrics: Metrics) -> Metrics:
        """The metrics of the trained model, with the scores that are not computed after each epoch.

        Args:
            logits: of the texts, from ``logits``.
            texts: the validation texts.
            metrics: theirs, found after the epoch that the model is from.
        """
        return metrics

    @property
    @abstractmethod
    def metrics(self) -> type[Metrics]:
        """The type of a validation's metrics."""
