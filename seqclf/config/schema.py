"""Every option of a config: its name, type, bounds, default and meaning, once.

``Strict`` makes unknown options and silent conversions ("3" for 3) errors. A finished config (``checked_config``) has
every value filled in.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Rate = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[int, Field(gt=0)]
PositiveReal = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


# --- data -------------------------------------------------------------------------------------------------------------


class SampleData(Strict):
    """Synthetic reviews that come with seqclf: about 4,000 to train on and 1,000 for the test."""

    source: Literal["sample"]
    validation: Fraction = Field(0.1, description="Share of the training texts kept for validation.")


class TfdsData(Strict):
    """A data set of tensorflow-datasets."""

    source: Literal["tfds"]
    dataset: Name = Field(description="Its name, such as imdb_reviews.")
    config: Name | None = Field(None, description="The data set's own configuration; its default when left out.")
    data_dir: Name | None = Field(
        None, description="Folder of prepared data sets; TFDS_DATA_DIR or ~/tensorflow_datasets when left out."
    )
    train: Name = Field("train", description="Split to train on, in tfds's notation (train[:80%]).")
    validation: Fraction | Name = Field(0.1, description="Share of the training texts, or a split.")
    test: Fraction | Name | None = Field("test", description="Split, or share of the training texts.")
    text: Name = Field("text", description="Feature that holds the text.")
    label: Name = Field("label", description="Feature that holds the label.")


class TableData(Strict):
    """Files of one text and one label a row."""

    source: Literal["table"]
    train: Name = Field(description="File to train on.")
    validation: Fraction | Name = Field(0.1, description="Share of the training texts, or a file.")
    test: Fraction | Name | None = Field(None, description="File, or share of the training texts.")
    text: Name = Field("text", description="Column that holds the text.")
    label: Name = Field("label", description="Column that holds the label.")
    format: Literal["auto", "csv", "tsv", "jsonl"] = Field("auto", description="auto goes by the file's ending.")


class FolderData(Strict):
    """Folders of text files: ``<folder>/<label>/<anything>.txt``."""

    source: Literal["folder"]
    train: Name = Field(description="Folder to train on.")
    validation: Fraction | Name = Field(0.1, description="Share of the training texts, or a folder.")
    test: Fraction | Name | None = Field(None, description="Folder, or share of the training texts.")


DataConfig = Annotated[SampleData | TfdsData | TableData | FolderData, Field(discriminator="source")]

# --- tokenizer and embedding ------------------------------------------------------------------------------------------


class TokenizerConfig(Strict):
    """WordPiece, learnt from the training texts."""

    type: Literal["subword"] = "subword"
    vocab_size: int = Field(8192, ge=64, description="Most pieces in the vocabulary.")
    lowercase: bool = Field(True, description="Lower-case words; accents are kept.")
    min_frequency: Positive = Field(2, description="How often a merge must occur to become a piece.")
    max_tokens: Positive = Field(512, description="Most tokens of a text that the model reads.")
    truncate: Literal["head", "tail", "middle"] = Field("middle", description="Part of a longer text that is cut away.")


class EmbeddingConfig(Strict):
    """A vector for every token id."""

    dim: Positive = 64
    dropout: Rate = Field(0.0, description="Share of the vectors' entries set to zero while training.")


# --- layers and head --------------------------------------------------------------------------------------------------


class RecurrentLayer(Strict):
    units: Positive
    bidirectional: bool = Field(False, description="Read the text both ways and join the two results.")
    return_sequences: bool | None = Field(
        None, description="Give one vector a token instead of one a text. Follows from the next layer when left out."
    )
    dropout: Rate = Field(0.0, description="Share of the inputs dropped, the same ones at every step of a text.")
    recurrent_dropout: Rate = Field(0.0, description="Share of the state dropped, likewise.")


class LstmLayer(RecurrentLayer):
    type: Literal["lstm"]


class GruLayer(RecurrentLayer):
    type: Literal["gru"]


class SimpleRnnLayer(RecurrentLayer):
    type: Literal["simple_rnn"]


class DropoutLayer(Strict):
    type: Literal["dropout"]
    rate: Rate


class PoolLayer(Strict):
    """One vector a text from one a token: their mean or their element-wise maximum, padding left out."""

    type: Literal["pool"]
    method: Literal["mean", "max"] = "mean"


class DenseLayer(Strict):
    type: Literal["dense"]
    units: Positive
    activation: Literal["relu", "tanh", "sigmoid", "gelu", "elu", "selu", "silu", "softplus", "linear"] = "relu"


LayerConfig = Annotated[LstmLayer | GruLayer | SimpleRnnLayer | DropoutLayer | PoolLayer, Field(discriminator="type")]
HeadConfig = Annotated[DenseLayer | DropoutLayer, Field(discriminator="type")]

# --- training ---------------------------------------------------------------------------------------------------------


class Optimizer(Strict):
    learning_rate: PositiveReal = 1e-3
    clip_norm: PositiveReal | None = Field(None, description="Scale gradients down to this global norm.")


class Adam(Optimizer):
    type: Literal["adam"] = "adam"
    beta_1: Rate = 0.9
    beta_2: Rate = 0.999
    epsilon: PositiveReal = 1e-7


class AdamW(Optimizer):
    type: Literal["adamw"]
    beta_1: Rate = 0.9
    beta_2: Rate = 0.999
    epsilon: PositiveReal = 1e-7
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.004


class Sgd(Optimizer):
    type: Literal["sgd"]
    learning_rate: PositiveReal = 1e-2
    momentum: Rate = 0.0
    nesterov: bool = False


class RmsProp(Optimizer):
    type: Literal["rmsprop"]
    rho: Rate = 0.9
    momentum: Rate = 0.0
    epsilon: PositiveReal = 1e-7


def _adam_unless_named(value: Any) -> Any:
    return {"type": "adam", **value} if isinstance(value, dict) else value


OptimizerConfig = Annotated[
    Annotated[Adam | AdamW | Sgd | RmsProp, Field(discriminator="type")], BeforeValidator(_adam_unless_named)
]


class EarlyStopping(Strict):
    monitor: Literal["val_loss", "val_accuracy"] = "val_loss"
    patience: Positive = Field(2, description="Epochs without a better score that are waited for.")
    min_delta: Annotated[float, Field(ge=0)] = Field(0.0, description="Least change that counts as better.")


class TrainingConfig(Strict):
    epochs: Positive = 10
    batch_size: Positive = Field(64, description="Texts a step.")
    optimizer: OptimizerConfig = Adam()
    early_stopping: EarlyStopping | None = Field(
        None, description="When to stop before the last epoch; its monitor also decides which weights are kept."
    )
    log_every: Positive = Field(50, description="Steps between two lines of history.jsonl.")


class Config(Strict):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        "run", description="First part of the run folder's name: letters, digits, dots, dashes, underscores."
    )
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(0, description="Decides everything that is drawn at random.")
    data: DataConfig
    tokenizer: TokenizerConfig = TokenizerConfig()
    embedding: EmbeddingConfig = EmbeddingConfig()
    layers: list[LayerConfig] = Field(min_length=1, description="What reads the text, in order.")
    head: list[HeadConfig] = Field([], description="What stands between the text's vector and the output layer.")
    training: TrainingConfig = TrainingConfig()
