"""All columns beside the text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.extra_columns.base import Column
from seqclf.extra_columns.category import CategoryColumn
from seqclf.extra_columns.number import NumberColumn

_KINDS: dict[str, type[NumberColumn] | type[CategoryColumn]] = {"number": NumberColumn, "category": CategoryColumn}

_MOST_COLUMNS = 1_000


@dataclass(frozen=True)
class ExtraColumns:
    """The columns beside the text (``data.extra``) with what is known about them from the training texts."""

    columns: tuple[Column, ...]

    @classmethod
    def fit(cls, kinds: Mapping[str, str], values: Mapping[str, NDArray[Any]]) -> Self:
        """From the training texts.

        Args:
            kinds: ``number`` or ``category`` by column.
            values: of each column, ``[texts]``, as in ``LabelledTexts.extra``.
        """
        return cls(tuple(_KINDS[kind].fit(name, values[name]) for name, kind in kinds.items()))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def width(self) -> int:
        """Number of features of a text."""
        return sum(column.width for column in self.columns)

    def encode(self, values: Mapping[str, NDArray[Any]], texts: int) -> NDArray[np.float32]:
        """The features of texts, ``float32 [texts, width]``; columns that ``values`` lacks have no value."""
        given = [values[column.name] if column.name in values else column.missing(texts) for column in self.columns]
        features = [column.encode(array) for column, array in zip(self.columns, given, strict=True)]
        return np.concatenate(features, axis=1, dtype=np.float32)

    @cached_property
    def missing(self) -> NDArray[np.float32]:
        """The features of a text alone: no column has a value; ``float32 [width]``."""
        features: NDArray[np.float32] = self.encode({}, 1)[0]
        return features

    def is_given(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which texts have features that differ from those of a text alone, ``bool [texts]``."""
        given: NDArray[np.bool_] = (features != self.missing).any(axis=1)
        return given

    def features(self, given: Mapping[str, Sequence[Any]] | None, texts: int) -> NDArray[np.float32]:
        """The features of values in any form: ``float32 [texts, width]``; columns that ``given`` lacks have no value.

        Raises:
            InputError: a column is unknown, has another length than ``texts``, or a value that is not of its kind.
        """
        given = given or {}
        if strange := [str(name) for name in given if name not in self._by_name]:
            known = ", ".join(f'"{name}"' for name in self.names)
            raise InputError(f'no column "{strange[0]}" beside the text; the model knows {known}')
        arrays = {}
        for column in self.columns:
            if column.name in given:
                values = list(each(column.name, given[column.name]))
                if len(values) != texts:
                    raise InputError(
                        f'"{column.name}" has {len(values):,} values for {texts:,} text{"" if texts == 1 else "s"}'
                    )
                arrays[column.name] = column.array([_parsed(column, value) for value in values])
        return self.encode(arrays, texts)

    def parsed(self, name: str, value: Any) -> float | str:
        """A value of a column, as its arrays contain it. Raises ``InputError`` that names column and value."""
        return _parsed(self._by_name[name], value)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything that determines the features."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def as_json(self) -> list[dict[str, Any]]:
        return [column.as_json() for column in self.columns]

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the output of ``as_json``. Raises ``ValueError`` for anything else."""
        try:
            columns = tuple(_KINDS[one["type"]].from_json(one) for one in value)
        except (TypeError, LookupError, AttributeError, OverflowError) as error:
            raise ValueError("does not describe columns beside the text") from error
        if not 1 <= len(columns) <= _MOST_COLUMNS or len({column.name for column in columns}) < len(columns):
            raise ValueError("has no columns, or one twice")
        return cls(columns)


def each(name: str, values: Any) -> Iterator[Any]:
    """The values of a column, one for each text. Raises ``InputError`` if they are a single value."""
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise InputError(f'"{name}" is {_shown(values)}, expected a list with a value for each text')
    return iter(values)


def _parsed(column: Column, value: Any) -> float | str:
    try:
        return column.parsed(value)
    except ValueError as error:
        raise InputError(f'"{column.name}" is {_shown(value)}, {error}') from error


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."
