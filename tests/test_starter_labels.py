"""How the labels of a table are written: several in a field, in columns of 0 and 1, as probabilities."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import write_csv

from seqclf.cli import cli
from seqclf.config import load_config, read_config
from seqclf.data.corpus import Corpus
from seqclf.data.label_spelling import are_written_lists
from seqclf.data.statistics import text_statistics, text_warnings
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts
from seqclf.starter.columns import choose_columns
from seqclf.starter.make import starter
from seqclf.starter.request import Request
from seqclf.starter.separators import separator_in

ROWS = 60
TEXTS = [f"what was said about number {i} here" for i in range(ROWS)]


def _some_of(*labels: str, separator: str) -> list[str]:
    draw = random.Random(1)
    return [separator.join(sorted(set(draw.choices(labels, k=draw.randint(1, 3))))) for _ in range(ROWS)]


@pytest.mark.parametrize("separator", ["|", ";", ",", ", ", " | "])
def test_a_separator_is_found_if_the_parts_recur(separator: str) -> None:
    assert separator_in(_some_of("Drama", "Comedy", "Action", "Horror", separator=separator)) == separator.strip()


@pytest.mark.parametrize(
    "values",
    [
        ["Paris, France", "London, UK", "Rome, Italy"] * 20,
        ["Paris, France", "Lyon, France", "Nice, France", "Rome, Italy", "Milan, Italy"] * 12,
        ["yes", "no"] * 30,
        ["a|b", "b|a"] * 30,
        [f"{i}|{i + 1}" for i in range(60)],
        ["a||b", "a|c", "b|c", "a"] * 15,
        ["Cameras, lenses and film", "Books, maps", "Toys"] * 20,
        [1, 2, 3] * 20,
        [],
    ],
)
def test_a_character_in_a_name_is_no_separator(values: list[Any]) -> None:
    assert separator_in(values) is None


def test_init_writes_the_separator_and_can_be_told_otherwise(tmp_path: Path) -> None:
    genres = _some_of("Drama", "Comedy", "Action", "Horror", separator="|")
    path = write_csv(tmp_path / "films.csv", [("plot", "genres"), *zip(TEXTS, genres, strict=True)])
    config = tmp_path / "c.yaml"
    done = CliRunner().invoke(cli, ["init", "--from", str(path), "-o", str(config)])
    assert done.exit_code == 0, done.output
    assert 'in "genres" are several labels, separated by "|": --label-separator none takes them whole' in " ".join(
        done.stderr.split()
    )
    loaded = load_config(config)
    assert loaded.data.model_dump()["label_separator"] == "|"
    assert Corpus(loaded).labels().names == ("Action", "Comedy", "Drama", "Horror")
    whole = CliRunner().invoke(cli, ["init", "--from", str(path), "--label-separator", "none"])
    assert whole.exit_code == 0
    assert "label_separator" not in whole.stdout
    said = CliRunner().invoke(cli, ["check", str(path), "--set", "training.baseline=false"]).stderr
    assert "--set data.label_separator=null takes them whole" in " ".join(said.split())


def test_lists_written_as_text_are_named() -> None:
    assert are_written_lists(["['a', 'b']", "['a']", ""])
    assert are_written_lists(["<java><spring>", "<python>"])
    assert not are_written_lists(["a", "[b]"])
    assert not are_written_lists([None, 1])
    values = {"text": TEXTS, "tags": ["['a', 'b']", "['a']"] * 30}
    assert any('"tags" contains lists written as text' in note for note in choose_columns("t.csv", values).notes)


def test_check_warns_of_labels_that_are_lists_written_as_text() -> None:
    def warnings(labels: list[str]) -> list[str]:
        data = LabelledTexts(["a", "b", "c"], labels, "test")
        return [problem.message for problem in text_warnings({"train": text_statistics(data)}, {})]

    assert any('lists written as text, such as "[0, 1]"' in one for one in warnings(["[0, 1]", "[1, 0]", "[0, 1]"]))
    assert not any("lists" in one for one in warnings(["good", "[bad]", "good"]))


def _columns(**columns: list[Any]) -> dict[str, list[Any]]:
    return {"text": TEXTS, **columns}


FLAGS = {name: [int(i % every == 0) for i in range(ROWS)] for name, every in (("rude", 3), ("odd", 4), ("bad", 7))}
ONE_OF = {name: [int(i % 3 == place) for i in range(ROWS)] for place, name in enumerate(("neg", "neu", "pos"))}


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        (FLAGS, ("rude", "odd", "bad")),
        ({"is_train": FLAGS["odd"], **FLAGS}, ("rude", "odd", "bad")),
        ({"unclear": ["True", "False"] * 30, **FLAGS}, ("rude", "odd", "bad")),
        ({"is_rude": FLAGS["rude"], "is_odd": FLAGS["odd"]}, ("is_rude", "is_odd")),
        ({"rude": FLAGS["rude"], "is_train": FLAGS["odd"], "verified": FLAGS["bad"]}, "rude"),
        ({"is_sarcastic": FLAGS["rude"]}, "is_sarcastic"),
        ({**FLAGS, "sentiment": ["good", "bad"] * 30}, "sentiment"),
        (ONE_OF, {"neg": "neg", "neu": "neu", "pos": "pos"}),
        ({**ONE_OF, "other": [0] * ROWS}, {"neg": "neg", "neu": "neu", "pos": "pos"}),
        ({"p_neg": [0.25, 0.5] * 30, "p_pos": [0.75, 0.5] * 30}, {"neg": "p_neg", "pos": "p_pos"}),
        ({"neg": [0.25, 0.5] * 30, "pos": [0.75, 0.5] * 30}, {"neg": "neg", "pos": "pos"}),
        ({"p_neg": [0.25, 0.5] * 30, "p_pos": [0.75, 0.5] * 30, "label": ["neg", "pos"] * 30}, "label"),
    ],
)
def test_columns_of_numbers_are_labels(columns: dict[str, list[Any]], label: object) -> None:
    assert choose_columns("t.csv", _columns(**columns)).label == label


@pytest.mark.parametrize(
    ("values", "cure"), [(["yes", "no"], "write 0 and 1"), (["1", "0", "-1"], "remove the rows with -1")]
)
def test_columns_written_alike_may_be_a_label_each(values: list[str], cure: str) -> None:
    draw = random.Random(3)
    table = {name: [draw.choice(values) for _ in range(ROWS)] for name in ("rude", "odd", "bad")}
    notes = choose_columns("t.csv", _columns(**table)).notes
    assert any(note.startswith('"rude", "odd", "bad" all contain') and cure in note for note in notes)


def test_an_empty_cell_among_columns_of_0_and_1_is_named(tmp_path: Path) -> None:
    table: dict[str, list[Any]] = {name: list(column) for name, column in FLAGS.items()}
    table["odd"][5] = ""
    path = write_csv(tmp_path / "t.csv", [("text", *table), *zip(TEXTS, *table.values(), strict=True)])
    assert choose_columns("t.csv", _columns(**table)).label == ("rude", "odd", "bad")
    with pytest.raises(InputError, match=r't.csv:7: "odd" is "", expected 0 or 1'):
        starter(Request(str(path)))


def test_further_columns_are_named() -> None:
    draw = random.Random(2)
    further = {
        "n_votes": [draw.randint(0, 9) for _ in TEXTS],
        "price": [round(draw.random() * 90, 2) for _ in TEXTS],
        "confidence": [round(draw.random(), 2) for _ in TEXTS],
        "country": [draw.choice(["de", "fr", "us"]) for _ in TEXTS],
    }
    notes = choose_columns("t.csv", _columns(label=["a", "b"] * 30, **further)).notes
    assert '"n_votes" contains numbers: --weight n_votes weighs the texts by them' in notes
    assert any("--extra price=number --extra country=category lets the model read them" in note for note in notes)


def _probabilities(digits: int) -> dict[str, list[float]]:
    draw = random.Random(digits)
    rows = []
    for _ in range(ROWS):
        numbers = [draw.random() for _ in range(3)]
        rows.append([round(number / sum(numbers), digits) for number in numbers])
    return {name: [row[place] for row in rows] for place, name in enumerate(("neg", "neu", "pos"))}


@pytest.mark.parametrize("digits", [2, 3, 6])
@pytest.mark.parametrize("beside", [{}, {"n_annotators": [3, 5] * 30}, {"confidence": [0.5, 0.7, 0.9] * 20}])
def test_rounded_probabilities_are_labels(digits: int, beside: dict[str, list[Any]]) -> None:
    table = _probabilities(digits)
    expected = {name: name for name in table}
    values = {**_columns(**beside), **table}
    assert choose_columns("t.csv", values).label == expected
    assert choose_columns("t.csv", values, label=("neg", "neu", "pos")).label == expected


@pytest.mark.parametrize("bad", [None, "", "n/a", 7.0])
def test_a_bad_row_of_probabilities_does_not_hide_them(bad: Any, tmp_path: Path) -> None:
    table: dict[str, list[Any]] = {**_probabilities(2), "n_annotators": [3, 5] * 30}
    table["neu"][8] = bad
    assert choose_columns("t.csv", _columns(**table)).label == {name: name for name in ("neg", "neu", "pos")}
    path = write_csv(tmp_path / "t.csv", [("text", *table), *zip(TEXTS, *table.values(), strict=True)])
    with pytest.raises(InputError, match=r't.csv:10: ("neu" is|the probabilities of the labels sum to)'):
        starter(Request(str(path)))


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        (lambda share: str(share).replace(".", ","), "have decimal commas"),
        (lambda share: str(round(100 * share)), "sum to 100"),
        (lambda share: f"{100 * share:.0f}%", "sum to 100"),
        (lambda share: f"{100 * share:.1f}".replace(".", ","), "sum to 100 and have decimal commas"),
    ],
)
def test_probabilities_in_another_form_are_named(written: Callable[[float], str], wrong: str) -> None:
    table = {name: [written(share) for share in shares] for name, shares in _probabilities(2).items()}
    for label in ((), tuple(table)):
        with pytest.raises(
            InputError, match=f'"neg", "neu", "pos" look like probabilities of labels, but {wrong}; wri'
        ):
            choose_columns("t.csv", _columns(**table), label=label)


def test_probabilities_beside_a_label_are_mentioned() -> None:
    chosen = choose_columns("t.csv", {**_columns(label=["a", "b", "c"] * 20), **_probabilities(2)})
    assert chosen.label == "label"
    assert any("--label neg --label neu --label pos takes them as labels" in note for note in chosen.notes)


def test_columns_with_exactly_one_1_are_one_label(tmp_path: Path) -> None:
    names = ["no: yes", "true", "<<"]
    rows = [(text, *(str(int(i % 3 == place)) for place in range(3))) for i, text in enumerate(TEXTS)]
    path = write_csv(tmp_path / "t.csv", [("text", *names), *rows])
    made = starter(Request(str(path)))
    assert any("every text has exactly one" in note for note in made.seen.notes)
    config = read_config("c.yaml", text=made.text).config
    assert config.data.model_dump()["label"] == {name: name for name in names}
    labels = Corpus(config).labels()
    assert (set(labels.names), labels.multi) == (set(names), False)


def test_a_further_text_column_and_weights_are_named() -> None:
    values = {"Title": TEXTS, "Body": [f"{text} {text}" for text in TEXTS], "label": ["a", "b"] * 30}
    chosen = choose_columns("t.csv", {**values, "weight": [i / ROWS for i in range(ROWS)]})
    assert any("--text Title --text Body reads both" in note for note in chosen.notes)
    assert '"weight" contains numbers: --weight weight weighs the texts by them' in chosen.notes
    assert choose_columns("t.csv", values, text=["Title", "Body", "Title"]).text == ("Title", "Body")
    assert choose_columns("t.csv", values, text=["Body", "Body"]).text == "Body"
    with pytest.raises(InputError, match=r'no column "Title, Body"; these are several columns: .* \[Title, Body\]'):
        choose_columns("t.csv", values, text=["Title, Body"])


def test_init_and_check_take_several_text_columns(tmp_path: Path) -> None:
    rows = [(f"t{i}", text, "ab"[i % 2]) for i, text in enumerate(TEXTS)]
    path = str(write_csv(tmp_path / "t.csv", [("title", "body", "label"), *rows]))
    done = CliRunner().invoke(cli, ["init", "--from", path, "--text", "title", "--text", "body"])
    assert done.exit_code == 0, done.output
    assert "text: [title, body]" in done.stdout
    settings = ["--set", "data.text=[title, body]", "--set", "training.baseline=false"]
    checked = CliRunner().invoke(cli, ["check", path, *settings])
    assert 'texts in "title, body"' in " ".join(checked.stderr.split())
    assert checked.exit_code == 0, checked.output
