"""Files that are not UTF-8: read in the named encoding, or in a guessed one."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import small_config
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.file_encoding import canonical, encoding_of, guessed
from seqclf.inference.bulk.reader import Reader, Source
from seqclf.sources.folder.reader import FolderSource
from seqclf.sources.table.reader import TableSource

TEXTS = {
    "french": "Très déçu par la qualité. Le café était froid, le service à revoir : c’est dommage — vraiment.",
    "russian": "Плохой товар, не советую покупать",
    "japanese": "この商品はとても良いです。また買いたいと思います",
    "korean": "이 제품은 정말 좋아요. 다시 구매하고 싶습니다",
    "chinese": "这个产品非常好，我很喜欢，推荐给大家购买",
    "greek": "Πολύ καλό προϊόν, το συνιστώ ανεπιφύλακτα",
    "hebrew": "מוצר טוב מאוד אני ממליץ עליו לכולם",
}


@pytest.mark.parametrize(
    ("language", "encoding", "found"),
    [
        ("french", "cp1252", "cp1252"),
        ("french", "utf-16", "utf-16"),
        ("french", "utf-16-le", "utf-16-le"),
        ("french", "utf-16-be", "utf-16-be"),
        ("french", "utf-32", "utf-32"),
        ("russian", "cp1251", "cp1251"),
        ("russian", "koi8-r", "koi8-r"),
        ("russian", "utf-16", "utf-16"),
        ("japanese", "cp932", "cp932"),
        ("japanese", "euc_jp", "euc_jp"),
        ("korean", "cp949", "cp949"),
        ("chinese", "gb18030", "gb18030"),
        ("greek", "cp1253", "cp1253"),
        ("hebrew", "cp1255", "cp1255"),
    ],
)
def test_encodings_are_guessed(language: str, encoding: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"text,label\n{TEXTS[language]},one\n".encode(encoding))
    assert encoding_of(path) == found
    path.write_text(f"text,label\n{TEXTS[language]},one\n", encoding="utf-8")
    assert encoding_of(path) == "utf-8"


def test_a_mark_of_utf_16_counts_at_the_start_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for row in (b"\xff\xfe,x", b"\xfe\xff,x", b"\xff\xfe\0\0,x", b"a\0b\0c\0d\0\xe9\0,x"):
        path.write_bytes(b"text,label\n" + row + b"\nok,y\n")
        assert not (encoding_of(path) or "").startswith("utf-")
        with pytest.raises(InputError) as caught:
            TableSource("text", "label").read(str(path))
        assert "decodes as utf" not in str(caught.value)


def test_utf_8_with_broken_lines_is_not_taken_for_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text,label\ncafé,a\ncrème,a\n".encode() + "été,a\n".encode("cp1252"))
    assert encoding_of(path) is None
    with pytest.raises(InputError, match="save it as UTF-8, or set its encoding"):
        TableSource("text", "label").read(str(path))


@given(st.binary(max_size=200))
def test_a_guess_decodes(content: bytes) -> None:
    if (found := guessed(content)) is not None:
        codecs.getincrementaldecoder(found)("strict").decode(content, final=False)


def test_names_of_encodings() -> None:
    assert {canonical(name) for name in ("utf8", "UTF-8", "utf-8-sig")} == {"utf-8"}
    assert canonical("latin1") == "iso8859-1"
    assert {canonical(name) for name in ("rot13", "base64", "idna", "undefined", "nope", "", "unicode_escape")} == {
        None
    }


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32"])
def test_tables_are_read_in_their_encoding(ending: str, encoding: str, tmp_path: Path) -> None:
    rows = [("café crème", "good"), ("naïve – “quoted”", "bad")]
    lines = {
        "csv": ["text,label", *(f"{text},{label}" for text, label in rows)],
        "tsv": ["text\tlabel", *(f"{text}\t{label}" for text, label in rows)],
        "jsonl": [json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in rows],
    }[ending]
    path = tmp_path / f"a.{ending}"
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    source = TableSource("text", "label", encoding=encoding)
    source.check(str(path))
    read = source.read(str(path))
    assert [(text, label) for text, label in zip(read.texts, read.labels, strict=True)] == rows
    found = list(Reader(Source.of(str(path), None, "text", encoding)))
    assert [getattr(row, "text", row) for row in found] == [text for text, _ in rows]


def test_errors_are_reported_once_with_the_option(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text,label\ncafé,a\nplain,b\ncrème,a\n".encode("cp1252"))
    with pytest.raises(InputError) as caught:
        TableSource("text", "label").read(str(path))
    assert str(caught.value).splitlines() == [
        f"{path}:2: not UTF-8 text",
        f"{path}:4: not UTF-8 text",
        f"{path}: it decodes as cp1252: set data.encoding: cp1252",
    ]
    path.write_bytes("text,label\ncafé,a\n".encode("utf-16"))
    with pytest.raises(InputError, match=r":1: not UTF-8 text; it decodes as utf-16: set data.encoding: utf-16"):
        TableSource("text", "label").check(str(path))
    with pytest.raises(InputError, match=r"it decodes as utf-16: add --encoding utf-16"):
        TableSource("text", "label", options="--").read(str(path))
    path.write_bytes("text,label\nplain,a\nplain,b\n".encode("utf-16-le"))  # without a byte order mark
    with pytest.raises(InputError, match=r":1: not UTF-8 text; it decodes as utf-16-le: set data.encoding: utf-16-le"):
        TableSource("text", "label").check(str(path))
    path.write_bytes(b"text,label\n\xff\xfe\x00\xd8,a\n")
    with pytest.raises(InputError, match="not utf-32 text"):
        TableSource("text", "label", encoding="utf-32").read(str(path))


def test_folders_are_read_in_their_encoding(tmp_path: Path) -> None:
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.txt").write_text(f"crème {label}", encoding="cp1252")
    assert list(FolderSource("cp1252").read(str(tmp_path)).texts) == ["crème a", "crème b"]
    with pytest.raises(InputError, match=r"1\.txt: not UTF-8 text .*; it decodes as cp1252: set data.encoding: cp1252"):
        FolderSource().read(str(tmp_path))


def test_fingerprints_follow_the_encoding_and_not_its_spelling(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\na,b\n", encoding="utf-8")

    def fingerprint(encoding: str) -> str:
        return TableSource("text", "label", encoding=encoding).fingerprint(str(path))

    assert fingerprint("utf-8") == fingerprint("UTF8") == TableSource("text", "label").fingerprint(str(path))
    assert fingerprint("cp1252") == fingerprint("windows-1252") != fingerprint("utf-8")


def test_init_writes_the_encoding_and_train_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"le café {i} était {'bon' if i % 2 else 'mauvais'},{'oui' if i % 2 else 'non'}" for i in range(60)]
    Path("mine.csv").write_bytes("\n".join(["text,label", *rows, ""]).encode("cp1252"))
    made = CliRunner().invoke(cli, ["init", "--from", "mine.csv", "-o", "mine.yaml"])
    assert made.exit_code == 0, made.output
    assert "encoding: cp1252" in Path("mine.yaml").read_text(encoding="utf-8")
    assert "encoding: cp1252 (not UTF-8; --encoding names another)" in made.stderr
    from seqclf.config import load_config

    config = load_config(Path("mine.yaml"))
    assert next(iter(config.data.open().read("mine.csv").texts)) == "le café 0 était mauvais"


def test_predict_and_eval_take_an_encoding(binary_run: object, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("text,label\ngood café,positive\nbad,negative\n".encode("cp1252"))
    run = ["--run", str(binary_run.folder)]  # type: ignore[attr-defined]
    messages = CliRunner().invoke(cli, ["predict", *run, "--input", str(path)])
    assert f"{path}:2: not UTF-8 text; it decodes as cp1252: add --encoding cp1252" in messages.stderr
    read = CliRunner().invoke(cli, ["predict", *run, "--input", str(path), "--encoding", "cp1252"])
    assert [json.loads(line)["text"] for line in read.stdout.splitlines()] == ["good café", "bad"]
    refused = CliRunner().invoke(cli, ["eval", *run, "--data", str(path)])
    assert (refused.exit_code, "add --encoding cp1252" in refused.stderr) == (2, True)
    measured = CliRunner().invoke(cli, ["eval", *run, "--data", str(path), "--encoding", "cp1252", "--json"])
    assert json.loads(measured.stdout)["texts"] == 2
    unknown = CliRunner().invoke(cli, ["predict", *run, "--input", str(path), "--encoding", "cp12"])
    assert (unknown.exit_code, "text encodings, such as utf-8" in unknown.stderr) == (2, True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "folder"])
def test_a_missing_bom_is_an_error_like_any_other(kind: str, encoding: str, tmp_path: Path) -> None:
    """Python's codecs raise a plain ``UnicodeError`` for it."""
    line = {"csv": "text,label", "tsv": "text\tlabel", "jsonl": '{"text": "x", "label": "a"}', "folder": "a text"}[kind]
    path = tmp_path / "a" / ("1.txt" if kind == "folder" else f"t.{kind}")
    path.parent.mkdir()
    path.write_text(f"{line}\n" * 9, encoding="utf-8")
    cure = "it decodes as utf-8: set data.encoding: utf-8"
    if kind == "folder":
        with pytest.raises(InputError, match=f"not {encoding} text.*; {cure}"):
            FolderSource(encoding).read(str(tmp_path))
        return
    for read in (TableSource.check, TableSource.columns, TableSource.read):
        with pytest.raises(InputError, match=f":1: not {encoding} text"):
            read(TableSource("text", "label", encoding=encoding), str(path))
    with pytest.raises(InputError, match=cure):
        TableSource("text", "label", encoding=encoding).read(str(path))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_commands_say_that_the_encoding_is_wrong(encoding: str, binary_run: object, tmp_path: Path) -> None:
    path, config = tmp_path / "in.csv", tmp_path / "c.yaml"
    path.write_text("text,label\n" + "good,a\nbad,b\n" * 20, encoding="utf-8")
    values = small_config(data={"source": "table", "train": str(path), "encoding": encoding})
    config.write_text(json.dumps(values), encoding="utf-8")
    run = ["--run", str(binary_run.folder), "--encoding", encoding]  # type: ignore[attr-defined]
    for command in (
        ["train", str(config), "--runs", str(tmp_path)],
        ["check", str(config)],
        ["split", str(config), "--to", str(tmp_path / "out")],
        ["init", "--from", str(path), "--encoding", encoding, "-o", str(tmp_path / "new.yaml")],
        ["predict", *run, "--input", str(path)],
        ["eval", *run, "--data", str(path)],
    ):
        done = CliRunner().invoke(cli, command)
        assert done.exit_code == 2, done.output
        assert f"{path}:1: not {encoding} text; it decodes as utf-8" in done.stderr
