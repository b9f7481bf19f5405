"""Candidates for a trial: the most promising recipes for a user's data or the data of a config."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqclf.config import LoadedConfig, Override, read_config
from seqclf.config.loading import plain
from seqclf.data.corpus import Corpus
from seqclf.sources.table.reader import ROWS_LOOKED_AT
from seqclf.starter.look import look
from seqclf.starter.make import Seen, Starter, starter_of
from seqclf.starter.recipe import promising
from seqclf.starter.request import Request

STARTER_FILE = "starter.yaml"


def loaded(starter: Starter, overrides: Sequence[Override] = ()) -> LoadedConfig:
    """A starter's config, checked. Raises ``ConfigError`` for invalid overrides."""
    return read_config(STARTER_FILE, overrides, starter.text)


def presets(seen: Seen) -> tuple[Starter, ...]:
    """The recipes worth a trial, as configs; the one that the rule chooses is first."""
    return tuple(starter_of(seen, recipe) for recipe in promising(seen.look))


def seen_in(file: str, given: LoadedConfig) -> Seen:
    """The data of a config, examined like a user's data."""
    config = given.config
    corpus = Corpus(config)
    texts = corpus.texts("train")
    every = -(-len(texts) // ROWS_LOOKED_AT)
    looked = look(
        texts.chosen(np.arange(0, len(texts), every)) if every > 1 else texts,
        rows=len(texts),
        validation=corpus.has_own_part("validation"),
        test=corpus.has_own_part("test"),
    )
    data = {name: value for name, value in plain(config)["data"].items() if value is not None}
    labels = len(looked.labels)
    summary = f"{looked.rows:,} training texts with {labels} labels"
    return Seen(Request(file), config.name, data, looked, summary, (), seed=config.seed)
