"""Explained texts on the terminal: words in colours, or with marks where there are none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from seqclf.cli.console import console, file_console
from seqclf.cli.wrap import wrapped
from seqclf.explanation.attribution import Attribution
from seqclf.explanation.explained import Explained
from seqclf.explanation.segments import Segment, segments, visible
from seqclf.explanation.sentences import notes, one_line, score_of, sum_of, title

_LEVELS = 3
_FOR = ("green", "bold green", "bold black on green")
_AGAINST = ("red", "bold red", "bold white on red")
_MOST_SHOWN = 60  # characters of a word, or of a part that is not read
_WIDEST_WORD, _NARROWEST_WORD = 24, 8
_SCORE, _BETWEEN = 6, 3  # columns of a score, and between two cells


def has_colours(made: Console) -> bool:
    """False for files, for NO_COLOR and for terminals without colours."""
    return made.color_system is not None and not made.no_color


def show_all(explained: Iterable[Explained], strongest: int, file: TextIO | None = None) -> None:
    """Print what the marks mean, and each text for each label.

    Args:
        strongest: number of words to list for a label, and against it.
        file: where to write; None: standard output.
    """
    made = console() if file is None else file_console(file)
    for number, one in enumerate(explained):
        if not number:
            _legend(made)
        for attribution in one.attributions:
            _show(made, attribution, one, strongest)


def _say(made: Console, text: str) -> None:
    """A message, wrapped to the width of a terminal."""
    made.print(Text(wrapped(text, made.width if made.is_terminal else None)), soft_wrap=True)


def _show(made: Console, attribution: Attribution, one: Explained, strongest: int) -> None:
    """The label, the text with its words marked, the strongest words, and what the scores are."""
    place = "" if one.where is None else f"{one_line(one.where)}  "
    _say(made, place + title(attribution, one.prediction))
    colours = has_colours(made)
    for column in range(len(attribution.fields)):
        made.print(_text(attribution, column, colours=colours), soft_wrap=not made.is_terminal)
    if strongest and attribution.largest:
        made.print()
        for table in _tables(attribution, strongest, made.width):
            made.print(table)
    for sentence in (sum_of(attribution), *notes(attribution)):
        _say(made, sentence)
    made.print()


def _legend(made: Console) -> None:
    if has_colours(made):
        said = Text.assemble(
            ("for the label", _FOR[1]), "  ", ("against it", _AGAINST[1]), "  ", ("not read", "dim strike"), "\n"
        )
        made.print(said, soft_wrap=not made.is_terminal)
    else:
        _say(made, "[+word] speaks for the label, [-word] against it; more signs mean more. [~word] is not read.\n")


def _text(attribution: Attribution, column: int, *, colours: bool) -> Text:
    found = Text(overflow="fold")
    if attribution.columns:
        found.append(f"{one_line(attribution.columns[column])}: ", style="bold" if colours else "")
    for segment in segments(attribution, column):
        text, style = _styled(segment) if colours else (_marked(segment), "")
        found.append(text, style=style)
    return found


def _styled(segment: Segment) -> tuple[str, str]:
    if not segment.is_read:
        return _shown(segment.text), "dim strike"
    if not segment.strength:
        return _shown(segment.text), ""
    return _shown(segment.text), (_FOR if segment.strength > 0 else _AGAINST)[_level(segment) - 1]


def _marked(segment: Segment) -> str:
    text = _shown(segment.text)
    if not segment.is_read:
        return text.replace(text.strip(), f"[~{text.strip()}]") if text.strip() else text
    if not segment.strength:
        return text
    return f"[{('+' if segment.strength > 0 else '-') * _level(segment)}{text}]"


def _level(segment: Segment) -> int:
    return max(1, math.ceil(abs(segment.strength) * _LEVELS - 1e-9))


def _shown(text: str) -> str:
    """Without what controls terminals; the middle of a long part is left out."""
    if len(text) > _MOST_SHOWN:
        half = _MOST_SHOWN // 2
        text = f"{text[:half]} … {len(text) - 2 * half:,} characters … {text[-half:]}"
    return visible(text)


def _tables(attribution: Attribution, strongest: int, width: int) -> Iterator[Table]:
    """The strongest words for the label and against it: side by side, or one below the other on a narrow terminal.

    ``width``: of the terminal. It cuts words, never scores.
    """
    sides = (("for it", True), ("against it", False))
    shown = [(name, list(_strongest(attribution, strongest, towards=side))) for name, side in sides]
    shown = [(name, words) for name, words in shown if words]
    beside = [shown] if _word_width(width, len(shown)) >= _NARROWEST_WORD else [[one] for one in shown]
    for sides_of_one in beside:
        yield _table(sides_of_one, max(_NARROWEST_WORD, _word_width(width, len(sides_of_one))))


def _word_width(width: int, sides: int) -> int:
    """The columns that a terminal has for a word of each of a number of sides."""
    return width // max(1, sides) - _SCORE - 2 * _BETWEEN


def _table(shown: list[tuple[str, list[tuple[str, str]]]], width: int) -> Table:
    """``width``: of the words."""
    table = Table(box=None, pad_edge=False, padding=(0, _BETWEEN, 0, 0))
    for name, _ in shown:
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=min(_WIDEST_WORD, width))
        table.add_column("", justify="right", no_wrap=True)
    for place in range(max(len(words) for _, words in shown)):
        cells = [words[place] if place < len(words) else ("", "") for _, words in shown]
        table.add_row(*(Text(cell) for pair in cells for cell in pair))  # strings may have markup and :emoji:
    return table


def _strongest(attribution: Attribution, count: int, *, towards: bool) -> Iterator[tuple[str, str]]:
    for word in attribution.strongest(count, towards=towards):
        yield visible(one_line(attribution.text_of(word))) or "(white space)", score_of(word)
