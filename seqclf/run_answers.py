"""What a classifier answered to each labelled text of a split: ``answers/<split>.npz`` in a run.

It says which texts a run gets right, so two runs can be compared text by text without their models and without reading
the texts again. A file has about ten bytes for each text, and no text. That of another classifier beside the run's own,
such as its baseline, is ``answers/<split>.<name>.npz``.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.files import replacing
from seqclf.labels import Labels

_VERSION = 1  # increase when the meaning of a part changes
_REMEDY = "delete it, and write it again with `seqclf eval`"


@dataclass(frozen=True)
class Bound:
    """What answers belong to.

    Attributes:
        texts: identifies the texts and their order (``fingerprint_of``).
        model: identifies what answered: the weights, thresholds and calibration of a run, or the fit of a baseline.
    """

    texts: str
    model: str


@dataclass(frozen=True)
class KeptAnswers:
    """The answers to the texts of a split, in their order.

    Attributes:
        labels: those of the classifier.
        more_labels: labels of the texts that the classifier lacks; their ids come after the others.
        ids: the true label of each text, ``int64 [texts]``; multi-label, which apply, ``bool [texts, width]``. Where
            the data have probabilities of labels, the most probable one.
        predicted: the same of the predicted labels.
        losses: cross-entropy of each text in nats, ``float32 [texts]``; 0 for a text with one of ``more_labels``.
            Multi-label, the mean over the labels.
        probabilities: of the predicted label, ``float32 [texts]``; None for several labels a text.
        weights: how much each text counts, with mean 1, ``float32 [texts]``; None: all the same.
        soft: the losses are those of probabilities as labels.
        places: the places of the texts in the split, ascending, ``int64 [texts]``; None: they are all its texts.
    """

    labels: Labels
    ids: NDArray[Any]
    predicted: NDArray[Any]
    losses: NDArray[np.floating]
    probabilities: NDArray[np.float32] | None = None
    weights: NDArray[np.floating] | None = None
    places: NDArray[np.int64] | None = None
    more_labels: tuple[str, ...] = ()
    soft: bool = False

    def __len__(self) -> int:
        return len(self.losses)

    @property
    def width(self) -> int:
        """Number of labels, with those that the classifier lacks."""
        return len(self.labels) + len(self.more_labels)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Which texts have exactly the predicted labels, ``bool [texts]``."""
        same = self.ids == self.predicted
        right: NDArray[np.bool_] = same.all(axis=1) if self.labels.multi else same
        return right

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which texts count for the loss: those whose label the classifier has, ``bool [texts]``."""
        return np.ones(len(self), np.bool_) if self.labels.multi else self.ids < len(self.labels)

    @property
    def where(self) -> NDArray[np.int64]:
        """The places of the texts in the split, ``int64 [texts]``."""
        return np.arange(len(self)) if self.places is None else self.places

    @property
    def counted(self) -> KeptAnswers:
        """Those to texts whose weight is not 0; their weights are ``float64``."""
        if self.weights is None:
            return self
        found = self.chosen(np.flatnonzero(self.weights))
        return found if found.weights is None else replace(found, weights=found.weights.astype(np.float64))

    def chosen(self, rows: NDArray[np.int64]) -> KeptAnswers:
        """Those to some of the texts."""
        some: dict[str, Any] = {
            name: None if (values := getattr(self, name)) is None else values[rows] for name in _OF_TEXTS
        }
        return replace(self, **some, places=self.where[rows])

    def write(self, path: Path, bound: Bound) -> None:
        """Write them with what they belong to; makes the folder. Raises ``OSError``."""
        names, more, multi = list(self.labels), list(self.more_labels), self.labels.multi
        kind = {"labels": names, "more_labels": more, "multi": multi, "soft": self.soft}
        head = {"version": _VERSION, **kind, **asdict(bound)}
        parts: dict[str, NDArray[Any]] = {"head": np.array(json.dumps(head))}
        for name in ("ids", "predicted"):
            values = getattr(self, name)
            parts[name] = np.packbits(values, axis=1) if multi else values.astype(np.min_scalar_type(self.width))
        parts["losses"] = self.losses.astype(np.float32)
        if self.probabilities is not None:
            parts["probabilities"] = self.probabilities.astype(np.float16)  # three digits are enough to show
        if self.weights is not None:
            parts["weights"] = self.weights.astype(np.float32)
        if self.places is not None:
            parts["places"] = self.places.astype(np.int64)
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as beside, beside.open("wb") as file:
            np.savez_compressed(file, **parts)  # type: ignore[arg-type]

    @classmethod
    def read(cls, path: Path) -> tuple[KeptAnswers, Bound]:
        """The output of ``write``. Raises ``InputError`` for anything else."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                parts = {name: saved[name] for name in saved.files}
            return _checked(parts)
        except (OSError, ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise InputError(f"{path}: cannot be read ({error or type(error).__name__}); {_REMEDY}") from error


_OF_TEXTS = ("ids", "predicted", "losses", "probabilities", "weights")


def answers_file(folder: Path, split: str, name: str | None = None) -> Path:
    """The file in the folder ``answers`` of a run; ``name``: of another classifier than the run's own."""
    return folder / (f"{split}.npz" if name is None else f"{split}.{name}.npz")


def fingerprint_of(digests: NDArray[np.uint64]) -> str:
    """Identifies texts in their order by their digests (``seqclf.data.equal_texts``), ``uint64 [texts]``."""
    return hashlib.sha256(np.ascontiguousarray(digests, "<u8").tobytes()).hexdigest()[:32]


def _checked(parts: dict[str, NDArray[Any]]) -> tuple[KeptAnswers, Bound]:
    """Raises ``ValueError``, ``TypeError`` or ``LookupError`` for parts that ``KeptAnswers.write`` does not write."""
    head = json.loads(str(parts["head"]))
    if head["version"] != _VERSION:
        raise ValueError(f"version {head['version']}, expected {_VERSION}")
    labels = Labels(tuple(map(str, head["labels"])), head["multi"] is True)
    more = tuple(map(str, head["more_labels"]))
    width, texts, losses = len(labels) + len(more), len(parts["ids"]), parts["losses"].astype(np.float32)
    ids, predicted = (_labels_in(parts[name], width, multi=labels.multi) for name in ("ids", "predicted"))
    beside = {name: parts.get(name) for name in ("probabilities", "weights", "places")}
    for values in (predicted, losses, *beside.values()):
        if values is not None and len(values) != texts:
            raise ValueError(f"answers to {texts:,} and to {len(values):,} texts")
    probabilities, weights, places = beside.values()
    found = KeptAnswers(
        labels,
        ids,
        predicted,
        losses,
        None if probabilities is None else probabilities.astype(np.float32),
        None if weights is None else weights.astype(np.float32),
        None if places is None else places.astype(np.int64),
        more,
        head.get("soft") is True,
    )
    return found, Bound(str(head["texts"]), str(head["model"]))


def _labels_in(saved: NDArray[Any], width: int, *, multi: bool) -> NDArray[Any]:
    if multi:
        if saved.ndim != 2 or saved.shape[1] != -(-width // 8):
            raise ValueError(f"expected the decisions on {width:,} labels")
        return np.unpackbits(saved.astype(np.uint8), axis=1, count=width).astype(np.bool_)
    ids = saved.astype(np.int64)
    if ids.ndim != 1 or (len(ids) and not 0 <= ids.min() <= ids.max() < width):
        raise ValueError(f"expected ids of {width:,} labels")
    return ids
