"""Whether a split of a run can be read again: its data are unchanged, and options that changed leave its rows alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.errors import InputError


def as_trained(config: Config, trained: Config) -> Config:
    """``config`` with the data options of ``trained``, the config of a run, but with its own files and folders.

    ``data.unknown_labels``, which changes no text, is also kept. If the sources have different types, nothing changes.
    """
    data, own = config.data, trained.data
    if type(data) is not type(own):
        return config
    moved = {name for name in data.path_options if not any(_is_fraction(getattr(one, name)) for one in (data, own))}
    fields = type(data).model_fields.keys() - moved - {"unknown_labels"}
    return config.model_copy(update={"data": data.model_copy(update={name: getattr(own, name) for name in fields})})


def check_same_rows(corpus: Corpus, config: Config, split: str, fingerprints: Mapping[str, str], own: Config) -> None:
    """Raise ``InputError`` if the split does not have the rows that it had when a run was trained.

    A test split that is drawn from changed texts could contain texts that the run was trained on.

    Args:
        corpus: that of ``config``.
        fingerprints: of the run's ``TrainingData``.
        own: the result of ``as_trained``.
    """
    drawn_from = split if split in fingerprints else None if corpus.has_own_part(split) else "train"
    known = "" if drawn_from is None else fingerprints.get(drawn_from, "")
    if drawn_from is None or corpus.fingerprint(drawn_from) == known:
        return
    data, before = config.data, Corpus(own)
    if before.was_drawn_text_by_text(drawn_from, known) and before.fingerprint(drawn_from) != known:
        raise InputError(
            f"{data.describe()}: the run was trained with an earlier version, which could put equal texts into "
            f"different splits; its {split} split cannot be reproduced. Give other texts with --data, or train again"
        )
    if before.fingerprint(drawn_from) != known:
        raise InputError(
            f"{data.describe()}: has changed since the run was trained, so its {split} split cannot be reproduced; "
            "give other texts with --data, or train again"
        )
    if not _have_same_rows(corpus, before, split):
        changed = [f"data.{name}" for name in type(data).model_fields if getattr(data, name) != getattr(own.data, name)]
        raise InputError(
            f"{', '.join(changed)}: not as in the run's config, and so the {split} split has other rows than the "
            "run's, perhaps some that it was trained on; keep the run's value, or give a file with --data"
        )


def _have_same_rows(one: Corpus, other: Corpus, split: str) -> bool:
    """Whether a split of two corpora of the same data has the same rows."""
    own_parts = [corpus.has_own_part(split) and split != "train" for corpus in (one, other)]
    return all(own_parts) or (not any(own_parts) and np.array_equal(one.places(split), other.places(split)))


def _is_fraction(part: object) -> bool:
    return isinstance(part, float | int)
