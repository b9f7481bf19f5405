"""``seqclf init --from`` refuses what would make the config that it writes invalid."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.config import load_config


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [f"a rather good thing it is {i},{'good' if i % 2 else 'bad'},{i}.5,{i % 4}" for i in range(80)]
    path = tmp_path / "reviews.csv"
    path.write_text("\n".join(["text,label,price,votes", *rows]) + "\n", encoding="utf-8")
    return path


def _init(table: Path, line: str) -> Result:
    words = ["init", "--from", str(table), *shlex.split(line), "-o", str(table.with_name("made.yaml"))]
    return CliRunner().invoke(cli, words)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--name 'my reviews'", "; write --name my-reviews"),
        ("--name 'été/2020'", "; write --name ete-2020"),
        ("--name ' -x'", "; write --name x"),
        ("--name '???'", "expected letters, digits, dots, dashes and underscores"),
        (f"--name {'n' * 101}", f"expected at most 100 characters, found 101; write --name {'n' * 60}"),
        ("--test 0.6 --validation 0.5", "validation and test take 110% of the training texts"),
        ("--text text --text text", "names 'text' twice"),
        ("--text text --label label --label price --label label", "names 'label' twice"),
    ],
)
def test_what_a_config_cannot_have_is_refused_and_nothing_written(table: Path, line: str, said: str) -> None:
    done = _init(table, line)
    assert done.exit_code == 2 and said in done.stderr, done.stderr
    assert not table.with_name("made.yaml").exists()


@pytest.mark.parametrize("line", ["--name 2020", "--name a.b_c-1", "--test 0.5 --validation 0.4", "--validation 0"])
def test_what_a_config_can_have_is_written_and_loads(table: Path, line: str) -> None:
    done = _init(table, line)
    assert done.exit_code == 0, done.stderr
    load_config(table.with_name("made.yaml"))


def test_options_that_a_note_names_can_be_typed(table: Path) -> None:
    said = _init(table, "").stderr
    assert "--weight votes weighs the texts by them" in said
    assert "--extra price=number lets the model read it" in said
    table.with_name("made.yaml").unlink()
    assert _init(table, "--weight votes --extra price=number").exit_code == 0
    data = load_config(table.with_name("made.yaml")).data
    assert data.columns().weight == "votes" and data.columns().extra == {"price": "number"}
