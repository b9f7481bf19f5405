"""Columns that the user names for ``init`` beside texts and labels: the weight, and columns beside the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import write_csv

from seqclf.cli import cli
from seqclf.config import load_config

HEADER = ("text", "label", "votes", "price in $", "kind=of")
ROWS = [
    (f"some words {i % 7} {i}", "ab"[i % 2], str(i % 4), "" if i % 5 else f"{i / 4}", "xy"[i % 2]) for i in range(60)
]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return write_csv(tmp_path / "offers.csv", [HEADER, *ROWS]).name


def _init(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["init", "--from", *arguments])


NAMED = ("--weight", "votes", "--extra", "price in $=number", "--extra", "kind=of=category")


@pytest.mark.parametrize("more", [(), ("--template", "imdb_conv"), ("--label", "label", "--text", "text")])
def test_the_config_names_the_columns(table: str, more: tuple[str, ...]) -> None:
    done = _init(table, *NAMED, *more, "-o", "made.yaml")
    assert done.exit_code == 0, done.output
    columns = load_config(Path("made.yaml")).data.columns()
    assert (columns.text, columns.label, columns.weight) == ("text", "label", "votes")
    assert columns.extra == {"price in $": "number", "kind=of": "category"}
    said = " ".join(done.stderr.split())
    assert 'weights in "votes": named by --weight' in said
    assert 'beside the text "price in $" (number), "kind=of" (category): named by --extra' in said
    assert "weighs the texts by them" not in said, "a column that has its use is no candidate"


def test_a_named_column_is_neither_text_nor_label(table: str) -> None:
    """Without the option, each would be chosen by its name."""
    done = _init(table, "--extra", "label=category", "--weight", "votes")
    assert 'labels in "kind=of"' in " ".join(done.stderr.split()), done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--weight", "vote"), 'no column "vote"; did you mean "votes"?'),
        (("--extra", "prise in $=number"), 'no column "prise in $"; did you mean "price in $"?'),
        (("--weight", "label", "--label", "label"), '"label" is a text or label column; --weight needs another'),
        (("--weight", "votes", "--extra", "votes=number"), '"votes" is the weight column; --extra needs another'),
        (("--extra", "price"), "expected COLUMN=number or COLUMN=category, such as price=number; found 'price'"),
        (("--extra", "price=words"), "expected COLUMN=number or COLUMN=category"),
        (("--extra", "a=number", "--extra", "a=category"), "names 'a' twice"),
        (
            ("--extra", "text=number", "--text", "kind=of"),
            'offers.csv:2: "text" is "some words 0 0", expected a number',
        ),
        (("--weight", "price in $"), 'offers.csv:3: "price in $" is empty, expected a weight'),
    ],
)
def test_columns_that_cannot_be_used_are_named(table: str, arguments: tuple[str, ...], message: str) -> None:
    done = _init(table, *arguments)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())


def test_folders_have_no_columns(tmp_path: Path) -> None:
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.txt").write_text("some words", encoding="utf-8")
    done = _init(str(tmp_path), "--weight", "votes")
    assert "options that name columns are for tables" in " ".join(done.stderr.split())
    alone = CliRunner().invoke(cli, ["init", "--weight", "votes"])
    assert "add --from DATA" in " ".join(alone.stderr.split())


def test_train_takes_them_as_settings(table: str) -> None:
    from seqclf.cli.starting import load_or_make, overrides_of

    settings = ["data.weight=votes", "data.extra={price in $: number, label: category}"]
    loaded, _ = load_or_make(Path(table), overrides_of(settings, name=None, folds=None))
    assert loaded.config.data.columns().label == "kind=of"
