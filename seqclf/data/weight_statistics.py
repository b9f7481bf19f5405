"""Statistics of the weights of texts and of their probabilities of labels, with problems and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from seqclf.data.label_sets import some_of
from seqclf.label_weights import relative_weights
from seqclf.labels import on_one_line
from seqclf.sources.texts import LabelledTexts

_MOST_OF_ALL = 0.5
_FEW_COUNT = 0.1
_SHOWN = 40


@dataclass(frozen=True)
class WeightStatistics:
    """Statistics of ``data.weight`` in a split.

    Attributes:
        total: sum of the weights.
        counted: number of texts that count: those whose weight is not 0.
        labels: summed weight of the texts of each label, the largest first.
        largest: the largest fraction of the total that a single text has.
        heaviest: the start of that text.
        effective: the effective number of texts, ``sum(w) ** 2 / sum(w ** 2)`` (Kish 1965): a mean over that many texts
            of equal weight is as exact.
    """

    total: float
    counted: int
    labels: dict[str, float]
    largest: float
    heaviest: str
    effective: float

    @classmethod
    def of(cls, texts: LabelledTexts) -> WeightStatistics | None:
        """None if the texts have no weights."""
        if texts.weights is None:
            return None
        counted = relative_weights(texts.weights) > 0
        weights = np.where(counted, texts.weights, 0).astype(np.float64)
        total, most = float(weights.sum()), int(weights.argmax())
        by_label: dict[str, float] = {}
        for names, weight in zip(texts.label_sets, weights.tolist(), strict=True):
            for name in names:
                by_label[name] = by_label.get(name, 0.0) + weight
        shares = weights / total if total else weights
        return cls(
            total=total,
            counted=int(np.count_nonzero(counted)),
            labels=dict(sorted(by_label.items(), key=lambda item: -item[1])),
            largest=float(shares[most]),
            heaviest=on_one_line(" ".join(texts.texts[most][: 10 * _SHOWN].split()), _SHOWN),
            effective=1 / float(shares @ shares) if total else 0.0,
        )

    def problems(self, split: str, *, multi: bool) -> Iterator[str]:
        """What makes training or evaluation impossible."""
        known = [name for name, weight in self.labels.items() if weight]
        if not self.counted:
            yield "every text has weight 0 (data.weight): there is nothing to " + (
                "learn from" if split == "train" else "measure"
            )
        elif split == "train" and not multi and len(known) < 2:
            yield (
                f'every text whose weight is not 0 (data.weight) has the label "{on_one_line(known[0])}"; a classifier '
                "needs at least two"
            )

    def warnings(self) -> Iterator[str]:
        """About one split; ``without_weight`` is about all of them."""
        if unweighted := [name for name, weight in self.labels.items() if not weight]:
            yield (
                f"labels whose texts all have weight 0 (data.weight): {some_of(unweighted)}; nothing is learned or "
                "measured of them"
            )
        if self.counted > 1 and self.largest >= _MOST_OF_ALL:
            yield (
                f'one text has {self.largest:.0%} of the weight of all (data.weight): "{self.heaviest}"; it decides '
                "the loss and all scores"
            )
        elif self.effective < _FEW_COUNT * self.counted:
            yield (
                f"the weights (data.weight) are so uneven that the effective number of texts is {self.effective:,.0f}, "
                f"not {self.counted:,}: that many texts of equal weight would give scores as exact"
            )


def without_weight(splits: Mapping[str, tuple[int, WeightStatistics]]) -> str | None:
    """A warning about texts of weight 0, once for all splits; None if there are none.

    Args:
        splits: the number of all texts and the weights, by split.
    """
    found = [
        f"{texts - weights.counted:,} of {texts:,} {name} texts"
        for name, (texts, weights) in splits.items()
        if weights.counted < texts
    ]
    return f"is 0 for {', '.join(found)}: they count neither in the loss nor in scores" if found else None


@dataclass(frozen=True)
class ShareStatistics:
    """Statistics of the probabilities of labels (a mapping in ``data.label``) in a split.

    Attributes:
        certainty: mean probability of the most probable label.
        tied: number of texts with several most probable labels.
        same: whether all texts have the same probabilities.
        labels: the mean probability of each label.
    """

    certainty: float
    tied: int
    same: bool
    labels: dict[str, float]

    @classmethod
    def of(cls, texts: LabelledTexts) -> ShareStatistics | None:
        """None if the texts have no probabilities of labels."""
        shares = texts.shares
        if shares is None:
            return None
        top = shares.max(axis=1, keepdims=True)
        means = shares.mean(axis=0, dtype=np.float64).tolist()
        return cls(
            certainty=float(top.mean(dtype=np.float64)),
            tied=int(np.count_nonzero((shares == top).sum(axis=1) > 1)),
            same=bool((shares == shares[:1]).all()),
            labels=dict(zip(texts.label_names or (), means, strict=True)),
        )

    def warnings(self, texts: int) -> Iterator[str]:
        """``texts``: the number of all texts of the split."""
        if self.tied:
            yield (
                f"{self.tied:,} of {texts:,} texts have several most probable labels: scores count the first of them, "
                "in the order of data.label, as the true one"
            )
        if never := [name for name, share in self.labels.items() if not share]:
            yield f"labels whose probability is 0 in every text: {some_of(never)}"
