"""Events of a training. Progress bars, history and checkpoints listen to them; the loop calls none of these."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.protocol import Metrics


@dataclass(frozen=True)
class Stage:
    """A stage other than training started (reading, encoding, exporting)."""

    what: str


@dataclass(frozen=True)
class TrainingStarted:
    """Everything before the first step is done.

    Attributes:
        data: the source of the texts.
        shows_accuracy: whether to show the accuracy on training batches (``Task.shows_accuracy``).
        shows_perplexity: whether to show the exponential of the training loss (``Task.shows_perplexity``).
        notes: what the task says about the training (``Task.notes``).
        scores: names of the scores in the headline of a validation.
        starts_from: what the model has from another run (``initialize``), in sentences.
        folder: of the run, whose config and manifest are written; None where none is trained.
    """

    data: str
    epochs: int
    train_texts: int
    validation_texts: int
    parameters: int
    shows_accuracy: bool = True
    shows_perplexity: bool = False
    notes: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    starts_from: tuple[str, ...] = ()
    folder: Path | None = None


@dataclass(frozen=True)
class EpochStarted:
    """An epoch begins.

    Attributes:
        epoch: from 1.
        note: what a person should know about it from now on; mostly empty.
        traces: whether TensorFlow traces the training step before the first step of this epoch, which takes seconds to
            minutes.
    """

    epoch: int
    steps: int
    note: str = ""
    traces: bool = False


@dataclass(frozen=True)
class StepDone:
    """One training step ended. With ``accumulate_steps``, several steps make one update of the weights.

    Attributes:
        step: within the epoch, from 1.
        loss: mean of the minimised objective (``seqclf.tasks``), in nats.
        correct: texts of the batch classified correctly before the update, or their summed weight; multi-label, texts
            with every label correct at the threshold 0.5.
        texts: texts in the batch.
        tokens: their tokens, without padding.
        seconds: time since the previous step ended, including the wait for the batch.
        learning_rate: of the update that the step belongs to.
        weight: the divisor of ``loss``, out of which ``correct`` is counted; by default ``texts``.
    """

    epoch: int
    step: int
    loss: float
    correct: float
    texts: int
    tokens: int
    seconds: float
    learning_rate: float
    weight: float | None = None

    @property
    def counted(self) -> float:
        """``weight``, whatever it is by."""
        return self.texts if self.weight is None else self.weight


@dataclass(frozen=True)
class EpochDone:
    """An epoch and its validation ended.

    Attributes:
        loss: mean over the epoch's training texts, measured while the weights changed.
        accuracy: on the same texts.
        validation: metrics of the validation texts; None without any.
        best: whether this is the best epoch so far.
        tokens: of the training texts, without padding.
        seconds: wall time of the training steps, without validation.
        validation_seconds: wall time of the validation.
    """

    epoch: int
    loss: float
    accuracy: float
    validation: Metrics | None
    best: bool
    tokens: int
    seconds: float
    validation_seconds: float


@dataclass(frozen=True)
class BaselineDone:
    """The baseline is ready: the scores of a simple model on the same texts.

    Attributes:
        scores: on the validation texts; None if it failed.
        score: name of the metric that compares the run with the baseline.
        problem: why there are no scores.
        text_alone: the network also reads columns beside the text, the baseline does not.
    """

    scores: BaselineScores | None
    score: str
    problem: str | None = None
    text_alone: bool = False


@dataclass(frozen=True)
class TrainingDone:
    """The loop ended.

    Attributes:
        why: ``finished``, ``early_stopping`` or ``interrupted``.
        best_epoch: the epoch whose weights are kept; None if the last weights are kept.
    """

    why: str
    best_epoch: int | None


@dataclass(frozen=True)
class RunEnded:
    """The run is written, up to its report: the last event of a training that did not fail.

    Attributes:
        status: ``finished`` or ``interrupted``.
    """

    status: str


Event = Stage | TrainingStarted | EpochStarted | StepDone | EpochDone | BaselineDone | TrainingDone | RunEnded
