"""Texts that are read without their labels: a language model needs none."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import small_config
from language_models import lm_config

from seqclf.cli.eval_source import unlabelled_source_of
from seqclf.config import checked_config
from seqclf.config.problems import ConfigError
from seqclf.errors import InputError
from seqclf.sources import SelectiveSource, Source, SourceOptions
from seqclf.sources.base import OptionError
from seqclf.sources.texts import UNLABELLED, LabelledTexts


def _options(**data: Any) -> SourceOptions:
    return checked_config(small_config(data=data)).data


def _is_unlabelled(texts: LabelledTexts) -> bool:
    nothing = texts.label_names is None and not texts.multi and texts.shares is None
    return nothing and texts.labels == [UNLABELLED] * len(texts)


def test_a_table_needs_no_label_column(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("text,stars\none,5\ntwo,4\n", encoding="utf-8")
    options = _options(source="table", train=str(path))
    with pytest.raises(OptionError, match='no column "label"'):
        options.open().check(str(path))
    source = options.open(with_labels=False)
    source.check(str(path))
    read = source.read(str(path))
    assert list(read.texts) == ["one", "two"]
    assert _is_unlabelled(read)


@pytest.mark.parametrize(
    "label",
    [
        {"label": "label"},
        {"label": "label", "label_separator": ";"},
        {"label": ["toxic", "rude"]},
        {"label": {"neg": "p_neg", "pos": "p_pos"}},
    ],
)
def test_labels_of_a_table_are_not_looked_at(label: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    rows: list[dict[str, Any]] = [
        {"text": "one", "label": None, "toxic": "maybe", "p_neg": 3, "p_pos": 4, "votes": 2, "writer": "a"},
        {"text": "two", "label": ["a", "b"], "votes": 1, "writer": "b"},
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    options = _options(source="table", train=str(path), weight="votes", group="writer", **label)
    with pytest.raises(InputError):
        options.open().read(str(path))
    read = options.open(with_groups=True, with_labels=False).read(str(path))
    assert list(read.texts) == ["one", "two"]
    assert _is_unlabelled(read)
    assert read.weights is not None
    assert read.weights.tolist() == [2, 1]
    assert read.groups is not None
    assert len(set(read.groups.tolist())) == 2


@pytest.mark.parametrize(
    "columns", [{"text": "label"}, {"text": ["text", "label"]}, {"group": "label"}, {"text": "a", "label": "label"}]
)
@pytest.mark.parametrize("source", ["table", "tfds"])
def test_a_language_model_reads_a_column_of_any_name(columns: dict[str, Any], source: str, tmp_path: Path) -> None:
    """``data.label`` is not read, so the column that it names by default is free for other options."""
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "one", "label": "x", "a": "b"}\n', encoding="utf-8")
    origin = {"train": str(path)} if source == "table" else {"dataset": "x"}
    given = {"source": source, **origin, **columns}
    data = checked_config(lm_config(data=given)).data
    if source == "table":
        read = data.open(with_groups=True, with_labels=False).read(str(path))
        assert _is_unlabelled(read)
    if "a" not in columns.values():
        with pytest.raises(ConfigError, match='column other than data.text|"label" is a label column'):
            checked_config(small_config(data=given))


@pytest.mark.parametrize(
    ("option", "value"), [("label", ["text", "a", "a"]), ("weight", "text"), ("extra", {"text": "category"})]
)
def test_an_option_without_effect_has_one_message(option: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_config(lm_config(data={"source": "table", "train": "x", option: value}))
    (problem,) = str(caught.value).splitlines()
    assert f"data.{option}: has no effect in language_model; remove it" in problem


def test_texts_of_a_table_are_checked_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": 3}\n{"txt": "a"}\n{"text": ""}\n', encoding="utf-8")
    with pytest.raises(InputError, match='no column "text".*only this one of 3 rows lacks it') as caught:
        _options(source="table", train=str(path)).open(with_labels=False).read(str(path))
    assert ':1: "text" is 3, expected a string' in str(caught.value)


def test_a_folder_and_the_sample_drop_their_labels(tmp_path: Path) -> None:
    for name in ("neg/1.txt", "pos/1.txt", "pos/2.txt", "pos/.hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    folder = _options(source="folder", train=str(tmp_path))
    for options, part in ((folder, str(tmp_path)), (_options(source="sample"), "test")):
        source = options.open(with_labels=False)
        source.check(part)
        read, labelled = source.read(part), options.open().read(part)
        assert list(read.texts) == list(labelled.texts)
        assert read.origin == labelled.origin
        assert _is_unlabelled(read)
    hidden = folder.open(with_labels=False)
    assert isinstance(hidden, SelectiveSource)
    assert hidden.left_out(str(tmp_path)) == "left out: 1 file: hidden (.hidden.txt)"
    with pytest.raises(InputError, match="no such folder"):
        hidden.check(str(tmp_path / "nothing"))


def _fingerprints(options: SourceOptions, part: str) -> list[str]:
    def of(source: Source) -> str:
        return source.fingerprint(part)

    return [of(options.open()), of(options.open(with_labels=False)), of(options.open(with_labels=False))]


def test_fingerprints_tell_texts_with_and_without_labels_apart(tmp_path: Path) -> None:
    table = tmp_path / "texts.csv"
    table.write_text("text,label\none,a\ntwo,b\n", encoding="utf-8")
    for name in ("neg/1.txt", "pos/1.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    cases = (
        (_options(source="table", train=str(table)), str(table)),
        (_options(source="folder", train=str(tmp_path)), str(tmp_path)),
        (_options(source="sample"), "train"),
    )
    for options, part in cases:
        labelled, first, again = _fingerprints(options, part)
        assert first == again != labelled
    separated = _options(source="table", train=str(table), label_separator=";")
    assert _fingerprints(separated, str(table))[1] == _fingerprints(cases[0][0], str(table))[1]
    assert _fingerprints(cases[0][0], str(table))[0] == (
        "161f6e0eac9d25dcce5c4c7b542eadf2c47e3d9a59f90ee12b88a376c9e655b8"
    ), "the fingerprint of labelled texts is that of earlier versions"


def test_plain_text_has_no_columns_to_name(tmp_path: Path) -> None:
    """``seqclf eval --data FILE --text COLUMN`` of a language model."""
    plain, table = tmp_path / "texts.txt", tmp_path / "texts.csv"
    plain.write_text("one\n", encoding="utf-8")
    table.write_text("body\none\n", encoding="utf-8")
    config = checked_config(lm_config(data={"source": "sample"}))
    read = partial(unlabelled_source_of, config=config, encoding=None)
    assert list(read(table, text=("body",)).read(str(table)).texts) == ["one"]
    assert list(read(plain, text=()).read(str(plain)).texts) == ["one\n"]
    with pytest.raises(
        InputError, match="--text: .*texts.txt is read as plain text, which has no columns; omit --text"
    ):
        read(plain, text=("body",))
    with pytest.raises(InputError, match="--text: .* is a folder of texts, which has no columns; omit --text"):
        read(tmp_path, text=("body",))
