"""Keeps a run's answers to the texts of a split, and reads those of its model as it is (``seqclf.run_answers``)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.evaluation.evidence.store import model_fingerprint
from seqclf.run_answers import Bound, KeptAnswers, answers_file, fingerprint_of
from seqclf.runs import Run


def write_answers(run: Run, split: str, answers: KeptAnswers, digests: NDArray[np.uint64]) -> None:
    """Keep the answers of the run's model as it is.

    Args:
        digests: of the texts (``seqclf.data.equal_texts``), ``uint64 [texts]``.

    Raises:
        ValueError: the digests are of another number of texts.
        OSError: the file cannot be written.
    """
    if len(digests) != len(answers):
        raise ValueError(f"the {split} texts have changed since they were encoded")
    answers.write(answers_file(run.answers, split), Bound(fingerprint_of(digests), model_fingerprint(run)))


def read_answers(run: Run, split: str, name: str | None = None) -> tuple[KeptAnswers, Bound] | None:
    """The answers to the texts of a split; None if there are none. They may be those of another model.

    Args:
        name: of another classifier than the run's own.

    Raises:
        InputError: the file is malformed.
    """
    path = answers_file(run.answers, split, name)
    return KeptAnswers.read(path) if path.is_file() else None


def own_answers(run: Run, split: str) -> tuple[KeptAnswers, Bound] | None:
    """``read_answers`` of the run's model as it is; None if they are of another one, such as earlier weights."""
    found = read_answers(run, split)
    return found if found is not None and found[1].model == model_fingerprint(run) else None


@contextlib.contextmanager
def answers_stay(run: Run) -> Iterator[None]:
    """The answers of the run's model are those of the model after the block, which must answer the same."""
    kept, model = {}, model_fingerprint(run)
    for path in run.answers.glob("*.npz"):
        with contextlib.suppress(InputError):
            answers, bound = KeptAnswers.read(path)
            if bound.model == model:
                kept[path] = answers, bound
    yield
    for path, (answers, bound) in kept.items():
        answers.write(path, replace(bound, model=model_fingerprint(run)))
