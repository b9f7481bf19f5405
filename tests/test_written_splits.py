"""``seqclf split``: the files hold the rows that training, validation and evaluation use."""

from __future__ import annotations

import io
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import small_config, write_csv
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.config import checked_config
from seqclf.data.corpus import Corpus
from seqclf.data.written_splits import SPLITS, _opened, data_section, write_splits
from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.evaluation.input_rows import InputRows
from seqclf.evaluation.predictions import Predictions
from seqclf.inference.bulk.target import Target
from seqclf.inference.bulk.writers import LineWriter
from seqclf.labels import Labels
from seqclf.sources.table.reader import TableSource
from seqclf.sources.texts import LabelledTexts
from seqclf.tables.csv_writer import csv_writer

ODD = ['a "quoted", text', "two\nlines", "tabs are fine", " spaces ", "émile ☃", "", "=1+1"]


def _rows(count: int = 60) -> list[dict[str, Any]]:
    texts = [f"{ODD[i % len(ODD)]} {i}" if i % len(ODD) != 5 else "" for i in range(count)]
    return [{"id": f"{i}", "text": text, "label": "ab"[i % 2], "who": f"{i // 3}"} for i, text in enumerate(texts)]


def _written(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".csv":
        return write_csv(path, [tuple(rows[0]), *(tuple(row.values()) for row in rows)])
    if path.suffix == ".tsv":
        rows = [{name: value.replace("\n", " ") for name, value in row.items()} for row in rows]
        path.write_text("".join("\t".join(row) + "\n" for row in [list(rows[0]), *(row.values() for row in rows)]))
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        import pyarrow
        import pyarrow.parquet

        table = pyarrow.Table.from_pylist([{**row, "id": int(row["id"])} for row in rows])
        pyarrow.parquet.write_table(table, path, row_group_size=7)
    return path


def _all_rows(path: Path) -> list[dict[str, Any]]:
    return [dict(row[1]) for row in TableSource("text", "label").rows(str(path)) if not isinstance(row, InputError)]


def _split(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["split", *arguments])


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("options", [{}, {"group": "who"}, {"folds": 3, "fold": 2}])
def test_rows_are_those_of_training(kind: str, options: dict[str, Any], tmp_path: Path) -> None:
    table = _written(tmp_path / f"t.{kind}", _rows())
    config = checked_config(small_config(data={"source": "table", "train": str(table), "test": 0.2, **options}))
    written = write_splits(config, tmp_path / "out")
    corpus, rows = Corpus(config), _all_rows(table)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.{kind}" for name in SPLITS)
    found: list[dict[str, Any]] = []
    for name in SPLITS:
        texts, read = corpus.texts(name), _all_rows(written[name].path)
        assert [row["text"] for row in read] == list(texts.texts)
        assert [row["label"] for row in read] == list(texts.labels)
        assert read == [row for row in rows if row in read], "whole rows, in their order"
        assert written[name].labels == Counter(texts.labels)
        found += read
    assert sorted(int(row["id"]) for row in found) == list(range(60))
    section = data_section(config, {name: split.path for name, split in written.items()})
    again = checked_config(small_config(data={**config.data.model_dump(), **section}))
    for name in SPLITS:
        assert list(Corpus(again).texts(name).texts) == list(corpus.texts(name).texts)
    if kind == "parquet":
        import pyarrow.parquet

        assert pyarrow.parquet.read_schema(written["test"].path) == pyarrow.parquet.read_schema(table)


@pytest.mark.parametrize("odd", ["two\nlines", "a\ttab", "lone\rCR", "two\r\nlines"])
@pytest.mark.parametrize("file_format", ["auto", "tsv"])
def test_quoted_tsv_reads_back(odd: str, file_format: str, tmp_path: Path) -> None:
    """R writes quotes around all fields, and backslashes before quotes."""
    rows = ['"text"\t"label"\n', *(f'"{i}"\t"say \\"{i}\\" {odd}, C:\\"\t"{"ab"[i % 2]}"\n' for i in range(40))]
    table = tmp_path / "t.tsv"
    table.write_text("".join(rows), encoding="utf-8", newline="")
    config = checked_config(
        small_config(data={"source": "table", "train": str(table), "test": 0.2, "format": file_format})
    )
    written = write_splits(config, tmp_path / "out")
    section = data_section(config, {name: split.path for name, split in written.items()})
    again = checked_config(small_config(data={**config.data.model_dump(), **section}))
    for name in SPLITS:
        texts = list(Corpus(config).texts(name).texts)
        assert list(Corpus(again).texts(name).texts) == texts
        assert f'"{texts[0].split(chr(34))[1]}" {odd}, C:\\' in texts[0]


def test_files_of_their_own_are_copied(tmp_path: Path) -> None:
    table, other = _written(tmp_path / "t.csv", _rows()), _written(tmp_path / "other.jsonl", _rows(9))
    config = checked_config(small_config(data={"source": "table", "train": str(table), "test": str(other)}))
    written = write_splits(config, tmp_path / "out")
    assert _all_rows(written["test"].path) == _all_rows(other)
    assert written["test"].path.name == "test.jsonl"
    assert written["train"].texts + written["validation"].texts == 60


def test_a_source_without_rows_becomes_a_table(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    for i, row in enumerate(_rows()):
        path = folder / row["label"] / f"{i:02}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(row["text"], encoding="utf-8", newline="")
    config = checked_config(small_config(data={"source": "folder", "train": str(folder), "validation": 0.2}))
    for number, kind in enumerate(("csv", "jsonl")):
        if kind == "jsonl":
            (folder / "a" / "nul.txt").write_bytes(b"a \0 byte")
        written = write_splits(config, tmp_path / f"out{number}")
        section = data_section(config, {name: split.path for name, split in written.items()})
        again = Corpus(checked_config(small_config(data=section)))
        for name in ("train", "validation"):
            assert written[name].path.suffix == f".{kind}"
            texts = Corpus(config).texts(name)
            assert (list(again.texts(name).texts), again.texts(name).labels) == (list(texts.texts), texts.labels)


def test_lists_of_labels_remain_lists(tmp_path: Path) -> None:
    rows = [{"text": f"text {i}", "tags": "|".join("abc"[: i % 4])} for i in range(60)]
    table = _written(tmp_path / "t.csv", rows)
    data = {"source": "table", "train": str(table), "label": "tags", "label_separator": "|", "test": 0.2}
    config = checked_config(small_config(data=data))
    written = write_splits(config, tmp_path / "out")
    assert [row for name in SPLITS for row in _all_rows(written[name].path) if row not in rows] == []
    assert sum(written["train"].labels.values()) == sum(map(len, Corpus(config).texts("train").labels))


def test_nothing_is_overwritten_and_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = checked_config(small_config(data={"source": "table", "train": str(_written(tmp_path / "t.csv", _rows()))}))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(InputError, match="out: already exists; choose another folder"):
        write_splits(config, tmp_path / "out")
    (tmp_path / "out" / "mine.txt").unlink()
    monkeypatch.setattr(
        "seqclf.data.written_splits._Fields.write", lambda *_: (_ for _ in ()).throw(OSError(28, "full"))
    )
    with pytest.raises(InputError, match=r"/out: cannot be written \(full\)"):
        write_splits(config, tmp_path / "out")
    with pytest.raises(InputError, match=r"/t\.csv/out: cannot be written"):
        write_splits(config, tmp_path / "t.csv" / "out")
    assert list((tmp_path / "out").iterdir()) == []
    monkeypatch.undo()
    assert write_splits(config, tmp_path / "out")["train"].texts == 54


def test_the_command_prints_counts_and_lines_that_work(tmp_path: Path) -> None:
    table = _written(tmp_path / "t.csv", _rows())
    values = small_config(data={"source": "table", "train": str(table), "test": 0.2, "group": "who"})
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    done = _split(str(config), "--to", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    shown, _, lines = done.stdout.partition("To train on these files, use this in a config:\n\n")
    assert shown.splitlines()[0].split() == ["label", "train", "validation", "test"]
    section = yaml.safe_load(lines)["data"]
    assert section == {**{name: str(tmp_path / "out" / f"{name}.csv") for name in SPLITS}, "group": None}
    values["data"] |= section
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    again = _split(str(config), "--to", str(tmp_path / "again"), "--json")
    assert again.exit_code == 0, again.output
    report = json.loads(again.stdout)["splits"]
    for name in SPLITS:
        assert (tmp_path / "again" / f"{name}.csv").read_bytes() == (tmp_path / "out" / f"{name}.csv").read_bytes()
        assert report[name]["texts"] == sum(report[name]["labels"].values())
    refused = _split(str(config), "--to", str(tmp_path / "out"))
    assert (refused.exit_code, "already exists; choose another" in refused.stderr) == (2, True)


_FIELDS = st.text(alphabet='\r\n",\t aé\u2028', max_size=8)


@given(st.lists(st.tuples(_FIELDS, _FIELDS), min_size=1, max_size=8))
def test_any_field_of_a_csv_file_is_read_as_it_was_written(values: list[tuple[str, str]]) -> None:
    """By all writers of csv: splits, predictions of files, and predictions behind metrics."""
    labels = Labels(("a", "b"))
    rows = [{"text": text, "label": "a", "other": other} for text, other in values]
    texts = LabelledTexts([text for text, _ in values], ["a"] * len(values), origin="t")
    with tempfile.TemporaryDirectory() as folder:
        split, measured = Path(folder, "split.csv"), Path(folder, "measured.csv")
        with _opened(split, "csv") as writer:
            for row in rows:
                writer.write(row)
        predicted = LineWriter.into("csv", Path(folder))
        for row in rows:
            predicted.write([row])
        given = InputRows(TableSource("text", "label"), str(split))
        Predictions(Target(measured, "csv"), Decider(labels)).write(texts, np.full((len(rows), 2), 0.5), given)
        assert _all_rows(split) == _all_rows(predicted.finish()) == rows
        assert [{name: row[name] for name in rows[0]} for row in _all_rows(measured)] == rows


def test_rows_without_a_carriage_return_are_quoted_only_where_they_must_be() -> None:
    file = io.StringIO(newline="")
    write = csv_writer(file)
    for row in (["a", "b c"], ['a "b"', "c,d"], ["a\nb", "c"], ["a\rb", "c"]):
        write(row)
    assert file.getvalue() == 'a,b c\n"a ""b""","c,d"\n"a\nb",c\n"a\rb","c"\n'
