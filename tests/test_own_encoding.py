"""Files in UTF-8 that are given to a run of files in another encoding."""

from __future__ import annotations

import codecs
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import small_config
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.cli.eval_source import source_of
from seqclf.cli.starting import as_settings
from seqclf.config import load_config
from seqclf.file_encoding import is_utf8, own_encoding
from seqclf.tables.packed import open_binary

ROWS = [("le café — bon", "positive"), ("un thé froid", "negative")]
READERS: dict[str, Callable[[], bytes]] = {
    "csv": lambda: "\n".join(["text,label", *map(",".join, ROWS), ""]).encode(),
    "jsonl": lambda: "".join(
        json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n" for text, label in ROWS
    ).encode(),
    "txt": lambda: "".join(f"{text}\n" for text, _ in ROWS).encode(),
}


@pytest.fixture
def french_run(binary_run: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Options of a run whose training texts are cp1252."""
    monkeypatch.setattr(type(binary_run), "text_encoding", "cp1252")
    return ["--run", str(binary_run.folder)]


@pytest.mark.parametrize("packing", ["", ".gz"])
@pytest.mark.parametrize("kind", READERS)
def test_predict_reads_utf_8_as_what_it_is(kind: str, packing: str, french_run: list[str], tmp_path: Path) -> None:
    path = tmp_path / f"in.{kind}{packing}"

    def predicted(content: bytes, *options: str) -> tuple[list[str], str]:
        path.write_bytes(gzip.compress(content) if packing else content)
        done = CliRunner().invoke(cli, ["predict", *french_run, "--input", str(path), *options])
        assert done.exit_code == 0, done.output
        return [json.loads(line)["text"] for line in done.stdout.splitlines()], " ".join(done.stderr.split())

    content = READERS[kind]()
    texts, said = predicted(content)
    assert texts == [text for text, _ in ROWS]
    assert f"Reading {path} as UTF-8, because all of it is UTF-8; the run's training texts are cp1252" in said
    texts, said = predicted(content.decode().encode("cp1252"))
    assert texts == [text for text, _ in ROWS]
    assert f"Reading {path} as cp1252, like the run's training texts" in said
    assert predicted(content, "--encoding", "cp1252")[0][0] == "le cafÃ© â€” bon"
    assert predicted(codecs.BOM_UTF8 + content.replace("é".encode(), b"e").replace("—".encode(), b"-"))[0] == [
        "le cafe - bon",
        "un the froid",
    ]


def test_a_stream_keeps_the_encoding_of_the_run(french_run: list[str]) -> None:
    command = ["predict", *french_run, "--input", "-", "--input-format", "txt"]
    done = CliRunner().invoke(cli, command, input="le café\n".encode())
    assert json.loads(done.stdout)["text"] == "le cafÃ©"
    assert "Reading standard input as cp1252, like the run's" in " ".join(done.stderr.split())


@pytest.mark.parametrize("kind", ["csv", "jsonl", "folder"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_eval_reads_utf_8_as_what_it_is(
    kind: str, encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"in.{kind}"
    if kind == "folder":
        for number, (text, label) in enumerate(ROWS):
            (path / label).mkdir(parents=True)
            (path / label / f"{number}.txt").write_text(text, encoding=encoding)
    else:
        path.write_bytes(READERS[kind]().decode().encode(encoding))
    config = tmp_path / "c.yaml"
    values = small_config(data={"source": "table", "train": "a.csv", "encoding": "cp1252"})
    config.write_text(json.dumps(values), encoding="utf-8")
    options: dict[str, Any] = {"text": (), "label": None, "label_separator": None}
    source = source_of(path, load_config(config), encoding=None, **options)
    assert sorted(source.read(str(path)).texts) == sorted(text for text, _ in ROWS)
    name = "UTF-8, because all of it is UTF-8" if encoding == "utf-8" else "cp1252, like the run's"
    assert f"Reading {path} as {name}" in " ".join(capsys.readouterr().err.split())
    source_of(path, load_config(config), encoding="utf-8", **options)
    assert capsys.readouterr().err == ""


@given(st.text(min_size=1), st.sampled_from(["cp1252", "gb18030", "utf-8"]))
def test_only_what_decodes_and_is_not_ascii_is_utf_8(
    tmp_path_factory: pytest.TempPathFactory, text: str, usual: str
) -> None:
    path = tmp_path_factory.mktemp("own") / "a.txt"
    path.write_bytes(b"some words, " + text.encode())
    assert is_utf8(path) is (None if text.isascii() else True)
    path.write_bytes(path.read_bytes() + b"\xff")
    assert is_utf8(path) is False
    assert own_encoding(usual, path) == usual


def test_the_check_stops_at_the_first_byte_that_does_not_decode(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * (1 << 18) + b"\xe9 " + b"x" * (1 << 22))
    with path.open("rb") as file:
        assert is_utf8(path, opened=lambda _: file) is False
    reached: list[int] = []

    class Watched:
        def __init__(self) -> None:
            self.file = path.open("rb")

        def __enter__(self) -> Watched:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, size: int) -> bytes:
            reached.append(size)
            return self.file.read(size)

    assert is_utf8(path, opened=lambda _: Watched()) is False  # type: ignore[arg-type, return-value]
    assert sum(reached) < 1 << 20


def test_characters_between_two_reads_and_cut_off_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * ((1 << 18) - 1) + "é".encode() + b"x" * 99)
    assert is_utf8(path) is True
    path.write_bytes(b"x" * 99 + "é".encode()[:1])
    assert is_utf8(path) is False


def test_several_files_are_utf_8_if_none_is_in_another_encoding(tmp_path: Path) -> None:
    ascii_only, french, utf8 = (tmp_path / name for name in ("a", "b", "c"))
    ascii_only.write_bytes(b"plain")
    french.write_bytes("café".encode("cp1252"))
    utf8.write_bytes("café".encode())
    assert own_encoding("cp1252", ascii_only) == "cp1252"
    assert own_encoding("cp1252", ascii_only, utf8, opened=open_binary) == "utf-8"
    assert own_encoding("cp1252", utf8, french) == "cp1252"
    assert own_encoding("utf-16", ascii_only) == "utf-8"
    ascii_only.write_bytes("plain words".encode("utf-16-le"))
    assert own_encoding("utf-16-le", ascii_only) == "utf-16-le"
    os.mkfifo(tmp_path / "pipe")
    assert own_encoding("cp1252", tmp_path / "pipe") == "cp1252"  # reading it would take its content away


@pytest.mark.parametrize(
    ("said", "as_setting"),
    [
        ("cp1252 (not UTF-8; --encoding names another)", "cp1252 (not UTF-8; --set data.encoding=NAME names another)"),
        ("it decodes as cp1252: add --encoding cp1252", "it decodes as cp1252: add --set data.encoding=cp1252"),
        ("(--encoding cp1252, or another", "(--set data.encoding=cp1252, or another"),
    ],
)
def test_the_setting_of_an_encoding(said: str, as_setting: str) -> None:
    assert as_settings(said) == as_setting
