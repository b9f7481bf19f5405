"""Explained texts on the terminal: words in colours, or with marks where there are none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from seqclf.cli.console import console
from seqclf.cli.wrap import say
from seqclf.explanation.attribution import Attribution
from seqclf.explanation.segments import Segment, segments, visible
from seqclf.explanation.sentences import notes, one_line, score_of, sum_of, title
from seqclf.inference.prediction import Prediction

_LEVELS = 3
_FOR = ("green", "bold green", "bold black on green")
_AGAINST = ("red", "bold red", "bold white on red")
_MOST_SHOWN = 60  # characters of a word, or of a part that is not read
_WIDEST_WORD, _NARROWEST_WORD = 24, 4
_SCORE, _BETWEEN = 6, 3  # columns of a score, and between two cells


def has_colours(made: Console) -> bool:
    """False for files, for NO_COLOR and for terminals without colours."""
    return made.color_system is not None and not made.no_color


def show_all(explained: Iterable[tuple[Prediction, tuple[Attribution, ...]]], strongest: int) -> None:
    """Print what the marks mean, and each text for each label.

    Args:
        explained: of each text the prediction, and its attributions.
        strongest: number of words to list for a label, and against it.
    """
    made = console()
    for number, (prediction, attributions) in enumerate(explained):
        if not number:
            _legend(made)
        for one in attributions:
            _show(made, one, prediction, strongest)


def _show(made: Console, attribution: Attribution, prediction: Prediction, strongest: int) -> None:
    """The label, the text with its words marked, the strongest words, and what the scores are."""
    say(title(attribution, prediction))
    colours = has_colours(made)
    for column in range(len(attribution.fields)):
        made.print(_text(attribution, column, colours=colours), soft_wrap=not made.is_terminal)
    if strongest and attribution.largest:
        made.print()
        made.print(_table(attribution, strongest, made.width))
    for sentence in (sum_of(attribution), *notes(attribution)):
        say(sentence)
    made.print()


def _legend(made: Console) -> None:
    if has_colours(made):
        said = Text.assemble(
            ("for the label", _FOR[1]), "  ", ("against it", _AGAINST[1]), "  ", ("not read", "dim strike"), "\n"
        )
        made.print(said, soft_wrap=not made.is_terminal)
    else:
        say("[+word] speaks for the label, [-word] against it; more signs mean more. [~word] is not read.\n")


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


def _table(attribution: Attribution, strongest: int, width: int) -> Table:
    """``width``: of the terminal; a narrow one cuts words, not scores."""
    table = Table(box=None, pad_edge=False, padding=(0, _BETWEEN, 0, 0))
    towards, against = (list(_strongest(attribution, strongest, towards=side)) for side in (True, False))
    shown = [(name, words) for name, words in (("for it", towards), ("against it", against)) if words]
    for_words = width - len(shown) * (_SCORE + 2 * _BETWEEN)
    widest = max(_NARROWEST_WORD, min(_WIDEST_WORD, for_words // max(1, len(shown))))
    for name, _ in shown:
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=widest)
        table.add_column("", justify="right", no_wrap=True)
    for place in range(max(len(towards), len(against))):
        cells = [words[place] if place < len(words) else ("", "") for words in (towards, against) if words]
        table.add_row(*(Text(cell) for pair in cells for cell in pair))  # strings may have markup and :emoji:
    return table


def _strongest(attribution: Attribution, count: int, *, towards: bool) -> Iterator[tuple[str, str]]:
    for word in attribution.strongest(count, towards=towards):
        yield visible(one_line(attribution.text_of(word))) or "(white space)", score_of(word)
