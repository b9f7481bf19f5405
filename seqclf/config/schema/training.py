"""``training``: objective, optimizer and loop. A step processes one batch; an update changes the weights once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from seqclf.config.schema.losses import LossConfig
from seqclf.config.schema.losses.cross_entropy import CrossEntropy
from seqclf.config.schema.objectives import ObjectiveConfig
from seqclf.config.schema.optimizers import OptimizerConfig
from seqclf.config.schema.optimizers.adam import Adam
from seqclf.config.schema.schedules import ScheduleConfig
from seqclf.config.schema.teacher import TeacherConfig
from seqclf.metrics.monitors import PREFIX, Monitor
from seqclf.option_types import (
    AUTO,
    LIST,
    MAPPING,
    AutoTexts,
    Epochs,
    Name,
    NonNegativeReal,
    PositiveFraction,
    PositiveReal,
    Steps,
    Strict,
    Texts,
)


def _kind_of_weights(value: Any) -> str | None:
    return MAPPING if isinstance(value, dict) else "word" if isinstance(value, str) else None


ClassWeights = Annotated[
    Annotated[Literal["balanced"], Tag("word")]
    | Annotated[dict[Name, PositiveReal], Field(min_length=1), Tag(MAPPING)],
    Discriminator(
        _kind_of_weights, custom_error_type="class_weights", custom_error_message="balanced, or a weight for each label"
    ),
]


def _kind_of_rates(value: Any) -> str | None:
    return LIST if isinstance(value, list) else MAPPING if isinstance(value, dict | RateDecay) else None


class RateDecay(Strict):
    """Learning rates that fall from the top of the model to its bottom."""

    decay: Annotated[float, Field(ge=1, le=1000)] = Field(
        2.6,
        description="The rate of a group of layers divided by that of the group below it. To multiply by 0.95 from "
        "group to group, write 1.053.",
    )


LayerRates = Annotated[
    Annotated[RateDecay, Tag(MAPPING)]
    | Annotated[list[NonNegativeReal], Field(min_length=1, max_length=102), Tag(LIST)],
    Discriminator(
        _kind_of_rates,
        custom_error_type="layer_rates",
        custom_error_message="{decay: 2.6}, or a list with a factor for each group of layers",
    ),
]


class EarlyStopping(Strict):
    """When to stop before the last epoch; needs validation texts."""

    monitor: Monitor = Field(
        "val_loss",
        description="Score that decides when to stop and which epoch's weights are kept. With one label per text, "
        "micro F1 equals accuracy.",
    )
    patience: Epochs = Field(2, description="Stop after this many epochs without improvement.")
    min_delta: NonNegativeReal = Field(
        0.0,
        description="Smallest change that counts as an improvement: in nats for `val_loss`, otherwise as a fraction.",
    )

    @property
    def monitored_score(self) -> str:
        """The name of the monitored score in the validation's metrics."""
        return self.monitor.removeprefix(PREFIX)


class Sharpness(Strict):
    """Sharpness-aware minimisation (SAM; Foret et al. 2021): each step uses the gradient at weights that are moved to
    where the loss of its batch is higher. It prefers weights around which the loss stays low."""

    rho: PositiveReal = Field(
        0.05, description="Length (L2 norm) of the move, over all weights, along the gradient of the batch."
    )


class MovingAverage(Strict):
    """A moving average of the weights (Polyak & Juditsky 1992), which is validated, kept and exported; training itself
    does not use it."""

    decay: PositiveFraction = Field(
        0.999,
        description="Weight of an update relative to the next one; the average spans about 1 / (1 - decay) updates.",
    )


