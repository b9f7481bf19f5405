"""What happens while training. Progress bars, history and checkpoints listen; none of them is called by the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stage:
    """Something other than training began (reading, encoding, exporting)."""

    what: str


@dataclass(frozen=True)
class TrainingStarted:
    """``data`` says where the texts are from; ``multi_label``, whether texts have several labels;
    ``ngram_texts``, to how many texts the n-grams beside a network were fitted before.
    """

    data: str
    epochs: int
    train_texts: int
    validation_texts: int
    parameters: int
    multi_label: bool = False
    ngram_texts: int = 0


@dataclass(frozen=True)
class EpochStarted:
    """``epoch`` counts from 1."""

    epoch: int
    steps: int


@dataclass(frozen=True)
class StepDone:
    """One batch was learnt from. With ``accumulate_steps`` several of them make one update of the weights.

    Attributes:
        step: within the epoch, from 1.
        loss: mean of what is made small (``seqclf.training.objectives``), in nats.
        correct: texts of the batch that were classified rightly (before the update); multi-label, those whose
            whole list was right, every label with the threshold 0.5.
        texts: texts in the batch.
        tokens: their tokens, padding not counted.
        seconds: since the step before ended, so waiting for the batch is in it.
        learning_rate: of the update that the step is part of.
    """

    epoch: int
    step: int
    loss: float
    correct: int
    texts: int
    tokens: int
    seconds: float
    learning_rate: float


@dataclass(frozen=True)
class EpochDone:
    """An epoch with its validation.

    Attributes:
        loss: mean over the epoch's training texts, while weights were changing.
        accuracy: of the same texts.
        validation: metrics of ``classification_metrics`` or ``multi_label_metrics``, or None without validation texts.
        best: whether this is the best epoch so far.
        tokens: of the training texts, padding not counted.
        seconds: the training steps' wall time, validation not counted.
        validation_seconds: the validation's.
    """

    epoch: int
    loss: float
    accuracy: float
    validation: dict[str, Any] | None
    best: bool
    tokens: int
    seconds: float
    validation_seconds: float


@dataclass(frozen=True)
class BaselineDone:
    """What a simple model makes of the same texts is known.

    Attributes:
        scores: of ``seqclf.baseline``, on the validation texts; None where there are none.
        score: the name of the metric in which the run is compared with them.
        problem: why there are none.
    """

    scores: dict[str, Any] | None
    score: str
    problem: str | None = None


@dataclass(frozen=True)
class TrainingDone:
    """The loop ended.

    Attributes:
        why: ``finished``, ``early_stopping`` or ``interrupted``.
        best_epoch: the epoch whose weights are kept; None where the last weights are.
    """

    why: str
    best_epoch: int | None


Event = Stage | TrainingStarted | EpochStarted | StepDone | EpochDone | BaselineDone | TrainingDone
