"""What the names of columns say about their contents."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from seqclf.starter.column_kinds import Column

TEXT_NAMES = (
    "text review sentence content body comment tweet message question utterance query document article post narrative "
    "description transcript transcription plot story sms email review_body review_text verbatim feedback complaint "
    "lyrics sequence snippet texts sentences phrase"
).split()
SHORT_TEXT_NAMES = "abstract summary headline caption title subject name".split()
LABEL_NAMES = (
    "label class category sentiment intent target emotion topic tag polarity stance labels classes categories intents "
    "emotions topics tags stars rating ratings score grade genre genres department section type group product issue "
    "specialty variety species language y output answer gold"
).split()
LESS_LIKELY = frozenset(
    "id ids idx index no num number count confidence prob probability gold url link html json date time".split()
)
_ABOUT_ROWS = frozenset("is was has train test valid validation dev eval example verified deleted duplicate".split())
_SHOWN = 6


def parts(name: str) -> list[str]:
    """The words in a column's name: ``reviewText``, ``review_text`` and ``Review text`` give the same two."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [part for part in re.split(r"[^a-z0-9]+", spaced.lower()) if part]


def by_name(columns: Mapping[str, Column], names: Sequence[str]) -> list[tuple[str, str]]:
    """Columns whose name is or contains one of ``names``, the likeliest first, each with the reason.

    Names that denote something about a label or text, such as its confidence, come last.
    """
    found = []
    for place, (column, looked) in enumerate(columns.items()):
        words = parts(column)
        full = "_".join(words)
        if full in names:
            found.append(((0, names.index(full), place), column, "by its name"))
            continue
        ranks = [names.index(word) for word in words if word in names]
        if ranks:
            unlikely = bool(LESS_LIKELY.intersection(words[1:])) or looked.kind == "flags"
            found.append(((1 + unlikely, min(ranks), place), column, f'"{names[min(ranks)]}" is in its name'))
    return [(column, reason) for _, column, reason in sorted(found)]


def is_about_the_row(name: str) -> bool:
    """Whether a column of 0 and 1 tells something other than a label: ``is_train``, ``verified``."""
    words = parts(name)
    return bool(words) and words[0] in _ABOUT_ROWS


def quoted(names: Sequence[str]) -> str:
    """The first names in quotes, for a sentence."""
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def argument(name: str) -> str:
    """A column's name as a command-line argument."""
    if re.search(r'["$`\\!]', name):
        return shlex.quote(name)
    return name if re.fullmatch(r"[\w.-]+", name) and not name.startswith("-") else f'"{name}"'


def contents(columns: Mapping[str, Column]) -> str:
    """What the first columns contain, for an error."""
    found = []
    for name, column in list(columns.items())[:_SHOWN]:
        found.append(f'"{name}" contains {column.not_a_label or column.not_a_text or "labels"}')
    return ", ".join(found) + (f" and {len(columns) - _SHOWN} more columns" if len(columns) > _SHOWN else "")
