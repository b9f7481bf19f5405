"""Asks teachers about texts with ONNX Runtime. What they say is computed once and cached."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cached
from seqclf.config.problems import ConfigError, Problem
from seqclf.data.equal_texts import text_digests
from seqclf.data.label_sets import some_of
from seqclf.files import write_json
from seqclf.labels import Labels
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.training.teachers.find import RUNS, Teacher

if TYPE_CHECKING:
    from seqclf.inference import Classifier

Say = Callable[[str], None]

_FORMAT = 1  # increment when the cached content changes but its key does not
_FILE, _SEEN = "probabilities.npy", "seen.json"
_TEXTS_A_BLOCK = 8_192


@dataclass(frozen=True)
class Asked:
    """Texts that teachers are asked about.

    Attributes:
        what: their kind in words, such as ``training``.
        fingerprint: digest of all that determines them.
        count: how many there are.
        columns: the columns whose values together are a text; empty if a text is a single value.
        read: returns them; not called if the answers are in the cache.
    """

    what: str
    fingerprint: str
    count: int
    columns: tuple[str, ...]
    read: Callable[[], LabelledTexts]


@dataclass(frozen=True)
class Answers:
    """What teachers say about texts.

    Attributes:
        probabilities: of each label, in the order of the labels of the training, ``float32 [texts, labels]``: the mean
            over the teachers that were not trained on the text. If all were trained on it, the mean over all.
        seen: number of texts that every teacher was trained on; None: the texts of a teacher are not known.
        digest: of the probabilities.
    """

    probabilities: NDArray[np.float32]
    seen: int | None

    @cached_property
    def digest(self) -> str:
        return digest(self.probabilities.shape, self.probabilities.tobytes())


def ask(teachers: Sequence[Teacher], fingerprints: Sequence[str], asked: Asked, labels: Labels, say: Say) -> Answers:
    """The answers of teachers, from the cache if it has them.

    Args:
        fingerprints: those of the teachers (``Teacher.fingerprint``); only if answers are missing are teachers read.

    Raises:
        ConfigError: a teacher has other labels, or reads other texts.
        InputError: the model of a teacher cannot be read.
    """
    texts = _Once(asked)
    key = digest(_FORMAT, *fingerprints, asked.fingerprint, labels.as_json())

    def make(folder: Path) -> None:
        seen = _seen(teachers, texts)
        unseen = np.ones((len(teachers), asked.count), np.bool_) if seen is None else ~seen
        counted = np.where(unseen.any(axis=0), unseen, True)  # [teachers, texts]
        total = np.zeros((asked.count, len(labels)))
        for place, (teacher, fingerprint) in enumerate(zip(teachers, fingerprints, strict=True)):
            own_key = digest(_FORMAT, fingerprint, asked.fingerprint)
            own = _answers_of(teacher, place, own_key, (asked, texts, labels), say)
            total += own * counted[place][:, np.newaxis]
        np.save(folder / _FILE, (total / counted.sum(axis=0)[:, np.newaxis]).astype(np.float32))
        write_json(folder / _SEEN, {"seen": None if seen is None else int(seen.all(axis=0).sum())})

    entry = cached("teachers", key, make)
    return Answers(np.load(entry / _FILE), json.loads((entry / _SEEN).read_text(encoding="utf-8"))["seen"])


class _Once:
    """Texts that are read when they are first needed, and the digest of each."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    @cached_property
    def all(self) -> LabelledTexts:
        return self._asked.read()

    @cached_property
    def digests(self) -> NDArray[np.uint64]:
        return text_digests(self.all.texts)


def _seen(teachers: Sequence[Teacher], texts: _Once) -> NDArray[np.bool_] | None:
    """Which texts each teacher was trained on, ``bool [teachers, texts]``; None if that is not known of one."""
    known = [teacher.trained_on for teacher in teachers]
    if any(one is None for one in known):
        return None
    return np.stack([np.isin(texts.digests, one) for one in known if one is not None])


def _answers_of(
    teacher: Teacher, place: int, key: str, about: tuple[Asked, _Once, Labels], say: Say
) -> NDArray[np.float32]:
    """The probabilities of one teacher, ``float32 [texts, labels]``. Blocks that are done stay in the cache if it is
    interrupted."""
    asked, texts, labels = about
    opened = _Opened(teacher, place, asked, labels)
    blocks = []
    for start in range(0, asked.count, _TEXTS_A_BLOCK):
        stop = min(start + _TEXTS_A_BLOCK, asked.count)

        def make(folder: Path, start: int = start, stop: int = stop) -> None:
            so_far = f", {start:,} done" if start else ""
            say(f"Asking {teacher.name} about {asked.count:,} {asked.what} texts{so_far}")
            np.save(folder / _FILE, opened.probabilities(texts.all, slice(start, stop)))

        entry = cached("teachers", digest(key, labels.as_json(), _TEXTS_A_BLOCK, start), make)
        blocks.append(np.load(entry / _FILE))
    return np.concatenate(blocks)


class _Opened:
    """A teacher that is loaded when it is first asked."""

    def __init__(self, teacher: Teacher, place: int, asked: Asked, labels: Labels) -> None:
        self._teacher, self._place, self._asked, self._labels = teacher, place, asked, labels

    @cached_property
    def _classifier(self) -> Classifier:
        from seqclf.inference import Classifier

        return Classifier.load(self._teacher.run.folder)

    def probabilities(self, texts: LabelledTexts, part: slice) -> NDArray[np.float32]:
        """Probabilities of a part of the texts, ``float32 [part, labels]``, in the order of the training's labels."""
        classifier = self._classifier
        self._check(classifier, texts)
        places = [classifier.labels.names.index(name) for name in self._labels]
        needed = () if classifier.extra is None else classifier.extra.names
        beside = {name: _values(texts.extra[name][part]) for name in needed}
        found = classifier.probabilities(texts.texts[part], beside or None)
        return np.asarray(found[:, places], np.float32)

    def _check(self, classifier: Classifier, texts: LabelledTexts) -> None:
        """Raise ``ConfigError`` if the teacher has other labels, or reads something else."""
        own, named = self._labels, self._teacher.name
        lacking, more = (sorted(set(a) - set(b)) for a, b in ((own, classifier.labels), (classifier.labels, own)))
        problem = None
        if own.multi != classifier.labels.multi:
            kinds = ("one label", "several labels") if own.multi else ("several labels", "one label")
            problem = f"{named} gives a text {kinds[0]}, but these texts have {kinds[1]}"
        elif lacking or more:
            what = [f"lacks {some_of(lacking)}"] if lacking else []
            what += [f"also has {some_of(more)}"] if more else []
            problem = f"{named} has other labels than the training texts: it {' and '.join(what)}"
        elif classifier.columns != self._asked.columns:
            reads = [", ".join(one) or "one column" for one in (classifier.columns, self._asked.columns)]
            problem = f"{named} reads texts of {reads[0]}, but data.text is {reads[1]}"
        elif classifier.extra is not None and (absent := set(classifier.extra.names) - texts.extra.keys()):
            problem = f'{named} reads the column "{min(absent)}" beside the text; add it to data.extra'
        if problem is not None:
            raise ConfigError([Problem((*RUNS, self._place), f"{problem}; name another run")])


def _values(column: NDArray[Any]) -> Sequence[Any]:
    """Values as predictions take them: None where one is missing."""
    return [None if value == "" or value != value else value for value in column.tolist()]
