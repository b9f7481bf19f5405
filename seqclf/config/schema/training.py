"""``training``: the objective, the optimizer and the loop. A step is one batch, an update one change of the weights."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from seqclf.config.schema.schedules import ScheduleConfig
from seqclf.strict import (
    MAPPING,
    Decay,
    Epochs,
    Name,
    NonNegativeReal,
    PositiveReal,
    PositiveShare,
    Share,
    Steps,
    Strict,
    Texts,
)

_WEIGHT_DECAY = (
    "Share of a weight, times the learning rate, taken off at each update (Loshchilov & Hutter 2019): of embeddings "
    "and kernels, not of biases or of what normalisation layers scale and shift by."
)


class CrossEntropy(Strict):
    """Cross-entropy of the labels, smoothed if wanted (Szegedy et al. 2016)."""

    type: Literal["cross_entropy"] = Field("cross_entropy", description="The kind of loss.")
    label_smoothing: Share = Field(
        0.0, description="Share of the target probability that is spread evenly over all labels."
    )


class Focal(Strict):
    """Focal loss (Lin et al. 2017): cross-entropy in which texts that are classified well count less."""

    type: Literal["focal"] = Field(description="The kind of loss.")
    gamma: NonNegativeReal = Field(
        2.0,
        description="A text's cross-entropy is multiplied by the probability of all wrong labels together, to this "
        "power; 0: cross-entropy.",
    )


def _cross_entropy_unless_named(value: Any) -> Any:
    return {"type": "cross_entropy", **value} if isinstance(value, dict) else value


LossConfig = Annotated[
    Annotated[CrossEntropy | Focal, Field(discriminator="type")], BeforeValidator(_cross_entropy_unless_named)
]


def _kind_of_weights(value: Any) -> str | None:
    return MAPPING if isinstance(value, dict) else "word" if isinstance(value, str) else None


ClassWeights = Annotated[
    Annotated[Literal["balanced"], Tag("word")]
    | Annotated[dict[Name, PositiveReal], Field(min_length=1), Tag(MAPPING)],
    Discriminator(
        _kind_of_weights, custom_error_type="class_weights", custom_error_message="balanced, or a weight for each label"
    ),
]


class Optimizer(Strict):
    learning_rate: PositiveReal = Field(1e-3, description="Size of an update.")
    clip_norm: PositiveReal | None = Field(
        None, description="Bound on the norm of all gradients together; larger ones are scaled down to it."
    )
    weight_decay: NonNegativeReal = Field(0.0, description=_WEIGHT_DECAY)


class _AdamOptions(Optimizer):
    beta_1: Decay = Field(0.9, description="Decay of the gradients' running mean.")
    beta_2: Decay = Field(0.999, description="Decay of the squared gradients' running mean.")
    epsilon: PositiveReal = Field(1e-7, description="Added to the divisor.")


class Adam(_AdamOptions):
    """Adam (Kingma & Ba 2015)."""

    type: Literal["adam"] = Field("adam", description="The kind of optimizer.")


class AdamW(_AdamOptions):
    """Adam that decays weights unless told otherwise (Loshchilov & Hutter 2019)."""

    type: Literal["adamw"] = Field(description="The kind of optimizer.")
    weight_decay: NonNegativeReal = Field(0.004, description=_WEIGHT_DECAY)


class Sgd(Optimizer):
    """Stochastic gradient descent."""

    type: Literal["sgd"] = Field(description="The kind of optimizer.")
    learning_rate: PositiveReal = Field(1e-2, description="Size of an update.")
    momentum: Decay = Field(0.0, description="Share of the last update that is made again.")
    nesterov: bool = Field(False, description="Look ahead along the momentum (Nesterov 1983); needs `momentum`.")


class RmsProp(Optimizer):
    """RMSprop (Tieleman & Hinton 2012)."""

    type: Literal["rmsprop"] = Field(description="The kind of optimizer.")
    rho: Decay = Field(0.9, description="Decay of the squared gradients' running mean.")
    momentum: Decay = Field(0.0, description="Share of the last update that is made again.")
    epsilon: PositiveReal = Field(1e-7, description="Added to the divisor.")


def _adam_unless_named(value: Any) -> Any:
    return {"type": "adam", **value} if isinstance(value, dict) else value


OptimizerConfig = Annotated[
    Annotated[Adam | AdamW | Sgd | RmsProp, Field(discriminator="type")], BeforeValidator(_adam_unless_named)
]


class EarlyStopping(Strict):
    """When to stop before the last epoch; needs validation texts."""

    monitor: Literal["val_loss", "val_accuracy", "val_micro_f1", "val_macro_f1"] = Field(
        "val_loss",
        description="The score that decides, also which epoch's weights are kept; where each text has one label, micro "
        "F1 is accuracy.",
    )
    patience: Epochs = Field(2, description="Stop after this many epochs without improvement.")
    min_delta: NonNegativeReal = Field(
        0.0, description="Least change of the score that counts as better, in nats or as a share of the texts."
    )


class MovingAverage(Strict):
    """Averages of the weights (Polyak & Juditsky 1992) are validated, kept and exported; training itself goes on."""

    decay: PositiveShare = Field(
        0.999, description="What an update counts next to the one after it; about the last 1 / (1 - decay) count."
    )


class TrainingConfig(Strict):
    """How the model is trained. With validation texts the weights of the best epoch are kept, else the last ones."""

    epochs: Epochs = Field(10, description="Most times that the training texts are gone through.")
    batch_size: Texts = Field(64, description="Most texts a step; they have about the same length.")
    batch_tokens: Annotated[int, Field(ge=1, le=100_000_000, json_schema_extra={"unit": "tokens"})] | None = Field(
        None, description="Most tokens a step, padding counted: long texts come in smaller batches. null: no bound."
    )
    accumulate_steps: Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "steps"})] = Field(
        1,
        description="Steps whose gradients make one update: the mean over all their texts. An epoch's last update "
        "takes what is left.",
    )
    loss: LossConfig = Field(
        CrossEntropy(),
        description="What training makes small; cross_entropy when no type is named. Sigmoid or softmax follows from "
        "the labels, and `val_loss` is plain cross-entropy always.",
    )
    class_weights: ClassWeights | None = Field(
        None,
        description="How much a text's training loss counts, by its label. `balanced`: all labels count the same in "
        "sum (texts / labels / texts of the label); or a mapping from labels to weights, 1 for those left out. They "
        "are scaled so that their mean over the training texts is 1. null: every text counts the same.",
    )
    optimizer: OptimizerConfig = Field(Adam(), description="How gradients become steps; adam when no type is named.")
    thresholds: Literal["per_label", "shared"] | Annotated[float, Field(gt=0, lt=1)] = Field(
        "per_label",
        description="Of lists of labels: the probability that a label must exceed. per_label: for each its own, with "
        "the best F1 of the label on the validation texts; shared: one for all, with the best micro F1; without "
        "validation texts both are 0.5.",
    )
    early_stopping: EarlyStopping | None = Field(
        None, description="When to stop before the last epoch; null: never, and `val_loss` says which epoch is best."
    )
    schedule: ScheduleConfig | None = Field(
        None, description="How the learning rate changes while training; null: not at all."
    )
    moving_average: MovingAverage | None = Field(
        None, description="Use averages of the weights over the updates; null: the weights as they are."
    )
    checkpoint_steps: Steps | None = Field(
        None, description="Steps between two checkpoints within an epoch; null: after every epoch only."
    )
    checkpoint_minutes: PositiveReal | None = Field(
        None, description="Minutes of wall time between two checkpoints; with checkpoint_steps, whichever comes first."
    )
    baseline: Literal["auto", False] = Field(
        "auto",
        description="auto: while the network trains, a linear model (TF-IDF of n-grams, logistic regression) is fitted "
        "to the same texts, and its scores stand beside the network's; false: no such model.",
    )
    keep_checkpoints: Literal["final"] | bool = Field(
        "final",
        description="What a finished run keeps of them. final: the state at its end, from which `seqclf train --resume "
        "RUN --epochs N` goes on; true: the last two, as they are; false: none, and the run can have no more epochs.",
    )
    log_every: Steps = Field(50, description="Steps between two lines of `history.jsonl`.")
