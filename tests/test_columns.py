"""Columns of tables: several texts, weights, soft labels, and columns beside the text."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config
from hypothesis import given
from hypothesis import strategies as st

from seqclf.column_values import as_category, as_number
from seqclf.config import checked_config, load_config, parse_override
from seqclf.config.problems import ConfigError
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import preparation_problems
from seqclf.errors import InputError
from seqclf.sources.base import TableColumns
from seqclf.sources.rows.collected import LabelledRow
from seqclf.sources.rows.values import labelled_row
from seqclf.sources.table.reader import TableSource
from seqclf.text.fields import split_fields

ROWS = [
    {"title": "One", "body": "first text", "label": "a", "p_a": 0.75, "p_b": 0.25, "w": 2, "price": 3.5, "land": "DE"},
    {"title": "Two", "body": "", "label": "b", "p_a": 0.1, "p_b": 0.9, "w": 0, "price": None, "land": None},
    {"title": "Three", "body": "third", "label": "a", "p_a": 0.5, "p_b": 0.5, "w": 1, "price": -1, "land": "FR"},
]
EXTRA = {"price": "number", "land": "category"}


def _written(folder: Path, kind: str, rows: list[dict[str, Any]]) -> str:
    path = folder / f"rows.{kind}"
    if kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif kind == "parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if kind == "tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return str(path)


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_every_format_gives_the_same_columns(tmp_path: Path, kind: str) -> None:
    source = TableSource(["title", "body"], {"a": "p_a", "b": "p_b"}, weight="w", extra=EXTRA)
    read = source.read(_written(tmp_path, kind, ROWS))
    assert [split_fields(text) for text in read.texts] == [["One", "first text"], ["Two", ""], ["Three", "third"]]
    assert (list(read.labels), read.label_names, read.multi) == (["a", "b", "a"], ("a", "b"), False)
    assert read.shares is not None and read.weights is not None
    np.testing.assert_allclose(read.shares, [[0.75, 0.25], [0.1, 0.9], [0.5, 0.5]])
    assert read.weights.tolist() == [2, 0, 1]
    np.testing.assert_array_equal(read.extra["price"], [3.5, np.nan, -1])
    assert read.extra["land"].tolist() == ["DE", "", "FR"]


def test_chosen_texts_keep_their_columns(tmp_path: Path) -> None:
    source = TableSource("title", {"a": "p_a", "b": "p_b"}, weight="w", extra=EXTRA)
    chosen = source.read(_written(tmp_path, "csv", ROWS)).chosen(np.array([2, 0]))
    assert chosen.weights is not None and chosen.shares is not None
    assert (list(chosen.texts), chosen.weights.tolist()) == (["Three", "One"], [1, 2])
    assert (chosen.shares[:, 0].tolist(), chosen.extra["land"].tolist()) == ([0.5, 0.75], ["FR", "DE"])


def test_options_change_the_fingerprint_only_where_they_are_set(tmp_path: Path) -> None:
    path = _written(tmp_path, "csv", ROWS)
    sources = [
        TableSource("title", "label"),
        TableSource(["title", "body"], "label"),
        TableSource(["body", "title"], "label"),
        TableSource("title", {"a": "p_a", "b": "p_b"}),
        TableSource("title", "label", weight="w"),
        TableSource("title", "label", extra={"price": "number"}),
        TableSource("title", "label", extra={"price": "category"}),
    ]
    assert len({source.fingerprint(path) for source in sources}) == len(sources)
    assert TableSource("title", "label", extra={}).fingerprint(path) == sources[0].fingerprint(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w": ""}, r'rows.csv:2: "w" is empty, expected a weight \(a number, 0 or more\)'),
        ({"w": "many"}, r'"w" is "many", expected a weight'),
        ({"w": -1}, r'"w" is "-1", expected a weight'),
        ({"w": "inf"}, r'"w" is "inf", expected a weight'),
        ({"w": "nan"}, r'"w" is "nan", expected a weight'),
        ({"w": 1e300}, r'"w" is "1e\+300", expected 0, or a weight from 1e-30 to 1e\+30'),
        ({"w": 1e-60}, r'"w" is "1e-60", expected 0, or a weight from 1e-30 to 1e\+30'),
        ({"p_a": 0.33, "p_b": 0.33}, "sum to 0.66, expected 1"),
        ({"p_a": 0.7}, r'the probabilities of the labels sum to 0.95, expected 1 \("p_a", "p_b"\)'),
        ({"p_a": 1.75, "p_b": -0.75}, '"p_b" is "-0.75", expected a probability'),
        ({"w": "0,6"}, r'"w" is "0,6", expected a weight \(a number, 0 or more\); write 0\.6, with a decimal point'),
        (
            {"price": "136,62"},
            '"price" is "136,62", expected a number, or nothing; write 136.62, with a decimal point',
        ),
        ({"price": "$136.62"}, "not 0,5 or"),
        ({"price": "-5 %"}, "not 0,5 or"),
        ({"price": "EUR 1.000,50"}, r"; write 1000\.50, with a decimal point"),
        ({"price": "-159,31 \u20ac"}, r'"-159,31 \u20ac", expected a number, or nothing; write -159\.31, with'),
        ({"price": "1,000"}, "not 0,5 or"),
        ({"price": "1,5%"}, "not 0,5 or"),
        ({"w": ""}, r'"w" is empty, expected a weight .*; write 1 for a text that counts like others, 0 for one'),
        ({"price": "2020-01-02"}, "for words, write data.extra.price"),
        ({"price": "cheap"}, '"price" is "cheap", expected a number, or nothing; for words, write data.extra.price'),
    ],
)
def test_wrong_values_are_reported_with_their_line(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = _written(tmp_path, "csv", [{**ROWS[0], **change}, *ROWS[1:]])
    source = TableSource("title", {"a": "p_a", "b": "p_b"}, weight="w", extra=EXTRA)
    with pytest.raises(InputError, match=message):
        source.read(path)


def test_probabilities_may_be_rounded_to_two_digits(tmp_path: Path) -> None:
    rows = [
        {"title": "One", "p_a": 0.33, "p_b": 0.33, "p_c": 0.33},
        {"title": "Two", "p_a": 0.335, "p_b": 0.335, "p_c": 0.34},
    ]
    read = TableSource("title", {"a": "p_a", "b": "p_b", "c": "p_c"}).read(_written(tmp_path, "csv", rows))
    assert read.shares is not None
    np.testing.assert_allclose(read.shares.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": "v"}, 'no column "v".*data.weight names it'),
        ({"extra": {"cost": "number"}}, 'no column "cost".*data.extra names it'),
        ({"text": ["title", "bodi"]}, 'no column "bodi"; did you mean "body"'),
        ({"label": {"a": "p_a", "b": "p_c"}}, 'no column "p_c"; did you mean'),
    ],
)
def test_missing_columns_are_named_before_all_is_read(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    source = TableSource(**{"text": "title", "label": "label", **options})
    with pytest.raises(InputError, match=message):
        source.check(_written(tmp_path, "csv", ROWS))


def test_rows_of_jsonl_may_lack_columns_beside_the_text(tmp_path: Path) -> None:
    rows = [{**ROWS[0]}, {name: value for name, value in ROWS[1].items() if name not in EXTRA}]
    read = TableSource("title", "label", extra=EXTRA).read(_written(tmp_path, "jsonl", rows))
    np.testing.assert_array_equal(read.extra["price"], [3.5, np.nan])
    assert read.extra["land"].tolist() == ["DE", ""]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_weights_that_are_all_0_are_an_error(tmp_path: Path, kind: str) -> None:
    path = _written(tmp_path, kind, [{**row, "w": 0} for row in ROWS])
    with pytest.raises(InputError, match='every weight in "w" is 0'):
        TableSource("title", "label", weight="w", extra=EXTRA).read(path)


def test_columns_without_a_value_are_an_error_of_training_texts_alone(tmp_path: Path) -> None:
    full = _written(tmp_path, "csv", ROWS)
    empty = _written(tmp_path, "jsonl", [{**row, "price": None, "land": ""} for row in ROWS])

    def corpus(train: str, test: str) -> Corpus:
        files = {"train": train, "validation": 0, "test": test}
        return Corpus(checked_config(small_config(data={"source": "table", "text": "title", "extra": EXTRA, **files})))

    with pytest.raises(InputError, match='the columns "price", "land" have no value in any row'):
        corpus(train=empty, test=full).texts("train")
    assert len(corpus(train=full, test=empty).texts("test")) == len(ROWS)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("text=[title]", "a list is for several columns; for one, write text: title"),
        ("text=[title, title]", 'expected each column once, found "title" twice'),
        ("label={a: p_a}", "expected at least 2"),
        ("label={a: p_a, b: p_a}", 'expected another column for each label, found "p_a" twice'),
        ("label=3", "expected a column, a list of columns, or a column of probabilities for each label"),
        ("weight=title", '"title" is a text column; name a column of numbers'),
        ("extra={label: category}", '"label" is a label column: the model would be given the answer'),
        ("extra={price: numeric}", 'unknown value "numeric"; did you mean "number"'),
    ],
)
def test_options_that_contradict_each_other_are_reported(tmp_path: Path, setting: str, message: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("name: c\ndata: {source: table, train: a.csv, text: title}\nlayers: [{type: pool}]\n")
    with pytest.raises(ConfigError) as found:
        load_config(path, [parse_override(f"data.{setting}")])
    assert message in str(found.value)


def test_a_text_may_lack_some_of_its_columns_but_not_all() -> None:
    columns = TableColumns(["title", "body"], "label")
    assert labelled_row("here", {"title": None, "body": "b", "label": "x"}, columns) == LabelledRow("\x1fb", "x")
    with pytest.raises(InputError, match='"title" is null, expected a string'):
        labelled_row("here", {"title": None, "body": None, "label": "x"}, columns)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30))
def test_a_number_is_the_same_as_a_value_and_as_a_field(value: float) -> None:
    assert as_number(value) == as_number(str(value)) == as_number(f" {value} ") == float(value)


@pytest.mark.parametrize("value", [None, "", " ", "NA", "nan", "NULL", math.nan])
def test_missing_values_are_no_numbers(value: object) -> None:
    assert math.isnan(as_number(value))


@pytest.mark.parametrize("value", ["1,5", "one", [1], {}, "inf", 10**400])
def test_other_values_are_no_numbers_either(value: object) -> None:
    with pytest.raises(ValueError, match="number"):
        as_number(value)


@pytest.mark.parametrize(
    ("value", "name"),
    [("DE", "DE"), (" DE ", "DE"), (3, "3"), (3.0, "3"), (2.5, "2.5"), (True, "true"), (None, ""), ("", "")],
)
def test_a_category_has_one_name_in_all_formats(value: object, name: str) -> None:
    assert as_category(value) == name


@pytest.mark.parametrize(("option", "value"), [("weight", "w"), ("extra", {"price": "number"})])
def test_a_test_file_without_a_further_column_has_a_cure(option: str, value: Any, tmp_path: Path) -> None:
    rows = [{"text": "One", "label": "a", "w": 1, "price": 2}, {"text": "Two", "label": "b", "w": 1, "price": 3}]
    train = _written(tmp_path, "csv", rows)
    test = tmp_path / "test.csv"
    test.write_text("text,label\nOne,a\n", encoding="utf-8")

    def problems(**data: Any) -> list[str]:
        source = {"source": "table", "train": str(train), "test": str(test), option: value, **data}
        return [
            str(problem)
            for problem in preparation_problems(checked_config({"data": source, "layers": [{"type": "pool"}]}))
        ]

    (problem,) = problems()
    assert problem.endswith("; add it, or leave data.test out and give the file to seqclf eval --data")
    assert not any("eval --data" in one for one in problems(train=str(test)))
