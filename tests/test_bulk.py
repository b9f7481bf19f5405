"""Files of texts: rows are written with their predictions, bad ones are reported."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bulk_files import MULTI, ONE, ROWS, of_length, predict, read_rows, written
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.inference.bulk.answers import Answers
from seqclf.inference.bulk.job import predict_file, predict_stream
from seqclf.inference.bulk.reader import Source
from seqclf.inference.bulk.target import Target
from seqclf.tables.row import ReadingStopped

pytestmark = pytest.mark.usefixtures("small_blocks")


@pytest.mark.parametrize("output", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("given_as", ["csv", "jsonl", "parquet"])
def test_rows_come_out_with_their_predictions(given_as: str, output: str, tmp_path: Path) -> None:
    source, target = written(tmp_path / f"in.{given_as}", ROWS), tmp_path / f"out.{output}"
    report = predict(source, target)
    assert (report.rows, report.bad) == (len(ROWS), 0)
    found = read_rows(target)
    assert [list(row) for row in found] == [["id", "text", "more", "prediction", "probability"]] * len(ROWS)
    for row, original in zip(found, ROWS, strict=True):
        kept = {name: row[name] for name in original}
        in_one_line = " ".join(original["text"].replace("\t", " ").splitlines())
        assert kept == ({**original, "text": in_one_line} if output == "tsv" else original)
        expected = of_length([original["text"]])[0]
        assert row["prediction"] == ONE[int(expected.argmax())]
        assert float(row["probability"]) == pytest.approx(expected.max(), abs=1e-6)
    assert [path.name for path in tmp_path.iterdir()].count(f"out.{output}.partial") == 0


def test_a_file_of_lines(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(b"\xef\xbb\xbfa text\r\n\n\xff\nlast")
    named: list[InputError] = []
    report = predict(tmp_path / "in.txt", tmp_path / "out.jsonl", on_bad=named.append)
    assert [row["text"] for row in read_rows(tmp_path / "out.jsonl")] == ["a text", "", "last"]
    assert (report.rows, report.bad, len(named)) == (4, 1, 1)
    assert str(named[0]).startswith(f"{tmp_path / 'in.txt'}:3: not UTF-8 text; save it as UTF-8, or set its encoding")


@pytest.mark.parametrize("output", ["csv", "jsonl", "parquet"])
def test_lists_tops_and_every_probability(output: str, tmp_path: Path) -> None:
    def call(texts: Sequence[str]) -> np.ndarray:
        return np.array([[0.9, 0.6, 0.1], [0.2, 0.3, 0.1]] * len(texts))[: len(texts)]

    source = written(tmp_path / "in.csv", [{"text": "a"}, {"text": "b"}])
    predict(source, tmp_path / f"out.{output}", MULTI, call, top=2, every=True)
    first, second = read_rows(tmp_path / f"out.{output}")
    if output == "csv":
        assert (first["predictions"], first["probabilities"]) == ("long|short", "0.9|0.6")
        assert (second["predictions"], second["top_1"], second["top_2_probability"]) == ("", "short", "0.2")
        assert first["probability_of_odd"] == "0.1"
    else:
        assert (first["predictions"], first["probabilities"]) == (["long", "short"], [0.9, 0.6])
        assert second["predictions"] == []
        assert second["top"] == [{"label": "short", "probability": 0.3}, {"label": "long", "probability": 0.2}]
        assert first["probability_of"] == {"long": 0.9, "short": 0.6, "odd": 0.1}


BAD = 'text,id\na,1\n"b\n\nc",2\nd\ne,5,6\n"f",7\n'


def test_bad_rows_are_reported_and_skipped(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(BAD, encoding="utf-8")
    report = predict(source, tmp_path / "out.csv", errors=tmp_path / "errors.txt")
    assert [row["id"] for row in read_rows(tmp_path / "out.csv")] == ["1", "2", "7"]
    assert (report.rows, report.bad) == (5, 2)
    assert (tmp_path / "errors.txt").read_text(encoding="utf-8").splitlines() == [
        f"{source}:6: 1 field, but the header has 2 (text, id)",
        f"{source}:7: 3 fields, but the header has 2 (text, id)",
    ]
    lines = ['{"text": "a"}', "no json", '{"text": 3}', '{"other": "b"}', '{"text": "c"}']
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    named: list[InputError] = []
    predict(tmp_path / "in.jsonl", tmp_path / "out.jsonl", on_bad=named.append)
    assert [str(error).partition("in.jsonl:")[2][:2] for error in named] == ["2:", "3:", "4:"]
    assert len(read_rows(tmp_path / "out.jsonl")) == 2


@pytest.mark.parametrize("output", ["csv", "tsv", "parquet"])
def test_fields_stand_under_their_names(output: str, tmp_path: Path) -> None:
    """For any order of a row's keys, and if some are missing."""
    rows: list[dict[str, Any]] = [
        {"text": "a", "x": "1"},
        {"x": "2", "text": "b"},
        {"text": "c"},
        {"y": "3", "text": "d"},
    ]
    rows += [{"text": "e", "x": "4"}, {"text": "f", "new": "5"}, {"text": "g", "y": "6"}]  # of the next block
    named: list[InputError] = []
    predict(written(tmp_path / "in.jsonl", rows), tmp_path / f"out.{output}", on_bad=named.append)
    found = read_rows(tmp_path / f"out.{output}")
    kept = {row["text"]: (row["x"] or "", row["y"] or "") for row in found}
    expected = {"a": ("1", ""), "b": ("2", ""), "c": ("", ""), "d": ("", "3"), "e": ("4", ""), "g": ("", "6")}
    if output == "parquet":
        assert list(found[0]) == ["text", "x", "y", "new", "prediction", "probability"]
        assert (kept, found[5]["new"], named) == (expected | {"f": ("", "")}, "5", [])
        return
    assert list(found[0]) == ["text", "x", "y", "prediction", "probability"]
    assert kept == expected
    assert [str(error).partition("in.jsonl:")[2] for error in named] == ['6: "new" is not a column of the rows before']


