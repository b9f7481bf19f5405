"""Held-out texts that teachers knew: what they learnt from the labels of these texts reaches the new model, also by
the weights of a run that it starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.held_out import HELD_OUT, held_out_digests
from seqclf.data.prepare import TrainingData
from seqclf.data.seen import Seen
from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.run_teachers import KnownTexts, known_to_teachers
from seqclf.runs import Run
from seqclf.training.teachers.find import Teacher

_NONE = np.empty(0, np.uint64)
_KINDS = 3
"""``trained``, ``refit`` and ``taught`` of ``KnownTexts``."""


Knowledge = tuple[NDArray[np.uint64], ...]
"""Digests of known texts, ``uint64 [texts]``: one array for each kind of ``KnownTexts``."""


def known_texts(config: Config, data: TrainingData, teachers: Sequence[Teacher]) -> dict[str, KnownTexts]:
    """The texts of the validation and the test split that teachers knew, by split; without splits of which they knew
    few, and those that cannot be read (`seqclf eval` says why)."""
    return _counted(config, data, {one.name: _knowledge(one) for one in teachers if one.trained_on is not None})


def known_from_start(config: Config, data: TrainingData) -> dict[str, KnownTexts]:
    """The same for teachers of the runs that the model starts from (``initialize``).

    ``config``: names these runs by their paths.
    """
    if config.initialize is None:
        return {}
    knowledge: dict[str, Knowledge] = {}
    for origin in (Teacher(Run(Path(path))) for path in config.initialize.origins):
        for split, known in known_to_teachers(origin.run.manifest if origin.run.has_manifest else {}).items():
            counts = (known.trained, known.refit, known.taught)
            digests = origin.digests_of((split,))
            for name in known.teachers if digests is not None else ():
                before = knowledge.get(name, (_NONE,) * _KINDS)
                # Which texts are of which kind is not recorded: all count as of the most frequent one.
                knowledge[name] = tuple(
                    np.concatenate([one, digests]) if kind == np.argmax(counts) else one
                    for kind, one in enumerate(before)
                )
    return _counted(config, data, knowledge)


def warnings_from_start(config: Config, known: Mapping[str, KnownTexts]) -> Iterator[str]:
    """For each split, what its texts mean that teachers of the runs of ``initialize`` knew."""
    origins = () if config.initialize is None else config.initialize.origins
    names = " and ".join(Path(path).name for path in origins)
    for split, one in known.items():
        yield f"{names}: {one.sentence(split)}"


def _counted(config: Config, data: TrainingData, knowledge: Mapping[str, Knowledge]) -> dict[str, KnownTexts]:
    """``known_texts``, from what each teacher knows, by its name."""
    found = {}
    for split in HELD_OUT if knowledge else ():
        if not data.corpus.has(split):
            continue
        try:
            digests = held_out_digests(config, data.corpus, split, "no teacher should have been trained on its texts")
        except InputError:
            continue
        kinds = [
            np.isin(digests, np.concatenate([known[kind] for known in knowledge.values()])) for kind in range(_KINDS)
        ]
        first = np.argmax(kinds, axis=0)  # of the kinds that a text is
        counts = np.bincount(first[np.any(kinds, axis=0)], minlength=_KINDS).tolist()
        names = tuple(name for name, known in knowledge.items() if np.isin(digests, np.concatenate(known)).any())
        trained, refit, taught = counts
        seen = Seen(len(digests), sum(counts), 0)
        if names and seen.matters:
            found[split] = KnownTexts(len(digests), trained, refit, taught, many=seen.are_many, teachers=names)
    return found


def _knowledge(teacher: Teacher) -> Knowledge:
    """The texts that a teacher was trained on, that its n-grams were fitted to at the end, and that its own teachers
    knew."""
    refit = ("validation",) if teacher.run.was_fitted_to_validation else ()
    kinds = (("train",), refit, tuple(known_to_teachers(teacher.run.manifest)))
    known = [teacher.digests_of(splits) if splits else None for splits in kinds]
    return tuple(_NONE if one is None else one for one in known)


def warnings_of(known: Mapping[str, KnownTexts], teachers: Sequence[Teacher]) -> Iterator[str]:
    """For each split, what its known texts mean and what to type next."""
    for split, one in known.items():
        how = f" (`{command}`)" if one.refit and (command := _refit_command(one, teachers)) else ""
        which = f"{one.known:,} of {one.texts:,} {split} texts"
        yield f"{which} {_because(one)}: {one.effect}. To cure it, {one.cure}{how}"


def _because(known: KnownTexts) -> str:
    """How the teachers know the texts, after them."""
    names = ", ".join(known.teachers[:3]) + (f" and {len(known.teachers) - 3} more" if len(known.teachers) > 3 else "")
    if known.refit == known.known:
        whose = "its" if len(known.teachers) == 1 else "their"
        return f"are known to {names}: {whose} n-grams were fitted to them at the end (ngrams.refit)"
    if known.trained == known.known:
        return f"are training texts of {names}"
    if known.taught == known.known:
        return f"are known to teachers of {names}"
    return f"are known to {names}"


def _refit_command(known: KnownTexts, teachers: Sequence[Teacher]) -> str | None:
    """The command that trains the only teacher without a refit; None if no single training made it."""
    named = [one for one in teachers if one.name in known.teachers]
    if len(named) != 1 or named[0].trainings is None or len(named[0].trainings) != 1:
        return None
    run, (config, _) = named[0].run, named[0].trainings[0]
    if config.data.fold is not None or not run.config.is_file():
        return None
    return f"seqclf train {shell_word(run.config)} --set ngrams.refit=false"
