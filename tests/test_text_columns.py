"""A run of several text columns, from a table to predictions and exported models."""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, trained, write_csv
from hypothesis import given
from hypothesis import strategies as st
from test_multi_label import call

from seqclf.config import load_config
from seqclf.config.problems import ConfigError
from seqclf.data.blank_columns import blank_column_warnings, blank_counts
from seqclf.data.statistics import text_statistics, text_warnings
from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.evaluation.predictions import Predictions
from seqclf.export.input_names import input_names
from seqclf.inference import Classifier
from seqclf.inference.bulk.target import Target
from seqclf.labels import Labels
from seqclf.runs import Run
from seqclf.sources import TableColumns
from seqclf.sources.texts import LabelledTexts
from seqclf.text.field_tokenizer import FIELDS_FILE
from seqclf.text.fields import join_fields

TITLE, BODY = "Was: Titel", "class"
COLUMNS = (TITLE, BODY)


def _rows(count: int) -> list[tuple[str, str, str]]:
    """The word that decides is in the title or in the body, at any place of texts that are often too long."""
    draw = random.Random(4)
    rows = []
    for number in range(count):
        label = ("neg", "pos")[number % 2]
        fields = [[draw.choice(["a", "the", "it", "of"]) for _ in range(draw.randint(0, most))] for most in (3, 30)]
        fields[number % 3 == 0].append(draw.choice({"neg": ["bad", "dull"], "pos": ["good", "fine"]}[label]))
        title, body = (" ".join(words) for words in fields)
        rows.append((title, body, label))
    return rows


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("tables") / "rows.csv", [(*COLUMNS, "label"), *_rows(240)])


@pytest.fixture(scope="module")
def run(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    config = small_config(
        data__train=str(table),
        data__text=list(COLUMNS),
        layers=[{"type": "pool", "method": "max"}],
        head=[],
        training__epochs=6,
        training__optimizer={"type": "adam", "learning_rate": 0.05},
    )
    return trained(config, tmp_path_factory.mktemp("columns"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def onnx(run: Run) -> Classifier:
    return Classifier.load(run.folder)


def test_every_side_answers_the_same(run: Run, onnx: Classifier) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier

    rows = [*(row[:2] for row in _rows(20)), ("", ""), ("日本", "unseen"), ("good", ""), ("", "a\x1f bad")]
    texts = list(map(join_fields, rows))
    probabilities = onnx.probabilities(texts)
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(texts), probabilities, atol=1e-6)
    signature = tf.saved_model.load(str(run.saved_model)).signatures["serving_default"]
    inputs = {"Was_Titel": [title for title, _ in rows], "class_": [body for _, body in rows]}
    answer = signature(**{name: tf.constant(values) for name, values in inputs.items()})
    np.testing.assert_allclose(answer["probabilities"], probabilities, atol=1e-6)
    names = [name.decode() for name in answer["label"].numpy()]
    assert names == [prediction.label for prediction in onnx.predict(texts)]
    frequencies = onnx.probabilities([join_fields(["", ""])])
    np.testing.assert_allclose(probabilities[21], frequencies[0], err_msg="a separator is not a known word")
    assert np.abs(probabilities[22] - frequencies[0]).max() > 0.1


def test_words_of_every_column_decide(run: Run, onnx: Classifier) -> None:
    assert run.metrics["validation"]["accuracy"] > 0.9
    filler = "a the it of " * 20
    texts = [{TITLE: "good", BODY: filler}, {TITLE: filler, BODY: "dull"}, {BODY: "fine"}, {TITLE: "bad", BODY: None}]
    assert [one.label for one in onnx.predict(texts)] == ["pos", "neg", "pos", "neg"]
    assert onnx.predict(["bad"])[0] == onnx.predict([{TITLE: "bad"}])[0], "a string is the first column"


@pytest.mark.parametrize("text", [{"body": "x"}, {TITLE: 3}])
def test_values_of_other_columns_and_kinds_are_named(onnx: Classifier, text: Any) -> None:
    with pytest.raises(InputError, match=next(iter(text))):
        onnx.predict([text])


def _call(run: Run, *arguments: str) -> Any:
    return call("predict", "--run", str(run.folder), *arguments)


def test_fields_on_the_command_line(run: Run, onnx: Classifier) -> None:
    shown = _call(run, "a", "it", "--json", "--field", f"{BODY}=the bad=one")
    assert shown.exit_code == 0, shown.output
    first, second = map(json.loads, shown.stdout.splitlines())
    assert (first["text"], second["text"]) == ("a", "it")
    expected = onnx.predict([{TITLE: "a", BODY: "the bad=one"}])[0]
    assert first["label"] == expected.label == "neg"
    assert first["probabilities"] == pytest.approx(expected.probabilities)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("clas=x", 'did you mean "class"?'),
        ("class", "expected NAME=VALUE"),
        (f"{TITLE}=x", "is the column of TEXT"),
    ],
)
def test_a_wrong_field_is_explained(run: Run, field: str, said: str) -> None:
    shown = _call(run, "a text", "--field", field)
    assert shown.exit_code == 2
    assert said in " ".join(shown.stderr.split())


