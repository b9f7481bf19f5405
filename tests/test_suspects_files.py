"""The list that ``seqclf suspects`` writes: its formats and columns, and which files it never replaces."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from conftest import write_csv
from suspect_texts import FLIPPED, call_suspects, config_of, rows_of, sentiments


@pytest.mark.parametrize("name", ["s.tsv", "s.jsonl", "s.parquet", "s.csv.gz"])
def test_formats_have_the_same_rows(suspects_config: Path, name: str) -> None:
    assert call_suspects(suspects_config).exit_code == 0
    expected = rows_of(suspects_config.parent / "suspects.csv")
    assert call_suspects(suspects_config, output=name).exit_code == 0
    path = suspects_config.parent / name
    if name.endswith("parquet"):
        table = pyarrow.parquet.read_table(path)
        rows: list[dict[str, Any]] = table.to_pylist()
        assert str(table.schema.field("score").type) == "double" and str(table.schema.field("line").type) == "int64"
    elif name.endswith("jsonl"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    elif name.endswith("tsv"):
        lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    else:
        import gzip

        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    as_text = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
    assert as_text == expected


def test_an_existing_file_is_kept_and_nothing_is_done(suspects_config: Path) -> None:
    path = suspects_config.parent / "suspects.csv"
    path.write_text("mine", encoding="utf-8")
    done = call_suspects(suspects_config)
    assert done.exit_code == 2 and "already exists; use --overwrite" in done.output and "Fold" not in done.output
    assert path.read_text(encoding="utf-8") == "mine"
    assert call_suspects(suspects_config, "--overwrite").exit_code == 0
    assert rows_of(path)


@pytest.mark.parametrize("train", ["train.csv", "t*.csv", "../**/*.csv"])
def test_a_file_that_the_config_reads_is_not_replaced(suspects_config: Path, train: str) -> None:
    path = suspects_config.parent / "train.csv"
    before = path.read_bytes()
    done = call_suspects(
        suspects_config, "--overwrite", "--set", f"data.train={suspects_config.parent / train}", output="train.csv"
    )
    assert done.exit_code == 2, done.output
    assert "is a file that the config reads" in " ".join(done.output.split()) and "Fold" not in done.output
    assert path.read_bytes() == before


def test_the_data_named_in_place_of_a_config_are_not_replaced(suspects_config: Path) -> None:
    path = suspects_config.parent / "train.csv"
    before = path.read_bytes()
    done = call_suspects(path, "--overwrite", output="train.csv")
    assert done.exit_code == 2 and path.read_bytes() == before


@pytest.mark.parametrize("pattern", ["*.csv", "**/*.csv"])
def test_a_list_is_not_written_where_the_next_call_would_read_it(suspects_config: Path, pattern: str) -> None:
    options = ("--set", f"data.train={suspects_config.parent / pattern}", "--set", "data.test=null")
    done = call_suspects(suspects_config, *options)
    assert done.exit_code == 2, done.output
    assert "is a file that the config reads" in " ".join(done.output.split())
    assert not (suspects_config.parent / "suspects.csv").exists()
    (suspects_config.parent / "test.csv").unlink()  # its labels are others
    (suspects_config.parent / "lists").mkdir()
    done = call_suspects(suspects_config, *options, output="lists/suspects.csv")
    assert done.exit_code == (2 if "**" in pattern else 0), done.output


def test_a_file_in_a_folder_of_texts_is_not_replaced(tmp_path: Path) -> None:
    for place, (text, label) in enumerate(sentiments(20)):
        (tmp_path / "texts" / label).mkdir(parents=True, exist_ok=True)
        (tmp_path / "texts" / label / f"{place}.csv").write_text(text, encoding="utf-8")
    config = config_of(tmp_path, source="folder", train=str(tmp_path / "texts"))
    for options in (("--overwrite",), ()):
        done = call_suspects(config, *options, output="texts/neg/0.csv")
        assert done.exit_code == 2, done.output
    assert (tmp_path / "texts" / "neg" / "0.csv").read_text(encoding="utf-8") == sentiments(20)[0][0]


def test_a_full_disk_is_reported_with_the_file(suspects_config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = suspects_config.parent / "suspects.csv"
    path.write_text("mine", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seqclf.suspects.listing.packed", full)
    done = call_suspects(suspects_config, "--overwrite")
    assert done.exit_code == 1
    assert "suspects.csv: cannot be written (No space left on device)" in " ".join(done.output.split())
    assert path.read_text(encoding="utf-8") == "mine"
    assert not [name for name in suspects_config.parent.iterdir() if name.name.startswith(".")]


def test_several_files_and_text_columns(tmp_path: Path) -> None:
    rows = [(text.split(" ", 1)[0], text.split(" ", 1)[1], label) for text, label in sentiments()]
    header = ("title", "label", "body")
    for name, part in (("a.csv", rows[:60]), ("b.csv", rows[60:])):
        write_csv(tmp_path / name, [header, *[(title, label, body) for title, body, label in part]])
    config = config_of(tmp_path, train=[str(tmp_path / "a.csv"), str(tmp_path / "b.csv")], text=["title", "body"])
    assert call_suspects(config).exit_code == 0
    first = rows_of(tmp_path / "suspects.csv")[: len(FLIPPED)]
    places = {int(row["line"]) - 2 + 60 * (Path(row["file"]).name == "b.csv") for row in first}
    assert places == set(FLIPPED)
    assert all((row["title"], row["body"]) == rows[places_of(row)][:2] for row in first)


def places_of(row: dict[str, str]) -> int:
    return int(row["line"]) - 2 + 60 * (Path(row["file"]).name == "b.csv")


def test_text_columns_named_as_ours_are_kept_apart(tmp_path: Path) -> None:
    rows = [(text.split(" ", 1)[0], text.split(" ", 1)[1], label) for text, label in sentiments()]
    path = write_csv(tmp_path / "train.csv", [("rank", "file", "label"), *rows])
    assert call_suspects(config_of(tmp_path, train=str(path), text=["rank", "file"])).exit_code == 0
    row = rows_of(tmp_path / "suspects.csv")[0]
    assert (row["rank"], row["file"]) == ("1", str(path))
    assert (row["rank_"], row["file_"]) == rows[int(row["line"]) - 2][:2]
