"""Problems of a config, all reported at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqclf.errors import InputError
from seqclf.option_types import OptionPath

_WIDEST_QUOTE = 110


@dataclass(frozen=True)
class Place:
    """Where a value was written.

    Attributes:
        source: the file, or the command-line option (``--set seed``).
        line: line in the file, from 1; None outside files.
        column: column in the line, from 1; None outside files.
        text: content of the line.
    """

    source: str
    line: int | None = None
    column: int | None = None
    text: str = ""

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"

    def quote(self, widest: int = _WIDEST_QUOTE) -> str:
        """The line, or ``widest`` characters of it, with a mark under the column; empty outside files."""
        if self.line is None or self.column is None or not self.text.strip():
            return ""
        start = max(0, self.column - 1 - widest // 2) if len(self.text) > widest else 0
        shown = self.text[start : start + widest].expandtabs(1)
        margin = f"{self.line:>5} | "
        return f"{margin}{shown}\n{' ' * (len(margin) - 2)}| {' ' * (self.column - 1 - start)}^"


@dataclass(frozen=True)
class Problem:
    """``message``: what is wrong, what was expected, what was found; ``place`` is None for a config from code."""

    path: OptionPath
    message: str
    place: Place | None = None

    def __str__(self) -> str:
        if self.place is None:
            return f"{dotted(self.path)}: {self.message}"
        # A --set already names the option or the section that it is in, and a file that is not YAML has none.
        source, depths = self.place.source, range(len(self.path), 0, -1)
        named = next((n for n in depths if source.endswith((f" {(above := dotted(self.path[:n]))}", f"--{above}"))), 0)
        rest = self.path[named:]
        if rest and isinstance(rest[0], int):  # an entry of a list has no name of its own
            rest = self.path
        return f"{self.place}: {dotted(rest)}: {self.message}" if rest else f"{self.place}: {self.message}"

    def as_json(self) -> dict[str, str | int | None]:
        place = self.place or Place("")
        return {
            "source": place.source,
            "line": place.line,
            "column": place.column,
            "option": dotted(self.path),
            "message": self.message,
        }


class ConfigError(InputError):
    """An invalid config.

    Attributes:
        problems: all of its problems.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(quoted(problem) for problem in problems))


def quoted(problem: Problem) -> str:
    """The problem, followed by the line that it is in."""
    quote = problem.place.quote() if problem.place else ""
    return f"{problem}\n{quote}" if quote else str(problem)


def dotted(path: Iterable[str | int]) -> str:
    """``("layers", 1, "units")`` -> ``layers[1].units``; the empty path -> ``config``."""
    text = ""
    for part in path:
        name = part or '""'
        text += f"[{part}]" if isinstance(part, int) else f".{name}" if text else str(name)
    return text or "config"
