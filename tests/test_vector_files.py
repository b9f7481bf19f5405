"""The forms of files with pretrained vectors: some are read, with equal results; the others are refused by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.text.vectors import FileVectors, read_vectors, vectors_dim

Vectors = dict[str, NDArray[np.float32]]


def text(vectors: Vectors, *, separator: str = " ", end: str = "\n") -> bytes:
    lines = (separator.join([word, *map(str, vector.tolist())]) + end for word, vector in vectors.items())
    return "".join(lines).encode()


def headed(vectors: Vectors, **form: str) -> bytes:
    return f"{len(vectors)} {len(next(iter(vectors.values())))}\n".encode() + text(vectors, **form)


def binary(vectors: Vectors, end: bytes = b"") -> bytes:
    words = (word.encode() + b" " + vector.astype("<f4").tobytes() + end for word, vector in vectors.items())
    return headed(vectors).split(b"\n")[0] + b"\n" + b"".join(words)


def zipped(content: bytes, *names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("folder/", "folder/vectors.vec", "__MACOSX/._vectors.vec"):
            archive.writestr(name, b"" if name.endswith("/") else content)
    return file.getvalue()


def zstd(content: bytes) -> bytes:
    file = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(file, "zstd") as packed:
        packed.write(content)
    return bytes(file.getvalue())


TEXT_FORMS: dict[str, Callable[[Vectors], bytes]] = {
    "glove": text,
    "word2vec": headed,
    "fasttext": lambda vectors: headed(vectors, end=" \n"),
    "windows": lambda vectors: headed(vectors, end="\r\n"),
    "tabs": lambda vectors: text(vectors, separator="\t"),
    "BOM": lambda vectors: b"\xef\xbb\xbf" + text(vectors),
    "BOM, header": lambda vectors: b"\xef\xbb\xbf" + headed(vectors),
    "no last line end": lambda vectors: text(vectors).rstrip(b"\n"),
    "blank lines": lambda vectors: headed(vectors).replace(b"\n", b"\n\n") + b" \n",
    "gzip": lambda vectors: gzip.compress(text(vectors)),
    "bzip2": lambda vectors: bz2.compress(headed(vectors)),
    "xz": lambda vectors: lzma.compress(text(vectors)),
    "zip": lambda vectors: zipped(headed(vectors)),
    "zstd": lambda vectors: zstd(text(vectors)),
}
BINARY_FORMS: dict[str, Callable[[Vectors], bytes]] = {
    "binary": binary,
    "binary, lines": lambda vectors: binary(vectors, end=b"\n"),
    "binary, gzip": lambda vectors: gzip.compress(binary(vectors)),
}

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
# Anything that one line can hold. A word of a text form ends where the numbers begin, so trailing white space is lost.
LETTERS = st.characters(exclude_characters="\0\n\r\t\x0b\x0c ", exclude_categories=["Cs"])
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=5), min_size=1, max_size=3).map(" ".join)


def found_in(folder: Path, content: bytes, words: list[str], dim: int) -> FileVectors:
    path = folder / "vectors.any"  # the name says nothing
    path.write_bytes(content)
    assert vectors_dim(path) == dim
    return read_vectors(path, words, dim)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(WORDS, unique=True, max_size=5),
    dim=st.integers(1, 5),
    data=st.data(),
)
def test_every_form_gives_the_same_vectors(tmp_path: Path, words: list[str], dim: int, data: st.DataObject) -> None:
    # Plain words before and after, so that most lines tell the dimension.
    words = [f"plain-{i}" for i in range(4)] + [word.removeprefix("\ufeff") or "x" for word in words]
    words = list(dict.fromkeys(words + [f"plain-{i}" for i in range(4, 9)]))
    vectors = {word: np.array(data.draw(st.lists(NUMBERS, min_size=dim, max_size=dim)), np.float32) for word in words}
    for name, form in TEXT_FORMS.items():
        found = found_in(tmp_path, form(vectors), words, dim)
        assert found.words == len(words), name
        assert sorted(found.vectors) == list(range(len(words))), name
        for place, word in enumerate(words):
            np.testing.assert_array_equal(found.vectors[place], vectors[word], err_msg=f"{name}: {word!r}")
    one_word_each = {word: vector for word, vector in vectors.items() if " " not in word}
    for name, form in BINARY_FORMS.items():
        found = found_in(tmp_path, form(one_word_each), list(one_word_each), dim)
        assert found.words == len(one_word_each), name
        for place, vector in enumerate(one_word_each.values()):
            np.testing.assert_array_equal(found.vectors[place], vector, err_msg=name)


@pytest.mark.parametrize(
    ("content", "dim"),
    [
        (b". . . 0.1 0.2 0.3\ngood 1 2 3\nfilm 0 1 0\n", 3),
        (b"\t 0.1 0.2 0.3\ngood 1 2 3\nfilm 0 1 0\n", 3),
        (b"  0.1 0.2 0.3\ngood 1 2 3\nfilm 0 1 0\n", 3),
        (b"2 3\n\xc2\xa0 0.1 0.2 0.3\ngood 1 2 3\n", 3),
        (b"3 3\ngood 1\nfilm 2\n", 1),  # no header: a word "3"
        (b"2000 1999\ngood 1\nfilm 2\n", 1),
        (b"2 1\ngood 1\nfilm 2\n", 1),
        (b"1990 1 2 3\n1991 1 2 3\n", 3),
        (b"2 3 \r\n1990 1 2 3 \r\n1991 1 2 3 \r\n", 3),
        (b"at name@example.com 1 2 3\nto infinity 1 2 3\n1 2 1 2 3\ngood 1 2 3\nfilm 1 2 3\n", 3),
        (b"\n\ngood 1 2 3\n", 3),
    ],
)
def test_the_dimension_follows_from_the_first_lines(tmp_path: Path, content: bytes, dim: int) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    assert vectors_dim(path) == dim
    read_vectors(path, ["good"], dim)


def test_a_line_that_only_looks_like_a_header_is_a_word(tmp_path: Path) -> None:
    found = found_in(tmp_path, b"3 3\ngood 1\nfilm 2\n", ["3", "good"], 1)
    assert {place: vector.tolist() for place, vector in found.vectors.items()} == {0: [3], 1: [1]}
    assert found.promised is None


def test_what_is_skipped_is_counted(tmp_path: Path) -> None:
    content = (
        b"\xef\xbb\xbfgood 1 2\n\t 1 2\n\n \xc2\xa0 1 2\nNew York 1 2\ncaf\xe9 1 2\ngood 3 4\n 5 6\nfilm 5 6\n\n\n"
    )
    found = found_in(tmp_path, content, ["good", "film", "café"], 2)
    assert [(one.why, one.count, one.first) for one in found.skipped] == [
        ("blank lines", 3, "line 3"),
        ("words of white space", 3, "line 2"),
        ("words with spaces", 1, "line 5"),
        ("words that are not UTF-8", 1, "line 6"),
        ("repeated words", 1, "line 7"),
    ]
    assert {place: vector.tolist() for place, vector in found.vectors.items()} == {0: [1, 2], 1: [5, 6]}
    assert found.words == 8
    assert str(found.skipped[0]) == "3 blank lines (the first: line 3)"
    assert str(found.skipped[2]) == "1 word with spaces (line 5)"


def test_words_are_found_in_the_form_of_the_tokenizer(tmp_path: Path) -> None:
    import unicodedata

    path = tmp_path / "v.txt"
    path.write_text("cafe\u0301 1 2\nna\u00efve 3 4\nnai\u0308ve 5 6\nplain 7 8\n", encoding="utf-8")
    pieces = ["caf\u00e9", "na\u00efve"]
    assert sorted(read_vectors(path, pieces, 2).vectors) == [1]
    found = read_vectors(path, pieces, 2, normalised=lambda word: unicodedata.normalize("NFC", word)).vectors
    assert {place: vector.tolist() for place, vector in found.items()} == {0: [1, 2], 1: [3, 4]}


SAMPLE = {word: np.array([1, 2, 3], np.float32) for word in ("good", "film", "plot")}


def tar(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("vectors.txt")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, vectors=np.ones((2, 3)))
    return file.getvalue()


FOREIGN: dict[str, tuple[bytes, str]] = {
    "fastText": (struct.pack("<3i", 793712314, 12, 3) + bytes(60), "a model of fastText.*fasttext print-word-vectors"),
    "pickle": (pickle.dumps({"good": [1.0, 2.0]}), "Python pickle.*save_word2vec_format"),
    "npy": (b"\x93NUMPY\x01\x00" + bytes(100), r"NumPy array \(\.npy\)"),
    "npz": (npz(), r"NumPy archive \(\.npz\)"),
    "PyTorch": (zipped(b"\x80\x02", "archive/data.pkl", "archive/data/0"), "PyTorch"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
    "parquet": (b"PAR1" + bytes(100), "parquet"),
    "SQLite": (b"SQLite format 3\0" + bytes(100), "SQLite"),
    "many files": (zipped(text(SAMPLE), "a.50d.txt", "a.100d.txt"), r"contains 2 files \(a\.50d\.txt, a\.100d"),
    "no files": (zipped(b"", "folder/"), "contains no file; expected one"),
    "tar": (tar(text(SAMPLE)), "tar archive.*tar xf"),
    "tar.gz": (gzip.compress(tar(text(SAMPLE))), "tar archive.*tar xf"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(100), "7z archive"),
    "lz4": (b"\x04\x22\x4d\x18" + bytes(100), "lz4"),
    "gzip twice": (gzip.compress(gzip.compress(text(SAMPLE))), "packed twice"),
    "UTF-16": (text(SAMPLE).decode().encode("utf-16"), "UTF-16 text, expected UTF-8"),
    "HTML": (b"<!DOCTYPE html>\n<html><body>404</body></html>\n", "web page"),
    "JSON": (b'{"good": [1.0, 2.0, 3.0]}\n', "is JSON"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
    "commas": (text(SAMPLE, separator=","), "separated by commas: replace them by spaces"),
    "decimal commas": (text(SAMPLE).replace(b".", b","), "decimal point, not a comma"),
    "sparse": (b"good 1:0.02 9:0.5\nfilm 2:0.5\nplot 3:0.25 4:1e-3\n", ":1: .*the vectors are sparse"),
    "sparse, header": (b"2 10\ngood 1:0.02 9:0.5\nfilm 2:0.5\n", ":2: .*the vectors are sparse"),
    "wrong header": (b"2 5\ngood 1 2 3\nfilm 1 2 3\n", ":1: the header names 5 numbers a word, but .* have 3; correct"),
    "CR alone": (b"good 1 2 3\rfilm 1 2 3\rplot 1 2 3\r", ":1: .*the lines end with CR alone"),
    "zeros": (bytes(1000), "only zeros"),
    "random": (b"\x01\x02\0\0 \n" * 100, "binary file of a form that seqclf does not know"),
    "empty": (b"", "is empty"),
    "prose": (b"This is a text.\nIt has lines.\n", ":1: expected a word and its numbers"),
    "header alone": (b"3 300\n", "has a header, but no word after it"),
    "truncated gzip": (gzip.compress(text(SAMPLE))[:-9], "damaged or incomplete"),
    "truncated xz": (lzma.compress(text(SAMPLE))[:-20], "damaged or incomplete"),
    "truncated zip": (zipped(text(SAMPLE))[:-30], "damaged or incomplete"),
    "truncated binary": (binary(SAMPLE)[:-2], "ends within vector 3 of 3"),
    "binary with a space": (binary({"New York": SAMPLE["good"], **SAMPLE}), "the word of vector 2 has a NUL byte"),
    "binary that goes on": (binary(SAMPLE).replace(b"3 3", b"2 3", 1), "goes on after the last of its 2 vectors"),
    "binary NaN": (binary({"good": np.array([1, np.nan], np.float32)}), 'vector 1, of "good", has numbers'),
    "other dimension": (b"good 1 2\nfilm 1 2\n", "has vectors of 2 numbers, expected 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_other_files_are_refused_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "my vectors.txt"
    content, message = FOREIGN[name]
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"my vectors.txt.*(?:{message})"):
        vectors_dim(path)
        read_vectors(path, ["good", "film"], 2 if name == "binary NaN" else 3)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "glove.50d.txt").touch()
    for path, message in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "is a pipe or device"),
        (tmp_path / "glove.50d.tx", "no such file; did you mean .*glove.50d.txt"),
        (tmp_path / "none", "no such file; name a file .*=FILE .docs/accuracy.md.*: --set embedding.vectors=null$"),
        (
            Path("https://example.com/cc.en.300.vec.gz"),
            "https://example.com/cc.en.300.vec.gz: is a URL; .* download it first",
        ),
    ):
        with pytest.raises(InputError, match=message):
            vectors_dim(path)


def test_a_binary_file_that_ends_early_is_doubted(tmp_path: Path) -> None:
    found = found_in(tmp_path, binary(SAMPLE).replace(b"3 3", b"9 3", 1), list(SAMPLE), 3)
    assert found.words == 3
    assert found.doubt == "the header names 9 words, but there are 3: is the file complete?"


def test_files_are_read_in_pieces(tmp_path: Path) -> None:
    """Words and vectors that cross the chunks of a reader."""
    vectors = {f"word{i}": np.full(3000, i, np.float32) for i in range(900)}
    for form in (binary, headed):
        found = found_in(tmp_path, form(vectors), list(vectors), 3000)
        assert all((found.vectors[i] == i).all() for i in range(900))


@pytest.mark.parametrize("trainable", [True, False])
@pytest.mark.parametrize(("form", "found"), [("none", [1]), ("nfc", [1, 2])])
def test_a_run_looks_words_up_in_the_form_of_its_tokenizer(
    tmp_path: Path, form: str, found: list[int], trainable: bool
) -> None:
    from types import SimpleNamespace as Some
    from typing import Any

    from seqclf.training.pretrained import read_pretrained

    path = tmp_path / "v.txt"
    path.write_text("plain 1 2\ncafe\u0301 3 4\n", encoding="utf-8")
    pieces = ("[PAD]", "plain", "caf\u00e9")
    tokenizer = Some(pieces=pieces, normalize=form, vocabulary_size=3, separator_id=None)
    kind = Some(type="word", reads_characters=False)
    config: Any = Some(embedding=Some(vectors=str(path), dim=2, trainable=trainable), tokenizer=kind, ngrams=None)
    data: Any = Some(tokenizer=tokenizer, train=Some(counts=lambda size: np.array([0, 3, 1])))
    pretrained = read_pretrained(config, data, lambda stage: None)
    assert pretrained is not None
    assert sorted(pretrained.vectors) == found
    assert pretrained.covered == (1 if len(found) == 2 else 0.75)
    few = "has no vector for 25.0% of the tokens in the training texts: with embedding.trainable: false these keep"
    assert [doubt.startswith(few) for doubt in pretrained.doubts] == (
        [True] if form == "none" and not trainable else []
    )