class TrainingConfig(Strict):
    """How the model is trained. The weights of the best epoch are kept, or of the last without validation texts."""

    epochs: Epochs = Field(10, description="Maximum number of passes over the training texts.")
    batch_size: AutoTexts = Field(
        64,
        description="Maximum number of texts in a batch; they have similar lengths. `auto`: the largest power of two "
        "that fits into memory and leaves an epoch 100 updates ([tuning.md](tuning.md)).",
    )
    batch_tokens: Annotated[int, Field(ge=1, le=100_000_000, json_schema_extra={"unit": "tokens"})] | None = Field(
        None,
        description="Maximum number of tokens in a batch, padding included: batches of long texts are smaller. null: "
        "no limit.",
    )
    unlabelled_batch_size: Texts | None = Field(
        None,
        description="Maximum number of unlabelled texts in a step, which `batch_tokens` limits as well. null: as "
        "`batch_size`.",
    )
    accumulate_steps: Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "steps"})] = Field(
        1,
        description="Number of steps whose gradients are averaged over all their texts into one update. The last "
        "update of an epoch uses the remaining steps.",
    )
    loss: LossConfig = Field(
        CrossEntropy(),
        description="Loss that training minimises; cross_entropy if `type` is omitted. The labels determine whether "
        "the output is sigmoid or softmax. `val_loss` is always plain cross-entropy.",
    )
    class_weights: ClassWeights | None = Field(
        None,
        description="Weight of a text's training loss, by its label. `balanced`: each label has the same total weight "
        "(texts / labels / texts of the label); or a mapping from labels to weights, where omitted labels have weight "
        "1. Weights are scaled to a mean of 1 over the training texts. null: all texts have the same weight.",
    )
    teacher: TeacherConfig | None = Field(
        None, description="Runs whose probabilities the model also learns ([teachers.md](teachers.md)); null: none."
    )
    objectives: list[ObjectiveConfig] = Field(
        [],
        max_length=20,
        description="Terms that are added to the loss of the labels, such as `[{type: r_drop, weight: 2}]`; the name "
        "of a type stands for its defaults.",
    )
    optimizer: OptimizerConfig = Field(Adam(), description="Optimizer; adam if `type` is omitted.")
    thresholds: Literal["per_label", "shared"] | Annotated[float, Field(gt=0, lt=1)] = Field(
        "per_label",
        description="Multi-label only: the probability above which a label is predicted. per_label: one threshold per "
        "label, with the label's best F1 on the validation texts; shared: one threshold for all labels, with the best "
        "micro F1; without validation texts both are 0.5.",
    )
    early_stopping: EarlyStopping | None = Field(
        None, description="When to stop before the last epoch; null: never, and `val_loss` decides which epoch is best."
    )
    schedule: ScheduleConfig | None = Field(
        None, description="How the learning rate changes during training; null: constant."
    )
    layer_rates: LayerRates | None = Field(
        None,
        description="Learning rates by depth (discriminative fine-tuning; Howard & Ruder 2018, section 3.2). The "
        "groups are the embedding, each of `layers` that has weights, and `head` with the output layer; an output "
        "layer that shares the weights of the embedding belongs to it. "
        "`{decay: 2.6}`: the top group has the rate of the optimizer, and each group below it that of the one above, "
        "divided by 2.6. A list: the factor of each group's rate, from the embedding up; 0: the group is not trained. "
        "null: one rate.",
    )
    unfreeze_every: Epochs | None = Field(
        None,
        description="Gradual unfreezing (Howard & Ruder 2018, section 3.3): number of epochs after which one more "
        "group of layers is trained. First only the top group of `layer_rates` is trained, then the group below it as "
        "well, and so on. null: everything is trained from the start.",
    )
    sharpness: Sharpness | None = Field(
        None,
        description="Use gradients at weights where the loss is higher, which takes two passes forward and backward in "
        "each step; null: at the weights themselves.",
    )
    moving_average: MovingAverage | None = Field(
        None, description="Use a moving average of the weights; null: the weights themselves."
    )
    checkpoint_steps: Steps | None = Field(
        None, description="Number of steps between checkpoints within an epoch; null: only after every epoch."
    )
    checkpoint_minutes: PositiveReal | None = Field(
        None, description="Minutes of wall time between checkpoints; with checkpoint_steps, whichever comes first."
    )
    baseline: Literal["auto", False] = Field(
        "auto",
        description="auto: while the network trains, a linear model (TF-IDF of n-grams, logistic regression) is fitted "
        "to the same texts, and its scores are shown next to the network's; for a language model, `seqclf eval` shows "
        "the scores of its tokens' frequencies; false: no such model.",
    )
    keep_checkpoints: Literal["final"] | bool = Field(
        "final",
        description="Checkpoints that a finished run keeps. final: the last state, from which `seqclf train --resume "
        "RUN --epochs N` continues; true: the last two; false: none, so the run cannot be trained further.",
    )
    log_every: Steps = Field(50, description="Number of steps between lines in `history.jsonl`.")

    @property
    def rows(self) -> int:
        """``batch_size`` as a number: texts in a batch, or streams of a language model. Raises ``ValueError`` while it
        is ``auto``."""
        if self.batch_size == AUTO:
            raise ValueError("batch_size is auto: seqclf.training.automatic.decided chooses the number")
        return self.batch_size

    @property
    def reads_unlabelled(self) -> bool:
        """Whether a term of the objective is about unlabelled texts (``data.unlabelled``)."""
        by_teacher = self.teacher is not None and self.teacher.unlabelled > 0
        return by_teacher or any(one.reads_unlabelled for one in self.objectives)
