"""Tables and folders in UTF-8 beside others, and the advice on them."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.cli.own_encoding import encoding_like
from seqclf.errors import InputError
from seqclf.file_encoding import conversion
from seqclf.sources.folder.reader import FolderSource
from seqclf.sources.parts import part_of
from seqclf.sources.table.reader import TableSource
from seqclf.tables.utf8_files import utf8_among

ROWS = "text,label\n" + "".join(
    f"le café {i} était {'bon' if i % 2 else 'mauvais'},{'oui' if i % 2 else 'non'}\n" for i in range(30)
)


needs_iconv = pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is not installed")


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with ``mix_1.csv`` in UTF-8 and ``mix_2.csv`` in cp1252."""
    monkeypatch.chdir(tmp_path)
    Path("mix_1.csv").write_text(ROWS, encoding="utf-8")
    Path("mix_2.csv").write_text(ROWS.replace("café", "thé") * 3, encoding="cp1252")
    return tmp_path


@needs_iconv
@pytest.mark.parametrize("part", ["mix_*.csv", part_of(["mix_2.csv", "mix_1.csv"])])
def test_the_advice_on_mixed_encodings_is_a_cure(part: str, mixed: Path) -> None:
    Path("mix_2.csv").write_text(ROWS, encoding="cp1252")
    cure = "iconv -f cp1252 -t utf-8 mix_2.csv > NEW"
    advice = f"it decodes as cp1252, but mix_1.csv is UTF-8: convert this file, and put NEW in its place ({cure})"
    for attempt in (TableSource.check, TableSource.read):
        with pytest.raises(InputError) as caught:
            attempt(TableSource("text", "label"), part)
        assert str(caught.value).endswith(advice)
    subprocess.run(cure, shell=True, check=True)
    Path("NEW").replace("mix_2.csv")
    assert set(TableSource("text", "label").read(part).texts) == {line.split(",")[0] for line in ROWS.splitlines()[1:]}


def test_init_does_not_garble_files_in_utf_8(mixed: Path) -> None:
    done = CliRunner().invoke(cli, ["init", "--from", "mix_*.csv", "-o", "a.yaml"])
    assert (done.exit_code, Path("a.yaml").exists()) == (2, False)
    assert "mix_2.csv: it decodes as cp1252, but mix_1.csv is UTF-8" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("part", "more"),
    [
        (
            "mix_*.csv",
            f", and convert mix_2.csv to utf-8, and put NEW in its place ({conversion('cp1252', 'mix_2.csv')})",
        ),
        ("mix_1.csv", ""),
    ],
)
def test_a_declared_encoding_stays_with_a_warning(part: str, more: str, mixed: Path) -> None:
    source = TableSource("text", "label", encoding="cp1252")
    assert source.read(part).texts[0] == "le cafÃ© 0 Ã©tait mauvais"  # as earlier versions read it
    said = source.left_out(part)
    assert said is not None
    assert said == f"mix_1.csv is UTF-8 text, but read as cp1252, which garbles it: remove data.encoding{more}"
    assert source.left_out("mix_2.csv") is None
    assert TableSource("text", "label").left_out("mix_1.csv") is None


def test_packed_files_are_named_too(mixed: Path) -> None:
    Path("a.csv.gz").write_bytes(gzip.compress(ROWS.encode()))
    Path("b.csv.gz").write_bytes(gzip.compress(ROWS.encode())[:-20])
    assert utf8_among([Path("b.csv.gz"), Path("a.csv.gz")]) == [Path("a.csv.gz")]  # b.csv.gz is cut off
    said = TableSource("text", "label", encoding="cp1252").left_out("a.csv.gz")
    assert said is not None and said.startswith("a.csv.gz is UTF-8 text")
    Path("c.csv.gz").write_bytes(gzip.compress(ROWS.encode("cp1252")))
    with pytest.raises(InputError, match=r"but a\.csv\.gz is UTF-8: convert this file, .*utf-8 FILE > NEW"):
        TableSource("text", "label").read(part_of(["a.csv.gz", "c.csv.gz"]))
    with pytest.raises(InputError, match=r"c\.csv\.gz: it decodes as cp1252: set data\.encoding: cp1252"):
        TableSource("text", "label").read(part_of(["c.csv.gz"]))


def test_eval_rejects_mixed_encodings(mixed: Path) -> None:
    files = [Path("mix_2.csv"), Path("mix_1.csv")]
    with pytest.raises(InputError, match=r"mix_\*\.csv: mix_1\.csv is UTF-8 text, other files are not: .*iconv"):
        encoding_like("cp1252", "mix_*.csv", files)
    assert encoding_like("cp1252", "mix_1.csv", files[1:]) == "utf-8"
    assert encoding_like("utf-8", "mix_*.csv", files) == "utf-8"  # reading the files reports it


def test_folders_warn_about_texts_in_utf_8(tmp_path: Path) -> None:
    for label, encoding in (("a", "cp1252"), ("b", "utf-8"), ("c", "utf-8")):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.txt").write_text(f"crème {label}", encoding=encoding)
    said = FolderSource("cp1252").left_out(str(tmp_path))
    assert said is not None
    assert f"{tmp_path / 'b' / '1.txt'} and 1 more file are UTF-8 text, but read as cp1252" in said


@needs_iconv
@pytest.mark.parametrize("declared", [[], ["--encoding", "cp1252"]])
def test_the_one_file_in_utf_8_is_to_be_converted(declared: list[str], tmp_path: Path) -> None:
    for place in range(40):
        label = tmp_path / "t" / ("bon" if place % 2 else "mauvais")
        label.mkdir(parents=True, exist_ok=True)
        (label / f"{place}.txt").write_text(f"le café {place} était {label.name}", encoding="cp1252")
    (label / "0.txt").write_text("café", encoding="utf-8")

    def said() -> str:
        done = CliRunner().invoke(cli, ["init", "--from", str(tmp_path / "t"), *declared])
        assert done.exit_code == 0
        return " ".join(done.stderr.split())

    cure = conversion("utf-8", label / "0.txt", to="cp1252")
    advice = f"which garbles it: convert {label / '0.txt'} to cp1252, and put NEW in its place ({cure})"
    assert advice in said() and "remove" not in said()
    subprocess.run(cure, shell=True, check=True, cwd=tmp_path)
    (tmp_path / "NEW").replace(label / "0.txt")
    assert "garbles" not in said()
    (label / "0.txt").write_text("café \u4e2d", encoding="utf-8")  # cp1252 cannot write it
    other = "convert the 40 files in cp1252 to utf-8"
    assert (f"remove --encoding, and {other}" if declared else f"garbles it: {other}") in said()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1251", "koi8-r", "cp874", "iso8859-15"])
def test_a_bom_read_in_another_encoding_is_named(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_text(ROWS, encoding="utf-8-sig")
    with pytest.raises(InputError, match="the file is UTF-8: it starts with the BOM of UTF-8; remove data.encoding"):
        TableSource("text", "label", encoding=encoding).check(str(path))


@needs_iconv
@pytest.mark.parametrize("codec", ["cp1252", "latin-1", "euc_jp", "koi8-r", "cp932", "utf-16-le", "utf-16", "gb18030"])
def test_iconv_knows_the_names_of_the_codecs(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "a file.txt"
    path.write_text("words", encoding=codec)
    subprocess.run(conversion(codec, path), shell=True, check=True, cwd=tmp_path)
    assert (tmp_path / "NEW").read_text(encoding="utf-8") == "words"
