"""Choose the columns of texts and labels, and name the reasons and the alternatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.errors import InputError
from seqclf.starter.column_kinds import Column, look_at
from seqclf.starter.column_names import (
    LESS_LIKELY,
    SHORT_TEXT_NAMES,
    TEXT_NAMES,
    argument,
    by_name,
    contents,
    parts,
    quoted,
)
from seqclf.starter.further_columns import about_further_columns
from seqclf.starter.label_columns import Label, label_columns, named_labels
from seqclf.starter.named_columns import NO_COLUMNS, NamedColumns, NoSuchColumn
from seqclf.starter.probability_columns import probability_columns
from seqclf.tables.names import as_written, column_hint


@dataclass(frozen=True)
class Columns:
    """The columns that a config names.

    Attributes:
        text: one column, or several that make up the text.
        label: one column, several columns of 0 and 1, or columns of probabilities by label.
        notes: the choice, its reasons and the alternatives: sentences for the screen.
        separator: separates several labels in one field.
    """

    text: str | tuple[str, ...]
    label: Label
    notes: tuple[str, ...]
    separator: str | None = None

    @property
    def named(self) -> str:
        """The columns, for a sentence."""
        labels = _columns_of(self.label)
        texts = self.text if isinstance(self.text, str) else ", ".join(self.text)
        return f'texts in "{texts}", labels in "{", ".join(labels)}"'


def choose_columns(
    path: str,
    values: Mapping[str, Sequence[Any]],
    text: Sequence[str] = (),
    label: Sequence[str] | Mapping[str, str] = (),
    *,
    guess_separator: bool = False,
    named: NamedColumns = NO_COLUMNS,
) -> Columns:
    """Choose the columns of texts and labels in a table.

    Args:
        path: of the table, for messages.
        values: of the first rows, by column.
        text: the columns that the user named; used without further checks of their kind.
        label: the columns that the user named; each of several columns of 0 and 1 is a label. A mapping: columns of
            probabilities by label.
        guess_separator: whether to look for several labels in a field.
        named: columns that are neither texts nor labels.

    Raises:
        InputError: a named column is missing, or no column is suitable; the message lists what the columns contain.
    """
    values = {name: column for name, column in values.items() if name}  # a config cannot refer to an unnamed column
    _check_header(path, list(values))
    labels = list(label.values()) if isinstance(label, Mapping) else list(label)
    _check_named(path, values, text, labels)
    named.check(path, values, (*text, *labels))
    values = {name: column for name, column in values.items() if name not in named.names}
    rows = max(map(len, values.values()), default=0)
    seen = {name: look_at(name, column, rows) for name, column in values.items()}
    if text:
        text = list(dict.fromkeys(text))
        notes = [f"texts in {quoted(text)}: named by --text"]
    else:
        found, notes = _text_column(path, {name: column for name, column in seen.items() if name not in labels})
        text = [found]
    for name in text:
        _check_text(path, seen[name])
    others = {name: column for name, column in seen.items() if name not in text}
    if isinstance(label, Mapping):
        return Columns(_one_or_all(text), dict(label), (*notes, *named.notes))
    shares = probability_columns(others, values)
    if label:
        chosen = named_labels(path, label, others, values, shares, guess_separator=guess_separator)
    else:
        chosen = label_columns(path, others, values, shares, guess_separator=guess_separator)
    of_labels = {*_columns_of(chosen.label), *shares.values()}
    further = about_further_columns({name: others[name] for name in others if name not in of_labels})
    notes += [*chosen.notes, *named.notes, *further]
    return Columns(_one_or_all(text), chosen.label, tuple(notes), chosen.separator)


def text_columns(path: str, values: Mapping[str, Sequence[Any]], text: Sequence[str] = ()) -> Columns:
    """Choose the columns of texts in a table whose labels are not read. As ``choose_columns``, without ``label``."""
    values = {name: column for name, column in values.items() if name}
    _check_header(path, list(values))
    _check_exist(path, values, text, "--text")
    rows = max(map(len, values.values()), default=0)
    seen = {name: look_at(name, column, rows) for name, column in values.items()}
    if text:
        chosen, notes = list(dict.fromkeys(text)), [f"texts in {quoted(text)}: named by --text"]
    else:
        found, notes = _text_column(path, seen)
        chosen = [found]
    for name in chosen:
        _check_text(path, seen[name])
    return Columns(_one_or_all(chosen), "", tuple(notes))


def _columns_of(label: Label) -> list[str]:
    if isinstance(label, str):
        return [label]
    return list(label.values()) if isinstance(label, Mapping) else list(label)


def _check_named(path: str, values: Mapping[str, Any], text: Sequence[str], label: Sequence[str]) -> None:
    """Raise ``InputError`` if the columns that the user named cannot be used together."""
    for option, names in (("--text", text), ("--label", label)):
        _check_exist(path, values, names, option)
    if len(values) == 1:
        name = next(iter(values))
        without = "or train a language model, without labels (--task language_model of `seqclf init`)"
        raise InputError(f'{path}: the file has only one column, "{name}"; add a column with the labels, {without}')
    if both := [name for name in text if name in label]:
        raise InputError(f'{path}: "{both[0]}" cannot be both text and label; name another with --text or --label')
    if not set(values).difference(label):
        raise InputError(f"{path}: --label names all columns; leave out the one with the texts")


def _check_exist(path: str, values: Mapping[str, Any], names: Sequence[str], option: str) -> None:
    for name in names:
        if name not in values:
            raise NoSuchColumn(path, name, values, option)


def _one_or_all(names: Sequence[str]) -> str | tuple[str, ...]:
    return names[0] if len(names) == 1 else tuple(names)


def _check_header(path: str, names: Sequence[str]) -> None:
    if (hint := column_hint("text", names)).startswith("; the fields"):
        raise InputError(f"{path}: one column ({names[0]}){hint}")
    if not names:
        raise InputError(f"{path}: no column has a name; the first line must name the columns, such as text,label")
    if len(names) == 1 and len(names[0].split()) > 3:
        raise InputError(_no_header(path, names[0]))


def _no_header(path: str, name: str) -> str:
    return (
        f'{path}:1: the first line must name the columns, such as text,label; found "{name[:40]}..."; --header '
        "names the columns of a csv or tsv file without such a line"
    )


def _check_text(path: str, column: Column) -> None:
    if len(column.name.split()) > 5:
        raise InputError(_no_header(path, column.name))
    if not column.all_texts and column.kind != "words":
        what = column.not_a_text or "no texts"
        cure = "write the text to a column of its own, or " if column.kind == "objects" else ""
        raise InputError(f'{path}: "{column.name}" contains {what}; {cure}name another with --text')


def _text_column(path: str, columns: Mapping[str, Column]) -> tuple[str, list[str]]:
    usable = {name: column for name, column in columns.items() if column.not_a_text is None}
    found = _likely_text(usable) or _likely_text(
        {name: column for name, column in columns.items() if column.kind in ("ids", "links")}
    )
    if found is not None:
        name, reason = found
    elif named := by_name(columns, TEXT_NAMES):
        name, reason = named[0]
    else:
        raise InputError(f"{path}: no column contains texts; {contents(columns)}; name one with --text")
    rest = [other for other in usable if other != name and usable[other].distinct * 2 > usable[other].filled]
    rest.sort(key=lambda other: -usable[other].characters)
    notes = [f'texts in "{name}": {reason}']
    if rest:
        other = usable[rest[0]]
        both = [f"--text {argument(one)}" for one in columns if one in (name, other.name)]
        words = "1 word" if other.words < 1.5 else f"{other.words:.0f} words"
        more = f" and {len(rest) - 1} more" if len(rest) > 1 else ""
        notes.append(
            f'"{other.name}"{more} {"contain" if more else "contains"} texts too (about {words}): '
            f"--text {argument(other.name)} takes it; {' '.join(both)} reads both"
        )
    return name, notes


def _likely_text(columns: Mapping[str, Column]) -> tuple[str, str] | None:
    """The likeliest text column and the reason: its name, or else the length of its texts."""
    if not columns:
        return None

    def likely(name: str) -> bool:
        return bool(as_written(name)) and not LESS_LIKELY.intersection(parts(name))

    longest = max(columns, key=lambda name: (likely(name), columns[name].characters))
    most = columns[longest].characters
    for names, shortest in ((TEXT_NAMES, most / 10), (SHORT_TEXT_NAMES, most / 2)):
        for name, reason in by_name(columns, names):
            exact = names is TEXT_NAMES and reason == "by its name"
            if exact or columns[name].characters >= shortest:
                return name, reason
    return longest, "the longest texts"