def test_a_field_is_given_once(run: Run) -> None:
    twice = _call(run, "a", "--field", "class=x", "--field", "class=y")
    assert twice.exit_code == 2
    assert "once" in twice.stderr


def test_a_file_is_predicted_by_its_columns(run: Run, onnx: Classifier, table: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    shown = _call(run, "--input", str(table), "--output", str(output))
    assert shown.exit_code == 0, shown.output
    with output.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["prediction"] for row in found] == [
        one.label for one in onnx.predict([{TITLE: row[TITLE], BODY: row[BODY]} for row in found])
    ]


def test_an_exported_folder_knows_the_columns(run: Run, tmp_path: Path) -> None:
    exported = call("export", "--run", str(run.folder), "--format", "onnx", "--to", str(tmp_path / "model"))
    assert exported.exit_code == 0, exported.output
    card = (tmp_path / "model" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"`{TITLE}`, `{BODY}`" in card
    rows = [{TITLE: None, BODY: "bad"}, {TITLE: None, BODY: None}, {TITLE: "good", "other": 1}]
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    shown = call("predict", "--run", str(tmp_path / "model"), "--input", str(source))
    assert shown.exit_code == 0, shown.output
    assert [json.loads(line)["prediction"] for line in shown.stdout.splitlines()] == ["neg"]
    assert f'{source}:2: "{TITLE}" is null' in " ".join(shown.stderr.split())
    assert f'{source}:3: no column "{BODY}"' in " ".join(shown.stderr.split())


def test_a_file_without_a_column_is_an_error_that_names_it(run: Run, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "rows.csv", [(TITLE, "Class"), ("good", "a")])
    shown = _call(run, "--input", str(source))
    assert shown.exit_code == 2
    assert f'no column "{BODY}"; did you mean "Class"?' in " ".join(shown.stderr.split())
    renamed = _call(run, "--input", str(source), "--column", TITLE, "--column", "Class")
    assert json.loads(renamed.stdout)["prediction"] == "pos"
    twice = _call(run, "--input", str(source), "--column", TITLE, "--column", TITLE)
    assert twice.exit_code == 2
    assert f'--column: expected each column once, found "{TITLE}" twice' in " ".join(twice.stderr.split())
    one = _call(run, "--input", str(source), "--column", TITLE)
    assert one.exit_code == 2
    assert "reads 2 text columns" in one.stderr


def test_lines_of_a_txt_file_are_the_first_column(run: Run, onnx: Classifier, tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("good\nof\x1fbad\n")
    shown = _call(run, "--input", str(tmp_path / "lines.txt"))
    assert f'column "{TITLE}"' in shown.stderr
    answers = [json.loads(line)["prediction"] for line in shown.stdout.splitlines()]
    assert answers == [one.label for one in onnx.predict([{TITLE: "good"}, {TITLE: "of bad"}])]


def test_eval_reads_all_columns(run: Run, table: Path, tmp_path: Path) -> None:
    predictions = tmp_path / "predictions.jsonl"
    shown = call("eval", "--run", str(run.folder), "--predictions", str(predictions))
    assert shown.exit_code == 0, shown.output
    rows = [json.loads(line) for line in predictions.read_text().splitlines()]
    assert {TITLE, BODY, "prediction", "correct"} <= rows[0].keys()
    other = write_csv(tmp_path / "other.csv", [("t", "b", "label"), *_rows(30)])
    given = call("eval", "--run", str(run.folder), "--data", str(other), "--text", "t", "--text", "b", "--json")
    assert given.exit_code == 0, given.output
    assert json.loads(given.stdout)["accuracy"] > 0.9
    one = call("eval", "--run", str(run.folder), "--data", str(other), "--text", "t")
    assert one.exit_code == 2
    assert "reads 2 text columns" in one.stderr


@pytest.mark.parametrize(("first", "label"), [("title", "label"), ("label", "label_")])
def test_predictions_of_texts_without_a_table_have_the_columns(first: str, label: str, tmp_path: Path) -> None:
    texts = LabelledTexts([join_fields(["a", "b"]), join_fields(["", "c"])], ["neg", "pos"], "a data set")
    path = tmp_path / "out.jsonl"
    predictions = Predictions(Target(path, "jsonl"), Decider(Labels(("neg", "pos"))), fields=(first, "body"))
    assert predictions.write(texts, np.array([[0.9, 0.1], [0.8, 0.2]])) == 1
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(row[first], row["body"], row[label], row["prediction"]) for row in rows] == [
        ("a", "b", "neg", "neg"),
        ("", "c", "pos", "neg"),
    ]


@pytest.mark.parametrize(("columns", "least"), [(2, 3), (3, 5)])
def test_every_column_has_room_for_a_token(columns: int, least: int, tmp_path: Path) -> None:
    import yaml

    path = tmp_path / "config.yaml"
    names = ["title", "body", "summary"][:columns]
    for most in (least, least - 1):
        options = small_config(data__train="a.csv", data__text=names, layers=POOLED, tokenizer__max_tokens=most)
        path.write_text(yaml.safe_dump(options))
        if most == least:
            load_config(path)
        else:
            with pytest.raises(ConfigError, match=f"max_tokens: expected at least {least}, .* found {most}"):
                load_config(path)


def test_a_column_that_is_mostly_empty_is_named() -> None:
    texts = [join_fields(fields) for fields in [("a", " ", ""), ("b", "c", ""), ("", "", "")]]
    assert blank_counts(texts, ["title", "body", "note"]) == {"title": 1, "body": 2, "note": 3}
    split = LabelledTexts(texts, ["x"] * 3, "rows.csv")
    body, note = blank_column_warnings({"train": split, "test": split}, ["title", "body", "note"])
    assert body.path == note.path == ("data", "text")
    assert body.message == '"body" is empty in 2 of 3 train texts'
    assert note.message == '"note" is empty in 3 of 3 train texts; remove it from the list'
    assert blank_column_warnings({"train": LabelledTexts(["", ""], ["x", "y"], "rows.csv")}, ()) == []


def test_empty_texts_are_those_without_any_value() -> None:
    texts = [join_fields(fields) for fields in [("a", ""), (" ", ""), ("", "\u00a0")]]
    splits = {"train": text_statistics(LabelledTexts(texts, ["x", "y", "y"], "rows.csv"))}

    def warning(columns: TableColumns) -> str:
        (found,) = (one.message for one in text_warnings(splits, {}, columns=columns) if "empty" in one.message)
        return found

    frequencies = "such a text gets the label frequencies as probabilities"
    assert warning(TableColumns()) == f"2 of 3 texts are empty: {frequencies}"
    assert (
        warning(TableColumns(["title", "body"])) == f"2 of 3 texts are empty in all columns of data.text: {frequencies}"
    )
    assert warning(TableColumns(["title", "body"], extra={"price": "number"})) == (
        f"2 of 3 texts are empty in all columns of data.text: {frequencies}, if no column of data.extra has a value"
    )


def test_names_that_tensorflow_accepts_stay() -> None:
    columns = ["title", "Title", "a__b_", "2020", "Überschrift", "标题", "class", "self", "text?", "text"]
    assert list(input_names(columns).values()) == [
        "title",
        "Title_2",
        "a__b_",
        "column_4",
        "Uberschrift",
        "column_6",
        "class_",
        "self_2",
        "text",
        "text_2",
    ]


@given(st.lists(st.text(min_size=1), unique=True, max_size=8))
def test_every_column_has_a_name_of_its_own(columns: list[str]) -> None:
    names = input_names(columns)
    assert list(names) == columns
    assert len({name.lower() for name in names.values()}) == len(columns)
    assert all(name.isidentifier() and name.isascii() and name[0] != "_" for name in names.values())


def test_a_tokenizer_without_the_columns_does_not_fit_the_model(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.folder / "tokenizer", tmp_path / "tokenizer")
    shutil.copy(run.onnx, tmp_path)
    Classifier.load(tmp_path)
    (tmp_path / "tokenizer" / FIELDS_FILE).unlink()
    with pytest.raises(InputError, match="use both from the same run"):
        Classifier.load(tmp_path)
