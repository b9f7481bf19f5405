"""Write suspects to a file, a row each, with the place where each text can be corrected."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

from seqclf.config import Config
from seqclf.config.loading import with_paths
from seqclf.errors import InputError, SeqclfError
from seqclf.files import scratch_folder, sync
from seqclf.inference.bulk.parquet_writer import ParquetWriter
from seqclf.inference.bulk.target import Target
from seqclf.inference.bulk.writers import LineWriter, Writer
from seqclf.suspects.duplicates import Member
from seqclf.suspects.find import LabelSuspect, Suspects
from seqclf.suspects.splits import Origin, origins
from seqclf.tables.formats import not_written, output_kind_of
from seqclf.tables.packed import packed, packing_of
from seqclf.text.fields import split_fields

LABEL, DUPLICATE, NEAR_DUPLICATE = "label", "duplicate", "near-duplicate"
CONTRADICTED = " with another label"
SEPARATOR = "|"
"""Between several labels in a field, in formats without lists."""

_ROWS_A_BLOCK = 4_096
_DIGITS = 4
_COLUMNS = (
    *("rank", "kind", "split", "file", "line", "label", "suggested", "about", "probability", "suggested_probability"),
    *("score", "group", "similarity"),
)


def listing_target(path: Path, *, overwrite: bool) -> Target:
    """The file, in the format of its extension. Raises ``InputError`` if it cannot be written."""
    kind = output_kind_of(path)
    if kind is None:
        raise InputError(f"--output {not_written(path)}")
    target = Target(path, kind, overwrite=overwrite)
    target.check()
    return target


def check_unread(path: Path, config: Config) -> None:
    """Raise ``InputError`` if the config reads the file, itself or in a folder of texts, or would read it once it
    exists, because a pattern matches it."""
    read: list[str] = []

    def noted(name: str) -> str:
        read.append(name)
        return name

    with_paths(config, noted)
    file = path.absolute().resolve()
    for name in read:
        source = Path(name).absolute().resolve()
        if file == source or (file.exists() and source in file.parents) or _matches(file, source):
            raise InputError(f"--output {path}: is a file that the config reads ({name}); name another file to write")


def _matches(file: Path, pattern: Path) -> bool:
    """Whether a pattern of files matches the file, which need not exist."""
    if not glob.has_magic(str(pattern)):
        return False
    if "**" in pattern.parts:
        return fnmatch.fnmatchcase(str(file), str(pattern).replace("**/", ""))
    return file.match(str(pattern))


class Listing:
    """The rows of all suspects: labels first, the most certain first, then the groups of equal and similar texts.

    Args:
        config: from which the texts were read. Its source is read once more, for the places of the texts.

    Raises:
        InputError: a file can no longer be read.

    Attributes:
        draws_test_texts: whether the test texts are a fraction of the training texts.
    """

    def __init__(self, found: Suspects, config: Config) -> None:
        self._found = found
        self._fields = config.data.fields
        self.draws_test_texts = isinstance(config.data.parts().get("test"), float)
        self._group_of = {
            (member.split, member.place): number
            for number, group in enumerate(found.groups, 1)
            for member in group.members
        }
        self._origins = self._all_origins(config)

    def __len__(self) -> int:
        return len(self._found.errors) + sum(len(group.members) for group in self._found.groups)

    def origin(self, split: int, place: int) -> Origin:
        """Where a text that is listed is from."""
        return self._origins[split, place]

    def text(self, split: int, place: int) -> str:
        return self._found.splits[split].texts.texts[place]

    def rows(self, *, flat: bool) -> Iterator[dict[str, Any]]:
        """``flat``: several labels are one field."""
        numbers = count(1)
        for error in self._found.errors:
            yield {"rank": next(numbers), **self._of_label(error, flat=flat)}
        for group in self._found.groups:
            for member in group.members:
                yield {"rank": next(numbers), **self._of_member(member, flat=flat)}

    def write(self, target: Target) -> int:
        """Write the file, which appears when it is complete, and return the number of its rows.

        Raises:
            InputError: the format cannot store a value.
            SeqclfError: the disk is full and the like.
        """
        try:
            return self._write(target)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise SeqclfError(f"{target.path}: cannot be written ({why})") from error

    def _write(self, target: Target) -> int:
        path = target.path.absolute()
        written = 0
        with scratch_folder(path) as folder:
            writer: Writer = (
                ParquetWriter(folder, _arrow_types(self._found.labels.multi))
                if target.kind == "parquet"
                else LineWriter.into(target.kind, folder)
            )
            rows = self.rows(flat=writer.flat)
            while block := list(islice(rows, _ROWS_A_BLOCK)):
                writer.write(block)
                written += len(block)
            if not written:
                return 0
            packed(writer.finish(), packing_of(path)).replace(path)
            sync(path.parent)
        return written

    def _of_label(self, error: LabelSuspect, *, flat: bool) -> dict[str, Any]:
        return self._row(
            LABEL,
            error.split,
            error.place,
            label=self._labels(error.given, flat=flat),
            suggested=self._labels(error.suggested, flat=flat),
            about=error.about,
            probability=round(error.probability, _DIGITS),
            suggested_probability=round(error.suggested_probability, _DIGITS),
            score=round(error.score, _DIGITS),
        )

    def _of_member(self, member: Member, *, flat: bool) -> dict[str, Any]:
        kind = kind_of(member)
        labels = None if member.labels is None else self._labels(member.labels, flat=flat)
        return self._row(kind, member.split, member.place, label=labels, similarity=round(member.similarity, _DIGITS))

    def _row(self, kind: str, split: int, place: int, **values: Any) -> dict[str, Any]:
        """A row in the order of the columns; ``about`` only for multi-label texts."""
        origin = self.origin(split, place)
        group = self._group_of.get((split, place))
        values |= {"kind": kind, "split": self._found.splits[split].name, "group": group}
        values |= {"file": origin.file, "line": origin.line}
        row = {name: values.get(name) for name in _COLUMNS[1:]}
        if not self._found.labels.multi:
            del row["about"]
        text = self.text(split, place)
        fields = dict(zip(self._fields, split_fields(text), strict=True)) if self._fields else {"text": text}
        return row | {f"{name}_" if name in _COLUMNS else name: value for name, value in fields.items()}

    def _labels(self, names: Sequence[str], *, flat: bool) -> Any:
        if not self._found.labels.multi:
            return names[0]
        return SEPARATOR.join(names) if flat else list(names)

    def _all_origins(self, config: Config) -> dict[tuple[int, int], Origin]:
        """The origin of each listed text, by split and place."""
        listed = {(error.split, error.place) for error in self._found.errors} | set(self._group_of)
        found: dict[tuple[int, int], Origin] = {}
        for number, split in enumerate(self._found.splits):
            places = np.array(sorted(place for of, place in listed if of == number), np.int64)
            by_place = origins(config, split, split.places[places])
            if len(by_place) < len(places):
                raise InputError(f"{split.part}: changed while it was read; try again when it no longer changes")
            in_part = split.places[places].tolist()
            found |= {(number, place): by_place[of] for place, of in zip(places.tolist(), in_part, strict=True)}
        return found


def kind_of(member: Member) -> str:
    """The ``kind`` of a text of a group."""
    return (DUPLICATE if member.exact else NEAR_DUPLICATE) + (CONTRADICTED if member.contradicted else "")


def _arrow_types(multi: bool) -> dict[str, Any]:
    """Types of the columns that may have no value in a block."""
    import pyarrow

    labels = pyarrow.list_(pyarrow.string()) if multi else pyarrow.string()
    numbers = ("probability", "suggested_probability", "score", "similarity")
    whole = ("rank", "line", "group")
    return (
        {name: labels for name in ("label", "suggested")}
        | {name: pyarrow.float64() for name in numbers}
        | {name: pyarrow.int64() for name in whole}
        | {name: pyarrow.string() for name in ("kind", "split", "file", "about")}
    )
