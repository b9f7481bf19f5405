"""Cut the lines of a text into documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from typing import Literal, TypeVar

Documents = Literal["file", "line", "blank_line"]
"""What separates documents."""

_CHARACTERS_AT_ONCE = 1 << 20

Item = TypeVar("Item")
Placed = Iterator[tuple[int, Item]]
"""Items, each with the place of its first character in the text."""


def documents_in(
    lines: Iterable[str],
    separated_by: Documents,
    bounds: tuple[int, int] | None = None,
    growing: Callable[[int], None] = lambda characters: None,
) -> Iterator[str]:
    """The documents of a text, in order. None is blank.

    A document that is a line or a run of lines lacks its last line end; one that is a file is unchanged.

    Args:
        lines: as ``plain_text.lines.lines`` returns them.
        bounds: take only what starts at these places (``Slice.bounds``): documents or, of a document that is a file,
            lines. Slices that meet thus share no text and lose none.
        growing: called with the length of a long document while it is read.
    """
    placed = _placed(lines)
    documents: Iterable[str]
    if separated_by == "line":
        documents = (line.removesuffix("\n") for line in _started_in(placed, bounds))
    elif separated_by == "file":
        documents = (_joined(whole, growing) for whole in (_started_in(placed, bounds),))
    else:
        documents = (_joined(run, growing).removesuffix("\n") for run in _started_in(_runs(placed), bounds))
    return (document for document in documents if document and not document.isspace())


def _placed(lines: Iterable[str]) -> Placed[str]:
    place = 0
    for line in lines:
        yield place, line
        place += len(line)


def _runs(lines: Placed[str]) -> Placed[Iterator[str]]:
    """Runs of lines with text, between blank ones."""
    for is_blank, run in groupby(lines, key=lambda placed: placed[1].isspace()):
        if not is_blank:
            place, first = next(run)
            yield place, chain((first,), (line for _, line in run))


def _started_in(items: Placed[Item], bounds: tuple[int, int] | None) -> Iterator[Item]:
    """The items whose first character is at these places; all without bounds."""
    for place, item in items:
        if bounds is not None and place >= bounds[1]:
            return
        if bounds is None or place >= bounds[0]:
            yield item


def _joined(lines: Iterable[str], growing: Callable[[int], None]) -> str:
    return "".join(_in_pieces(lines, growing))


def _in_pieces(lines: Iterable[str], growing: Callable[[int], None]) -> Iterator[str]:
    """The lines, joined to pieces of a million characters: short strings take several times their length in memory."""
    piece: list[str] = []
    size = total = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= _CHARACTERS_AT_ONCE:
            total += size
            growing(total)
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)
