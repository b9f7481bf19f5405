"""Rows of tables that have one for each token."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.text.tokenizer import Tokenizer
from seqclf.token_ids import PAD_ID
from seqclf.training.initialize.origin import Origin

Rows = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Numbers of rows in a model, and of those in a run that they are taken from."""


def shared_rows(config: Config, tokenizer: Tokenizer, origin: Origin) -> Rows:
    """The token ids that a model and a run share: ids in the model and ids in the run, ``int64 [tokens]`` each.

    The separator of fields and the end of a text are tokens of their own, which only some models have.
    """
    its = origin.tokenizer
    pieces = min(tokenizer.plain.vocabulary_size, its.plain.vocabulary_size)
    here, there = (_ids_of_pieces(one)[:pieces] for one in (tokenizer, its))
    if tokenizer.separator_id is not None and its.separator_id is not None:
        here.append(tokenizer.separator_id)
        there.append(its.separator_id)
    if not config.task.needs_labels and origin.is_language_model:  # the end of a text
        here.append(tokenizer.vocabulary_size)
        there.append(its.vocabulary_size)
    return np.array(here), np.array(there)


def _ids_of_pieces(tokenizer: Tokenizer) -> list[int]:
    """The ids of the pieces of ``tokenizer.plain``."""
    return [index for index in range(tokenizer.vocabulary_size) if index != tokenizer.separator_id]


def take_rows(variable: keras.Variable, tables: Sequence[keras.Variable], rows: Sequence[Rows]) -> None:
    """Give a table, or a vector with an entry for each token, the rows of others: of several tables, side by side.

    Tokens that the others lack start with the mean of theirs (Howard & Ruder 2018), padding not counted.
    """
    values = np.array(variable)
    flat = values.reshape(len(values), -1)
    before = 0
    for table, (here, there) in zip(tables, rows, strict=True):
        taken = np.array(table)[there].reshape(len(there), -1)
        columns = slice(before, before + taken.shape[1])
        flat[:, columns] = taken[there != PAD_ID].mean(axis=0)
        flat[here, columns] = taken
        before += taken.shape[1]
    variable.assign(flat.reshape(values.shape))
