"""Scores of the baseline: a linear model and the majority class, on the same texts as a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from seqclf.metrics.kinds import ClassifierScores, scores_type
from seqclf.metrics.paired import CHANCE, certainty
from seqclf.metrics.scores import count_in, number_in, number_or_none_in, object_in


@dataclass(frozen=True)
class PairedScore:
    """One score of a network and of the linear model on the same texts.

    Attributes:
        low, high: the 95 % interval of ``difference``; None: there are too few texts.
        p_value: two-sided, that both are equally good; None: there are too few texts.
        test: how the p-value was computed (``seqclf.metrics.paired``); None without one.
    """

    network: float
    linear: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    test: str | None = None

    @property
    def difference(self) -> float:
        """Above 0 if the network is better."""
        return self.network - self.linear

    @property
    def certainty(self) -> str:
        """Whether the difference is more than chance explains: ``seqclf.metrics.paired.certainty``."""
        return CHANCE if self.p_value is None else certainty(self.p_value, self.low, self.high)

    def to_json(self) -> dict[str, Any]:
        values = asdict(self)
        return {
            "network": values.pop("network"),
            "linear": values.pop("linear"),
            "difference": self.difference,
        } | values

    @classmethod
    def from_json(cls, saved: Any) -> PairedScore:
        """Raises ``ValueError``."""
        test = object_in(saved).get("test")
        if test is not None and not isinstance(test, str):
            raise ValueError('"test" is not a name')
        low, high, p_value = (number_or_none_in(saved, name) for name in ("low", "high", "p_value"))
        return cls(number_in(saved, "network"), number_in(saved, "linear"), low, high, p_value, test)


@dataclass(frozen=True)
class Paired:
    """A network and the linear model, compared text by text.

    Attributes:
        texts: number of texts that both answered, without those of weight 0.
        only_network_right, only_linear_right: number of texts of which only one predicts exactly the labels.
        scores: by name, larger ones being better.
    """

    texts: int
    only_network_right: int
    only_linear_right: int
    scores: Mapping[str, PairedScore]

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "scores": {name: one.to_json() for name, one in self.scores.items()}}

    @classmethod
    def from_json(cls, saved: Any) -> Paired:
        """Raises ``ValueError``."""
        texts, network, linear = (
            count_in(saved, name) for name in ("texts", "only_network_right", "only_linear_right")
        )
        scores = {name: PairedScore.from_json(one) for name, one in object_in(saved.get("scores")).items()}
        return cls(texts, network, linear, scores)


@dataclass(frozen=True)
class BaselineScores:
    """The scores of both models, and what they were fitted and measured on.

    Attributes:
        linear: scores of the linear model.
        majority: scores of the classifier that always predicts the label frequencies of the training texts.
        unit: of the linear model's n-grams (``seqclf.baseline.ngrams.Unit``).
        training_texts: number of texts that the linear model was fitted to.
        all_training_texts: number of all training texts.
        texts: number of texts that both were measured on.
        all_texts: number of texts in the split.
        paired: the linear model compared with the network text by text; None: it was not, as in earlier versions.
    """

    linear: ClassifierScores
    majority: ClassifierScores
    unit: str
    training_texts: int
    all_training_texts: int
    texts: int
    all_texts: int
    paired: Paired | None = None

    def with_paired(self, paired: Paired | None) -> BaselineScores:
        return replace(self, paired=paired)

    def to_json(self) -> dict[str, Any]:
        """The input of ``from_json``, in the order of the fields."""
        values = {**vars(self), "linear": self.linear.to_json(), "majority": self.majority.to_json()}
        if self.paired is None:
            del values["paired"]
            return values
        return values | {"paired": self.paired.to_json()}

    @classmethod
    def from_json(cls, saved: Any, multi: bool) -> BaselineScores:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else.

        Args:
            multi: whether a text may have several labels.
        """
        kind, unit = scores_type(multi), object_in(saved).get("unit")
        if not isinstance(unit, str):
            raise ValueError('"unit" is missing or not a name')
        names = ("training_texts", "all_training_texts", "texts", "all_texts")
        counts: dict[str, Any] = {name: count_in(saved, name) for name in names}
        paired = None if saved.get("paired") is None else Paired.from_json(saved["paired"])
        linear, majority = (kind.from_json(saved.get(name)) for name in ("linear", "majority"))
        return cls(linear, majority, unit, **counts, paired=paired)
