"""The labels of a classifier, and whether a text has exactly one of them or any number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

MOST_SHOWN = 60
"""Characters of a label in tables and sentences."""
DEFAULT_THRESHOLD = 0.5
"""Multi-label: the default threshold that a label's probability must exceed."""


@dataclass(frozen=True)
class Labels(Sequence[str]):
    """The sequence of label names, in the order of their ids.

    Attributes:
        multi: a text may have any number of labels, even none: each label has its own sigmoid unit. Otherwise a text
            has exactly one: two labels share one sigmoid unit (for the second label), more labels have a softmax.
    """

    names: tuple[str, ...]
    multi: bool = False

    @classmethod
    def of(cls, labels: Iterable[str]) -> Labels:
        """``labels`` itself if it is ``Labels``; else single-label ``Labels`` of the names."""
        return labels if isinstance(labels, Labels) else cls(tuple(labels))

    @property
    def units(self) -> int:
        """Units of the output layer."""
        return len(self.names) if self.multi or len(self.names) > 2 else 1

    @property
    def with_thresholds(self) -> tuple[str, ...]:
        """The labels whose probability a threshold can decide, one for each unit: multi-label all, of two the second;
        none of three labels or more, of which the most probable one is predicted."""
        return self.names if self.multi else self.names[1:] if len(self.names) == 2 else ()

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...

    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self.names[index]

    def as_json(self) -> Any:
        """The input of ``from_json``: a list of names, or an object if ``multi``."""
        return {"multi": True, "names": list(self.names)} if self.multi else list(self.names)

    @classmethod
    def from_json(cls, value: Any) -> Labels:
        """Read the output of ``as_json``. Raises ``ValueError`` for anything else."""
        multi = isinstance(value, dict) and value.get("multi") is True
        names = value.get("names") if multi else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError("no labels")
        if len(set(names)) != len(names) or len(names) < (1 if multi else 2):
            raise ValueError("too few labels, or a duplicate")
        return cls(tuple(names), multi)


NO_LABELS = Labels(())
"""The labels of texts without labels."""


@dataclass(frozen=True)
class Unknown:
    """Texts whose labels do not occur in the training texts.

    Attributes:
        labels: names of the unknown labels.
        texts: number of texts with an unknown label.
        dropped: whether these texts were skipped; if not, the unknown labels have ids after the known ones.
    """

    labels: tuple[str, ...]
    texts: int
    dropped: bool

    def summary_of(self, split: str) -> str:
        """A sentence that says how these texts are handled."""
        names = ", ".join(f'"{on_one_line(name)}"' for name in self.labels[:5]) + (
            ", ..." if len(self.labels) > 5 else ""
        )
        count = f"{self.texts:,} {split} text{'' if self.texts == 1 else 's'}"
        what = "skipped" if self.dropped else "counted as errors"
        return f"{count} with labels that do not occur in the training texts ({names}): {what} (data.unknown_labels)"

    def to_json(self) -> dict[str, Any]:
        """The input of ``from_json``."""
        return {"labels": list(self.labels), "texts": self.texts, "dropped": self.dropped}

    @classmethod
    def from_json(cls, value: Any) -> Unknown:
        """Read the output of ``to_json``. Raises ``ValueError`` for anything else."""
        try:
            return cls(tuple(map(str, value["labels"])), int(value["texts"]), bool(value["dropped"]))
        except (TypeError, KeyError) as error:
            raise ValueError("no counts of texts with unknown labels") from error


def on_one_line(label: str, most: int | None = MOST_SHOWN) -> str:
    """A label for people: line ends and the like as escapes (``\\n``), at most ``most`` characters."""
    line = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in label
    )
    return line if most is None or len(line) <= most else f"{line[: most - 1]}…"
