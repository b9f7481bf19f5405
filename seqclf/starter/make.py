"""A starter: turns the path of a user's data into the text of a config that trains on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqclf.config import read_config
from seqclf.config.problems import ConfigError
from seqclf.config.templates import template
from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, encoding_of
from seqclf.sources.folder.files import Selection
from seqclf.sources.folder.reader import FolderSource
from seqclf.sources.misread import misread
from seqclf.sources.table.files import files_of
from seqclf.sources.table.reader import ROWS_LOOKED_AT, TableSource
from seqclf.sources.texts import LabelledTexts
from seqclf.starter.columns import choose_columns
from seqclf.starter.folders import folder_at
from seqclf.starter.formats import format_of
from seqclf.starter.headers import header_for
from seqclf.starter.look import Look, look
from seqclf.starter.notes import about_files, about_labels
from seqclf.starter.recipe import Family, Recipe, recipe
from seqclf.starter.siblings import Parts, find_parts, from_anywhere, given_part, training_part
from seqclf.starter.spread import looked_at
from seqclf.starter.usable import PartChecks, check_texts
from seqclf.starter.write import config_text, name_after, one_line, scalar, with_data
from seqclf.tables.formats import kind_of
from seqclf.tables.packed import open_binary, unpacking
from seqclf.tables.utf8_files import utf8_among

SEED = 7
_FEW_TEXTS = 400


@dataclass(frozen=True)
class Request:
    """What the user asked for, in addition to the path; None means that the data decide.

    Attributes:
        text: columns of the texts.
        label: columns of the labels; each of several columns of 0 and 1 is a label. A mapping: columns of probabilities
            by label.
        separator: separates several labels in one field.
        header: names of the columns of a file without a line of names; empty: the first line names them.
        guess_separator: whether a separator may be found in the labels.
        file_format: of the files; None: by their extension or content.
        encoding: of the files; guessed if they are not UTF-8.
        validation: a fraction of the training texts, such as 0.1, or the path of a file or folder.
        test: the same for the test texts.
        family: kind of the model.
        template: name of the template whose model is used.
    """

    path: str
    text: tuple[str, ...] = ()
    label: tuple[str, ...] | Mapping[str, str] = ()
    separator: str | None = None
    guess_separator: bool = True
    header: tuple[str, ...] | None = None
    file_format: str | None = None
    encoding: str | None = None
    validation: str | None = None
    test: str | None = None
    name: str | None = None
    family: Family | None = None
    template: str | None = None


@dataclass(frozen=True)
class Seen:
    """A user's data: the options of ``data``, and a look at the texts.

    Attributes:
        summary: the texts and labels in one sentence.
        notes: choices, reasons and alternatives: sentences for the screen.
    """

    request: Request
    name: str
    data: Mapping[str, Any]
    look: Look
    summary: str
    notes: tuple[str, ...]
    seed: int = SEED


@dataclass(frozen=True)
class Starter:
    """The text of a config, and its origin."""

    text: str
    seen: Seen
    recipe: Recipe | None

    @property
    def model(self) -> str:
        """The model and the reason for it, for the screen."""
        if self.recipe is None:
            return f"model: from the template {self.seen.request.template}"
        return f"model: {self.recipe.name} ({self.recipe.why})"


def starter(request: Request) -> Starter:
    """A config that trains on the unchanged file or folder.

    Raises ``InputError`` if the data cannot be read or the columns cannot be identified.
    """
    return starter_for(see(request))


def starter_for(seen: Seen) -> Starter:
    """The config for examined data. Raises ``InputError`` for an unknown template."""
    request = seen.request
    if request.template is not None:
        text = with_data(template(request.template), seen.name, seen.data)
        if not seen.data["validation"]:
            _check_without_validation(request.template, text)
        return Starter(text, seen, None)
    return starter_of(seen, recipe(seen.look, request.family))


def _check_without_validation(name: str, text: str) -> None:
    try:
        read_config(name, (), text)
    except ConfigError as error:
        raise InputError(
            f"--validation 0: the template {name} needs validation texts for training; give a fraction such as 0.1, or "
            "omit --template"
        ) from error


def starter_of(seen: Seen, chosen: Recipe) -> Starter:
    """The config of a recipe for examined data."""
    if not seen.data["validation"]:
        chosen = chosen.without_validation()
    heading = (
        "A classifier of your own texts. Every option is explained by `seqclf schema --markdown`.",
        f"Found in {seen.request.path}: {seen.summary}.",
        f"Model: {chosen.name} ({chosen.why}).",
    )
    options = {"name": seen.name, "seed": seen.seed, "data": dict(seen.data), **chosen.sections()}
    return Starter(config_text(options, heading), seen, chosen)


def replaced(starter: Starter, why: str) -> Starter:
    """The same starter with another reason for its model."""
    assert starter.recipe is not None
    return starter_of(starter.seen, replace(starter.recipe, why=why))


def see(request: Request) -> Seen:
    """Find the files and columns, and examine the texts. Raises ``InputError``."""
    train = training_part(request.path)
    part = _folder(train, request) if Path(train).is_dir() else _table(train, request)
    check_texts(train, part.texts)
    checks = PartChecks(part.texts, part.read)
    found = find_parts(train, checks)
    splits = _splits(request, found, part, checks)
    looked = look(
        part.texts,
        rows=part.rows,
        validation=isinstance(splits["validation"], str),
        test=isinstance(splits["test"], str),
    )
    return Seen(
        request,
        request.name or name_after(train),
        {
            "source": part.options["source"],
            "train": from_anywhere(train),
            **splits,
            **part.options,
            **checks.options(splits),
        },
        looked,
        one_line(looked.summary(part.named)),
        tuple(
            map(
                one_line,
                (
                    *part.notes,
                    *about_labels(looked),
                    *about_files(request.path, train, splits, part.selection),
                    *checks.notes(splits),
                    *found.notes,
                ),
            )
        ),
    )


@dataclass(frozen=True)
class _Part:
    """Training texts with the options of ``data`` that read them.

    Attributes:
        texts: the texts to examine.
        read: reads another part in the same way, or some of its rows. Raises ``InputError``.
        rows: approximate number of all rows.
        named: the columns, in parentheses, for a sentence.
        selection: which files of folders are read; None for tables.
    """

    texts: LabelledTexts
    options: Mapping[str, Any]
    read: Callable[[str], LabelledTexts]
    rows: int
    notes: tuple[str, ...] = ()
    named: str = ""
    selection: Selection | None = None


def _folder(path: str, request: Request) -> _Part:
    if request.text or request.label or request.separator:
        raise InputError(
            f"{path}: is a folder with a folder per label; --text, --label and --label-separator are for tables"
        )
    folder = folder_at(path)
    encoding, options, notes = _encoding(request, *folder.files)
    notes += tuple(f"warning: {said}" for said in misread(encoding, folder.files, "--encoding "))
    source = FolderSource(encoding, "--encoding ", selection=folder.selection)
    texts = source.read(path)
    options = {"source": "folder", **folder.options, **options}
    return _Part(texts, options, source.read, len(texts), (*folder.notes, *notes), selection=folder.selection)


def _table(path: str, request: Request) -> _Part:
    files = files_of(path)
    file_format = request.file_format or format_of(str(files[0]))
    kind = file_format or "auto"
    is_mixed = request.encoding is None and len(files) > 1 and utf8_among(files)  # reading reports the other files
    encoding, encoded, notes = (UTF8, {}, ()) if is_mixed else _encoding(request, *files)
    unread = TableSource("", "", kind, options="--", encoding=encoding)
    keys = (file_format or kind_of(files[0])) == "jsonl"
    values, every, rows = looked_at(unread, path, keys=keys)
    header = request.header
    if header is None:
        given = (*request.text, *request.label)
        is_named = any(name in values for name in given)
        header = () if is_named or unread.kind(path) not in ("csv", "tsv") else header_for(values)
    if header:
        unread = TableSource("", "", kind, options="--", header=header, encoding=encoding)
        values, every, rows = looked_at(unread, path, keys=keys)
        shown = ", ".join(map(scalar, header))
        notes = (f"no line of names: the columns are called {shown} (data.header; --header names them)", *notes)
    guess = request.guess_separator and request.separator is None
    chosen = choose_columns(path, values, request.text, request.label, guess_separator=guess)
    options: dict[str, Any] = {"source": "table", "text": chosen.text, "label": chosen.label}
    if (separator := request.separator or chosen.separator) is not None:
        options["label_separator"] = separator
    if header:
        options["header"] = list(header)
    if file_format is not None:
        options["format"] = file_format
    options |= encoded
    named: dict[str, Any] = {"separator": separator, "options": "--", "header": header, "encoding": encoding}
    source = TableSource(chosen.text, chosen.label, kind, **named)
    texts = source.read(path, most=ROWS_LOOKED_AT, every=every)

    def read(part: str) -> LabelledTexts:
        source.check(part)
        _, one_of, _ = looked_at(unread, part, keys=keys)
        return source.read(part, most=ROWS_LOOKED_AT, every=one_of)

    left_out = [] if (said := source.left_out(path)) is None else [f"warning: {said}"]
    return _Part(texts, options, read, rows, (*chosen.notes, *left_out, *notes), f" ({chosen.named})")


def _encoding(request: Request, *paths: Path) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """The encoding of the files, its option, and a sentence about it; for UTF-8 neither option nor sentence.

    UTF-8 if no encoding fits: reading the files then reports what is wrong with them.
    """
    found, why = request.encoding, ""
    if found is None and not any(kind_of(path) in ("parquet", "xlsx") for path in paths):
        with unpacking(Path(request.path)):
            found, why = encoding_of(*paths, opened=open_binary), " (not UTF-8; --encoding names another)"
    if found is None or canonical(found) == UTF8:
        return UTF8, {}, ()
    return found, {"encoding": found}, (f"encoding: {found}{why}",)


def _splits(request: Request, found: Parts, part: _Part, check: Callable[[str], None]) -> dict[str, Any]:
    """The options ``validation`` and ``test``: from the user, else the files found, else fractions."""
    share = 0.1 if len(part.texts) >= _FEW_TEXTS else 0.2
    splits: dict[str, Any] = {}
    for split, given, beside in (
        ("validation", request.validation, found.validation),
        ("test", request.test, found.test),
    ):
        splits[split] = beside and from_anywhere(beside)
        if given is not None:
            splits[split] = given_part(f"--{split}", given, check)
        elif beside is None:
            splits[split] = share
    return splits
