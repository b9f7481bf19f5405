"""What a classifier is asked: which labels there are, and whether one of them applies to a text or any number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

DEFAULT_THRESHOLD = 0.5
"""Multi-label: what a label's probability must exceed where nothing better is known."""


@dataclass(frozen=True)
class Labels(Sequence[str]):
    """The names of the labels, in the order of their ids; a sequence of them.

    Attributes:
        multi: any number of labels, none too, applies to a text: each has a sigmoid unit of its own. Else exactly one
            does: two labels share one sigmoid unit (the second one's), more have a softmax.
    """

    names: tuple[str, ...]
    multi: bool = False

    @classmethod
    def of(cls, labels: Iterable[str]) -> Labels:
        """Themselves; of plain names, one for each text."""
        return labels if isinstance(labels, Labels) else cls(tuple(labels))

    @property
    def units(self) -> int:
        """Units of the output layer."""
        return len(self.names) if self.multi or len(self.names) > 2 else 1

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...

    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self.names[index]

    def as_json(self) -> Any:
        """What ``from_json`` reads: a list of names, or an object where ``multi``."""
        return {"multi": True, "names": list(self.names)} if self.multi else list(self.names)

    @classmethod
    def from_json(cls, value: Any) -> Labels:
        """Raises ``ValueError`` for what ``as_json`` does not give."""
        multi = isinstance(value, dict) and value.get("multi") is True
        names = value.get("names") if multi else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError("no labels")
        if len(set(names)) != len(names) or len(names) < (1 if multi else 2):
            raise ValueError("too few labels, or one twice")
        return cls(tuple(names), multi)
