"""A config for a language model of a user's texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seqclf.runs import LANGUAGE_MODEL
from seqclf.starter.make import SEED
from seqclf.starter.unlabelled import Texts
from seqclf.starter.write import config_text, name_after, one_line

_SMALL = 3_000_000  # characters: words, and a small model; above, subwords and a larger one
_SHORT_WORDS, _LONG_WORDS = 2.0, 12.0  # characters per word; outside, the text is not one of words


@dataclass(frozen=True)
class LanguageModelStarter:
    """The text of a config for a language model, and a sentence on the model for the screen."""

    text: str
    model: str


def language_model_starter(path: str, texts: Texts, name: str | None = None) -> LanguageModelStarter:
    """The config of a language model that fits the texts: by words, by characters or, for many texts, by subwords."""
    if not _SHORT_WORDS <= texts.word_length <= _LONG_WORDS:
        kind, why, sections = "characters", "few words are separated by spaces", _of_characters()
    elif texts.characters < _SMALL:
        kind, why, sections = "words", "little text", _of_words()
    else:
        kind, why, sections = "subwords", "much text", _of_subwords()
    sections["training"]["early_stopping"] = {"monitor": "val_perplexity", "patience": 3}
    if not texts.data["validation"]:
        sections["training"] |= {"early_stopping": None, "epochs": -(-int(sections["training"]["epochs"]) // 2)}
    model = f"predicts {kind} ({why})"
    heading = (
        "A language model of your own texts. Every option is explained by `seqclf schema --markdown`.",
        f"Found in {path}: {texts.summary}.",
        f"Model: {model}.",
    )
    options = {"name": name or name_after(path), "seed": SEED, "task": sections.pop("task"), "data": dict(texts.data)}
    return LanguageModelStarter(config_text({**options, **sections}, tuple(map(one_line, heading))), f"model: {model}")


def _of_words() -> dict[str, Any]:
    """As ``configs/irish_lyrics.yaml``."""
    return {
        "task": {"type": LANGUAGE_MODEL, "window": 35},
        "tokenizer": {"type": "word", "lowercase": False, "line_breaks": True},
        "embedding": {"dim": 128, "dropout": 0.2},
        "layers": [
            {"type": "lstm", "units": 128, "recurrent_weight_drop": 0.2},
            {"type": "spatial_dropout", "rate": 0.2},
        ],
        "training": _training(epochs=30, batch_size=16, learning_rate=5e-3),
    }


def _of_characters() -> dict[str, Any]:
    """As ``configs/shakespeare_chars.yaml``, with fewer units."""
    return {
        "task": {"type": LANGUAGE_MODEL, "window": 64, "tied": False},
        "tokenizer": {"type": "char", "lowercase": False, "white_space": "keep"},
        "embedding": {"dim": 64},
        "layers": [{"type": "lstm", "units": 256}, {"type": "spatial_dropout", "rate": 0.2}],
        "training": _training(epochs=20, batch_size=32, learning_rate=4e-3),
    }


def _of_subwords() -> dict[str, Any]:
    """As ``configs/imdb_lm.yaml``, with line breaks and capital letters, which new texts need."""
    return {
        "task": {"type": LANGUAGE_MODEL, "sampled": 1_024},
        "tokenizer": {"type": "subword", "vocab_size": 8_192, "lowercase": False, "line_breaks": True},
        "embedding": {"dim": 256, "dropout": 0.1},
        "layers": [
            {"type": "lstm", "units": 512, "dropout": 0.1},
            {"type": "dense", "units": 256, "activation": "linear"},
        ],
        "training": _training(epochs=10, batch_size=64, learning_rate=2e-3),
    }


def _training(*, epochs: int, batch_size: int, learning_rate: float) -> dict[str, Any]:
    optimizer = {"type": "adam", "learning_rate": learning_rate, "clip_norm": 1.0}
    return {"epochs": epochs, "batch_size": batch_size, "optimizer": optimizer}
