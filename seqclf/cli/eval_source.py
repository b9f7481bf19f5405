"""The texts of ``seqclf eval --data``."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.own_encoding import encoding_like
from seqclf.cli.wrap import say
from seqclf.errors import InputError

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.sources import Source
    from seqclf.sources.table.reader import TableSource


def source_of(
    path: Path,
    config: Config,
    *,
    text: tuple[str, ...],
    label: str | None,
    label_separator: str | None,
    encoding: str | None,
    labelled: bool = True,
) -> Source:
    """The source that reads ``--data``; ``labelled``: with labels.

    Raises ``InputError`` for columns of a folder.
    """
    from seqclf.sources.table import TableData
    from seqclf.sources.table.files import files_of
    from seqclf.sources.table.reader import TableSource
    from seqclf.sources.without_labels import WithoutLabels
    from seqclf.starter.formats import format_of
    from seqclf.tables.formats import OWN_COLUMNS, TEXT_KINDS, kind_of

    if path.is_dir():
        what = f"{path} is a folder of texts"
        _reject_columns(what, {"--text": text, "--label": label, "--label-separator": label_separator})
        source = _folder_source(path, config, encoding)
        return source if labelled else WithoutLabels(source)
    usual = config.data.file_encoding
    files = files_of(str(path))
    file_format = "auto"
    with contextlib.suppress(InputError):  # reading the file says what is expected here
        file_format = format_of(str(files[0])) or "auto"
    if encoding is None:
        is_text = any((kind_of(file) or file_format) in TEXT_KINDS for file in files)
        encoding = encoding_like(usual, str(path), files) if is_text else usual
    own = config.data.columns(with_groups=False)
    separator = label_separator or own.separator
    label = (label or own.label) if labelled else None  # type: ignore[assignment]
    read = replace(own, text=_text_columns(text, own.text), label=label)
    named: dict[str, Any] = {"separator": separator, "options": "--", "encoding": encoding}
    named["file_format"] = file_format
    if isinstance(config.data, TableData) and (kind_of(path) or file_format) in ("csv", "tsv"):
        header = config.data.header or ()
        named["header"] = () if header and _has_header(TableSource(read.text, read.label, **named), path) else header
    table = TableSource(read.text, read.label, **named)
    if not labelled:
        return table
    own_columns = all((kind_of(file) or file_format) in OWN_COLUMNS for file in files)
    optional = _optional_columns(config, table, path, own_columns=own_columns)
    return TableSource(read.text, read.label, **optional, **named)


def _folder_source(path: Path, config: Config, encoding: str | None) -> Source:
    """The source that reads a folder of texts, one folder for each label."""
    from seqclf.sources.folder import FolderData
    from seqclf.sources.folder.files import Selection, find_texts
    from seqclf.sources.folder.reader import FolderSource

    selection = config.data.selection if isinstance(config.data, FolderData) else Selection()
    if encoding is None:
        usual = config.data.file_encoding
        wide = usual.startswith(("utf-16", "utf-32"))
        files = find_texts(path, selection, binary=not wide).files
        encoding = encoding_like(usual, str(path), files)
    return FolderSource(encoding, "--encoding ", selection=selection)


def _has_header(table: TableSource, path: Path) -> bool:
    """Whether the first line names the columns of texts and labels; standard error says so."""
    columns = {*table.columns_read.texts, *table.columns_read.labels}
    first = None
    with contextlib.suppress(InputError):  # reading the file reports it
        first = next(iter(table.rows(str(path))), None)
    if first is None or isinstance(first, InputError) or not columns <= first[1].keys():
        return False
    say(f"{path}: its first line names its columns, unlike the run's files (data.header)", err=True)
    return True


def unlabelled_source_of(path: Path, config: Config, *, text: tuple[str, ...], encoding: str | None) -> Source:
    """The source that reads ``--data`` for a language model: a table, or plain text as the run read it.

    Raises ``InputError`` for columns of plain text.
    """
    from seqclf.sources.plain_text import TextData
    from seqclf.tables.formats import kind_of

    own = config.data
    if (kind_of(path) is not None and not path.is_dir()) or (path.is_dir() and not isinstance(own, TextData)):
        return source_of(path, config, text=text, label=None, label_separator=None, encoding=encoding, labelled=False)
    _reject_columns(f"{path} is read as plain text", {"--text": text})
    documents = own.documents if isinstance(own, TextData) else "file"
    encoding = encoding or own.file_encoding
    read = TextData(source="text", train=str(path), validation=0.0, documents=documents, encoding=encoding)
    return read.open(with_labels=False)


def _reject_columns(what: str, given: Mapping[str, Any]) -> None:
    """Raise ``InputError`` for options that name columns of what has none."""
    for option, value in given.items():
        if value:
            raise InputError(f"{option}: {what}, which has no columns; omit {option}")


def _optional_columns(config: Config, table: TableSource, path: Path, *, own_columns: bool) -> dict[str, Any]:
    """Those of the run's ``data.weight`` and ``data.extra`` that the file has; standard error names the others.

    ``own_columns``: each row has its own columns (jsonl), so later rows may have those that the first ones lack.

    Raises ``InputError`` if the file has no rows.
    """
    columns = config.data.columns()
    weight, extra = columns.weight, columns.extra
    found = table.columns(str(path)) if weight is not None or extra else {}
    if weight is not None and weight not in found:
        say(f'note: {path}: no column "{weight}" (data.weight), so all its texts count the same', err=True)
        weight = None
    if absent := [f'"{name}"' for name in extra if name not in found]:
        what, them = ("column", "it") if len(absent) == 1 else ("columns", "them")
        say(f"warning: {path}: no {what} {', '.join(absent)}; its texts are predicted without {them}", err=True)
    if not own_columns:
        extra = {name: kind for name, kind in extra.items() if name in found}
    return {"weight": weight, "extra": extra}


def _text_columns(given: tuple[str, ...], own: str | Sequence[str]) -> str | Sequence[str]:
    """The columns of ``--text``, or the run's own. Raises ``InputError`` if the run reads more or fewer."""
    if not given:
        return own
    if isinstance(own, str):
        if len(given) > 1:
            raise InputError(f"--text: the run reads one text column; give it once, not {len(given)} times")
        return given[0]
    if len(given) != len(own):
        raise InputError(
            f"--text: the run reads {len(own)} text columns ({', '.join(own)}); give it once for each, in this order"
        )
    return given


def as_setting(value: str | tuple[str, ...]) -> str:
    """The value of ``--set`` for one or several columns."""
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else f"[{', '.join(value)}]"
