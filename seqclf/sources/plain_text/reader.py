"""Read documents from plain text files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical
from seqclf.sources.base import OptionError
from seqclf.sources.folder.files import Selection
from seqclf.sources.misread import misread
from seqclf.sources.parts import described, names_of
from seqclf.sources.plain_text.documents import Documents, documents_in
from seqclf.sources.plain_text.files import Found, TextFile, files_of, shared
from seqclf.sources.plain_text.lines import OPTION, check_memory, check_start, is_wide, lines
from seqclf.sources.plain_text.slices import ALL, path_and_slice
from seqclf.sources.texts import UNLABELLED, LabelledTexts, digest
from seqclf.tables.packed import unpacked_size, unpacking

SELECTION = Selection(packed=True)
"""Which files of folders are read by default."""

_LOOKED_AT = 1_000  # files
_LARGE = 1 << 24  # bytes
_EXPECTED = {
    "file": "a document",
    "line": "a document on each line",
    "blank_line": "documents with blank lines between them",
}
"""The content of a file, by ``documents``, for messages."""
_READS_LINES = "set data.documents to line or blank_line, which reads one line at a time"

_State = tuple[str, int, int, int]
"""Identifies the content of a file: its path, inode, size and time of modification."""


class PlainTextSource:
    """A part is one or several files, folders or patterns, each with a slice or without (``files.py``).

    Args:
        documents: what separates documents.
        encoding: Python's name of the files' encoding.
        selection: which files of folders are read.
        train: the part with the training texts.
        fractions: for the splits that are drawn from the training texts, the fraction of its documents.
        folds: number of folds that the training texts are divided into; None: no folds.
    """

    def __init__(
        self,
        documents: Documents = "file",
        encoding: str = UTF8,
        *,
        selection: Selection = SELECTION,
        train: str | None = None,
        fractions: Mapping[str, float] | None = None,
        folds: int | None = None,
    ) -> None:
        self._documents, self._encoding, self._selection = documents, encoding, selection
        self._train, self._fractions, self._folds = train, dict(fractions or {}), folds
        self._digests: dict[_State, str] = {}
        self._lengths: dict[_State, int] = {}

    def check(self, part: str) -> None:
        files = self._find(part).files
        for file in files[:_LOOKED_AT]:
            check_start(file.path, self._encoding)
            self._check_memory(file)
        if not any(any(not line.isspace() for line in lines(file.path, self._encoding)) for file in files):
            raise _no_document(part, self._documents)
        if part == self._train and self._documents == "file":
            self._check_fractions(part, len(files))

    def fingerprint(self, part: str) -> str:
        read = [(self._digest(file.path), str(file.read)) for file in self._find(part).files]
        return digest("plain text", self._documents, canonical(self._encoding), *read)

    def read(self, part: str) -> LabelledTexts:
        from seqclf.text_store import TextStore

        texts, counts = TextStore(), dict[str, int]()
        for file in self._find(part).files:
            before = len(texts)
            texts.extend(self._documents_of(file))
            counts[file.name] = counts.get(file.name, 0) + len(texts) - before
        if empty := [name for name, count in counts.items() if not count]:
            raise _no_document(part if len(empty) == len(counts) else empty[0], self._documents)
        if part == self._train:
            self._check_fractions(part, len(texts))
        return LabelledTexts(texts, [UNLABELLED] * len(texts), origin=described(part))

    def left_out(self, part: str) -> str | None:
        """What the part's folders contain that is not read, as a sentence; also, files in UTF-8 that are read in
        another encoding, and text that the training texts contain, too. None if there is nothing to say."""
        found = self._find(part)
        said = [found.left_out.sentence(self._selection.extensions)]
        said += misread(self._encoding, [file.path for file in found.files], OPTION)
        if self._train is not None and part != self._train:
            pair = shared(found.files, self._find(self._train).files)
            if pair is not None:
                which = f"{pair[0].name} and data.train ({pair[1].name}) both have text of {pair[0].path}"
                said.append(f"{which}, so scores on it say little about new texts")
        return "; ".join(filter(None, said)) or None

    def _find(self, part: str) -> Found:
        return files_of(part, self._selection, binary=not is_wide(self._encoding))

    def _documents_of(self, file: TextFile) -> Iterator[str]:
        self._check_memory(file)
        bounds = None if file.read.is_all else file.read.bounds(self._length(file.path))

        def check(characters: int) -> None:
            check_memory(file.path, characters, "a document", self._cure)

        return documents_in(lines(file.path, self._encoding), self._documents, bounds, check)

    def _check_memory(self, file: TextFile) -> None:
        """Raise ``InputError`` early if a file that is one document does not fit into memory."""
        with unpacking(file.path):
            large = self._documents == "file" and file.path.stat().st_size > _LARGE
        if large:
            characters = int(unpacked_size(file.path) * (file.read.stop - file.read.start))
            check_memory(file.path, characters, "one document", self._cure)

    @property
    def _cure(self) -> str:
        return _READS_LINES if self._documents == "file" else "put blank lines into it, or set data.documents to line"

    def _check_fractions(self, part: str, documents: int) -> None:
        """Raise ``OptionError`` if a split or fold would get no document."""
        if self._folds is not None and documents < self._folds:
            found = f"{described(part)}: has {documents:,} document{'s' * (documents > 1)}, fewer than folds"
            raise OptionError({"folds": f"{found} (data.folds: {self._folds}); set fewer folds, or {self._more}"})
        taken = {split: round(share * documents) for split, share in self._fractions.items()}
        split = min(taken, key=lambda split: taken[split], default=None)
        if split is None or (taken[split] and sum(taken.values()) < documents):
            return
        share, option = self._fractions[split], f"data.{split}"
        names = names_of(part)
        name, read = path_and_slice(names[0]) if len(names) == 1 else ("FILE", ALL)
        train, other = read.divided(share)
        count = f"is one document, and {option} takes a fraction of the documents ({share:g})"
        if documents > 1:
            count = f"has {documents:,} documents, and {option} takes {share:g} of them, which is less than one"
        slices = f"data.train: {name}{train} and {option}: {name}{other}"
        raise OptionError({split: f"{described(part)}: {count}; set slices of the text ({slices}), or {self._more}"})

    @property
    def _more(self) -> str:
        """How there are more documents in the same text, for messages."""
        return "add documents" if self._documents == "line" else "data.documents: line"

    def _digest(self, path: Path) -> str:
        """Hex digest of a file's content; a file is read again only when it has changed."""
        with unpacking(path), path.open("rb") as file:
            state = _state(path, os.fstat(file.fileno()))
            if state not in self._digests:
                self._digests[state] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._digests[state]

    def _length(self, path: Path) -> int:
        """The number of characters of a file."""
        with unpacking(path):
            state = _state(path, path.stat())
        if state not in self._lengths:
            self._lengths[state] = sum(map(len, lines(path, self._encoding)))
        return self._lengths[state]


def _state(path: Path, status: os.stat_result) -> _State:
    return str(path), status.st_ino, status.st_size, status.st_mtime_ns


def _no_document(part: str, documents: str) -> InputError:
    if any(not path_and_slice(name)[1].is_all for name in names_of(part)):
        return InputError(f"{described(part)}: no document starts in this slice; take a larger one")
    return InputError(f"{described(part)}: contains no text; expected {_EXPECTED[documents]}")
