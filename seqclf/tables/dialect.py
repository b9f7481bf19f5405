"""How the fields of a csv or tsv file are separated and quoted, by its first lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SEP = re.compile(r'"?sep=(?P<mark>[^"\r\n]|\\t)"?[,;\t]*', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_OTHER_MARKS = ";\t|"
_ESCAPED_QUOTE = re.compile(r'\\"(?!\t["\d-]|[\r\n]|$)')  # not a backslash before the quote that ends a field


@dataclass(frozen=True)
class Dialect:
    """Attributes:
    delimiter: between fields.
    quoted: fields may be quoted as in RFC 4180; else a quote is a character like others.
    escaped: quotes in quoted fields may be written ``\\"``, as R does in tsv.
    quoted_names: every name in the header is quoted.
    """

    delimiter: str
    quoted: bool = True
    escaped: bool = False
    quoted_names: bool = False

    def prepared(self, lines: Iterator[str]) -> Iterator[str]:
        """The lines, with all quotes in quoted fields doubled."""
        if not self.escaped:
            return lines
        return (_ESCAPED_QUOTE.sub('""', line) if '\\"' in line else line for line in lines)


def separator_line(line: str) -> str | None:
    """The delimiter that a line such as Excel's ``sep=;`` names; None for other lines."""
    found = _SEP.fullmatch(line.rstrip("\r\n"))
    if found is None:
        return None
    return "\t" if found["mark"] == "\\t" else found["mark"]


def dialect_of(kind: str, header: str, delimiter: str | None = None) -> Dialect:
    """The dialect of a file with this header line.

    A csv file whose header has no comma outside of quotes is separated by the semicolon, tab or bar that it has:
    spreadsheets write semicolons where the comma is a decimal point. tsv has no quoting (IANA), unless all names in
    the header are quoted, as R writes them.

    Args:
        kind: csv or tsv.
        delimiter: as ``separator_line`` found it.
    """
    line = header.rstrip("\r\n")
    bare = _QUOTED.sub('"', line)
    if kind == "csv":
        if delimiter is None:
            others = [mark for mark in _OTHER_MARKS if mark in bare]
            delimiter = max(others, key=bare.count) if others and "," not in bare else ","
        return Dialect(delimiter, quoted_names=_is_all_quotes(bare, delimiter))
    quoted = _is_all_quotes(bare, "\t")
    return Dialect("\t", quoted=quoted, escaped=quoted, quoted_names=quoted)


def _is_all_quotes(bare: str, delimiter: str) -> bool:
    return bare != "" and all(field == '"' for field in bare.split(delimiter))
