"""Columns beside texts and labels that the user named: the weight, and columns that the model reads as well."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from seqclf.errors import InputError
from seqclf.sources.base import ExtraKind
from seqclf.tables.names import column_hint, listed, similar_column


class NoSuchColumn(InputError):
    """The error for a column that an option names and the table lacks.

    Attributes:
        name: of the column, as given.
        meant: the column that is most likely meant; None: no column has a name like it.
    """

    def __init__(self, path: str, name: str, columns: Collection[str], option: str) -> None:
        hint = column_hint(name, list(columns))
        super().__init__(f'{path}: no column "{name}"{hint} (columns: {listed(columns)}; {option} names one)')
        self.name, self.meant = name, similar_column(name, list(columns))


@dataclass(frozen=True)
class NamedColumns:
    """What ``--weight`` and ``--extra`` name.

    Attributes:
        weight: the column with the weights of the texts; None: none.
        extra: columns beside the text, and what they contain.
    """

    weight: str | None = None
    extra: Mapping[str, ExtraKind] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self._by_option())

    @property
    def options(self) -> dict[str, Any]:
        """Those of ``data``."""
        return {name: value for name, value in (("weight", self.weight), ("extra", dict(self.extra))) if value}

    @property
    def notes(self) -> Iterator[str]:
        """The columns in sentences for the screen."""
        if self.weight is not None:
            yield f'weights in "{self.weight}": named by --weight'
        if self.extra:
            named = ", ".join(f'"{name}" ({kind})' for name, kind in self.extra.items())
            yield f"beside the text {named}: named by --extra"

    def check(self, path: str, columns: Collection[str], taken: Collection[str]) -> None:
        """Raise ``InputError`` if one is not among ``columns``, or is named twice: also as one of ``taken``, the texts
        and labels."""
        used = set(taken)
        for option, name in self._by_option():
            if name not in columns:
                raise NoSuchColumn(path, name, columns, option)
            if name in used:
                what = "a text or label column" if name in taken else "the weight column"
                raise InputError(f'{path}: "{name}" is {what}; {option} needs another')
            used.add(name)

    def _by_option(self) -> Iterator[tuple[str, str]]:
        if self.weight is not None:
            yield "--weight", self.weight
        yield from (("--extra", name) for name in self.extra)


NO_COLUMNS = NamedColumns()
