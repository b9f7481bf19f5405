"""Parts of a report that are printed on a terminal or as Markdown: tables, scores and sentences."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.markup import escape
from rich.table import Table

from seqclf.cli.wrap import GLUE, wrapped
from seqclf.labels import on_one_line

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~&$])")


@dataclass(frozen=True)
class Grid:
    """A table. ``rich`` prints it fitted to a terminal.

    Attributes:
        rows: cells of text in a line each; an empty row is a gap, which Markdown omits.
        words: number of columns on the left that have words, the first the name of the row. On a narrow terminal they
            wrap between words or end with an ellipsis. The others have numbers, aligned right and never cut.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1

    def __rich__(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for place, heading in enumerate(self.headings):
            if place < self.words:
                table.add_column(escape(heading), overflow="ellipsis")
            else:
                table.add_column(escape(heading), justify="right", no_wrap=True)
        for row in self.rows:
            table.add_row(*map(escape, row))
        return table

    def markdown(self) -> str:
        marks = ["---" if place < self.words else "---:" for place in range(len(self.headings))]
        lines = [_row(map(markdown, self.headings)), _row(marks)]
        return "\n".join([*lines, *(_row(map(markdown, row)) for row in self.rows if row)])


@dataclass(frozen=True)
class Entries:
    """A table with long texts in its first column. On a terminal, each text has a line of its own, with the other cells
    of its row below it, each after its heading.

    Attributes:
        rows: cells of text in a line each.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def terminal(self, width: int | None) -> str:
        """In lines of at most ``width`` columns; the first cell is cut to fit."""
        lines = []
        for first, *others in self.rows:
            below = "   ".join(
                f"{name} {cell}".replace(" ", GLUE) for name, cell in zip(self.headings[1:], others, strict=True)
            )
            lines += [on_one_line(first, width), *wrapped(f"    {below}", width, "    ").split("\n")]
        return "\n".join(lines).replace(GLUE, " ")

    def markdown(self) -> str:
        return Grid(self.headings, self.rows, words=len(self.headings)).markdown()


@dataclass(frozen=True)
class Values:
    """Scores and their values as text: ``accuracy 0.8960   loss 0.2876``; in Markdown a table."""

    values: Sequence[tuple[str, str]]

    def terminal(self, width: int | None) -> str:
        """In lines of at most ``width`` columns; a score and its value are on one line."""
        glued = "   ".join(f"{name} {value}".replace(" ", GLUE) for name, value in self.values)
        return wrapped(glued, width, "").replace(GLUE, " ")

    def markdown(self) -> str:
        return Grid(("score", "value"), self.values).markdown()


Part = str | Values | Entries | Grid


@dataclass(frozen=True)
class Report:
    """Sentences, scores and tables, in their order.

    Attributes:
        title: the first sentence; in Markdown a heading.
    """

    title: str
    parts: list[Part] = field(default_factory=list)

    def markdown(self) -> str:
        """GitHub's Markdown, in which no label or name is taken for a mark or a tag."""
        shown = [f"## {markdown(self.title)}"]
        for kind, group in itertools.groupby(self.parts, type):
            if kind is Values:
                values = [value for part in group if isinstance(part, Values) for value in part.values]
                shown.append(Values(values).markdown())
            else:
                shown += [markdown(part) if isinstance(part, str) else part.markdown() for part in group if part]
        return "\n\n".join(shown)


def markdown(text: str) -> str:
    """A text as one line of Markdown that shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", on_one_line(text, None))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
