"""``training``: objective, optimizer and loop. A step is one batch; an update is one change of the weights."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from seqclf.config.schema.schedules import ScheduleConfig
from seqclf.option_types import (
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
    "Decoupled weight decay (Loshchilov & Hutter 2019): this times the learning rate is the fraction of a weight taken "
    "off at each update. Applies to embeddings and kernels, not to biases, nor to scale and shift of normalisation."
)


class CrossEntropy(Strict):
    """Cross-entropy, with label smoothing if wanted (Szegedy et al. 2016)."""

    type: Literal["cross_entropy"] = Field("cross_entropy", description="The kind of loss.")
    label_smoothing: Share = Field(
        0.0, description="Fraction of the target probability that is spread evenly over all labels."
    )


class Focal(Strict):
    """Focal loss (Lin et al. 2017): cross-entropy in which texts that are already classified well count less."""

    type: Literal["focal"] = Field(description="The kind of loss.")
    gamma: NonNegativeReal = Field(
        2.0,
        description="Power of the factor by which a text's cross-entropy is multiplied: the summed probability of all "
        "wrong labels. 0: plain cross-entropy.",
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
    learning_rate: PositiveReal = Field(1e-3, description="Step size of the optimizer.")
    clip_norm: PositiveReal | None = Field(
        None,
        description="Bound on the norm of all gradients together: larger ones are scaled down. null: no bound.",
    )
    weight_decay: NonNegativeReal = Field(0.0, description=_WEIGHT_DECAY)


class _AdamOptions(Optimizer):
    beta_1: Decay = Field(0.9, description="Decay of the running mean of the gradients.")
    beta_2: Decay = Field(0.999, description="Decay of the running mean of the squared gradients.")
    epsilon: PositiveReal = Field(1e-7, description="Added to the divisor.")


class Adam(_AdamOptions):
    """Adam (Kingma & Ba 2015)."""

    type: Literal["adam"] = Field("adam", description="The kind of optimizer.")


class AdamW(_AdamOptions):
    """Adam with weight decay by default (Loshchilov & Hutter 2019)."""

    type: Literal["adamw"] = Field(description="The kind of optimizer.")
    weight_decay: NonNegativeReal = Field(0.004, description=_WEIGHT_DECAY)


class Sgd(Optimizer):
    """Stochastic gradient descent."""

    type: Literal["sgd"] = Field(description="The kind of optimizer.")
    learning_rate: PositiveReal = Field(1e-2, description="Step size of the optimizer.")
    momentum: Decay = Field(0.0, description="Fraction of the last update that is added to the next one.")
    nesterov: bool = Field(False, description="Look ahead along the momentum (Nesterov 1983); needs `momentum`.")


class RmsProp(Optimizer):
    """RMSprop (Tieleman & Hinton 2012)."""

    type: Literal["rmsprop"] = Field(description="The kind of optimizer.")
    rho: Decay = Field(0.9, description="Decay of the running mean of the squared gradients.")
    momentum: Decay = Field(0.0, description="Fraction of the last update that is added to the next one.")
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
        description="The score that decides when to stop and which epoch's weights are kept. With one label per text, "
        "micro F1 equals accuracy.",
    )
    patience: Epochs = Field(2, description="Stop after this many epochs without improvement.")
    min_delta: NonNegativeReal = Field(
        0.0,
        description="Smallest change that counts as an improvement: in nats for `val_loss`, else as a fraction.",
    )


class MovingAverage(Strict):
    """A moving average of the weights (Polyak & Juditsky 1992) is validated, kept and exported; training itself does
    not use it."""

    decay: PositiveShare = Field(
        0.999,
        description="Weight of an update relative to the next one; the average spans about 1 / (1 - decay) updates.",
    )


class TrainingConfig(Strict):
    """How the model is trained. The weights of the best epoch are kept, without validation texts those of the last."""

    epochs: Epochs = Field(10, description="Most passes over the training texts.")
    batch_size: Texts = Field(64, description="Most texts in a batch; they have about the same length.")
    batch_tokens: Annotated[int, Field(ge=1, le=100_000_000, json_schema_extra={"unit": "tokens"})] | None = Field(
        None,
        description="Most tokens in a batch, padding included: long texts come in smaller batches. null: no bound.",
    )
    accumulate_steps: Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "steps"})] = Field(
        1,
        description="Steps whose gradients make one update, as the mean over all their texts. The last update of an "
        "epoch takes the steps that are left.",
    )
    loss: LossConfig = Field(
        CrossEntropy(),
        description="What training minimises; cross_entropy if `type` is left out. Sigmoid or softmax follows from the "
        "labels. `val_loss` is always plain cross-entropy.",
    )
    class_weights: ClassWeights | None = Field(
        None,
        description="How much the training loss of a text counts, by its label. `balanced`: each label has the same "
        "total weight (texts / labels / texts of the label); or a mapping from labels to weights, 1 for those left "
        "out. Weights are scaled to a mean of 1 over the training texts. null: every text counts the same.",
    )
    optimizer: OptimizerConfig = Field(Adam(), description="How gradients become updates; adam if `type` is left out.")
    thresholds: Literal["per_label", "shared"] | Annotated[float, Field(gt=0, lt=1)] = Field(
        "per_label",
        description="Multi-label only: the probability above which a label is given. per_label: a threshold for each "
        "label, with the best F1 of the label on the validation texts; shared: one for all labels, with the best micro "
        "F1; without validation texts both are 0.5.",
    )
    early_stopping: EarlyStopping | None = Field(
        None, description="When to stop before the last epoch; null: never, and `val_loss` decides which epoch is best."
    )
    schedule: ScheduleConfig | None = Field(
        None, description="How the learning rate changes during training; null: it is constant."
    )
    moving_average: MovingAverage | None = Field(
        None, description="Use a moving average of the weights; null: the weights themselves."
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
        "to the same texts, and its scores are shown beside the network's; false: no such model.",
    )
    keep_checkpoints: Literal["final"] | bool = Field(
        "final",
        description="Checkpoints that a finished run keeps. final: the state at the end, from which `seqclf train "
        "--resume RUN --epochs N` trains further; true: the last two; false: none, and it cannot be trained further.",
    )
    log_every: Steps = Field(50, description="Steps between two lines of `history.jsonl`.")
