"""Terminals from 40 columns on: no line is broken inside a word or a number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import small_config, write_csv
from hypothesis import assume, given
from hypothesis import strategies as st
from metric_examples import metrics_with, scores_with
from test_screens import epoch, started

from seqclf.cli import cli
from seqclf.cli.columns import Column, fits, of_rows, table
from seqclf.cli.epoch_table import EpochTable
from seqclf.cli.trials import _table as trials_table
from seqclf.cli.wrap import GLUE, say, wrapped

WORDS = st.text(alphabet="ab1.,%", min_size=1, max_size=9)


# --- tables -----------------------------------------------------------------------------------------------------------


@given(
    headings=st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6),
    rows=st.integers(0, 3),
    spare=st.integers(0, 5),
    width=st.integers(40, 100),
    data=st.data(),
)
def test_columns_are_complete_or_omitted(headings: list[str], rows: int, spare: int, width: int, data: Any) -> None:
    cells = [[data.draw(WORDS) for _ in range(rows)] for _ in headings]
    columns = [
        Column(heading, own, spare=max(0, place - spare))
        for place, (heading, own) in enumerate(zip(headings, cells, strict=True))
    ]
    assume(fits([column for column in columns if column.spare == 0], width))  # else cells are cut
    lines = table(columns, width)
    shown = [line.split() for line in lines[len(lines) - rows :]]
    if fits(columns, width):
        assert shown == [list(row) for row in zip(*cells, strict=True)], "nothing is omitted without need"
    kept = len(shown[0]) if shown else 0
    assert all(row == [column[place] for column in cells[:kept]] for place, row in enumerate(shown))
    assert all(column.spare > 0 for column in columns[kept:] if shown)
    assert max(map(len, lines)) <= width
    whole = table(columns, None)
    assert len(whole) == 1 + rows


def test_headings_wrap_before_columns_are_omitted_and_first_cells_are_cut_last() -> None:
    rows = [["a label of many words", "1,234", "5.5%"]]
    columns = of_rows(["label", "texts of the split", "share"], rows, left=("label",), spare={"share": 1})
    assert table(columns, None) == [
        "label                  texts of the split  share",
        "a label of many words               1,234   5.5%",
    ]
    assert table(columns, 40) == [
        "                        texts of",
        "label                  the split  share",
        "a label of many words      1,234   5.5%",
    ]
    assert table(columns, 30) == [
        "                        texts",
        "                       of the",
        "label                   split",
        "a label of many words   1,234",
    ]
    assert table(columns, 16) == [
        "           texts",
        "              of",
        "             the",
        "label      split",
        "a label…   1,234",
    ]


@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize("texts", [0, 5])
@given(width=st.integers(40, 120), epochs=st.integers(1, 9_999), tokens=st.integers(1, 10**7))
def test_rows_of_epochs_fit_and_stand_under_their_headings(
    multi: bool, texts: int, width: int, epochs: int, tokens: int
) -> None:
    table = EpochTable(started(epochs, texts, multi), width)
    validation = metrics_with(0.75, multi=multi, macro_f1=0.7) if texts else None
    row = table.row(epoch(epochs, validation=validation, tokens=tokens))
    *groups, heads = table.header()
    assert max(map(len, [*groups, heads, row])) <= width
    ends = [match.end() for match in re.finditer(r"(macro|micro) F1|[a-z/]+", heads)]
    assert ends == [match.end() for match in re.finditer(r"[\d,.]+ s|[\d.,/]+|\*", row)]
    if groups:
        assert groups[0].rstrip("- ").endswith("validation")
        assert heads.lstrip().startswith("epoch") and "best" in heads and "accuracy" in heads
        assert len(groups[0]) == max(end for end in ends if heads[:end].endswith(("loss", "accuracy", "F1")))
    assert EpochTable(started(epochs, texts, multi), 200).header() == EpochTable(started(epochs, texts, multi)).header()


def test_the_table_of_trials() -> None:
    from seqclf.starter.trial import Candidate, Result

    def result(name: str, score: float | None, problem: str | None = None) -> Result:
        validation = None if score is None else metrics_with(score, macro_f1=score / 2)
        return Result(Candidate(name, None), validation, 75.4, 9, 1_050, problem)  # type: ignore[arg-type]

    results = [result("bag+ngrams", 0.5), result("gru+ngrams", 0.75), result("ngrams", None, "out of memory: less")]
    lines = trials_table(results, "accuracy", scores_with(0.25, macro_f1=0.125), 80)
    assert lines == [
        "model         accuracy  macro F1  epochs  time  best",
        "bag+ngrams      0.5000    0.2500       9  75 s",
        "gru+ngrams      0.7500    0.3750       9  75 s     *",
        "ngrams               -         -       9  75 s",
        "linear model    0.2500    0.1250",
        "Scores are on 1,050 validation texts. The linear model is a baseline: TF-IDF with logistic regression.",
        "ngrams: out of memory: less",
    ]
    narrow = trials_table(results, "macro_f1", None, 40)
    assert " ".join(narrow[:2]).split() == ["macro", "model", "F1", "accuracy", "time", "best"]
    assert max(map(len, narrow[:5])) <= 40


# --- lines ------------------------------------------------------------------------------------------------------------


def test_a_word_that_is_too_wide_with_its_indent_is_moved_left() -> None:
    path = "runs/some-name/saved_model"
    assert wrapped(f"Saved  {path}", 30, " " * 12).split("\n") == ["Saved", f"{path:>30}"]
    assert wrapped("Saved  " + "x" * 50, 30, " " * 12).split("\n") == ["Saved", "x" * 50]


def test_glued_words_stay_on_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqclf.cli.wrap.width_of", lambda stream: 20)
    say(f"It took a while: 11{GLUE}s")
    assert capsys.readouterr().out == "It took a while:\n  11 s\n"


# --- commands ---------------------------------------------------------------------------------------------------------


def _on_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Set the terminal width for all modules. ``wrap`` comes last: the others import from it."""
    for module in ("check_report", "help_pages", "wrap"):
        monkeypatch.setattr(f"seqclf.cli.{module}.width_of", lambda stream: columns)


