"""Find the config option for a name that the user typed as a command-line option: ``--epochs 3``."""

from __future__ import annotations

import difflib
from typing import get_args

from pydantic import BaseModel

from seqclf.config.guesses import OPTIONS_ELSEWHERE
from seqclf.config.schema import Config
from seqclf.config.walk import homes_of, models_of

# For names that several sections have, or that are sections themselves.
_MEANT = {
    "data": "data.train",
    "dataset": "data.train",
    "train_data": "data.train",
    "train_file": "data.train",
    "input": "data.train",
    "test_data": "data.test",
    "test_file": "data.test",
    "val_data": "data.validation",
    "validation_data": "data.validation",
    "text_column": "data.text",
    "text_columns": "data.text",
    "label_column": "data.label",
    "target": "data.label",
    "task": "task",
    "problem_type": "task",
    "initialize": "initialize",
    "patience": "training.early_stopping.patience",
    "min_delta": "training.early_stopping.min_delta",
    "dropout": "embedding.dropout",
    "optimizer": "training.optimizer.type",
    "optim": "training.optimizer.type",
    "loss": "training.loss.type",
    "objectives": "training.objectives[0].type",
    "schedule": "training.schedule.type",
    "warmup": "training.schedule.warmup",
    "tokenizer": "tokenizer.type",
    "tokeniser": "tokenizer.type",
    "momentum": "training.optimizer.momentum",
    "decay": "training.optimizer.weight_decay",
    "layers": "layers[0].type",
    "layer": "layers[0].type",
    "cell": "layers[0].type",
    "rnn": "layers[0].type",
    "rnn_type": "layers[0].type",
    "type": "layers[0].type",
    "head": "head[0].type",
    "embeddings": "embedding.dim",
    "embedding": "embedding.dim",
    "embed_dim": "embedding.dim",
    "hidden_dim": "layers[0].units",
    "e": "training.epochs",
    "b": "training.batch_size",
    "bs": "training.batch_size",
    "batch": "training.batch_size",
    "epoch": "training.epochs",
    "length": "tokenizer.max_tokens",
}
_LISTS = ("layers", "head", "training.objectives")
_FIRST = ("", "training", "training.optimizer", "training.early_stopping", "tokenizer", "embedding", "data")


def meant_key(name: str) -> str | None:
    """``epochs``, ``lr`` or ``learning-rate`` -> the key for ``--set``; None if no name is close.

    If several sections have the option, returns the one that users change most often; if every layer has it, the first
    layer's.
    """
    name = _plain(name)
    if "." in name:  # a key of ``--set``, given as an option
        return name if is_key(name) else None
    if (key := _key_for(name)) is not None:
        return key
    known = [*_MEANT, *OPTIONS_ELSEWHERE, *_all_names()]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    return _key_for(close[0]) if close else None


def other_key(name: str) -> str | None:
    """The key of an option of ours, if its name is also that of another tool's option that ``meant_key`` takes it for:
    ``window``, which a language model's task has, and a convolution calls ``kernel_size``."""
    name = _plain(name)
    return _key_of(name) if name in OPTIONS_ELSEWHERE and name not in _MEANT else None


def _plain(name: str) -> str:
    return name.strip("-").lower().replace("-", "_")


def _key_for(name: str) -> str | None:
    """The key of a name that is spelled as we or others know it; None for a section without a value of its own."""
    return _MEANT.get(name) or _key_of(OPTIONS_ELSEWHERE.get(name, name))


def is_flag(key: str) -> bool:
    """Whether the option is true or false."""
    option = key.rpartition(".")[2]
    return any(bool in _types(model, option) for _, model in homes_of(option))


def is_key(key: str) -> bool:
    """Whether the last part of a dotted key is an option of the section that the parts before it name."""
    section, _, option = key.rpartition(".")
    section = section.partition("[")[0]
    return any(place == section for place, _ in homes_of(option))


def _key_of(option: str) -> str | None:
    places = [place for place, _ in homes_of(option)]
    if not places or (option in Config.model_fields and models_of(Config.model_fields[option].annotation)):
        return None
    place = next((first for first in _FIRST if first in places), places[0])
    if place in _LISTS:
        place = f"{place}[0]"
    return f"{place}.{option}" if place else option


def _all_names() -> list[str]:
    found: dict[str, None] = {}

    def visit(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            found[name] = None
            for below in models_of(field.annotation):
                visit(below)

    visit(Config)
    return list(found)


def _types(model: type[BaseModel], option: str) -> tuple[object, ...]:
    annotation = model.model_fields[option].annotation
    return (annotation, *get_args(annotation))
