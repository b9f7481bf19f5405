"""Read the texts of folders with one folder per label."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from seqclf.errors import InputError
from seqclf.file_encoding import UTF8, canonical, decoded, suggestion
from seqclf.files import shell_word
from seqclf.labels import on_one_line
from seqclf.sources.base import OptionError
from seqclf.sources.folder.files import DEFAULT, SPLIT_NAMES, Found, Selection, find_texts
from seqclf.sources.misread import misread
from seqclf.sources.texts import LabelledTexts, digest_of
from seqclf.tables.formats import KINDS

_WIDE = ("utf-16", "utf-32")
_NAMED = 20


class FolderSource:
    """A part is the path of a folder. The folders in it are the labels; hidden ones and those without texts are not.

    Args:
        encoding: Python's name of the files' encoding.
        option: how the user sets the encoding, for messages.
        selection: which files are read.
        train: the part that must have every folder that ``selection`` names; None: no part must.
    """

    def __init__(
        self,
        encoding: str = UTF8,
        option: str = "data.encoding: ",
        *,
        selection: Selection = DEFAULT,
        train: str | None = None,
    ) -> None:
        self._encoding, self._option = encoding, option
        self._selection, self._train = selection, train
        self._fingerprints: dict[str, str] = {}

    def check(self, part: str) -> None:
        found = self._find(part)
        if part == self._train:
            self._check_names(part, found.folders)
        _check_texts(Path(part), found, self._selection)

    def fingerprint(self, part: str) -> str:
        root = Path(part)
        read_as = () if canonical(self._encoding) == UTF8 else (canonical(self._encoding),)
        files = self._texts(part).files
        state = digest_of((path, *_state(path)) for path in files)
        if state not in self._fingerprints:  # do not read many files twice
            contents = ((path.relative_to(root).as_posix(), _bytes(path)) for path in files)
            self._fingerprints[state] = digest_of(itertools.chain(contents, read_as))
        return self._fingerprints[state]

    def read(self, part: str) -> LabelledTexts:
        from seqclf.text_store import TextStore

        found = self._texts(part)
        texts = TextStore()
        texts.extend(map(self._read_file, found.files))
        return LabelledTexts(texts, found.labels, origin=part)

    def origins(self, part: str) -> Iterator[tuple[str, int | None]]:
        return ((str(path), None) for path in self._texts(part).files)

    def left_out(self, part: str) -> str | None:
        """What the part contains that is not read, as a sentence; None if everything is read."""
        found = self._find(part)
        said = found.left_out.sentence(self._selection.extensions)
        return "; ".join([*([said] if said else []), *misread(self._encoding, found.files, self._option)]) or None

    def _find(self, part: str) -> Found:
        wide = (canonical(self._encoding) or "").startswith(_WIDE)
        return find_texts(Path(part), self._selection, binary=not wide)

    def _texts(self, part: str) -> Found:
        found = self._find(part)
        _check_texts(Path(part), found, self._selection)
        return found

    def _check_names(self, part: str, folders: Sequence[str]) -> None:
        """Raise ``OptionError`` if the selection names folders that do not exist."""
        wrong = {}
        for option in ("labels", "exclude"):
            missing = [name for name in getattr(self._selection, option) if name not in folders]
            if missing:
                close = difflib.get_close_matches(missing[0], folders, n=1)
                meant = f'; did you mean "{close[0]}"?' if close else ""
                known = ", ".join(on_one_line(name, None) for name in folders[:_NAMED]) or "none"
                more = ", ..." if len(folders) > _NAMED else ""
                wrong[option] = f'{part}: has no folder "{missing[0]}"{meant} (folders: {known}{more})'
        if wrong:
            raise OptionError(wrong)

    def _read_file(self, path: Path) -> str:
        try:
            return decoded(_bytes(path), self._encoding)
        except UnicodeError as error:
            named = "UTF-8" if canonical(self._encoding) == UTF8 else self._encoding
            place = f" (byte {error.start + 1})" if isinstance(error, UnicodeDecodeError) else ""
            cure = suggestion(path, self._option, self._encoding)
            raise InputError(f"{path}: not {named} text{place}; {cure}") from error


def _check_texts(root: Path, found: Found, selection: Selection) -> None:
    """Raise ``InputError`` with what to do if there are no texts."""
    if found.files:
        return
    cures = []
    if found.splits:
        train = [name for name in found.splits if any(word in name.lower() for word in SPLIT_NAMES["train"])]
        cures.append(f"did you mean {root / on_one_line((train or found.splits)[0], None)}?")
    elif readable := found.left_out.readable_extensions():
        count = len(found.left_out.by_extension[readable[0]])
        cures.append(f"to read its {count:,} {readable[0]} files, set data.extensions: [{readable[0]}]")
    elif any(Path(name).suffix.lower() in KINDS for name in found.left_out.named("without label")):
        cures.append("to read a table, set data.source: table, and data.train to the file")
    elif any(map(selection.takes, found.left_out.named("without label"))):
        cures.append(
            f"texts without labels can train a language model: `seqclf init --from {shell_word(root)} --task "
            "language_model -o FILE` writes a config (source: text)"
        )
    counts = found.left_out.counts()
    what = f" (left out: {counts})" if counts and not found.splits else ""
    expected = f"expected files such as {root / 'positive' / 'review.txt'}"
    raise InputError("; ".join([f"{root}: contains no texts{what}", expected, *cures]))


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when the content of a file does, as far as it can be known without reading it."""
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return status.st_ino, status.st_size, status.st_mtime_ns


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