def _words(text: str) -> list[str]:
    """The words without separators; click also breaks lines after a hyphen."""
    return re.sub(r"[^\w.%/-]+", " ", re.sub(r"-\s+", "-", text)).split()


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize(
    "command",
    [
        [],
        ["init"],
        ["train"],
        ["check"],
        ["eval"],
        ["predict"],
        ["explain"],
        ["report"],
        ["generate"],
        ["bench"],
        ["probe", "memory"],
        ["config"],
        ["runs"],
        ["runs", "list"],
        ["runs", "best"],
        ["runs", "gc"],
    ],
)
def test_help_pages_break_lines_between_words(
    command: list[str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    wide = CliRunner().invoke(cli, [*command, "--help"]).output
    monkeypatch.setenv("COLUMNS", str(columns))
    _on_a_terminal(monkeypatch, columns)
    narrow = CliRunner().invoke(cli, [*command, "--help"]).output
    assert max(map(len, narrow.splitlines())) <= columns
    if "COMMAND [ARGS]" not in wide:  # click shortens what commands do
        assert _words(narrow) == _words(wide)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_check_fits(columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    rows = [(f"w{i % 11} w{i} and some more", f"label {'abc'[i % 3]}") for i in range(90)]
    data = write_csv(tmp_path / "t.csv", [("text", "label"), *rows])
    config = tmp_path / "c.yaml"
    config.write_text(yaml.safe_dump(small_config(data__train=str(data), training__baseline="auto")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _on_a_terminal(monkeypatch, columns)
    done = CliRunner().invoke(cli, ["check", "c.yaml", "--set", "data.train=t.csv"])
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= columns
    assert not re.search(r"[\d.,]…", done.stdout)
    assert re.search(r"^label a +18", done.stdout, re.MULTILINE)
    assert ("(33.3%)" in done.stdout) is (columns >= 60)
    assert re.search(r"^lstm|^layers_0_lstm|^layers_0", done.stdout, re.MULTILINE)
