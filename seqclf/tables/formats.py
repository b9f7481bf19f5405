"""The formats of files of rows, by their extension. A packed file has two: ``reviews.csv.gz``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from seqclf.files import shell_word
from seqclf.tables.packed import member_name, packing_of, unpacked_name

KINDS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
    ".tfrecord": "tfrecord",
    ".tfrecords": "tfrecord",
}
"""File kinds by extension. jsonl: lines of JSON or one array of objects, by content. xlsx: any spreadsheet."""

USUAL = (".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx")
"""Extensions that messages list."""

OUTPUT_KINDS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
"""Kinds of files that are written, by extension."""

READ_KINDS = ("csv", "tsv", "jsonl", "parquet", "tfrecord", "xlsx", "txt")
"""File kinds that `predict` reads; txt has one text per line."""

OWN_COLUMNS = ("jsonl", "tfrecord")
"""File kinds without a header: each row has its own columns."""

WRITE_KINDS = ("csv", "tsv", "jsonl", "parquet")
"""File kinds that predictions are written to."""

TEXT_KINDS = ("csv", "tsv", "jsonl", "txt")
"""File kinds that have an encoding and can be read from a stream."""

PLAIN_TEXT = (".txt", ".text", ".md")
"""Usual extensions of files of text without columns."""

_ARCHIVES = {".tgz": "tar xzf {}", ".tar": "tar xf {}", ".7z": "7z x {}", ".rar": "unrar x {}"}
_SHARD = re.compile(r"-\d{2,}-of-\d{2,}$")
"""How TensorFlow, Hugging Face and others number the parts of a data set."""

UNREAD = (".numbers", *_ARCHIVES)
"""Extensions of files that contain tables and are not read."""


def kind_of(path: Path) -> str | None:
    """The kind of a file by its extension, packed or not; None if it is unknown. Opens only zip files, which contain
    the name of the file within. Raises ``InputError`` for a zip file without exactly one file."""
    kind = KINDS.get(_ending(path))
    if kind is None and packing_of(path) == ".zip" and path.is_file():
        return KINDS.get(Path(member_name(path)).suffix.lower())
    return kind


def _ending(path: Path) -> str:
    """The extension without those of a packing and a shard: ``.tfrecord`` of ``a.tfrecord-00000-of-00004.gz``."""
    return Path(_SHARD.sub("", unpacked_name(path).name)).suffix.lower()


def output_kind_of(path: Path) -> str | None:
    """The kind of a file to write by its extension, packed or not; None if it is unknown."""
    return OUTPUT_KINDS.get(unpacked_name(path).suffix.lower())


def not_written(path: Path, format_option: str = "") -> str:
    """The message for a file to write whose extension is not in ``OUTPUT_KINDS``.

    ``format_option``: the option that names the format of a file with any extension, if there is one.
    """
    inner = unpacked_name(path)
    packing = path.name[len(inner.name) :]
    kind = KINDS.get(inner.suffix.lower())
    if kind == "jsonl":
        what, name = "JSON is written as lines, an object each", inner.with_suffix(".jsonl").name
    elif kind == "xlsx":
        what, name = "spreadsheets are read, not written", inner.with_suffix(".csv").name
    else:
        known = ", ".join(f".{one}" for one in WRITE_KINDS)
        what = f'unknown file extension "{inner.suffix}" (known: {known}, also packed, such as .csv.gz)'
        name = inner.with_suffix(".csv").name if inner.suffix[1:].isalpha() else f"{inner.name}.csv"
    option = f", or add {format_option} {OUTPUT_KINDS[Path(name).suffix]}" if format_option else ""
    return f"{path}: {what}; name it {shlex.quote(str(path.with_name(name + packing)))}{option}"


def unknown_ending(path: Path, cure: str, known: Iterable[str] = USUAL) -> str:
    """The message for a file whose extension is not in ``known``. ``cure``: advice for unknown extensions."""
    inner = unpacked_name(path)
    ending = inner.suffix.lower()
    if (unpack := _ARCHIVES.get(ending)) is not None:
        return f"{path}: the file is an archive; unpack it first (`{unpack.format(shlex.quote(str(path)))}`)"
    if ending == ".numbers":
        return f"{path}: the file is a spreadsheet of Numbers; export it as Excel or as CSV (UTF-8)"
    return f'{path}: unknown file extension "{ending}" (known: {", ".join(known)}); {cure}'


def plain_text_advice(path: Path) -> str:
    """A sentence, with the full stop and the space before it, for a file that may be plain text; else ""."""
    if unpacked_name(path).suffix.lower() not in PLAIN_TEXT:
        return ""
    return (
        f". Plain text, without labels, can train a language model: `seqclf init --from {shell_word(path)} --task "
        "language_model -o FILE` writes a config (docs/language_models.md)"
    )
