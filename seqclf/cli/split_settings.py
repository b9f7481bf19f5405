"""Settings in brackets that a shell has split, as they were meant: ``--set layers=[{type: lstm, units: 32}]``."""

from __future__ import annotations

import os
from collections.abc import Sequence

_OPENING, _CLOSING = "[{", "]}"


def split_by_shell(words: Sequence[str]) -> tuple[str, ...] | None:
    """The words of a command line with each value of ``--set`` in one word again; None if no shell has split one.

    A shell splits words at spaces. Some also repeat a word for each part between braces: ``a={b,c}`` becomes ``a=b``
    and ``a=c``.
    """
    whole: list[str] = []
    rest = list(words)
    found = False
    while rest:
        word = rest.pop(0)
        value = word.removeprefix("--set=")
        if word == "--set" and rest:
            whole.append(word)
            value = rest.pop(0)
        elif value == word:
            whole.append(word)
            continue
        joined, taken = _joined(value, rest)
        rest = rest[taken:]
        found = found or taken > 0
        whole.append(joined if word == "--set" else f"--set={joined}")
    return tuple(whole) if found else None


def _joined(value: str, following: Sequence[str]) -> tuple[str, int]:
    """The whole value, and how many of the following words are parts of it."""
    key, equals, _ = value.partition("=")
    copies = 0
    while equals and copies < len(following) and following[copies].startswith(f"{key}="):
        copies += 1
    if copies:
        return _in_braces([value, *following[:copies]]), copies
    parts = [value]
    for word in following:
        if _depth(" ".join(parts)) <= 0 or word.startswith("--"):
            break
        parts.append(word)
    joined = " ".join(parts)
    return (joined, len(parts) - 1) if _depth(joined) == 0 else (value, 0)


def _depth(text: str) -> int:
    """Number of brackets that are opened and not closed."""
    return sum(map(text.count, _OPENING)) - sum(map(text.count, _CLOSING))


def _in_braces(copies: Sequence[str]) -> str:
    """The word that a shell has repeated for each part between its braces."""
    start = os.path.commonprefix(list(copies))  # noqa: RUF071  (it compares characters, not folders)
    start = start[: max(start.rfind(mark) for mark in "=[{,: ") + 1]
    ends = [copy[len(start) :] for copy in copies]
    closing = os.path.commonprefix([end[::-1] for end in ends])[::-1]  # noqa: RUF071
    closing = closing[len(closing.rstrip(_CLOSING + " ")) :]
    inside = (end[: len(end) - len(closing)].strip() for end in ends)
    return f"{start}{{{', '.join(inside)}}}{closing}"
