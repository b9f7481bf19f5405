"""Find and measure a user's plain texts without labels, and write the options of ``data`` that read them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, encoding_of
from seqclf.sources.folder.files import EXTENSIONS, SPLIT_NAMES, Selection, texts_in
from seqclf.sources.folder.left_out import LeftOut
from seqclf.sources.plain_text.files import files_of
from seqclf.sources.plain_text.lines import is_wide, lines
from seqclf.sources.plain_text.slices import Slice
from seqclf.starter.documents import guessed
from seqclf.starter.request import Request
from seqclf.starter.siblings import find_parts, from_anywhere, given_part, training_part
from seqclf.starter.training_texts import unlabelled_table
from seqclf.tables.packed import reading, unpacked_size

_SHARE = 0.05  # of the texts: for validation, and as much for testing
_FEW_FILES = 40  # fewer give slices of each to validation and testing
_SHARE_OF_FEW = 0.1
_MANY_ROWS = 400  # fewer give more than a twentieth
_LEAST_DOCUMENTS = 5  # to leave one for validation and one for testing
_SAMPLED = 500_000  # characters


@dataclass(frozen=True)
class Texts:
    """The texts of a language model.

    Attributes:
        data: the options that read them.
        summary: how many, in one sentence.
        characters: of all texts, approximately.
        word_length: characters per word; a word is what white space separates.
        notes: choices and remarks: sentences for the screen.
    """

    data: Mapping[str, Any]
    summary: str
    characters: int
    word_length: float
    notes: tuple[str, ...] = ()


def texts_of_table(request: Request) -> Texts:
    """The texts of a table, of which only the columns of texts are read. Raises ``InputError``."""
    train = training_part(request.path)
    part = unlabelled_table(train, request)
    sample = " ".join(part.texts.texts)
    if not sample.strip():
        raise InputError(f"{train}: every text is empty; name another column with --text")

    def check(other: str) -> None:
        part.read(other)

    beside = find_parts(train, check)
    splits: dict[str, Any] = {}
    for split, given, found in (
        ("validation", request.validation, beside.validation),
        ("test", request.test, beside.test),
    ):
        share = _SHARE if part.rows >= _MANY_ROWS else max(_SHARE_OF_FEW, _whole_documents(part.rows))
        splits[split] = share if found is None else from_anywhere(found)
        if given is not None:
            splits[split] = given_part(f"--{split}", given, check)
    characters = round(len(sample) / len(part.texts) * part.rows)
    data = {"source": "table", "train": from_anywhere(train), **splits, **part.options}
    summary = f"{part.rows:,} texts, about {characters:,} characters"
    return Texts(data, summary, characters, _word_length(sample), part.notes)


def has_plain_texts(path: str) -> bool:
    """Whether this is a folder that contains texts, at any depth, or a file."""
    folder = Path(path)
    if not folder.is_dir():
        return True
    left_out = LeftOut()
    return bool(texts_in(folder, Selection(packed=True), left_out) or left_out.readable_extensions())


def plain_texts(request: Request) -> Texts:
    """The texts of a file, a folder or a pattern. Raises ``InputError`` if there are none or they cannot be read."""
    request, named = _of_split_folders(request)
    extensions, notes = _extensions(request.path)
    notes += named
    encoding = request.encoding
    selection = Selection(extensions=extensions, packed=True)
    found = files_of(request.path, selection, binary=not is_wide(encoding or UTF8))
    files = [file.path for file in found.files]
    if encoding is None:
        encoding = encoding_of(*files, opened=reading) or UTF8
        if canonical(encoding) != UTF8:
            notes.append(f"encoding: {encoding} (not UTF-8; data.encoding names another)")
    if said := found.left_out.sentence(extensions):
        notes.append(said)
    samples = [list(_start(file, encoding, _SAMPLED // min(len(files), 20))) for file in files[:20]]
    text = "".join(line for sample in samples for line in sample)
    if not text or text.isspace():
        raise InputError(f"{request.path}: contains no text")
    characters = round(sum(map(unpacked_size, files)) * len(text) / max(1, len(text.encode())))
    data: dict[str, Any] = {"source": "text", **_splits(request, files, samples, notes)}
    if extensions != EXTENSIONS:
        data["extensions"] = list(extensions)
    if canonical(encoding) != UTF8:
        data["encoding"] = encoding
    count = f"{len(files):,} {'text' if len(files) == 1 else 'texts'}"
    summary = f"{count} without labels, about {characters:,} characters"
    return Texts(data, summary, characters, _word_length(text), tuple(notes))


def _of_split_folders(request: Request) -> tuple[Request, list[str]]:
    """The request for the folders ``train``, ``validation`` and ``test`` in a folder, if it has the first of them; and
    what to say about them."""
    folder = Path(request.path)
    entries = sorted(entry for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
    found = {
        split: str(entry) for split, names in SPLIT_NAMES.items() for entry in entries if entry.name.lower() in names
    }
    if "train" not in found:
        return request, []
    parts: dict[str, Any] = {split: getattr(request, split) or found.get(split) for split in ("validation", "test")}
    note = f"parts: {', '.join(found.values())}"
    return replace(request, path=found["train"], **parts), [note]


def _extensions(path: str) -> tuple[tuple[str, ...], list[str]]:
    """The extensions of the texts in a folder, and what to say about them."""
    folder, left_out = Path(path), LeftOut()
    if not folder.is_dir() or texts_in(folder, Selection(packed=True), left_out):
        return EXTENSIONS, []
    readable = tuple(left_out.readable_extensions())
    return readable or EXTENSIONS, [f"texts are files named {', '.join(readable)} (data.extensions)"] * bool(readable)


def _start(file: Path, encoding: str, characters: int) -> Iterator[str]:
    """The first lines of a file, up to about this number of characters."""
    for line in lines(file, encoding):
        yield line[:_SAMPLED]
        characters -= len(line)
        if characters <= 0:
            return


def _word_length(text: str) -> float:
    words = text.split()
    return sum(map(len, words)) / max(1, len(words))


def _splits(
    request: Request, files: Sequence[Path], samples: Sequence[Sequence[str]], notes: list[str]
) -> dict[str, Any]:
    """The options ``documents``, ``train``, ``validation`` and ``test``: documents of many files or within them, or
    slices of few files."""
    given = {"validation": request.validation, "test": request.test}
    parts: dict[str, Any] = {
        split: _SHARE if part is None else given_part(f"--{split}", part, _check_exists)
        for split, part in given.items()
    }
    shares = {split: part for split, part in parts.items() if isinstance(part, float) and part > 0}
    if sum(shares.values()) >= 1:
        raise InputError("--validation and --test: leave no text for training; give fractions such as 0.1")
    train = from_anywhere(request.path)
    guess = guessed(samples) if len(files) < _FEW_FILES else None
    if guess is not None:
        notes.append(guess.note)
        own = {split: max(_SHARE, _whole_documents(guess.count)) for split in shares if given[split] is None}
        return {"documents": guess.documents, "train": train, **parts, **own}
    if len(files) >= _FEW_FILES or not shares:
        return {"documents": "file", "train": train, **parts}
    if not _can_be_cut(samples, min(shares.values())):
        whole = {split: _whole_documents(len(files)) if given[split] is None else shares[split] for split in shares}
        if not all(whole.values()):
            notes.append("no validation and test texts: the text has too few lines to cut parts from it")
        return {"documents": "file", "train": train, **parts, **whole}
    named = (
        [train] if len(files) == 1 and not Path(request.path).is_dir() else [from_anywhere(str(one)) for one in files]
    )
    rest = Slice()
    for split in reversed(shares):
        rest, part = rest.divided(shares[split] / float(rest.stop))
        parts[split] = _one_or_list([f"{name}{part}" for name in named])
    return {"documents": "file", "train": _one_or_list([f"{name}{rest}" for name in named]), **parts}


def _check_exists(part: str) -> None:
    files_of(part, Selection(packed=True))


def _one_or_list(names: list[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else names


def _whole_documents(count: int) -> float:
    """The fraction of a few documents that is one of them; 0 if too few would be left."""
    return max(_SHARE, math.ceil(100 / count) / 100) if count >= _LEAST_DOCUMENTS else 0


def _can_be_cut(samples: Sequence[Sequence[str]], share: float) -> bool:
    """Whether a line with text starts in every slice of this size, in each of the texts."""
    for sample in samples:
        starts = [0, *itertools.accumulate(map(len, sample))]
        used = [start for start, line in zip(starts, sample, strict=False) if not line.isspace()]
        widest = max((after - before for before, after in itertools.pairwise([0, *used, starts[-1]])), default=0)
        if not used or widest > share * starts[-1] - 1:
            return False
    return True