def test_what_parquet_has_no_place_for_is_text(tmp_path: Path) -> None:
    rows = [{"text": "a\ud800", "x": {}, "y": None, "z": [{}]}, {"text": "b", "x": {}, "y": None, "z": []}]
    predict(written(tmp_path / "in.jsonl", rows), tmp_path / "out.parquet")
    found = read_rows(tmp_path / "out.parquet")
    assert [(row["text"], row["x"], row["y"], row["z"]) for row in found] == [
        ("a\\ud800", "{}", None, "[{}]"), ("b", "{}", None, "[]")
    ]  # fmt: skip


def test_bytes_that_are_not_utf8_cost_their_row_alone(tmp_path: Path) -> None:
    for name, content in {
        "in.csv": b"text,id\na,1\nb\xff,2\nc,3\n",
        "in.jsonl": b'{"text": "a"}\n{"text": "\xff"}\n{"text": "c"}\n',
    }.items():
        (tmp_path / name).write_bytes(content)
        report = predict(tmp_path / name, tmp_path / f"{name}.out.csv")
        assert (report.rows, report.bad) == (3, 1)
        assert [row["text"] for row in read_rows(tmp_path / f"{name}.out.csv")] == ["a", "c"]


def test_no_output_if_nothing_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1}\nno json\n', encoding="utf-8")
    with pytest.raises(InputError, match="contains no valid rows"):
        predict(tmp_path / "in.jsonl", tmp_path / "out.csv")
    (tmp_path / "in.jsonl").write_text('{"id": 1}\n{"text": "a"}\n', encoding="utf-8")
    assert predict(tmp_path / "in.jsonl", tmp_path / "out.csv").bad == 1
    (tmp_path / "in.jsonl").write_text('{"body": 1}\n' * 200, encoding="utf-8")
    with pytest.raises(InputError, match=r'no column "text".*; name the right one with --column'):
        predict(tmp_path / "in.jsonl", tmp_path / "2.csv")
    assert {path.name for path in tmp_path.iterdir()} == {"in.jsonl", "out.csv", "model"}


def test_a_column_of_that_name_is_never_written_over(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"text": f"t{i}"} for i in range(6)]
    later = [*rows, {"text": "t6", "prediction": "mine"}]
    named: list[InputError] = []
    predict(written(tmp_path / "in.jsonl", later), tmp_path / "out.jsonl", on_bad=named.append)
    assert len(read_rows(tmp_path / "out.jsonl")) == 6
    assert 'already has a column "prediction"; rename the new columns with --prefix' in str(named[0])
    with pytest.raises(InputError, match=r'in.jsonl:1: already has a column "prediction"'):
        predict(written(tmp_path / "in.jsonl", later[::-1]), tmp_path / "2.jsonl")
    answers = Answers(Decider(ONE), prefix="again_")
    source = Source.of(str(tmp_path / "out.jsonl"), None, "text")
    predict_file(of_length, tmp_path / "model", source, Target(tmp_path / "3.jsonl", "jsonl"), answers)
    assert list(read_rows(tmp_path / "3.jsonl")[0]) == [
        "text", "prediction", "probability", "again_prediction", "again_probability"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("-", None, "give its format with --input-format"),
        ("-", "parquet", "cannot be read from a stream"),
        ("none.csv", None, "none.csv: no such file"),
        (".", None, "is a folder"),
        ("in.dat", None, 'unknown file extension ".dat"'),
    ],
)
def test_sources_that_cannot_beread_rows(
    path: str, kind: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.dat").touch()
    with pytest.raises(InputError, match=message):
        Source.of(path, kind, "text")


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=5)), min_size=1, max_size=12)
)
def test_any_row_is_written_unchanged(rows: list[tuple[str, Any]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.jsonl"
        lines = [json.dumps({"text": text, "other": other}) for text, other in rows]
        source.write_text("\n".join(lines), encoding="utf-8")
        out = io.BytesIO()
        predict_stream(of_length, Source.of(str(source), None, "text"), "jsonl", out, Answers(Decider(ONE)))
        found = [json.loads(line) for line in out.getvalue().decode("utf-8").split("\n") if line]
    assert [(row["text"], row["other"]) for row in found] == rows


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_unreadable_remainder_leaves_no_complete_output(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unlike a malformed row, it may be any number of rows."""

    def stops(*arguments: Any, **options: Any) -> Any:
        yield from [(number, {"text": "x" * number}) for number in range(1, 8)]
        raise ReadingStopped("in.csv:9: the rest cannot be read")

    source, target = written(tmp_path / "in.csv", ROWS), tmp_path / f"out.{kind}"
    monkeypatch.setattr("seqclf.inference.bulk.reader.rows", stops)
    with pytest.raises(
        ReadingStopped, match=r"the rest .* no output was written \(the 7 rows before it are in"
    ) as raised:
        predict(source, target)
    assert raised.value.exit_code == 1
    assert not target.exists()
    assert list((tmp_path / f"out.{kind}.partial").glob("rows.csv" if kind == "csv" else "part-000001.parquet"))
    out = io.BytesIO()
    with pytest.raises(ReadingStopped):
        predict_stream(of_length, Source.of(str(source), None, "text"), "csv", out, Answers(Decider(ONE)))
    assert len(out.getvalue().splitlines()) == 8, "a stream has the rows before it"
