"""``seqclf predict --field NAME=VALUE``: the values of further columns on the command line."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seqclf.errors import InputError
from seqclf.tables.names import double_quoted, is_same_but_normal_form
from seqclf.text.fields import join_fields

if TYPE_CHECKING:
    from seqclf.extra_columns import ExtraColumns

_BASH = {"\\": r"\\", "'": r"\'"}
_NAMED = 5  # columns in a note


@dataclass(frozen=True)
class GivenFields:
    """Values that all texts of a command share.

    Attributes:
        columns: the text columns of the run; empty if it reads one.
        texts: values of text columns, by column.
        extra: values of columns beside the text, by column.
        missing: the columns without a value, which are empty for every text.
    """

    columns: tuple[str, ...]
    texts: Mapping[str, str]
    extra: Mapping[str, str]
    missing: tuple[str, ...] = ()

    def joined(self, text: str) -> str:
        """A text of the command line with the values of the other text columns; it is the first column itself."""
        if not self.columns:
            return text
        return join_fields([text, *(self.texts.get(column, "") for column in self.columns[1:])])

    def beside(self, texts: int) -> dict[str, list[str]]:
        """The values of the columns beside the text for a number of texts."""
        return {column: [value] * texts for column, value in self.extra.items()}

    def note(self) -> str | None:
        """Which columns have no value, and how to give one; None if each has one."""
        if not self.missing:
            return None
        more = f" and {len(self.missing) - _NAMED} more" if len(self.missing) > _NAMED else ""
        named = ", ".join(f'"{name}"' for name in self.missing[:_NAMED]) + more
        example = shlex.quote(f"{self.missing[0]}=...")
        what, them = ("column", "it") if len(self.missing) == 1 else ("columns", "them")
        return f"note: no value for the {what} {named}: TEXT is predicted without {them}; --field {example} gives one"


def given_fields(given: Sequence[str], columns: tuple[str, ...], extra: ExtraColumns | None = None) -> GivenFields:
    """The values of ``--field``.

    Args:
        columns: the text columns that the model reads; empty if it reads one.
        extra: the columns beside the text that it reads; None: none.

    Raises:
        InputError: a value is not ``NAME=VALUE``, or names no column that the run reads beside TEXT.
    """
    extra_names = () if extra is None else extra.names
    known = (*columns[1:], *extra_names)
    found: dict[str, str] = {}
    for one in given:
        name = _name_in(one, (*columns, *extra_names))
        if name in found:
            raise InputError(f'--field {one}: "{name}" has a value already; give each column once')
        if name not in known:
            raise InputError(f"--field {one}: {_why_not(one, name, known, columns)}")
        found[name] = one[len(name) + 1 :]
    texts = {name: value for name, value in found.items() if name in columns}
    beside = {name: value for name, value in found.items() if name not in texts}
    if extra is not None:
        for name, value in beside.items():
            _check_value(name, value, extra)
    return GivenFields(columns, texts, beside, tuple(name for name in known if name not in found))


def _check_value(name: str, value: str, columns: ExtraColumns) -> None:
    """Raise ``InputError`` that names the option if a value is not of its column's kind."""
    try:
        columns.parsed(name, value)
    except InputError as error:
        raise InputError(f"--field {name}={value}: {error}") from error


def _name_in(one: str, known: Sequence[str]) -> str:
    """The column that ``NAME=VALUE`` names. A column may have ``=`` in its name."""
    if "=" not in one:
        raise InputError(f"--field {one}: expected NAME=VALUE, such as body='The text of the column body'")
    fitting = [name for name in known if one.startswith(f"{name}=")]
    return max(fitting, key=len) if fitting else one.partition("=")[0]


def _why_not(one: str, name: str, known: Sequence[str], columns: Sequence[str]) -> str:
    """Why ``NAME=VALUE`` names no column of the run."""
    if columns[:1] == (name,):
        return f'"{name}" is the column of TEXT; write its text without --field'
    if not known:
        return "the run reads one text, and no columns beside it"
    for other in known:
        if is_same_but_normal_form(name, other):
            return (
                f"the run reads no column {double_quoted(name)}, but {double_quoted(other)}: the same name in another "
                f"Unicode normal form; in bash write --field {_in_bash(other + one[len(name) :])}"
            )
    close = difflib.get_close_matches(name, known, n=1)
    meant = f'; did you mean "{close[0]}"?' if close else ""
    return f'the run reads no column "{name}"{meant} (columns for --field: {", ".join(known)})'


def _in_bash(text: str) -> str:
    """The text as a word of bash in ASCII, so that no terminal or editor changes its normal form."""
    escaped = (_BASH.get(one) or (one if one.isascii() else f"\\U{ord(one):08x}") for one in text)
    return f"$'{''.join(escaped)}'"
