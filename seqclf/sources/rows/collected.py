"""Texts while their rows are read, one after another."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqclf.files import write_json
from seqclf.sources.base import OptionError, TableColumns
from seqclf.sources.texts import NO_GROUP, Label, LabelledTexts
from seqclf.text_store import TextStore, write_texts

_TEXTS, _NAMES = "texts.utf8", "names.json"


class LabelledRow(NamedTuple):
    """What is read from a row.

    Attributes:
        text: the text; of several columns, joined by ``seqclf.text.fields.join_fields``.
        shares: with soft labels, the probability of each label; else empty.
        extra: the values of the columns beside the text: numbers, NaN where missing, or names, "" where missing.
    """

    text: str
    label: Label
    group: int = NO_GROUP
    weight: float = 1.0
    shares: tuple[float, ...] = ()
    extra: tuple[float | str, ...] = ()


class Collected:
    """Collects rows; texts move to disk when they are many (``TextStore``)."""

    def __init__(self, columns: TableColumns) -> None:
        self._columns = columns
        self._texts = TextStore()
        self._labels: list[Label] = []
        self._different: dict[Label, Label] = {}
        self._groups, self._weights, self._shares = array("Q"), array("f"), array("f")
        self._extra: list[Any] = [array("d") if kind == "number" else [] for kind in columns.extra.values()]
        self._known: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, row: LabelledRow) -> None:
        self._texts.append(row.text)
        self._labels.append(self._different.setdefault(row.label, row.label))  # equal labels share one object
        if self._columns.group is not None:
            self._groups.append(row.group)
        if self._columns.weight is not None:
            self._weights.append(row.weight)
        self._shares.extend(row.shares)
        for values, value in zip(self._extra, row.extra, strict=True):
            values.append(self._known.setdefault(value, value) if isinstance(value, str) else value)

    def write(self, folder: Path) -> None:
        """Write all rows to files that ``extend_by`` reads."""
        with (folder / _TEXTS).open("wb") as file:
            np.save(folder / "ends.npy", write_texts(self._texts, file))
        for name, values in (("groups", self._groups), ("weights", self._weights), ("shares", self._shares)):
            np.save(folder / f"{name}.npy", np.array(values, values.typecode))
        labels = {label: number for number, label in enumerate(self._different)}
        np.save(folder / "labels.npy", np.fromiter(map(labels.__getitem__, self._labels), np.int32, len(self._labels)))
        write_json(folder / _NAMES, {"labels": list(labels), "extra": [_plain(values) for values in self._extra]})

    def extend_by(self, folder: Path) -> None:
        """Append the rows that ``write`` wrote, for the same columns."""
        with (folder / _TEXTS).open("rb") as file:
            self._texts.extend_by_file(file, np.load(folder / "ends.npy"))
        for name, values in (("groups", self._groups), ("weights", self._weights), ("shares", self._shares)):
            values.frombytes(np.load(folder / f"{name}.npy").tobytes())
        beside = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        found = (label if isinstance(label, str) else tuple(label) for label in beside["labels"])
        labels = [self._different.setdefault(label, label) for label in found]
        self._labels.extend(labels[number] for number in np.load(folder / "labels.npy"))
        for values, more in zip(self._extra, beside["extra"], strict=True):
            values.extend(self._known.setdefault(one, one) if isinstance(one, str) else one for one in more)

    def texts(self, origin: str, *, label_names: tuple[str, ...] | None = None, multi: bool = False) -> LabelledTexts:
        """All rows; ``label_names`` as in ``LabelledTexts``. Not to be called twice."""
        columns, count, shares = self._columns, len(self._texts), None
        if isinstance(columns.label, Mapping):
            label_names = tuple(columns.label)
            shares = np.frombuffer(self._shares, np.float32).reshape(count, len(label_names))
        return LabelledTexts(
            self._texts,
            self._labels,
            origin,
            label_names=label_names,
            multi=multi,
            groups=None if columns.group is None else np.frombuffer(self._groups, np.uint64),
            weights=None if columns.weight is None else np.frombuffer(self._weights, np.float32),
            shares=shares,
            extra={
                name: np.array(values, np.float64 if kind == "number" else object)
                for (name, kind), values in zip(columns.extra.items(), self._extra, strict=True)
            },
        )


def _plain(values: Any) -> list[Any]:
    """Values of a column beside the text, for JSON; Python reads and writes NaN there."""
    return values.tolist() if isinstance(values, array) else values


def checked(texts: LabelledTexts, columns: TableColumns, options: str) -> LabelledTexts:
    """The same texts. ``options``: the start of the options' names, for messages.

    Raises:
        OptionError: every weight is 0.
    """
    if texts.weights is not None and not texts.weights.any():
        raise OptionError(
            {"weight": f'{texts.origin}: every weight in "{columns.weight}" is 0 ({options}weight names it)'}
        )
    return texts
