"""The input of the process that fits the baseline: a file with a bounded number of texts.

The process gets the texts and not their source, because a source may be gigabytes or need TensorFlow. The file has no
name, so nothing remains of it however the processes end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.ngrams import choose_unit
from seqclf.baseline.sample import MOST_OF_ONE_TEXT, characters_allowed, sample
from seqclf.cache import cache_folder
from seqclf.data.label_sets import counted_places, counted_texts, key_of, label_ids, label_shares
from seqclf.label_weights import ClassWeights
from seqclf.labels import Labels
from seqclf.sources import UnknownLabels
from seqclf.sources.texts import LabelledTexts, digest

ANSWERS = "answers.npz"
"""In the cached scores: what the linear model answered to each text (``KeptAnswers``)."""

_FORMAT = 2  # increase when the fit or the scoring changes
_SCORES_FORMAT = "with answers"  # change when the fit stays, but not what is kept of the scores


@dataclass(frozen=True)
class Request:
    """The baseline to fit and the texts to score.

    Attributes:
        fingerprints: of the splits ``train``, ``validation`` (if there is one) and ``split``.
        read: returns the texts of a split.
        split: the texts to score.
        thresholds: as in ``training.thresholds``.
        unknown_labels: as in ``data.unknown_labels``; the training texts have none.
        class_weights: as in ``training.class_weights``; labels that are not named have weight 1.
    """

    labels: Labels
    fingerprints: Mapping[str, str]
    read: Callable[[str], LabelledTexts]
    split: str
    thresholds: str | float
    unknown_labels: UnknownLabels = "error"
    class_weights: ClassWeights | None = None

    @property
    def model_key(self) -> str:
        """Digest of everything that decides the fitted model."""
        chosen = [self.fingerprints.get("validation"), self.thresholds, key_of(self.unknown_labels)]
        chosen = chosen if self.labels.multi else []
        given = self.class_weights
        weighted = [] if given is None else [given if isinstance(given, str) else sorted(given.items())]
        return digest(_FORMAT, self.fingerprints["train"], self.labels, *chosen, *weighted)

    @property
    def scores_key(self) -> str:
        return digest(self.model_key, self.fingerprints[self.split], key_of(self.unknown_labels), _SCORES_FORMAT)

    @property
    def is_fitted(self) -> bool:
        return (cache_folder() / "baselines" / self.model_key[:32]).is_dir()


def write(request: Request, file: TextIO) -> None:
    """Write the task for ``seqclf.baseline.worker``: a line with the request, then one line per text."""
    names = [] if request.is_fitted else ["train"]
    if not request.is_fitted and request.labels.multi and "validation" in request.fingerprints:
        names.append("validation")
    names = list(dict.fromkeys([*names, request.split]))
    splits = {name: _Split.of(request, name) for name in names}
    unit = choose_unit(splits[names[0]].texts[:1_000])
    allowed = characters_allowed(unit, request.labels.units)
    chosen = {name: sample(split.texts, split.ids, allowed) for name, split in splits.items()}
    head = {
        "labels": request.labels.as_json(),
        "unit": unit,
        "thresholds": request.thresholds,
        "class_weights": request.class_weights,
        "split": request.split,
        "model_key": request.model_key,
        "scores_key": request.scores_key,
        "texts": request.fingerprints[request.split],
        "parts": [
            {
                "name": name,
                "texts": len(chosen[name]),
                "all_texts": len(split.texts),
                "more_labels": split.more_labels,
                "soft": split.truth.dtype == np.float32,
                "places": split.places_of(chosen[name]) if name == request.split else None,
            }
            for name, split in splits.items()
        ],
    }
    file.write(json.dumps(head) + "\n")
    for name, split in splits.items():
        for place in chosen[name].tolist():
            row = [split.texts[place][:MOST_OF_ONE_TEXT], _plain(split.truth[place])]
            if split.weights is not None:
                row.append(float(split.weights[place]))
            file.write(json.dumps(row) + "\n")


@dataclass(frozen=True)
class _Split:
    """The texts of a split that the network trains on or is evaluated on, without those of weight 0; ``truth``,
    ``more_labels`` and ``weights`` as in ``EncodedTexts``.

    Attributes:
        places: of the texts among those of the network's ``EncodedTexts``, ascending, ``int64 [texts]``.
        of_network: number of texts there, also of weight 0.
    """

    texts: Sequence[str]
    truth: NDArray[Any]
    more_labels: list[str]
    weights: NDArray[np.float32] | None
    places: NDArray[np.int64]
    of_network: int

    @classmethod
    def of(cls, request: Request, name: str) -> _Split:
        unknown_labels = "error" if name == "train" else request.unknown_labels
        everything = request.read(name)
        texts = counted_texts(everything)
        found = label_ids(texts, request.labels, unknown_labels)
        kept = texts if found.kept is None else texts.chosen(found.kept)
        unknown = [] if found.unknown is None or found.unknown.dropped else list(found.unknown.labels)
        shares = label_shares(kept, request.labels)
        own = counted_places(everything)
        read_by_network = np.arange(len(everything))
        if found.kept is not None:
            own = own[found.kept]
            dropped = label_ids(everything, request.labels, unknown_labels)
            read_by_network = read_by_network if dropped.kept is None else dropped.kept
        return cls(
            kept.texts,
            found.ids if shares is None else shares,
            unknown,
            kept.weights,
            np.searchsorted(read_by_network, own),
            len(read_by_network),
        )

    def places_of(self, chosen: NDArray[np.int64]) -> list[int] | None:
        """``Part.places`` of some of the texts."""
        places = self.places[chosen]
        return None if len(places) == self.of_network else places.tolist()

    @property
    def ids(self) -> NDArray[Any]:
        """Label ids, or which labels apply; of probabilities, the most probable."""
        return self.truth.argmax(axis=1) if self.truth.dtype == np.float32 else self.truth


def _plain(truth: Any) -> Any:
    """A label id as a plain number, the ids of the labels that apply, or the probability of each label."""
    if not isinstance(truth, np.ndarray):
        return int(truth)
    return np.flatnonzero(truth).tolist() if truth.dtype == np.bool_ else truth.tolist()
