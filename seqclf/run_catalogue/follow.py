"""Reads ``history.jsonl`` while a training writes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_REMEMBERED = 200  # bytes


@dataclass(frozen=True)
class News:
    """What a history has got since it was read last.

    Attributes:
        lines: complete lines, in their order; all of the file if ``rewound``.
        rewound: lines that were read before are gone: the training went back to a checkpoint.
        malformed: number of lines that are no JSON objects.
    """

    lines: tuple[dict[str, Any], ...] = ()
    rewound: bool = False
    malformed: int = 0


class Follower:
    """Each ``read`` returns the lines since the one before. A line that is not yet complete is left for the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0
        self._last = b""
        """The end of what was read, which shows whether it is still there."""

    def read(self) -> News:
        """All lines again if the training went back; none if there is no file. Raises ``OSError``."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._position - len(self._last))
                content = file.read()
                rewound = not content.startswith(self._last)
                if rewound:
                    file.seek(0)
                    content, self._position, self._last = file.read(), 0, b""
        except FileNotFoundError:
            return News()
        new = content[len(self._last) : content.rfind(b"\n") + 1]
        self._position += len(new)
        self._last = (self._last + new)[-_REMEMBERED:]
        found = [_parsed(line) for line in new.splitlines() if line.strip()]
        lines = tuple(line for line in found if line is not None)
        return News(lines, rewound, len(found) - len(lines))


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
