"""Tables whose first line is a row: `data.header` names their columns, and `init` finds them."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import POOLED, small_config, trained

from seqclf.cli import cli
from seqclf.config import checked_config, load_config
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import preparation_problems
from seqclf.errors import InputError
from seqclf.sources.table.reader import TableSource
from seqclf.starter.headers import lacks_header
from seqclf.starter.labels_in_lines import advice_on_lines
from seqclf.starter.make import see
from seqclf.starter.request import Request
from seqclf.tables.row import Notes

WORDS = "film plot phone bank market team story service food price".split()


def _text(draw: random.Random, words: int) -> str:
    return " ".join(draw.choices(WORDS, k=words))


def _rows(*kinds: str) -> list[list[str]]:
    """40 rows of values of these kinds."""
    draw = random.Random(1)
    made = {
        "text": lambda i: _text(draw, draw.randint(6, 12)),
        "title": lambda i: _text(draw, 3),
        "word": lambda i: draw.choice(["ham", "spam"]),
        "class": lambda i: draw.choice("1234"),
        "polarity": lambda i: draw.choice("04"),
        "id": lambda i: str(1467810369 + i),
        "date": lambda i: f"2020-03-{i % 28 + 1:02d}",
        "constant": lambda i: "NO_QUERY",
        "user": lambda i: f"user{i}",
        "mark": lambda i: draw.choice(["", "*"]),
    }
    return [[made[kind](i) for kind in kinds] for i in range(40)]


def _values(rows: list[list[str]], header: list[str] | None = None) -> dict[str, list[str]]:
    from seqclf.tables.names import named

    names = named(header or rows[0], Notes())
    rest = rows if header else rows[1:]
    return {name: [row[place] for row in rest] for place, name in enumerate(names)}


@pytest.mark.parametrize(
    "kinds",
    [
        ["class", "text"],
        ["class", "title", "text"],
        ["word", "text"],
        ["text", "word"],
        ["polarity", "id", "date", "constant", "user", "text"],
        ["user", "class", "mark", "text"],
        ["class", "class", "text"],
        ["text", "class"],
    ],
)
def test_a_first_line_of_values_is_a_row(kinds: list[str]) -> None:
    assert lacks_header(_values(_rows(*kinds)))


@pytest.mark.parametrize(
    ("kinds", "header"),
    [
        (["word", "text"], ["label", "text"]),
        (["word", "text"], ["v1", "v2"]),
        (["class", "text"], ["0", "1"]),
        (["id", "text", "class"], ["", "0", "1"]),
        (["text", "class"], ["What did you like most about our service?", "How many stars would you give us?"]),
        (["date", "text", "class"], ["When", "Which words describe our product best of all", "n"]),
        (["text", "word"], ["film", "ham"]),
        (["text", "text"], ["question one", "question two"]),
    ],
)
def test_a_first_line_of_names_is_none(kinds: list[str], header: list[str]) -> None:
    assert not lacks_header(_values(_rows(*kinds), header))


def _written(path: Path, rows: list[list[str]]) -> Path:
    mark = "\t" if path.suffix != ".csv" else ","
    path.write_text("".join(mark.join(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "data"])
def test_init_and_the_config_read_every_line(ending: str, tmp_path: Path) -> None:
    path = _written(tmp_path / f"t.{ending}", _rows("class", "title", "text"))
    config = tmp_path / "c.yaml"
    done = CliRunner().invoke(cli, ["init", "--from", str(path), "-o", str(config)])
    assert done.exit_code == 0, done.output
    assert "no line of names: the columns are called column_1, column_2, column_3" in " ".join(done.stderr.split())
    loaded = load_config(config)
    assert len(loaded.data.open().read(str(path))) == 40
    named = CliRunner().invoke(cli, ["init", "--from", str(path), "--header", "class,title,text"])
    assert "header: [class, title, text]" in named.stdout
    assert "text: text" in named.stdout
    with_names = CliRunner().invoke(cli, ["init", "--from", str(path), "--header", "none"])
    assert with_names.exit_code == 2
    assert f"t.{ending}:1: looks like a row" in with_names.stderr
    assert "--header none takes it for names; to read it as a row, give no --header" in with_names.stderr
    for wrong in ("a,,b", "a,a"):
        refused = CliRunner().invoke(cli, ["init", "--from", str(path), "--header", wrong])
        assert "expected different names separated by commas" in " ".join(refused.stderr.split())


@pytest.mark.parametrize("typed", ["class;title;text", "class|title|text", "class\ttitle\ttext", "class; title ;text"])
def test_names_are_separated_by_commas(typed: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("".join(";".join(row) + "\n" for row in _rows("class", "title", "text")), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["init", "--from", str(path), "--header", typed])
    assert refused.exit_code == 2
    assert "separate the names by commas, however the file is separated: class,title,text" in refused.stderr
    assert CliRunner().invoke(cli, ["init", "--from", str(path), "--header", "class,title,text"]).exit_code == 0


def test_one_name_in_a_config_that_seems_to_be_several(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text('data: {source: table, train: t.csv, header: ["text;label"]}\nlayers: [{type: pool}]\n')
    done = CliRunner().invoke(cli, ["check", str(config)])
    assert 'data.header: found one name, "text;label", expected a list: [text, label]' in done.stderr


def test_check_takes_names_by_setting(tmp_path: Path) -> None:
    path = _written(tmp_path / "t.csv", _rows("class", "title", "text"))
    for names in ("[class, title, body]", "null"):
        done = CliRunner().invoke(
            cli, ["check", str(path), "--set", f"data.header={names}", "--set", "training.baseline=false"]
        )
        assert (done.exit_code == 0) == (names != "null"), done.output


def test_test_files_without_names_are_found(tmp_path: Path) -> None:
    for name in ("train", "test"):
        _written(tmp_path / f"{name}.csv", _rows("class", "text"))
    found = see(Request(str(tmp_path)))
    assert found.data["test"] == str(tmp_path / "test.csv")
    assert found.data["header"] == ["column_1", "column_2"]


def test_options_that_do_not_fit_are_errors(tmp_path: Path) -> None:
    data = {"source": "table", "train": str(_written(tmp_path / "t.csv", _rows("class", "text"))), "validation": 0.2}
    with pytest.raises(ConfigError, match='expected each column once, found "a" twice'):
        checked_config({"data": {**data, "header": ["a", "a"]}, "layers": POOLED})
    config = checked_config({"data": {**data, "header": ["a", "text"]}, "layers": POOLED})
    (problem,) = preparation_problems(config)
    assert 'no column "label" (columns: a, text' in str(problem)
    (tmp_path / "t.jsonl").write_text(json.dumps({"text": "a", "label": "b"}), encoding="utf-8")
    lines = {**data, "train": str(tmp_path / "t.jsonl"), "header": ["label", "text"]}
    (problem,) = preparation_problems(checked_config({"data": lines, "layers": POOLED}))
    assert problem.path == ("data", "header")
    assert "this file is jsonl; set it to null" in str(problem)
    assert len({TableSource("b", "a", header=names).fingerprint(data["train"]) for names in ((), ("a", "b"))}) == 2  # type: ignore[arg-type]


@pytest.mark.usefixtures("no_saved_models")
def test_a_run_evaluates_and_predicts_files_without_names(tmp_path: Path) -> None:
    rows = [[str(1 + i % 2), f"{'good bad'.split()[i % 2]} film {i}"] for i in range(40)]
    path = _written(tmp_path / "t.csv", rows)
    data = {"source": "table", "train": str(path), "header": ["class", "review"], "text": "review", "label": "class"}
    trained(small_config(data=data, layers=POOLED, training__epochs=1), tmp_path / "runs")
    called = ["--runs", str(tmp_path / "runs")]
    measured = CliRunner().invoke(cli, ["eval", *called, "--data", str(path), "--json"])
    assert json.loads(measured.stdout)["texts"] == 40, measured.stderr
    found = CliRunner().invoke(cli, ["predict", *called, "--input", str(path)])
    assert found.exit_code == 0, found.stderr
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert [line["review"] for line in lines] == [row[1] for row in rows]
    assert "has no header line; its columns are those of the run (class, review)" in found.stderr
    exported = str(tmp_path / "exported")
    done = CliRunner().invoke(cli, ["export", *called, "--format", "onnx", "--to", exported])
    assert done.exit_code == 0, done.output
    again = CliRunner().invoke(cli, ["predict", "--run", exported, "--input", str(path)])
    assert again.stdout == found.stdout
    named = _written(tmp_path / "n.csv", [["review", "class"], ["a good film", "1"]])
    found = CliRunner().invoke(cli, ["predict", *called, "--input", str(named)])
    assert len(found.stdout.splitlines()) == 1
    swapped = _written(tmp_path / "s.csv", [["review", "class"], *([text, label] for label, text in rows)])
    again = CliRunner().invoke(cli, ["eval", *called, "--data", str(swapped), "--json"])
    assert json.loads(again.stdout)["confusion"] == json.loads(measured.stdout)["confusion"], again.stderr
    assert "s.csv: its first line names its columns, unlike the run's files (data.header)" in again.stderr
    piped = CliRunner().invoke(cli, ["predict", *called, "-i", "-", "--input-format", "csv"], input=named.read_bytes())
    assert (piped.exit_code, len(piped.stdout.splitlines())) == (0, 1)
    assert "no header line (data.header), but that of standard input is read" in piped.stderr


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        ([f"__label__{'ab'[i % 2]} text {i}, of it's kind" for i in range(40)], ("a", "text 0, of it's kind")),
        ([f"__label__{'ab'[i % 2]},text{i}, of it's kind" for i in range(40)], ("a", "text0, of it's kind")),
        ([f"__label__{('a,b', 'c')[i % 2]} text {i}" for i in range(40)], ("a,b", "text 0")),
        ([f"__label__x __label__y{i % 3}  text {i}" for i in range(40)], ("x|y0", "text 0")),
        (
            [f"text {i}, me@home said .@{'neutral positive'.split()[i % 2]}" for i in range(40)],
            ("neutral", "text 0, me@home said ."),
        ),
    ],
)
def test_labels_in_lines_are_made_a_column(lines: list[str], columns: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "my lines.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["init", "--from", str(path)])
    assert refused.exit_code == 2
    command = refused.stderr[refused.stderr.index("awk ") :]
    subprocess.run(command, shell=True, check=True)
    made = path.with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    assert made[0] == "label\ttext"
    assert len(made) == 41
    assert tuple(made[1].split("\t")) == columns


def test_addresses_at_the_end_of_lines_are_no_labels() -> None:
    lines = "".join(f"write to me@host{i}\n" for i in range(40)).encode()
    assert advice_on_lines(Path("a.txt"), lines) is None
    assert advice_on_lines(Path("a.txt"), b"") is None


def test_several_files_may_lack_a_line_of_names(tmp_path: Path) -> None:
    rows = _rows("class", "text")
    for name, part in (("a1.csv", rows[:20]), ("a2.csv", rows[20:])):
        (tmp_path / name).write_text("".join(",".join(row) + "\n" for row in part), encoding="utf-8")
    seen = see(Request(str(tmp_path / "a*.csv")))
    assert (seen.data["header"], seen.data["text"], seen.look.seen) == (["column_1", "column_2"], "column_2", 40)


def test_names_of_columns_are_for_csv_and_tsv_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a", "label": "b"}\n' * 30, encoding="utf-8")
    with pytest.raises(InputError, match="--header names the columns of csv and tsv files"):
        see(Request(str(tmp_path / "a.jsonl"), header=("text", "label")))
