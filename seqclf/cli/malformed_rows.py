"""Malformed rows on standard error: a line for each kind of error, not for each row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.tables.error_kinds import kind_of

_KINDS_SHOWN = 10
_ROWS_SHOWN = 4


@dataclass
class _Kind:
    """Rows with errors of one kind.

    Attributes:
        error: of the first row.
        where: ``NAME:NUMBER: `` of the first row.
        more: how many other rows.
        numbers: those of the first few other rows.
    """

    error: InputError
    where: str
    more: int = 0
    numbers: list[str] = field(default_factory=list)

    def others(self) -> str:
        """``2 more rows like this: 7, 9``."""
        listed = ", ".join(self.numbers) + (", ..." if self.more > len(self.numbers) else "")
        return f"{self.more:,} more row{'' if self.more == 1 else 's'} like this: {listed}"


class MalformedRows:
    """Collects the errors of rows, ``NAME:NUMBER: what``, and prints them when the block ends, however it ends.

    Args:
        name: that of the file in the errors.
        at_once: print the first error of each kind when it occurs, because a stream may never end.
    """

    def __init__(self, name: str, *, at_once: bool = False) -> None:
        self._position = re.compile(re.escape(name) + r":(\d+): ")
        self._at_once = at_once
        self._kinds: dict[str, _Kind] = {}
        self._others = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        for kind in self._kinds.values():
            if not self._at_once:
                say(f"warning: {kind.error}{f'; {kind.others()}' if kind.more else ''}", err=True)
            elif kind.more:
                say(f"warning: {kind.where}{kind.others()}", err=True)
        if self._others:
            say(f"warning: {self._others:,} more row{'' if self._others == 1 else 's'} with other errors", err=True)

    def __call__(self, error: InputError) -> None:
        position = self._position.match(str(error))
        where, number = ("", "?") if position is None else position.group(0, 1)
        name = kind_of(str(error)[len(where) :], by_fields=True)
        kind = self._kinds.get(name)
        if kind is not None:
            kind.more += 1
            if len(kind.numbers) < _ROWS_SHOWN:
                kind.numbers.append(number)
        elif len(self._kinds) == _KINDS_SHOWN:
            self._others += 1
        else:
            self._kinds[name] = _Kind(error, where)
            if self._at_once:
                say(f"warning: {error}", err=True)

    @property
    def named(self) -> int:
        """How many rows the printed lines name."""
        return sum(1 + len(kind.numbers) for kind in self._kinds.values())
