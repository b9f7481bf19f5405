"""``training``: the optimizer and the loop."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from seqclf.config.schema.base import Decay, Epochs, NonNegativeReal, PositiveReal, Steps, Strict, Texts


class Optimizer(Strict):
    learning_rate: PositiveReal = Field(1e-3, description="Size of a step.")
    clip_norm: PositiveReal | None = Field(
        None, description="Bound on the norm of all gradients together; larger ones are scaled down to it."
    )


class _AdamOptions(Optimizer):
    beta_1: Decay = Field(0.9, description="Decay of the gradients' running mean.")
    beta_2: Decay = Field(0.999, description="Decay of the squared gradients' running mean.")
    epsilon: PositiveReal = Field(1e-7, description="Added to the divisor.")


class Adam(_AdamOptions):
    """Adam (Kingma & Ba 2015)."""

    type: Literal["adam"] = Field("adam", description="The kind of optimizer.")


class AdamW(_AdamOptions):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    type: Literal["adamw"] = Field(description="The kind of optimizer.")
    weight_decay: NonNegativeReal = Field(
        0.004, description="Share of a weight, times the learning rate, taken off at each step."
    )


class Sgd(Optimizer):
    """Stochastic gradient descent."""

    type: Literal["sgd"] = Field(description="The kind of optimizer.")
    learning_rate: PositiveReal = Field(1e-2, description="Size of a step.")
    momentum: Decay = Field(0.0, description="Share of the last step that is made again.")
    nesterov: bool = Field(False, description="Look ahead along the momentum (Nesterov 1983); needs `momentum`.")


class RmsProp(Optimizer):
    """RMSprop (Tieleman & Hinton 2012)."""

    type: Literal["rmsprop"] = Field(description="The kind of optimizer.")
    rho: Decay = Field(0.9, description="Decay of the squared gradients' running mean.")
    momentum: Decay = Field(0.0, description="Share of the last step that is made again.")
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
    patience: Epochs = Field(2, description="Epochs without a better score that are waited for.")
    min_delta: NonNegativeReal = Field(
        0.0, description="Least change of the score that counts as better, in nats or as a share of the texts."
    )


class TrainingConfig(Strict):
    """How the model is trained. With validation texts the weights of the best epoch are kept, else the last ones."""

    epochs: Epochs = Field(10, description="Most times that the training texts are gone through.")
    batch_size: Texts = Field(64, description="Most texts a step; they have about the same length.")
    batch_tokens: Annotated[int, Field(ge=1, le=100_000_000, json_schema_extra={"unit": "tokens"})] | None = Field(
        None, description="Most tokens a step, padding counted: long texts come in smaller batches. null: no bound."
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
    log_every: Steps = Field(50, description="Steps between two lines of `history.jsonl`.")
