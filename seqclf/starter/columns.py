"""Choose the columns of texts and labels, and name the reasons and the alternatives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.errors import InputError
from seqclf.starter.column_kinds import Column, look_at, most_frequent
from seqclf.tables.names import column_hint

_TEXT_NAMES = (
    "text review sentence content body comment tweet message question utterance query document article post narrative "
    "description transcript transcription plot story sms email review_body review_text verbatim feedback complaint "
    "lyrics sequence snippet texts sentences phrase"
).split()
_SHORT_TEXT_NAMES = "abstract summary headline caption title subject name".split()
_LABEL_NAMES = (
    "label class category sentiment intent target emotion topic tag polarity stance labels classes categories intents "
    "emotions topics tags stars rating ratings score grade genre department section type group product issue specialty "
    "variety species language y output answer gold"
).split()
_LESS_LIKELY = frozenset(
    "id ids idx index no num number count confidence prob probability gold url link html json date time".split()
)
_UNNAMED = re.compile(r"column_\d+_*")  # a column without a name
_SEVERAL = 2
_SHOWN = 6


@dataclass(frozen=True)
class Columns:
    """The columns that a config names.

    Attributes:
        label: one column, or several columns of 0 and 1, each of them a label.
        notes: the choice, its reasons and the alternatives: sentences for the screen.
    """

    text: str
    label: str | tuple[str, ...]
    notes: tuple[str, ...]


def choose_columns(
    path: str, values: Mapping[str, Sequence[Any]], text: str | None = None, label: Sequence[str] = ()
) -> Columns:
    """Choose the columns of texts and labels in a table.

    Args:
        path: of the table, for messages.
        values: of the first rows, by column.
        text: the column that the user named; used without further checks of its kind.
        label: the columns that the user named; each of several columns of 0 and 1 is a label.

    Raises:
        InputError: a named column is missing, or no column is suitable; the message lists what the columns contain.
    """
    values = {name: column for name, column in values.items() if name}  # a config cannot refer to an unnamed column
    _check_header(path, list(values))
    for option, names in (("--text", [] if text is None else [text]), ("--label", label)):
        for name in names:
            if name not in values:
                hint = column_hint(name, list(values))
                raise InputError(f'{path}: no column "{name}"{hint} (columns: {_names(values)}; {option} names one)')
    if len(values) == 1:
        name = next(iter(values))
        raise InputError(f'{path}: the file has only one column, "{name}"; add a column with the labels')
    if text is not None and text in label:
        raise InputError(f'{path}: "{text}" cannot be both text and label; name another with --text or --label')
    rows = max(map(len, values.values()), default=0)
    seen = {name: look_at(name, column, rows) for name, column in values.items()}
    labels: str | tuple[str, ...]
    texts = {name: column for name, column in seen.items() if name not in label}
    text_note: tuple[str, ...] = () if text is None else (f'texts in "{text}": named by --text',)
    if not texts:
        raise InputError(f"{path}: --label names all columns; leave out the one with the texts")
    if text is None:
        text, text_note = _text_column(path, texts)
    _check_text(path, seen[text])
    others = {name: column for name, column in seen.items() if name != text}
    if label:
        labels, label_note = _named_labels(path, [seen[name] for name in label])
    else:
        labels, label_note = _label_column(path, others, values)
    return Columns(text, labels, (*text_note, *label_note))


def _names(columns: Mapping[str, Any] | Sequence[str]) -> str:
    return ", ".join(columns)


def _check_header(path: str, names: Sequence[str]) -> None:
    if (hint := column_hint("text", names)).startswith("; the fields"):
        raise InputError(f"{path}: one column ({names[0]}){hint}")
    if not names:
        raise InputError(f"{path}: no column has a name; the first line must name the columns, such as text,label")
    if len(names) == 1 and len(names[0].split()) > 3:
        raise InputError(_no_header(path, names[0]))


def _no_header(path: str, name: str) -> str:
    return f'{path}:1: the first line must name the columns, such as text,label; found "{name[:40]}..."'


def _check_text(path: str, column: Column) -> None:
    if len(column.name.split()) > 5:
        raise InputError(_no_header(path, column.name))
    if not column.all_texts and column.kind != "words":
        what = column.not_a_text or "no texts"
        raise InputError(f'{path}: "{column.name}" contains {what}; name another with --text')


def _parts(name: str) -> list[str]:
    """The words in a column's name: ``reviewText``, ``review_text`` and ``Review text`` give the same two."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [part for part in re.split(r"[^a-z0-9]+", spaced.lower()) if part]


def _by_name(columns: Mapping[str, Column], names: Sequence[str]) -> list[tuple[str, str]]:
    """Columns whose name is or contains one of ``names``, the likeliest first, each with the reason.

    Names that denote something about a label or text, such as its confidence, come last.
    """
    found = []
    for place, (column, looked) in enumerate(columns.items()):
        full, parts = "_".join(_parts(column)), _parts(column)
        if full in names:
            found.append(((0, names.index(full), place), column, "by its name"))
            continue
        ranks = [names.index(part) for part in parts if part in names]
        if ranks:
            unlikely = bool(_LESS_LIKELY.intersection(parts[1:])) or looked.kind == "flags"
            found.append(((1 + unlikely, min(ranks), place), column, f'"{names[min(ranks)]}" is in its name'))
    return [(column, reason) for _, column, reason in sorted(found)]


