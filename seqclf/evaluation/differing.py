"""The texts to which runs give different answers, read again from their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config, load_config
from seqclf.data.corpus import Corpus
from seqclf.data.equal_texts import text_digests
from seqclf.data.label_sets import label_ids
from seqclf.data.label_spelling import spelled_alike
from seqclf.errors import InputError
from seqclf.run_answers import KeptAnswers, fingerprint_of
from seqclf.runs import Run
from seqclf.sources.texts import LabelledTexts


@dataclass(frozen=True)
class DifferingText:
    """A text to which not all runs give the same answer.

    Attributes:
        row: its row in the answers.
        place: its place in the split.
        fields: the columns of the text; empty if it is a single value.
    """

    row: int
    place: int
    text: str
    labels: tuple[str, ...]
    fields: tuple[str, ...] = ()


def differing_rows(answers: Sequence[KeptAnswers]) -> NDArray[np.int64]:
    """The rows of the texts to which not all classifiers give the same answer, ``int64``.

    First come those that some are right about and some are not; of these, and of the others, those whose losses are
    furthest apart.

    ``answers``: to the same texts, with the same labels in the same order.
    """
    predicted = np.stack([one.predicted for one in answers])
    apart = (predicted != predicted[:1]).any(axis=0)
    rows = np.flatnonzero(apart.any(axis=1) if answers[0].labels.multi else apart)
    right = np.stack([one.right for one in answers])[:, rows]
    losses = np.stack([one.losses for one in answers])[:, rows]
    mixed = right.any(axis=0) & ~right.all(axis=0)
    order = np.lexsort((rows, losses.min(axis=0) - losses.max(axis=0), ~mixed))
    chosen: NDArray[np.int64] = rows[order]
    return chosen


def read_split(run: Run, split: str, fingerprint: str) -> tuple[LabelledTexts, Config]:
    """The texts of a split that a run has answered, as the run reads them, and its config.

    Args:
        fingerprint: of the texts (``Bound.texts``).

    Raises:
        InputError: they take long to read, can no longer be read, or have changed.
    """
    config = load_config(run.config)
    try:
        if config.data.needs_tensorflow or not config.data.is_quick_to_reread():
            raise InputError(f"{config.data.describe(split)}: takes long to read again")
        corpus = Corpus(config)
        texts = corpus.texts(split)
    except OSError as error:
        raise InputError(f"{config.data.describe(split)}: cannot be read again ({error.strerror or error})") from error
    if config.data.unknown_labels == "drop":
        kept = label_ids(spelled_alike(texts, run.labels.names)[0], run.labels, "drop").kept
        texts = texts if kept is None else texts.chosen(kept)
    if fingerprint_of(text_digests(texts.texts)) != fingerprint:
        raise InputError(f"{config.data.describe(split)}: has changed since the runs were measured")
    return texts, config


def differing_texts(
    runs: Sequence[Run], split: str, answers: Mapping[int, KeptAnswers], fingerprint: str, most: int
) -> list[DifferingText]:
    """At most ``most`` of the texts to which the runs give different answers, in the order of ``differing_rows``.

    Args:
        runs: those that ``answers`` has by their place; the first whose source is quick to read is read.
        fingerprint: of the texts (``Bound.texts``).

    Raises:
        InputError: no run's source can be read quickly, or has the same texts.
    """
    where = next(iter(answers.values())).where
    rows = differing_rows(list(answers.values()))[:most].tolist()
    problem = None
    for place in answers:
        try:
            texts, config = read_split(runs[place], split, fingerprint)
        except InputError as error:
            problem = problem or error
            continue
        sets, fields = texts.label_sets, config.data.fields
        return [DifferingText(row, int(where[row]), texts.texts[where[row]], sets[where[row]], fields) for row in rows]
    assert problem is not None
    raise problem
