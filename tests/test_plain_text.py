"""``source: text``: documents of plain text files."""

from __future__ import annotations

import gzip
import lzma
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from backports import zstd
from conftest import small_config
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config import Config
from seqclf.config.loading import with_absolute_paths
from seqclf.data.corpus import Corpus
from seqclf.sources.base import SelectiveSource
from seqclf.sources.plain_text import TextData
from seqclf.sources.plain_text.documents import Documents, documents_in
from seqclf.sources.plain_text.slices import ALL, Slice, path_and_slice
from seqclf.sources.texts import UNLABELLED


def texts_of(train: str | list[str], **options: Any) -> list[str]:
    data = TextData(source="text", train=train, **{"validation": 0.0, **options})
    part, reader = str(data.parts()["train"]), data.open()
    reader.check(part)
    read = reader.read(part)
    assert read.labels == [UNLABELLED] * len(read)
    return list(read.texts)


def fingerprint_of(train: str | list[str], **options: Any) -> str:
    data = TextData(source="text", train=train, **{"validation": 0.0, **options})
    return data.open().fingerprint(str(data.parts()["train"]))


# --- documents --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ("file", ["\none\n two \n\n \t\nthree\n"]),
        ("line", ["one", " two ", "three"]),
        ("blank_line", ["one\n two ", "three"]),
    ],
)
def test_line_ends_are_one(documents: Documents, expected: list[str], end: str, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeff\none\n two \n\n \t\nthree\n".replace("\n", end).encode())
    assert texts_of(str(path), documents=documents) == expected
    path.write_bytes(path.read_bytes().removesuffix(end.encode()))
    if documents != "file":
        assert texts_of(str(path), documents=documents) == expected


def test_other_line_ends_of_unicode_are_text(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("one\x0btwo\x0cthree\x85four\u2028five\n", encoding="utf-8")
    assert texts_of(str(path), documents="line") == ["one\x0btwo\x0cthree\x85four\u2028five"]


@pytest.mark.parametrize("documents", ["line", "blank_line"])
def test_lines_longer_than_a_read_are_whole(
    documents: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqclf.sources.plain_text.lines._PIECE", 7)
    monkeypatch.setattr("seqclf.sources.plain_text.documents._CHARACTERS_AT_ONCE", 10)
    path = tmp_path / "text.txt"
    lines = ["a" * 7, "b" * 30, "c" * 6]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert texts_of(str(path), documents=documents) == (lines if documents == "line" else ["\n".join(lines)])
    assert texts_of(str(path)) == ["\n".join(lines)]


# --- slices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("[:90%]", "[:90%]"),
        ("[90%:]", "[90%:]"),
        ("[ 12.5% : 50 % ]", "[12.5%:50%]"),
        ("[-10%:]", "[90%:]"),
        ("[:]", ""),
    ],
)
def test_slices_are_read_and_written(name: str, written: str) -> None:
    path, part = path_and_slice(f"a/b.txt{name}")
    assert (path, str(part)) == ("a/b.txt", written)
    assert part.is_all == (part == ALL) == (written == "")


def test_a_slice_divides_into_two() -> None:
    train, other = path_and_slice("x[20%:80%]")[1].divided(0.1)
    assert (str(train), str(other)) == ("[20%:74%]", "[74%:80%]")


def test_a_file_whose_name_ends_like_a_slice_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "text[:50%]"
    path.write_text("1\n2\n3\n4\n", encoding="utf-8")
    assert texts_of(str(path)) == ["1\n2\n3\n4\n"]
    assert texts_of(f"{path}[:50%]") == ["1\n2\n"]


TEXT = st.lists(st.sampled_from(["", " ", "a", "bc", "é𝄞 ü", "a longer line"]), max_size=12).map("\n".join)


def _lines_with_text(documents: list[str]) -> list[str]:
    return [line for document in documents for line in document.splitlines(keepends=True) if line.strip()]


@given(TEXT, st.sampled_from(["file", "line", "blank_line"]), st.lists(st.integers(0, 1_000), max_size=5))
def test_slices_that_meet_share_no_text_and_lose_none(text: str, documents: Documents, cuts: list[int]) -> None:
    shares = [Fraction(cut, 1_000) for cut in sorted({0, *cuts, 1_000})]
    lines = text.splitlines(keepends=True)
    parts = [
        list(documents_in(lines, documents, Slice(start, stop).bounds(len(text)))) for start, stop in pairwise(shares)
    ]
    whole = list(documents_in(lines, documents))
    read = [document for part in parts for document in part]
    if documents == "file":
        assert _lines_with_text(read) == _lines_with_text(whole)
    else:
        assert read == whole


def test_slices_of_characters_not_of_bytes(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("é\n" * 10 + "e\n" * 10, encoding="utf-8")
    assert texts_of(f"{path}[:50%]") == ["é\n" * 10]


def test_each_file_of_a_folder_is_sliced(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text("".join(f"{name} {i}\n" for i in range(10)), encoding="utf-8")
    expected = ["a.txt 8", "a.txt 9", "b.txt 8", "b.txt 9"]
    assert texts_of(f"{tmp_path}[80%:]", documents="line") == expected
    assert texts_of(f"{tmp_path}/*.txt[80%:]", documents="line") == expected


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_are_read_in_order(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/10.txt", "a/1.txt", "c.md", ".hidden.txt", "README"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    root = str(tmp_path)
    assert texts_of(root) == ["a/1.txt", "b/10.txt", "b/2.txt"]
    assert texts_of(root, extensions=[".md"]) == ["c.md"]
    assert texts_of([f"{root}/c.md", f"{root}/b", f"{root}/a/*"]) == ["c.md", "b/10.txt", "b/2.txt", "a/1.txt"]
    assert texts_of(f"{root}/**/*.txt") == ["a/1.txt", "b/10.txt", "b/2.txt"]
    reader = TextData(source="text", train=root).open()
    assert isinstance(reader, SelectiveSource)
    assert reader.left_out(root) == (
        "left out: 3 files: 1 .md, 1 hidden (.hidden.txt), 1 about the data (README); data.extensions: "
        '[.txt, .text, "", .md] reads .md, too'
    )


def test_packed_files_are_read(tmp_path: Path) -> None:
    packings = {"gz": gzip.compress, "xz": lzma.compress, "zst": zstd.compress}
    for ending, pack in packings.items():
        (tmp_path / f"text.txt.{ending}").write_bytes(pack(f"{ending}\r\n\r\nmore\r\n".encode()))
    (tmp_path / "text.tar.gz").write_bytes(b"not read")
    (tmp_path / "data.zip").write_bytes(b"not read")
    assert texts_of(str(tmp_path), documents="line") == ["gz", "more", "xz", "more", "zst", "more"]
    assert texts_of(f"{tmp_path}/text.txt.gz[50%:]") == ["more\n"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "utf-8"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "noextension"
    path.write_bytes("füf\r\nsechs\r\n".encode(encoding))
    assert texts_of(str(tmp_path), encoding=encoding) == ["füf\nsechs\n"]


def test_fingerprints_follow_content_and_options(tmp_path: Path) -> None:
    path, other = tmp_path / "text.txt", tmp_path / "other.txt"
    for file in (path, other):
        file.write_text("one\ntwo\n", encoding="utf-8")
    name = str(path)
    assert fingerprint_of(name) == fingerprint_of(name, encoding="utf8") == fingerprint_of(str(other))
    different = [
        fingerprint_of(name),
        fingerprint_of(f"{name}[:50%]"),
        fingerprint_of(f"{name}[50%:]"),
        fingerprint_of([name, str(other)]),
        fingerprint_of(name, documents="line"),
        fingerprint_of(name, encoding="cp1252"),
    ]
    path.write_text("one\nTwo\n", encoding="utf-8")
    different.append(fingerprint_of(name))
    assert len(set(different)) == len(different)


# --- in a corpus ------------------------------------------------------------------------------------------------------


def test_documents_are_split_at_random(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("".join(f"line {i}\n" for i in range(50)), encoding="utf-8")
    data = {"source": "text", "train": str(path), "documents": "line", "validation": 0.2, "test": 0.1}
    corpus = Corpus(Config.model_validate(small_config(data=data)))
    splits = {name: list(corpus.texts(name).texts) for name in ("train", "validation", "test")}
    assert [len(texts) for texts in splits.values()] == [35, 10, 5]
    assert sorted(text for texts in splits.values() for text in texts) == sorted(f"line {i}" for i in range(50))


def test_paths_with_slices_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.chdir(tmp_path)
    data = TextData(source="text", train="text.txt[:50%]", validation=["~/text.txt[50%:]"], test=0.1)
    config = Config.model_validate(small_config(data={"source": "sample"})).model_copy(update={"data": data})
    assert with_absolute_paths(config).data.parts() == {
        "train": f"{tmp_path}/text.txt[:50%]",
        "validation": "/home/me/text.txt[50%:]",
        "test": 0.1,
    }