def _text_column(path: str, columns: Mapping[str, Column]) -> tuple[str, tuple[str, ...]]:
    usable = {name: column for name, column in columns.items() if column.not_a_text is None}
    found = _likely_text(usable) or _likely_text(
        {name: column for name, column in columns.items() if column.kind in ("ids", "links")}
    )
    if found is not None:
        name, reason = found
    elif named := _by_name(columns, _TEXT_NAMES):
        name, reason = named[0]
    else:
        raise InputError(f"{path}: no column contains texts; {_contents(columns)}; name one with --text")
    rest = [other for other in usable if other != name and usable[other].distinct * 2 > usable[other].filled]
    rest.sort(key=lambda other: -usable[other].characters)
    notes = [f'texts in "{name}": {reason}']
    if rest:
        other = usable[rest[0]]
        more = f" and {len(rest) - 1} more" if len(rest) > 1 else ""
        notes.append(
            f'"{other.name}"{more} {"contain" if more else "contains"} texts too (about {max(other.words, 1):.0f} '
            f"words): --text {_argument(other.name)} takes it"
        )
    return name, tuple(notes)


def _likely_text(columns: Mapping[str, Column]) -> tuple[str, str] | None:
    """The likeliest text column and the reason: its name, or else the length of its texts."""
    if not columns:
        return None

    def likely(name: str) -> bool:
        return _UNNAMED.fullmatch(name) is None and not _LESS_LIKELY.intersection(_parts(name))

    longest = max(columns, key=lambda name: (likely(name), columns[name].characters))
    most = columns[longest].characters
    for names, shortest in ((_TEXT_NAMES, most / 10), (_SHORT_TEXT_NAMES, most / 2)):
        for name, reason in _by_name(columns, names):
            exact = names is _TEXT_NAMES and reason == "by its name"
            if exact or columns[name].characters >= shortest:
                return name, reason
    return longest, "the longest texts"


def _label_column(
    path: str, columns: Mapping[str, Column], values: Mapping[str, Sequence[Any]]
) -> tuple[str | tuple[str, ...], tuple[str, ...]]:
    usable = {name: column for name, column in columns.items() if column.not_a_label is None}
    ranked = _by_name(usable, _LABEL_NAMES)
    flags = [name for name, column in usable.items() if column.kind == "flags" and column.filled == column.rows]
    if len(flags) >= _SEVERAL and (not ranked or (ranked[0][0] in flags and ranked[0][1] != "by its name")):
        return tuple(flags), (
            f"labels in {len(flags)} columns of 0 and 1 ({_quoted(flags)}): a text can have several",
            f"--label {_argument(flags[0])} takes only one of them",
            *_other_labels({name: usable[name] for name in usable if name not in flags}),
        )
    if ranked:
        name, reason = ranked[0]
    elif usable:
        name = min(usable, key=lambda one: _sort_key(usable[one]))
        reason = f"{usable[name].distinct:,} different values, repeated"
        if name.strip() in {value for value, _ in most_frequent(values[name], 50)}:
            raise InputError(f'{path}:1: the first line must name the columns, but "{name}" is a label in later rows')
    elif named := _by_name(columns, _LABEL_NAMES):
        name, reason = named[0]  # reading it reports what is wrong with it
    else:
        raise InputError(
            f"{path}: no column looks like a label (few different values, repeated); {_contents(columns)}; "
            "name one with --label"
        )
    rest = {other: column for other, column in usable.items() if other != name}
    passed_over = [
        f'"{other}" is ignored: it contains {columns[other].not_a_label}'
        for other, why in _by_name(columns, _LABEL_NAMES)
        if other not in usable and other != name and why == "by its name"
    ]
    return name, (f'labels in "{name}": {reason}', *passed_over[:1], *_other_labels(rest))


def _sort_key(column: Column) -> tuple[bool, bool, bool, int]:
    """Sort key for label columns chosen by content: filled rows first, words before numbers, few values."""
    unlikely = bool(_LESS_LIKELY.intersection(_parts(column.name)))
    return column.filled < column.rows, unlikely, column.kind != "words", column.distinct


def _other_labels(columns: Mapping[str, Column]) -> list[str]:
    """A note on other columns that could be the labels."""
    if not columns:
        return []
    shown = ", ".join(f'"{name}" ({column.distinct} values)' for name, column in list(columns.items())[:_SHOWN])
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    return [f"could be labels too: {shown}{more}: --label {_argument(next(iter(columns)))} takes the first"]


def _named_labels(path: str, columns: Sequence[Column]) -> tuple[str | tuple[str, ...], tuple[str, ...]]:
    if len(columns) == 1:
        name = columns[0].name
        return name, (f'labels in "{name}": named by --label',)
    for column in columns:
        if column.kind not in ("flags", "constant", "empty"):
            what = column.not_a_label or f"{column.distinct} values"
            raise InputError(
                f'{path}: "{column.name}" contains {what}; with several label columns, each must contain only 0 and '
                "1; fix it, or name one column"
            )
    names = tuple(dict.fromkeys(column.name for column in columns))
    return names, (f"labels in {len(names)} columns of 0 and 1 ({_quoted(names)}): named by --label",)


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _argument(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) and not name.startswith("-") else f'"{name}"'


def _contents(columns: Mapping[str, Column]) -> str:
    found = []
    for name, column in list(columns.items())[:_SHOWN]:
        found.append(f'"{name}" contains {column.not_a_label or column.not_a_text or "labels"}')
    return ", ".join(found) + (f" and {len(columns) - _SHOWN} more columns" if len(columns) > _SHOWN else "")
