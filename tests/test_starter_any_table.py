"""For any table, a starter is a config that loads, or an intended error."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.config import read_config
from seqclf.errors import InputError
from seqclf.starter.make import starter
from seqclf.starter.recipe import FAMILIES
from seqclf.starter.request import Request

NAMES = st.one_of(
    st.sampled_from(
        ["text", "label", "id", "Review Text", "labels", "is_spam", "", " ", "date", "score", "true", "2020"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
)
FIELDS = [
    st.sampled_from(["yes", "no"]),
    st.sampled_from(["0", "1"]),
    st.sampled_from(["", "a|b", "a", "c|a"]),
    st.integers(-5, 10**12).map(str),
    st.floats(0, 1).map(str),
    st.dates().map(str),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=40),
    st.lists(st.sampled_from("the film was good bad and 好 é 🙂".split()), max_size=12).map(" ".join),
]
VALUES = [*FIELDS, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.sampled_from("abc"), max_size=3)]


@st.composite
def tables(draw: st.DrawFn, kinds: list[Any]) -> tuple[list[str], list[list[Any]]]:
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    count = draw(st.integers(0, 40))
    columns = [draw(st.lists(draw(st.sampled_from(kinds)), min_size=count, max_size=count)) for _ in names]
    return names, [list(row) for row in zip(*columns, strict=True)]


def _check(path: Path, said: dict[str, Any]) -> None:
    try:
        made = starter(Request(str(path), **said))
    except InputError as error:
        assert str(error)
        return
    config = read_config("starter.yaml", text=made.text).config
    assert config.data.model_dump()["train"] == str(path)
    assert made.seen.summary.isprintable()
    assert all(note.isprintable() for note in made.seen.notes)


SAID = st.fixed_dictionaries(
    {},
    optional={
        "family": st.sampled_from(FAMILIES),
        "separator": st.just("|"),
        "text": st.lists(NAMES, min_size=1, max_size=2, unique=True).map(tuple),
        "label": st.lists(NAMES, max_size=2).map(tuple),
        "template": st.sampled_from(["imdb_conv", "trec"]),
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any table")


@settings(max_examples=60)
@given(table=tables(FIELDS), said=SAID)
def test_a_csv(table: tuple[list[str], list[list[str]]], said: dict[str, Any], folder: Path) -> None:
    path = folder / "my table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table[0], *table[1]])
    _check(path, said)


@settings(max_examples=60)
@given(table=tables(VALUES), said=SAID)
def test_a_jsonl(table: tuple[list[str], list[list[Any]]], said: dict[str, Any], folder: Path) -> None:
    path = folder / "my table.jsonl"
    lines = [json.dumps(dict(zip(table[0], row, strict=True))) for row in table[1]]
    path.write_text("\n".join(lines), encoding="utf-8")
    _check(path, said)


@settings(max_examples=100)
@given(content=st.binary(max_size=300), ending=st.sampled_from(["csv", "tsv", "jsonl", "json", "txt", "parquet", "x"]))
def test_any_bytes(content: bytes, ending: str, folder: Path) -> None:
    path = folder / f"bytes.{ending}"
    path.write_bytes(content)
    _check(path, {})
