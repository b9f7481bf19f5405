"""What a row of a table contains: its text, labels, group, weight and the columns beside the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from seqclf.column_values import as_category, as_number, is_missing, is_number_or_missing, not_as_written
from seqclf.errors import InputError
from seqclf.sources.base import TableColumns
from seqclf.sources.rows.collected import LabelledRow
from seqclf.sources.texts import NO_GROUP, UNLABELLED, Label, group_digest
from seqclf.tables.values import shown
from seqclf.text.fields import filled, join_fields

_YES, _NO = ("1", "1.0", "true"), ("0", "0.0", "false")
_EXACT = 2**53
"""Up to this number, floats are exact integers."""

FROM_ONE = 0.011
"""How far the sum of a row's probabilities may be from 1: they are written with two digits or more."""

_NO_WEIGHT = "; write 1 for a text that counts like others, 0 for one that does not count, or name no weight column"

_LEAST, _MOST = 1e-30, 1e30  # weights: they, and sums of many, are far from the bounds of float32


def labelled_row(where: str, row: Mapping[str, Any], columns: TableColumns) -> LabelledRow:
    """What the columns of a row contain. The row has them all; a column of ``extra`` may be missing.

    ``where``: the place of the row, for messages.

    Raises:
        InputError: a value is not what its column should contain.
    """
    label, shares = _label(where, row, columns)
    return LabelledRow(
        text=text_of(where, row, columns),
        label=label,
        group=NO_GROUP if columns.group is None else group_digest(row[columns.group]),
        weight=1.0 if columns.weight is None else _weight(where, columns.weight, row[columns.weight]),
        shares=shares,
        extra=tuple(_extra(where, name, kind, row.get(name)) for name, kind in columns.extra.items()),
    )


def text_of(where: str, row: Mapping[str, Any], columns: TableColumns) -> str:
    """The text of a row. A text of several columns may lack some of them, but not all."""
    names = columns.texts
    values = filled([row[name] for name in names])
    for name, value in zip(names, values, strict=True):
        if not isinstance(value, str):
            raise InputError(f'{where}: "{name}" is {shown(value)}, expected a string; correct or remove the row')
    return values[0] if len(values) == 1 else join_fields(values)


def _label(where: str, row: Mapping[str, Any], columns: TableColumns) -> tuple[Label, tuple[float, ...]]:
    """The label or labels, and the probability of each label if the table has them."""
    if columns.label is None:
        return UNLABELLED, ()
    if isinstance(columns.label, Mapping):
        shares = _shares(where, row, columns.label)
        return list(columns.label)[shares.index(max(shares))], shares
    if not isinstance(columns.label, str):
        return tuple(sorted(name for name in columns.label if _applies(where, name, row[name]))), ()
    label, named = row[columns.label], f'{where}: "{columns.label}"'
    if columns.separator is not None and isinstance(label, str):
        label = label.split(columns.separator) if label.strip() else []
    if isinstance(label, list):
        return _several(named, label), ()
    if isinstance(label, float) and is_missing(label):
        raise InputError(f"{named} is empty (NaN); every row needs a label")
    name = _label_name(label)
    if name is None and isinstance(label, float | Decimal):
        raise InputError(
            f"{named} is {shown(label)}, a decimal; a classifier needs labels: group the numbers into a few classes, "
            "or write them as strings if they are names"
        )
    if name is None:
        raise InputError(
            f"{named} is {shown(label)}, expected a label (a string, an integer, true or false) or a list of labels"
        )
    if not name:
        raise InputError(f"{named} is empty; every row needs a label")
    return name, ()


def _several(named: str, label: Sequence[Any]) -> tuple[str, ...]:
    names = [_label_name(item) for item in label]
    for name, item in zip(names, label, strict=True):
        if not name:
            what = "is not a label" if name is None else "is empty"
            raise InputError(f"{named} is {shown(label, 80)}, in which {shown(item)} {what}")
    return tuple(sorted({name for name in names if name}))


def _shares(where: str, row: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[float, ...]:
    """The probabilities of all labels; they sum to 1."""
    shares = tuple(_number(f'{where}: "{column}"', row[column], "a probability") for column in columns.values())
    total = sum(shares)
    if abs(total - 1) > FROM_ONE:
        names = ", ".join(f'"{column}"' for column in list(columns.values())[:5])
        raise InputError(f"{where}: the probabilities of the labels sum to {total:g}, expected 1 ({names})")
    return tuple(share / total for share in shares)


def _weight(where: str, column: str, value: Any) -> float:
    weight = _number(f'{where}: "{column}"', value, "a weight", if_missing=_NO_WEIGHT)
    if weight and not _LEAST <= weight <= _MOST:
        raise InputError(f'{where}: "{column}" is {shown(value)}, expected 0, or a weight from {_LEAST:g} to {_MOST:g}')
    return weight


def _number(named: str, value: Any, what: str, *, if_missing: str = "") -> float:
    """A number that is 0 or more.

    Args:
        named: the place of the value.
        what: what it should be.
        if_missing: what to do without a value.
    """
    expected = f"expected {what} (a number, 0 or more)"
    if is_missing(value):
        found = shown(value) if isinstance(value, str) and value.strip() else "empty"
        raise InputError(f"{named} is {found}, {expected}{if_missing}")
    try:
        number = as_number(value)
    except ValueError as error:
        raise InputError(f"{named} is {shown(value)}, {expected}{not_as_written(value)}") from error
    if number < 0:
        raise InputError(f"{named} is {shown(value)}, {expected}")
    return number


def _extra(where: str, column: str, kind: str, value: Any) -> float | str:
    try:
        return as_number(value) if kind == "number" else as_category(value)
    except ValueError as error:
        cure = not_as_written(value) or f"; for words, write data.extra.{column}: category"
        what = f"a number, or nothing{cure}" if kind == "number" else "a word"
        raise InputError(f'{where}: "{column}" is {shown(value)}, expected {what}') from error


def _applies(where: str, column: str, value: Any) -> bool:
    """Whether the label of a column applies to a text. Raises ``InputError`` for values other than 0 and 1."""
    word = str(value).strip().lower()
    if isinstance(value, str | int | float) and word in (*_YES, *_NO):
        return word in _YES
    cure = f"; for probabilities, name the column of each label: data.label: {{LABEL: {column}, ...}}"
    raise InputError(
        f'{where}: "{column}" is {shown(value)}, expected 0 or 1 (true or false){cure if _is_share(value) else ""}'
    )


def _is_share(value: Any) -> bool:
    """Whether a value could be a probability other than 0 and 1."""
    return is_number_or_missing(value) and 0 < as_number(value) < 1


def _label_name(value: Any) -> str | None:
    """The name of a label; None if the value cannot be a label."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | Decimal) and -_EXACT <= value <= _EXACT and value == int(value):
        return str(int(value))  # what a column of integers becomes if some rows lack a value
    return str(value).strip() if isinstance(value, str | int) else None
