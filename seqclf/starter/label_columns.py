"""Choose the column or columns of the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.column_values import as_number
from seqclf.data.label_spelling import are_written_lists
from seqclf.errors import InputError
from seqclf.starter.column_kinds import Column, most_frequent
from seqclf.starter.column_names import (
    LABEL_NAMES,
    LESS_LIKELY,
    argument,
    by_name,
    contents,
    is_about_the_row,
    parts,
    quoted,
)
from seqclf.starter.probability_columns import are_probabilities, by_label, wrongly_written
from seqclf.starter.separators import separator_in
from seqclf.tables.formats import plain_text_advice

_SEVERAL = 2
_SHOWN = 6
_NEARLY_ALL = 0.95
_FLAGS = ("flags", "constant", "empty")  # kinds of columns that may contain only 0 and 1

Label = str | tuple[str, ...] | dict[str, str]
"""A column; several columns of 0 and 1, each of them a label; or, for each label, the column with its probability."""


@dataclass(frozen=True)
class LabelColumns:
    """The columns of the labels.

    Attributes:
        notes: the choice, its reasons and the alternatives: sentences for the screen.
        separator: separates several labels in one field.
    """

    label: Label
    notes: tuple[str, ...]
    separator: str | None = None


def label_columns(
    path: str,
    columns: Mapping[str, Column],
    values: Mapping[str, Sequence[Any]],
    shares: Mapping[str, str],
    *,
    guess_separator: bool,
) -> LabelColumns:
    """Choose among the columns beside the text. Raises ``InputError`` if none is suitable.

    Args:
        shares: the columns of probabilities, by label.
    """
    usable = {name: column for name, column in columns.items() if column.not_a_label is None}
    ranked = by_name(usable, LABEL_NAMES)
    flags = _flags(usable, values)
    if len(flags) >= _SEVERAL and (not ranked or (ranked[0][0] in flags and ranked[0][1] != "by its name")):
        return _of_flags(flags, usable, values)
    if shares and (not ranked or ranked[0][0] in shares.values()):
        return _of_shares(shares)
    if not ranked and (wrong := wrongly_written(columns, values)) is not None:
        raise InputError(f"{path}: {wrong[1]}")
    if ranked:
        name, reason = ranked[0]
    elif usable:
        name = min(usable, key=lambda one: _sort_key(usable[one]))
        reason = f"{usable[name].distinct:,} different values, repeated"
        if name.strip() in {value for value, _ in most_frequent(values[name], 50)}:
            raise InputError(
                f'{path}:1: the first line must name the columns, but "{name}" is a label in later rows; --header '
                "names the columns of a csv or tsv file without such a line"
            )
    elif named := by_name(columns, LABEL_NAMES):
        name, reason = named[0]  # reading it reports what is wrong with it
    else:
        raise InputError(
            f"{path}: no column looks like a label (few different values, repeated); {contents(columns)}; "
            f"name one with --label{plain_text_advice(Path(path))}"
        )
    rest = {other: column for other, column in usable.items() if other != name}
    passed_over = [
        f'"{other}" is ignored: it contains {columns[other].not_a_label}'
        for other, why in by_name(columns, LABEL_NAMES)
        if other not in usable and other != name and why == "by its name"
    ]
    separator = separator_in(values[name]) if guess_separator else None
    several = _about_several(name, separator, values[name])
    beside = _beside(shares) if shares else ()
    alike = _written_alike(name, usable, values)
    notes = (f'labels in "{name}": {reason}', *several, *passed_over[:1], *beside, *alike, *_other_labels(rest))
    return LabelColumns(name, notes, separator)


def named_labels(
    path: str,
    names: Sequence[str],
    columns: Mapping[str, Column],
    values: Mapping[str, Sequence[Any]],
    shares: Mapping[str, str],
    *,
    guess_separator: bool,
) -> LabelColumns:
    """The columns that the user named. Raises ``InputError`` if they cannot be labels together, or one of them alone.

    Args:
        columns: those beside the text.
        shares: the columns of probabilities, by label.
    """
    names = tuple(dict.fromkeys(names))
    if len(names) == 1:
        name = names[0]
        _check_alone(path, name, columns, values, shares)
        separator = separator_in(values[name]) if guess_separator else None
        several = _about_several(name, separator, values[name])
        return LabelColumns(name, (f'labels in "{name}": named by --label', *several), separator)
    others = [column for column in (columns[name] for name in names) if column.kind not in _FLAGS]
    if others:
        if are_probabilities(names, values):
            return _of_shares(by_label(names), ": named by --label")
        if (wrong := wrongly_written(names, values)) is not None:
            raise InputError(f"{path}: {wrong[1]}")
        column = others[0]
        what = column.not_a_label or f"{column.distinct} values"
        raise InputError(
            f'{path}: "{column.name}" contains {what}; with several label columns, each must contain only 0 and 1; '
            "fix it, or name one column"
        )
    return LabelColumns(names, (f"labels in {len(names)} columns of 0 and 1 ({quoted(names)}): named by --label",))


def _check_alone(
    path: str,
    name: str,
    columns: Mapping[str, Column],
    values: Mapping[str, Sequence[Any]],
    shares: Mapping[str, str],
) -> None:
    """Raise ``InputError`` for one of several columns of probabilities."""
    if columns[name].not_a_label is None:
        return
    if name in shares.values():
        raise InputError(f'{path}: "{name}" contains probabilities of one label; {_options(shares)} takes all labels')
    if (wrong := wrongly_written(columns, values)) is not None and name in wrong[0]:
        raise InputError(f"{path}: {wrong[1]}")


def _options(shares: Mapping[str, str]) -> str:
    return " ".join(f"--label {argument(name)}" for name in shares.values())


def _of_shares(shares: Mapping[str, str], why: str = "") -> LabelColumns:
    shown = quoted(list(shares.values()))
    return LabelColumns(dict(shares), (f"labels in {len(shares)} columns of probabilities ({shown}){why}",))


def _beside(shares: Mapping[str, str]) -> list[str]:
    """A note on columns of probabilities that are not the labels."""
    shown = quoted(list(shares.values()))
    return [f"{shown} are probabilities that sum to 1: {_options(shares)} takes them as labels"]


def _flags(usable: Mapping[str, Column], values: Mapping[str, Sequence[Any]]) -> list[str]:
    """Columns of 0 and 1 that may be labels, all of them written alike (0 and 1, or true and false)."""
    flags = [
        name
        for name, column in usable.items()  # the reader names the rows without a value
        if column.kind == "flags" and column.filled_share >= _NEARLY_ALL and len(values[name]) == column.rows
    ]
    flags = [name for name in flags if not is_about_the_row(name)] or flags
    written = {name: any(str(value).strip().isalpha() for value in values[name]) for name in flags}
    as_words = sum(written.values()) > len(flags) / 2
    return [name for name in flags if written[name] == as_words]


def _of_flags(flags: Sequence[str], usable: Mapping[str, Column], values: Mapping[str, Sequence[Any]]) -> LabelColumns:
    """Each column is a label; if exactly one applies to every text, the texts have one label each."""
    rest = _other_labels({name: usable[name] for name in usable if name not in flags})
    applies = [[as_number(_number(value)) for value in values[name]] for name in flags]
    if all(sum(row) == 1 for row in zip(*applies, strict=True)):
        shown = ", ".join((*flags[:_SHOWN], *(["..."] if len(flags) > _SHOWN else [])))
        return LabelColumns(
            {name: name for name in flags},
            (
                f"labels in {len(flags)} columns of 0 and 1 ({quoted(flags)}): every text has exactly one",
                f"data.label: [{shown}] lets a text have several or none",
                *rest,
            ),
        )
    return LabelColumns(
        tuple(flags),
        (
            f"labels in {len(flags)} columns of 0 and 1 ({quoted(flags)}): a text can have several",
            f"--label {argument(flags[0])} takes only one of them",
            *rest,
        ),
    )


def _number(value: Any) -> Any:
    word = str(value).strip().lower()
    return {"true": 1, "false": 0}.get(word, value)


def _about_several(name: str, separator: str | None, values: Sequence[Any]) -> list[str]:
    """Notes on fields with several labels."""
    if separator is not None:
        fields = (value for value in values if isinstance(value, str) and separator in value)
        example = Counter(fields).most_common(1)[0][0]
        return [
            f'"{example}" and others in "{name}" are several labels, separated by "{separator}": --label-separator '
            "none takes them whole"
        ]
    if are_written_lists(values):
        return [
            f'"{name}" contains lists written as text: each different one is a label of its own; for several labels '
            "per text, write them with a separator (a|b) or as lists in jsonl"
        ]
    return []


def _sort_key(column: Column) -> tuple[bool, bool, bool, int]:
    """Sort key for label columns chosen by content: filled rows first, words before numbers, few values."""
    unlikely = bool(LESS_LIKELY.intersection(parts(column.name))) or is_about_the_row(column.name)
    return column.filled < column.rows, unlikely, column.kind != "words", column.distinct


def _written_alike(name: str, usable: Mapping[str, Column], values: Mapping[str, Sequence[Any]]) -> list[str]:
    """A note on columns with the same two values (or three with -1) as the chosen one: perhaps a label each."""
    found = {other: {one for one, _ in most_frequent(values[other], 4) if one} for other in usable}
    same = [other for other, these in found.items() if these == found.get(name)]
    extra = "-1" in found.get(name, ())
    if len(same) < _SEVERAL or len(found[name]) != _SEVERAL + extra:
        return []
    shown = ", ".join(sorted(found[name]))
    cure = "remove the rows with -1" if extra else "write 0 and 1 (or true and false)"
    return [f"{quoted(same)} all contain {shown}: if each is a label, {cure}; data.label then lists the columns"]


def _other_labels(columns: Mapping[str, Column]) -> list[str]:
    """A note on other columns that could be the labels."""
    if not columns:
        return []
    shown = ", ".join(f'"{name}" ({column.distinct} values)' for name, column in list(columns.items())[:_SHOWN])
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    return [f"could be labels too: {shown}{more}: --label {argument(next(iter(columns)))} takes the first"]
