"""A row of a file, and what else reading a file yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqclf.errors import InputError

Row = tuple[int, Mapping[str, Any]]
"""Line number (of the row's first line; without lines, as in parquet, the row number) and the values by column."""


class ReadingStopped(InputError):
    """The rest of a file cannot be read: unlike a malformed row, it may contain any number of rows.

    Only raised, never yielded between rows. What was read before is not the whole file.
    """


@dataclass
class Notes:
    """What a reader noticed about a file. Complete when its last row has been read.

    Attributes:
        unnamed: names given to the columns that the header does not name.
        sentences: remarks for the screen.
    """

    unnamed: tuple[str, ...] = ()
    sentences: list[str] = field(default_factory=list)
