"""``source: text``: what cannot be read is an error that says what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from seqclf.errors import InputError
from seqclf.sources.base import OptionError, SelectiveSource, Source
from seqclf.sources.plain_text import TextData

NUMBERS = "".join(f"line {i}\n" for i in range(100))


def _opened(train: str | list[str], **options: Any) -> tuple[Source, str]:
    data = TextData(source="text", train=train, **{"validation": 0.0, **options})
    return data.open(), str(data.parts()["train"])


def _check_and_read(train: str | list[str], **options: Any) -> tuple[InputError | None, InputError | None]:
    """The errors of checking and of reading."""
    found: list[InputError | None] = []
    reader, part = _opened(train, **options)
    for call in (reader.check, reader.read):
        try:
            call(part)
        except InputError as error:
            found.append(error)
        else:
            found.append(None)
    return found[0], found[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEQCLF_DATA", raising=False)
    files: dict[str, bytes] = {
        "numbers.txt": NUMBERS.encode(),
        "empty.txt": b"",
        "blank.txt": b" \r\n\r\n",
        "latin.txt": b"caf\xe9 bon\nvoil\xe0 tout\n" * 20,
        "wide.txt": "a wide text\nof two lines".encode("utf-16"),
        "unmarked.txt": "a wide text\nof two lines".encode("utf-16-le"),
        "binary.txt": b"\x7fELF\x02\x01\0\0\0\0" * 20,
        "report.txt": b"%PDF-1.4 and so on",
        "table.txt": b"PAR1\x15\x04 and so on",
        "pointer.txt": b"version https://git-lfs.github.com/spec/v1\n",
        "packed.txt": b"\x1f\x8b\x08\x00 and so on",
        "plain.txt.gz": b"not packed",
        "cut.txt.xz": b"\xfd7zXZ\x00\x00",
        "markdown/a.md": b"text",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "nothing").mkdir()
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("number.txt", "number.txt: no such file; did you mean numbers.txt?"),
        ("number.txt[:90%]", "number.txt: no such file; did you mean numbers.txt?"),
        ("a" * 5_000, "a" * 5_000 + ": no such file"),
        ("other", "other: no such file (paths are relative to the current folder)"),
        ("nope://a.b/c.txt", 'nope://a.b/c.txt: unknown protocol "nope"'),
        (
            "*.text",
            "*.text: no file matches this pattern; the current folder has binary.txt, blank.txt, cut.txt.xz and ",
        ),
        (
            "none/*.txt",
            "none/*.txt: no file matches this pattern; there is no folder none (paths are relative to",
        ),
        ("noth*", "noth*: no file matches this pattern; it matches folders only"),
        ("nothing", "nothing: contains no texts; expected files such as nothing/book.txt"),
        (
            "markdown",
            "markdown: contains no texts (left out: 1 file: .md); to read its .md files, set data.extensions: [.md]",
        ),
        ("/dev/null", "/dev/null: is a pipe or a device, which cannot be read twice"),
        ("empty.txt", "empty.txt: contains no text; expected a document"),
        (["blank.txt", "empty.txt"], "blank.txt and 1 more: contains no text"),
        ("blank.txt[50%:]", "blank.txt[50%:]: no document starts in this slice; take a larger one"),
        ("latin.txt", "latin.txt:1: not UTF-8 text; it decodes as cp1252: set data.encoding: cp1252"),
        ("wide.txt", "wide.txt:1: not UTF-8 text; it decodes as utf-16: set data.encoding: utf-16"),
        ("unmarked.txt", "unmarked.txt:1: not UTF-8 text; it decodes as utf-16-le: set data.encoding: utf-16-le"),
        ("binary.txt", "binary.txt: is not text, it has NUL bytes; expected plain text"),
        ("report.txt", "report.txt: is a PDF file; expected plain text: export its text, or for a table set data.sour"),
        ("table.txt", "table.txt: is a parquet file; expected plain text"),
        ("pointer.txt", "pointer.txt: is a pointer of Git LFS, not the file; get the file with `git lfs pull`"),
        ("packed.txt", "packed.txt: is a gzip file, whatever its extension says; rename it packed.txt.gz"),
        ("plain.txt.gz", "plain.txt.gz: is not packed; rename it plain.txt"),
        ("cut.txt.xz", "cut.txt.xz: ends too early; get the complete file"),
        ("numbers.txt[:90]", "numbers.txt[:90]: no such file, and [:90] is no slice; expected percentages such as ["),
        ("numbers.txt[90%]", "numbers.txt[90%]: no such file, and [90%] is no slice; expected percentages such as ["),
        ("numbers.txt[90%:10%]", "numbers.txt[90%:10%]: the slice is empty; expected a first percentage below the s"),
        ("numbers.txt[:120%]", "numbers.txt[:120%]: 120% is more than the text has; expected at most 100%"),
        (["numbers.txt", "./numbers.txt"], "numbers.txt: is read twice, by numbers.txt and ./numbers.txt; its text w"),
        (["numbers.txt[:50%]", "numbers.txt[40%:]"], "numbers.txt: is read twice, by numbers.txt[:50%] and numbers.t"),
    ],
)
def test_what_is_no_text_is_found_before_and_while_it_is_read(train: str | list[str], message: str) -> None:
    for error in _check_and_read(train):
        assert error is not None
        assert str(error).startswith(message)


@pytest.mark.usefixtures("folder")
def test_slices_without_documents_are_errors() -> None:
    for train, options, name in (
        ("numbers.txt[:0.01%]", {"documents": "file"}, "numbers.txt[:0.01%]"),
        ("numbers.txt[99.9%:]", {"documents": "line"}, "numbers.txt[99.9%:]"),
        ("numbers.txt[50%:]", {"documents": "blank_line"}, "numbers.txt[50%:]"),
        (["numbers.txt[:50%]", "numbers.txt[50%:50.1%]"], {"documents": "line"}, "numbers.txt[50%:50.1%]"),
    ):
        early, late = _check_and_read(train, **options)
        assert early is None, "documents are not counted yet"
        assert str(late) == f"{name}: no document starts in this slice; take a larger one"
    assert str(_check_and_read(["numbers.txt", "empty.txt"])[1]) == "empty.txt: contains no text; expected a document"


@pytest.mark.usefixtures("folder")
def test_an_undecodable_line_is_named() -> None:
    Path("late.txt").write_bytes(NUMBERS.encode() * 100 + "ünï\n".encode() * 3 + b"caf\xe9\nend\n")
    for documents in ("file", "line", "blank_line"):
        early, late = _check_and_read("late.txt", documents=documents)
        assert early is None, "a check reads the start only"
        assert str(late).startswith("late.txt:10004: not UTF-8 text; save it as UTF-8, or set its encoding (data.enc")
    Path("late.txt").write_bytes("wide\n".encode("utf-16") + "ü".encode("utf-16-le")[:1])
    assert str(_check_and_read("late.txt", encoding="utf-16")[1]).startswith("late.txt:")
    assert str(_check_and_read("wide.txt", encoding="utf-16-le")[1]) == "None"


# --- fractions of few documents ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("train", "slices"),
    [
        ("numbers.txt", "data.train: numbers.txt[:90%] and data.validation: numbers.txt[90%:]"),
        ("numbers.txt[:80%]", "data.train: numbers.txt[:72%] and data.validation: numbers.txt[72%:80%]"),
        (["numbers.txt"], "data.train: numbers.txt[:90%] and data.validation: numbers.txt[90%:]"),
    ],
)
def test_one_document_cannot_be_divided(train: str | list[str], slices: str) -> None:
    for error in _check_and_read(train, validation=0.1):
        assert isinstance(error, OptionError)
        assert error.by_option["validation"].startswith("numbers.txt")
        assert "is one document, and data.validation takes a fraction of the documents (0.1)" in str(error)
        assert f"set slices of the text ({slices}), or data.documents: line" in str(error)
    found = re.findall(r"numbers\.txt\S*\]", slices)
    assert _check_and_read(found[0], validation=found[1]) == (None, None), "the advice helps"
    assert _check_and_read(train, validation=0.1, documents="line") == (None, None)


@pytest.mark.usefixtures("folder")
def test_fractions_take_at_least_one_document() -> None:
    few = ["numbers.txt[:25%]", "numbers.txt[25%:50%]", "numbers.txt[50%:]"]
    for error in _check_and_read(few, validation=0.5, test=0.1):
        assert isinstance(error, OptionError)
        assert list(error.by_option) == ["test"]
        assert "has 3 documents, and data.test takes 0.1 of them, which is less than one; set slices of the" in str(
            error
        )
        assert "data.train: FILE[:90%] and data.test: FILE[90%:]" in str(error)
    assert _check_and_read(few, validation=0.4) == (None, None)
    (early, late) = _check_and_read("numbers.txt", documents="blank_line", validation=0.1)
    assert early is None, "documents are not counted yet"
    assert isinstance(late, OptionError)
    assert str(late).endswith("or data.documents: line")
    for error in _check_and_read(few, folds=5, fold=1):
        assert isinstance(error, OptionError)
        assert list(error.by_option) == ["folds"]
        assert str(error).endswith(
            "has 3 documents, fewer than folds (data.folds: 5); set fewer folds, or data.documents: line"
        )
    assert _check_and_read(few, folds=3, fold=1) == (None, None)


# --- memory -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_document_larger_than_memory_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqclf.sources.plain_text.lines.available_memory_bytes", lambda: 4_000)
    monkeypatch.setattr("seqclf.sources.plain_text.documents._CHARACTERS_AT_ONCE", 100)
    assert _check_and_read("numbers.txt", documents="line") == (None, None)
    early, late = _check_and_read("numbers.txt", documents="file")
    assert early is None
    found = "a document of 414 characters needs 0.0 GB of memory, and 0.0 GB are free; set data.documents to line or bl"
    assert str(late).startswith(f"numbers.txt: {found}")
    late = _check_and_read("numbers.txt", documents="blank_line")[1]
    assert "; put blank lines into it, or set data.documents to line" in str(late)
    monkeypatch.setattr("seqclf.sources.plain_text.lines._PIECE", 400)
    Path("long.txt").write_text("x" * 5_000, encoding="utf-8")
    assert "long.txt: a line of 400 characters needs" in str(_check_and_read("long.txt", documents="line")[1])
    monkeypatch.setattr("seqclf.sources.plain_text.reader._LARGE", 100)
    for error in _check_and_read("numbers.txt"):
        assert f"numbers.txt: one document of {len(NUMBERS)} characters needs" in str(error)
    assert _check_and_read("numbers.txt[:10%]") == (None, None)


# --- warnings ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_text_in_two_splits_is_a_warning() -> None:
    data = TextData(source="text", train="numbers.txt[:80%]", validation="numbers.txt[70%:]", test="numbers.txt[80%:]")
    reader = data.open()
    assert isinstance(reader, SelectiveSource)
    assert reader.left_out("numbers.txt[80%:]") is None
    assert reader.left_out("numbers.txt[:80%]") is None
    assert reader.left_out("numbers.txt[70%:]") == (
        "numbers.txt[70%:] and data.train (numbers.txt[:80%]) both have text of numbers.txt, so scores on it say "
        "little about new texts"
    )


@pytest.mark.usefixtures("folder")
def test_utf8_in_another_encoding_is_a_warning() -> None:
    Path("utf8.txt").write_text("größer\n", encoding="utf-8")
    reader = TextData(source="text", train="utf8.txt", encoding="cp1252").open()
    assert isinstance(reader, SelectiveSource)
    assert "utf8.txt is UTF-8 text, but read as cp1252, which garbles it: remove data.encoding" in str(
        reader.left_out("utf8.txt")
    )
