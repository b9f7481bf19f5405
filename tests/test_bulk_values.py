"""Values and labels of any kind can be read back from the predictions of a file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bulk_files import predict, read_rows, written
from hypothesis import given
from hypothesis import strategies as st

from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.inference.bulk.answers import Answers
from seqclf.inference.bulk.parquet_writer import ParquetWriter
from seqclf.inference.bulk.writers import LineWriter
from seqclf.labels import Labels

pytestmark = pytest.mark.usefixtures("small_blocks")

BIG = 2**70
LABELS = st.text(st.sampled_from("ab|[]\"', \t\n\r\u2028\x0b"), max_size=4)


def _parquet(columns: list[Any], folder: Path) -> tuple[list[Any], list[str]]:
    """The values of a column ``x`` after a round trip, and what is said about it."""
    rows = [{"text": "a", "x": value} if value is not ... else {"text": "a"} for value in columns]
    report = predict(written(folder / "in.jsonl", rows), folder / "out.parquet")
    assert (report.rows, report.bad) == (len(rows), 0), "no row is lost"
    return [row.get("x") for row in read_rows(folder / "out.parquet")], list(report.notes)


AS_TEXT = ['"x" is text: its values have no common type in parquet']


@pytest.mark.parametrize(
    ("values", "expected", "notes"),
    [
        ([1, 2, 3], [1, 2, 3], []),
        ([1, BIG], ["1", str(BIG)], AS_TEXT),
        ([*range(6), BIG], [*map(str, range(6)), str(BIG)], AS_TEXT),
        ([*range(7), "seven"], [*map(str, range(7)), "seven"], AS_TEXT),
        ([1, 2.5], [1.0, 2.5], []),
        ([*range(6), 2.5], [*map(float, range(6)), 2.5], []),
        ([2**60 + 1, *range(4), 2.5], [str(2**60 + 1), *map(str, range(4)), "2.5"], AS_TEXT),
        ([True, 1, None], ["true", "1", None], AS_TEXT),
        ([{"a": 1}, {"b": [2]}], [{"a": 1, "b": None}, {"a": None, "b": [2]}], []),
        ([{"a": 1}] * 5 + [{"a": "x"}], ['{"a": 1}'] * 5 + ['{"a": "x"}'], AS_TEXT),
        ([{"a": 1}] * 5 + [{"b": 1}], [{"a": 1, "b": None}] * 5 + [{"a": None, "b": 1}], []),
        ([[1], ["a"], [{}]], ["[1]", '["a"]', "[{}]"], AS_TEXT),
        ([[]] * 5 + [[1]], ["[]"] * 5 + ["[1]"], AS_TEXT),
        ([None] * 6 + [3], [None] * 6 + [3], []),
        ([...] * 6 + [3, ...], [None] * 6 + [3, None], []),
        (["a\ud800", "b"], ["a\\ud800", "b"], []),
        (["2024-02-30", "2024-02-01"], ["2024-02-30", "2024-02-01"], []),
    ],
    ids=str,
)
def test_parquet_keeps_every_value(values: list[Any], expected: list[Any], notes: list[str], tmp_path: Path) -> None:
    assert _parquet(values, tmp_path) == (expected, notes)


def test_dates_and_decimals_of_parquet_keep_their_types(tmp_path: Path) -> None:
    from datetime import UTC, date, datetime
    from decimal import Decimal

    row = {"text": "a", "day": date(2024, 2, 29), "at": datetime(2024, 1, 1, tzinfo=UTC), "price": Decimal("1.10")}
    wide = {**row, "price": Decimal("12345.678")}
    for kind in ("parquet", "jsonl", "csv"):
        predict(written(tmp_path / "in.parquet", [row] * 6 + [wide]), tmp_path / f"out.{kind}")
    found = read_rows(tmp_path / "out.parquet")
    assert [{name: one[name] for name in row} for one in found] == [row] * 6 + [wide]
    assert read_rows(tmp_path / "out.jsonl")[0]["day"] == "2024-02-29"
    assert read_rows(tmp_path / "out.csv")[6]["price"] == "12345.678"


@given(
    names=st.lists(LABELS, min_size=2, max_size=4, unique=True), chosen=st.lists(st.booleans(), min_size=2, max_size=2)
)
def test_labels_are_read_back_from_every_format(names: list[str], chosen: list[bool]) -> None:
    labels = Labels(tuple(names), multi=True)
    answers = Answers(Decider(labels, (0.5,) * len(names)), every=True)
    probabilities = np.array([[0.9 if applies else 0.1 for applies in (chosen * 2)[: len(names)]]])
    expected = [name for name, applies in zip(names, chosen * 2, strict=False) if applies]
    for kind in ("csv", "tsv", "jsonl"):
        out = io.BytesIO()
        try:
            answers.check(kind)
        except InputError:
            assert kind == "tsv" and any(set("\t\n\r") & set(name) for name in names)
            continue
        writer = LineWriter(kind, out)
        writer.write(answers.rows(probabilities, flat=writer.flat), answers.named(flat=writer.flat))
        text = out.getvalue().decode()
        if kind == "jsonl":
            row = json.loads(text)
            assert list(row["probability_of"]) == names
            assert row["predictions"] == expected
            continue
        style: dict[str, Any] = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if kind == "tsv" else {}
        row = next(csv.DictReader(io.StringIO(text, newline=""), **style))
        assert [name.removeprefix("probability_of_") for name in row][2:] == names
        field = row["predictions"]
        assert (json.loads(field) if field.startswith("[") else field.split("|") if field else []) == expected


def test_labels_with_a_separator_are_lists_in_every_row() -> None:
    """So that one reader reads all rows."""
    answers = Answers(Decider(Labels(("a", "b|c"), multi=True), (0.5, 0.5)))
    rows = answers.rows(np.array([[0.9, 0.1], [0.9, 0.8], [0.1, 0.1]]), flat=True)
    assert [row["predictions"] for row in rows] == ['["a"]', '["a", "b|c"]', "[]"]
    assert [row["probabilities"] for row in rows] == ["[0.9]", "[0.9, 0.8]", "[]"]


def test_a_label_that_tsv_has_no_place_for_is_named(tmp_path: Path) -> None:
    labels = Labels(("long", "one\nor two"))
    with pytest.raises(InputError, match=r"the label 'one\\nor two' contains a tab or a line end"):
        predict(written(tmp_path / "in.csv", [{"text": "a"}]), tmp_path / "out.tsv", labels)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "model"]
    predict(written(tmp_path / "in.csv", [{"text": ""}]), tmp_path / "out.csv", labels)
    assert read_rows(tmp_path / "out.csv")[0]["prediction"] == "one\nor two"


def test_a_parquet_file_of_blocks_without_predictions(tmp_path: Path) -> None:
    answers = Answers(Decider(Labels(("a", "b"), multi=True), (0.5, 0.5)))
    writer = ParquetWriter(tmp_path, answers.arrow_types())
    for value in (0.1, 0.9):
        writer.write(answers.rows(np.array([[value, 0.1]]), flat=False), answers.named(flat=False))
    found = read_rows(writer.finish().rename(tmp_path / "x.parquet"))
    assert [row["predictions"] for row in found] == [[], ["a"]]
