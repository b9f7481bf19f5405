"""``seqclf init``: starters that are valid, and configs that fit a user's own texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import write_csv

from seqclf.cli import cli
from seqclf.config import load_config, parse_override, read_config
from seqclf.data.prepare import preparation_problems

ROOT = Path(__file__).parents[1]


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_init_prints_a_starter_that_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "starter.yaml"
    path.write_text(_call("init").stdout, encoding="utf-8")
    assert load_config(path) == load_config(ROOT / "configs" / "quickstart.yaml")
    assert path.read_text(encoding="utf-8").count("#") >= 3
    for name in ("imdb_lstm", "imdb_gru", "quickstart"):
        expected = (ROOT / "configs" / f"{name}.yaml").read_text(encoding="utf-8")
        assert _call("init", "--template", name).stdout == expected
    refused = _call("init", "--template", "imdb_lst")
    assert refused.exit_code == 2
    assert 'did you mean "imdb_lstm"?' in refused.stderr


def test_help_of_init_does_not_speak_of_a_run_s_labels() -> None:
    separators = {name: " ".join(_call(name, "--help").stdout.split()) for name in ("init", "eval")}
    assert "such as '|'. [default: found in the labels; none: one label per text]" in separators["init"]
    assert "such as '|'. [default: the run's, or one label per text]" in separators["eval"]


def test_init_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert _call("init", "-o", str(path)).exit_code == 0
    path.write_text("mine", encoding="utf-8")
    refused = _call("init", "-o", str(path))
    assert refused.exit_code == 2
    assert "already exists; choose another file name" in refused.stderr
    assert path.read_text(encoding="utf-8") == "mine"
    assert "cannot be written" in _call("init", "-o", str(tmp_path / "no" / "x.yaml")).stderr


@pytest.mark.usefixtures("no_saved_models")
def test_init_writes_a_config_that_trains_on_the_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.sources.sample.grammar import reviews

    monkeypatch.chdir(tmp_path)
    rows = [("id", "Review, in full", "stars", "language")]
    rows += [(str(i), text, "5" if label == "positive" else "1", "en") for i, (text, label) in enumerate(reviews(300))]
    write_csv(tmp_path / "my reviews.csv", rows)
    made = _call("init", "--from", "my reviews.csv", "-o", "mine.yaml")
    assert made.exit_code == 0, made.stderr
    assert '300 texts with 2 labels (texts in "Review, in full", labels in "stars"): 1 (150), 5 (150)' in made.stderr
    config = load_config("mine.yaml")
    assert (config.name, config.data.text, config.data.label) == ("my-reviews", "Review, in full", "stars")  # type: ignore[union-attr]
    checked = _call("check", "mine.yaml", "--json")
    assert checked.exit_code == 0, checked.stderr
    assert json.loads(checked.stdout)["splits"]["train"]["tokens"]["truncated"] < 0.1
    trained = _call("train", "mine.yaml", "--set", "training.epochs=1")
    assert trained.exit_code == 0, trained.stderr


@pytest.mark.parametrize(
    ("header", "row", "text", "label"),
    [
        (("text", "label"), ("a film", "a"), "text", "label"),
        (("label", "text"), ("a", "a film"), "text", "label"),
        (("x", "y"), ("a film about a film", "b"), "x", "y"),
        (("n", "what was said", "who"), ("1", "a film about a film", "b"), "what was said", "who"),
        (("title", "review_text", "n", "sentiment_class"), ("t", "a film", "1", "b"), "review_text", "sentiment_class"),
    ],
)
def test_init_finds_the_columns(
    tmp_path: Path, header: tuple[str, ...], row: tuple[str, ...], text: str, label: str
) -> None:
    place = header.index(label)
    rows = [tuple(f"{i % 2}" if k == place else f"{value} {i}" for k, value in enumerate(row)) for i in range(40)]
    path = write_csv(tmp_path / "t.csv", [header, *rows])
    config = yaml.safe_load(_call("init", "--from", str(path)).stdout)
    assert (config["data"]["text"], config["data"]["label"]) == (text, label)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("text", "label")], "contains no rows"),
        ([("text", "label"), *[("a", "x")] * 30], 'every text has the label "x"'),
        ([("text", "label"), *[("a", "")] * 30], '"label" is empty; every row needs a label\n'),
        ([("text", "what"), *[(f"a {i}", f"{i}") for i in range(30)]], "no column looks like a label"),
        ([("film", "p"), *[(f"a film {i}", "pn"[i % 2]) for i in range(30)]], '"p" is a label in later rows'),
        ([("text", "label"), *[(f"a {i}", "x" if i % 2 else "y") for i in range(8)]], "has 8 texts"),
        ([("text",), *[(f"a {i}",) for i in range(30)]], 'only one column, "text"; add a column with the labels'),
        (
            [("I liked this film very much", "pos"), *[(f"a film {i}", f"{i % 2}") for i in range(30)]],
            "must name the columns",
        ),
        ([("text", "label"), *[(f"a {i}", f"{i}") for i in range(30)]], "30 different labels for 30 texts"),
    ],
)
def test_init_reports_what_it_cannot_guess(tmp_path: Path, rows: list[tuple[str, ...]], message: str) -> None:
    done = _call("init", "--from", str(write_csv(tmp_path / "t.csv", rows)))
    assert done.exit_code == 2
    assert message in done.stderr


def test_init_knows_where_relative_paths_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path / "t.csv", [("text", "label"), *[(f"a {i}", f"{i % 2}") for i in range(30)]])
    monkeypatch.chdir(tmp_path)
    assert yaml.safe_load(_call("init", "--from", "t.csv").stdout)["data"]["train"] == "t.csv"
    monkeypatch.setenv("SEQCLF_DATA", str(tmp_path / "elsewhere"))
    assert yaml.safe_load(_call("init", "--from", "t.csv").stdout)["data"]["train"] == str(tmp_path / "t.csv")


def test_init_reads_folders_and_json_lines(tmp_path: Path) -> None:
    for i in range(30):
        path = tmp_path / "texts" / "ab"[i % 2] / f"{i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text {i}", encoding="utf-8")
    lines = [json.dumps({"utterance": f"text {i}", "intent": i % 3}) for i in range(30)]
    (tmp_path / "t.jsonl").write_text("\n".join(lines), encoding="utf-8")
    folder = yaml.safe_load(_call("init", "--from", str(tmp_path / "texts")).stdout)["data"]
    table = yaml.safe_load(_call("init", "--from", str(tmp_path / "t.jsonl")).stdout)["data"]
    assert folder["source"] == "folder"
    assert (table["text"], table["label"]) == ("utterance", "intent")
    assert _call("init", "--from", "x", "--template", "y").exit_code == 2
    assert _call("init", "--text", "x").exit_code == 2


@pytest.mark.parametrize("model", ["rule", "bag", "gru", "ngrams"])
def test_a_config_without_validation_texts_loads(sample_csv: Path, tmp_path: Path, model: str) -> None:
    layers = [] if model == "rule" else ["--layers", model]
    made = _call("init", "--from", str(sample_csv), "--validation", "0", *layers, "-o", str(tmp_path / "c.yaml"))
    assert made.exit_code == 0, made.output
    config = load_config(tmp_path / "c.yaml")
    assert config.training.early_stopping is None
    assert config.training.epochs < 20, "nothing ends it earlier"
    assert config.ngrams is None or not config.ngrams.refit


def test_a_template_whose_vectors_are_missing(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ("init", "--template", "trec", "--from", str(sample_csv), "-o")
    made = _call(*arguments, "a.yaml")
    without = "--set embedding.vectors=null"
    assert "word vectors: data/vectors/wordllama.128d.30k.txt.gz is not there; docs/accuracy.md says how" in made.stderr
    assert f"Next: seqclf check a.yaml {without}, then seqclf train a.yaml {without}" in made.stderr
    refused = _call("check", "a.yaml")
    assert refused.exit_code == 2 and f"or train without one: {without}" in refused.stderr
    assert preparation_problems(read_config(Path("a.yaml"), [parse_override("embedding.vectors=null")]).config) == []
    vectors = tmp_path / "data" / "vectors" / "wordllama.128d.30k.txt.gz"
    vectors.parent.mkdir(parents=True)
    vectors.write_text("good " + " ".join(["0.5"] * 128) + "\n", encoding="utf-8")
    made = _call(*arguments, "b.yaml")
    assert "is not there" not in made.stderr and made.stderr.endswith("then seqclf train b.yaml\n")
    assert preparation_problems(read_config(Path("b.yaml")).config) == []


def test_a_template_that_needs_validation_texts_is_rejected_without_them(sample_csv: Path) -> None:
    made = _call("init", "--template", "imdb_conv", "--from", str(sample_csv), "--validation", "0")
    assert made.exit_code == 2
    assert "--validation 0: the template imdb_conv needs validation texts" in made.output
