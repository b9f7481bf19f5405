"""The curves of the losses as they grow, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

_ROWS = 6
"""Height of the plot, without the line of the epochs below it."""
_LEAST_COLUMNS, _MOST_COLUMNS = 48, 72
_DOTS_WIDE, _DOTS_HIGH = 2, 4  # of a character of Braille
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # of a column of dots, from the top
_TRAINING, _VALIDATION = "cyan", "bold yellow"
_MARK = "●"
_PLAIN = {_MARK: "o", "│": "|", "└": "+", "─": "-"}


class Curves:
    """Draws the training loss, as a mean over the steps in each column of dots, and the validation loss of each epoch.

    The width stands for all epochs, so that the curves grow from left to right. A training that ends early leaves the
    rest empty. Memory does not grow with the steps.

    Args:
        epochs: of the whole training.
        unicode: whether the terminal shows Braille; without it, a dot for each character.
    """

    def __init__(self, epochs: int, *, unicode: bool = True) -> None:
        self._epochs, self._unicode = epochs, unicode
        self._bins = _MOST_COLUMNS * _DOTS_WIDE
        self._sums, self._counts = [0.0] * self._bins, [0] * self._bins
        self._validation: dict[float, float] = {}

    def step(self, epoch: int, fraction: float, loss: float) -> None:
        """A step with this training loss, at the end of which ``fraction`` (0 to 1) of the epoch (from 1) is done."""
        if math.isfinite(loss):
            place = min(self._bins - 1, int((epoch - 1 + fraction) / self._epochs * self._bins))
            self._sums[place] += loss
            self._counts[place] += 1

    def validated(self, epoch: float, loss: float) -> None:
        """The validation loss at the end of an epoch (from 1), or when a part of one is done."""
        if math.isfinite(loss):
            self._validation[epoch] = loss

    def __bool__(self) -> bool:
        """Whether there are two points to draw."""
        return sum(map(bool, self._counts)) + len(self._validation) > 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.lines(min(options.max_width, 80))

    def lines(self, width: int) -> Iterator[Text]:
        """The plot in lines of at most ``width`` characters; none if that is too narrow to draw in."""
        points = [total / count for total, count in zip(self._sums, self._counts, strict=True) if count]
        least, most = _range([*points, *self._validation.values()])
        labels = [f"{most:.4g}", *[""] * (_ROWS - 2), f"{least:.4g}"]
        margin = max(map(len, labels))
        columns = min(_MOST_COLUMNS, width - margin - 2)
        if columns < _LEAST_COLUMNS:
            return
        cells = self._cells(columns, least, most)
        for label, row in zip(labels, cells, strict=True):
            line = Text(f"{label:>{margin}} {self._shown('│')}", style="dim", no_wrap=True)
            for character, style in row:
                line.append(self._shown(character), style=style)
            yield line
        yield self._axis(margin, columns)

    def _cells(self, columns: int, least: float, most: float) -> list[list[tuple[str, str]]]:
        """The characters of the plot with their styles, row by row."""
        wide, high = (_DOTS_WIDE, _DOTS_HIGH) if self._unicode else (1, 1)
        grid = [[0] * columns for _ in range(_ROWS)]

        def level(loss: float, levels: int) -> int:
            return round((most - loss) / (most - least) * (levels - 1))

        for place, (total, count) in enumerate(zip(self._sums, self._counts, strict=True)):
            if count:
                x = place * columns * wide // self._bins
                y = level(total / count, _ROWS * high)
                grid[y // high][x // wide] |= _DOTS[x % wide][y % high]
        drawn = chr if self._unicode else lambda code: "." if code > _BRAILLE else " "
        cells = [[(drawn(_BRAILLE + dots) if dots else " ", _TRAINING) for dots in row] for row in grid]
        for epoch, loss in self._validation.items():
            cells[level(loss, _ROWS)][min(columns - 1, int(columns * epoch // self._epochs))] = (_MARK, _VALIDATION)
        return cells

    def _axis(self, margin: int, columns: int) -> Text:
        """The line of the epochs, with what the two curves are."""
        line = Text(f"{'':>{margin}} {self._shown('└')}", style="dim", no_wrap=True)
        line.append(" epoch 0  ")
        line.append("training loss", style=_TRAINING)
        if self._validation:
            line.append("  ").append(f"{self._shown(_MARK)} validation loss", style=_VALIDATION)
        last = f" {self._epochs}"
        rule = margin + 2 + columns - len(line) - 1 - len(last)
        return line.append(f" {self._shown('─') * max(0, rule)}{last}")

    def _shown(self, character: str) -> str:
        return character if self._unicode else _PLAIN.get(character, character)


def _range(values: list[float]) -> tuple[float, float]:
    """The least and the greatest, apart from each other."""
    least, most = min(values), max(values)
    apart = 0.5 * max(1.0, abs(most))
    return (least, most) if most > least else (least - apart, most + apart)
