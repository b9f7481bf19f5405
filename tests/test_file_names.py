"""Names of files that are not UTF-8: they work, or are rejected with nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.files import shell_word, utf8_path, write_json
from seqclf.runs import Run

BYTES = os.fsdecode(b"b\xe9")
"""As Python decodes the name in a UTF-8 locale; it cannot be encoded as UTF-8."""


def _call(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture
def table(three_labels_csv: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(three_labels_csv, tmp_path / f"{BYTES}.csv"))


def test_predict_reads_and_writes_them(three_label_run: Run, table: Path, tmp_path: Path) -> None:
    run = tmp_path / f"run {BYTES}"
    shutil.copytree(three_label_run.folder, run)
    with table.open("a", encoding="utf-8") as file:
        file.write("too,many,fields\n")
    out, errors = tmp_path / f"out-{BYTES}.csv", tmp_path / f"errors-{BYTES}"
    done = _call("predict", "--run", str(run), "--input", str(table), "--output", str(out), "--errors", str(errors))
    assert done.exit_code == 0, done.output
    assert len(out.read_text(encoding="utf-8").splitlines()) == 151
    assert "b\\udce9.csv:152: 3 fields, but the header has 2" in errors.read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.partial"))


def test_init_leaves_nothing_behind(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    refused = _call("init", "--from", str(table), "-o", str(out))
    assert refused.exit_code == 2
    assert "is not UTF-8; rename it" in refused.stderr
    assert not out.exists()
    own = tmp_path / f"{BYTES}.yaml"
    assert _call("init", "-o", str(own)).exit_code == 0
    assert _call("config", "show", str(own)).exit_code == 0


@pytest.mark.parametrize("option", ["--name", "--header", "--label-separator"])
def test_init_names_an_option_that_is_not_utf_8(option: str, sample_csv: Path) -> None:
    value = f"text,{BYTES}" if option == "--header" else BYTES
    refused = _call("init", "--from", str(sample_csv), option, value)
    assert refused.exit_code == 2
    assert f"Invalid value for '{option}': " in refused.stderr
    assert "\\udce9" in refused.stderr and "is not UTF-8; give another text" in " ".join(refused.stderr.split())


@pytest.mark.parametrize("option", ["name", "data.train"])
def test_configs_cannot_name_them(option: str, tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    assert _call("init", "-o", str(config)).exit_code == 0
    for given in ([f"--set={option}={BYTES}"], ["--name", BYTES]):
        refused = _call("train", str(config), "--runs", str(tmp_path / "runs"), *given)
        assert refused.exit_code == 2
        assert "U+DCE9" in refused.stderr or "rename a file whose name is not UTF-8" in refused.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("command", ["check", "train"])
def test_no_run_begins_in_a_folder_that_its_config_could_not_name(
    command: str, three_labels_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / BYTES
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.copy(three_labels_csv, "d.csv")
    Path("c.yaml").write_text("{data: {source: table, train: d.csv}, layers: [{type: pool}]}", encoding="utf-8")
    refused = _call(command, "c.yaml")
    assert refused.exit_code in (1, 2)
    assert "the name of its folder is not UTF-8" in " ".join((refused.stdout + refused.stderr).split())
    assert not Path("runs").exists()


def test_export_prints_the_folder_byte_for_byte(three_label_run: Run, tmp_path: Path) -> None:
    """So that a script can use it."""
    target = tmp_path / BYTES
    done = _call("export", "--run", str(three_label_run.folder), "--format", "onnx", "--to", str(target))
    assert done.stdout_bytes == os.fsencode(target) + b"\n"
    assert _call("predict", "--run", str(target), "a match").exit_code == 0


def test_json_keeps_them(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"name": BYTES})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"name": BYTES}


def test_a_path_for_libraries_that_take_only_utf_8(tmp_path: Path) -> None:
    folder = tmp_path / BYTES
    folder.mkdir()
    with utf8_path(folder) as path:
        Path(path, "inside").write_text("x", encoding="utf-8")
    assert (folder / "inside").exists()
    with utf8_path(tmp_path) as path:
        assert path == str(tmp_path)


@pytest.mark.parametrize("name", [b"a b", b"b\xe9", b"b\xe9'\\ $x\xff1", "é".encode()])
def test_commands_to_paste_name_them(name: bytes) -> None:
    word = shell_word(os.fsdecode(name))
    assert subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True).stdout == name
