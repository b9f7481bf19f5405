"""Language modelling."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seqclf.config.schema.tasks.base import TaskOptions
from seqclf.option_types import NonNegativeReal, Tokens


class LanguageModelTask(TaskOptions):
    """Predict the next token, from texts without labels. `training.batch_size` streams of documents are read side by
    side, in windows; the state of the recurrent layers is carried from each window to the next."""

    other_names = ("lm", "language_modeling", "language_modelling", "causal_lm", "text_generation")
    needs_labels: ClassVar = False
    reads_ahead: ClassVar = False
    idle: ClassVar = (
        ("data", "label"),
        ("data", "label_separator"),
        ("data", "weight"),
        ("data", "extra"),
        ("data", "unlabelled"),
        ("data", "unknown_labels"),
        ("ngrams",),
        ("training", "batch_tokens"),
        ("training", "unlabelled_batch_size"),
        ("training", "loss"),
        ("training", "objectives"),
        ("training", "sharpness"),
        ("training", "class_weights"),
        ("training", "teacher"),
        ("training", "thresholds"),
    )

    type: Literal["language_model"] = Field(description="Task type.")
    direction: Literal["forward", "backward"] = Field(
        "forward", description="backward: read every document from its end, and predict the token before."
    )
    window: Tokens = Field(
        70, description="Number of tokens of each stream that a training step reads; gradients do not go further back."
    )
    jitter: bool = Field(
        False,
        description="Draw the length of each window: normally distributed around `window` with standard deviation 5, "
        "and in 5 % of the cases around half of it (Merity et al. 2018). Window borders then differ between epochs.",
    )
    shuffle: bool = Field(
        True, description="Read the documents in a new random order in each epoch; false: always in their own order."
    )
    tied: bool = Field(
        True,
        description="Use the token vectors of `embedding` as weights of the output layer, too (Press & Wolf 2017). The "
        "last layer must then have `embedding.dim` units.",
    )
    sampled: Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "tokens"})] | None = Field(
        None,
        description="Train with a softmax over the right token and this many random ones, more frequent ones more "
        "often, with corrected logits (Bengio & Senecal 2008; Jean et al. 2015): faster with large vocabularies. "
        "Validation always uses the whole vocabulary. null: the whole vocabulary.",
    )
    activation_penalty: NonNegativeReal = Field(
        0.0,
        description="L2 penalty on the vectors before the output layer: this times the mean of their squared entries "
        "is added to the training loss (AR of Merity et al. 2018).",
    )
    change_penalty: NonNegativeReal = Field(
        0.0,
        description="L2 penalty on the change of the last recurrent layer's output from token to token: this times "
        "the mean of the squared differences is added to the training loss (TAR of Merity et al. 2018).",
    )

    @property
    def continues_texts(self) -> bool:
        return self.direction == "forward"
