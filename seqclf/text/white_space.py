"""White space of long texts: the same as with ``str.split``, whose list takes many times the memory of the text."""

from __future__ import annotations

from collections.abc import Iterator

_A_PART = 1 << 20  # characters


def joined_white_space(text: str) -> str:
    """``" ".join(text.split())``: each run of white space as one space, and none at the ends."""
    if len(text) <= _A_PART:
        return " ".join(text.split())
    found: list[str] = []
    ended = False  # whether white space follows the last part that has anything else
    for part in _parts(text):
        words = " ".join(part.split())
        if words and found and (ended or part[0].isspace()):
            found.append(" ")
        if words:
            found.append(words)
        ended = part[-1].isspace()
    return "".join(found)


def number_of_words(text: str) -> int:
    """``len(text.split())``: words are what white space separates."""
    number, within = 0, False  # whether a word of the part before may go on
    for part in _parts(text):
        number += len(part.split()) - (within and not part[0].isspace())
        within = not part[-1].isspace()
    return number


def _parts(text: str) -> Iterator[str]:
    return (text[start : start + _A_PART] for start in range(0, len(text), _A_PART))
