"""What a run's ``metrics.json`` says of a split."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.kinds import ClassifierMetrics, metrics_type
from seqclf.metrics.scores import count_in, object_in


@dataclass(frozen=True)
class SeenTexts:
    """How many of the texts the model has seen in training; None: unknown.

    Attributes:
        trained_on: texts that are equal to a training text.
        validated_on: other texts that are equal to a validation text.
    """

    trained_on: int | None
    validated_on: int | None

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> SeenTexts:
        """Raises ``ValueError``."""
        names = ("trained_on", "validated_on")
        return cls(*(None if saved.get(name) is None else count_in(saved, name) for name in names))


@dataclass(frozen=True)
class Measured:
    """A classifier's metrics on a split or on other texts.

    Attributes:
        data: the source of the texts, in words.
        baseline: scores of simple models on the same texts; None without a baseline.
        is_comparable: false if only the classifier has seen the texts; ``baseline`` is then null in JSON.
        seen: None if it was not counted.
    """

    data: str
    metrics: ClassifierMetrics
    baseline: BaselineScores | None = None
    seen: SeenTexts | None = None
    is_comparable: bool = True

    def to_json(self) -> dict[str, Any]:
        """An entry of ``metrics.json``."""
        baseline = None if self.baseline is None else self.baseline.to_json()
        return {
            "data": self.data,
            **self.metrics.to_json(),
            **({} if self.baseline is None and self.is_comparable else {"baseline": baseline}),
            **({} if self.seen is None else asdict(self.seen)),
        }

    @classmethod
    def from_json(cls, saved: Any, multi: bool) -> Measured:
        """Read the output of ``to_json`` of this or an earlier version. Raises ``ValueError`` for anything else.

        Args:
            multi: whether a text may have several labels.
        """
        data, baseline = object_in(saved).get("data"), saved.get("baseline")
        if not isinstance(data, str):
            raise ValueError('"data" is missing or not a name')
        return cls(
            data,
            metrics_type(multi).from_json(saved),
            None if baseline is None else BaselineScores.from_json(baseline, multi),
            SeenTexts.from_json(saved) if "trained_on" in saved else None,
            is_comparable=baseline is not None or "baseline" not in saved,
        )
