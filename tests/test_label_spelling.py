"""Labels that file formats spell differently are one label: true and True, 1 and 1.0."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config import checked_config
from seqclf.data.label_sets import label_ids
from seqclf.data.label_spelling import alike, spelled_alike
from seqclf.data.prepare import prepare
from seqclf.data.statistics import alike_labels_warning
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.sources.parts import part_of
from seqclf.sources.spelling import equal_labels, spelled_as_before, spelling
from seqclf.sources.table.reader import TableSource
from seqclf.sources.texts import LabelledTexts
from seqclf.starter.make import see
from seqclf.starter.request import Request


def _texts(labels: list[Any], multi: bool = False) -> LabelledTexts:
    return LabelledTexts([f"text {i}" for i in range(len(labels))], labels, "here", multi=multi)


@pytest.mark.parametrize(
    ("known", "given", "expected"),
    [
        (("false", "true"), "True", "true"),
        (("false", "true"), "FALSE", "false"),
        (("False", "True"), "true", "True"),
        (("0", "1"), "1.0", "1"),
        (("0", "1"), "+1.00", "1"),
        (("0", "1"), "-0.0", "0"),
        (("0.0", "1.0"), "1", "1.0"),
        (("0", "1"), "True", "1"),
        (("0.0", "1.0"), "false", "0.0"),
        (("false", "true"), "1", "true"),
        (("False", "True"), "0.0", "False"),
        (("caf\u00e9", "b"), "cafe\u0301", "caf\u00e9"),
        (("1", "2", "3"), "2.0", "2"),
    ],
)
def test_equal_labels_count_as_the_known_one(known: tuple[str, ...], given: str, expected: str) -> None:
    assert equal_labels([given], known) == {given: expected}
    found = label_ids(_texts([given, known[0]]), Labels(known))
    assert found.ids.tolist() == [known.index(expected), 0]
    assert found.unknown is None
    several = label_ids(_texts([(given, expected), ()], multi=True), Labels(known, multi=True))
    assert several.ids.sum() == 1


@pytest.mark.parametrize(
    ("known", "given"),
    [
        (("1", "2", "3"), "true"),  # not the two numbers that stand for truth values
        (("no", "true"), "1"),
        (("1", "1.0"), "1.00"),  # equals both
        (("01", "02"), "1"),  # a code, not a number
        (("1", "2"), "1.5"),
        (("neg", "pos"), "Pos"),  # may be another label: the error names the case
        (("0", "1"), "yes"),
        (("0", "1"), ""),
    ],
)
def test_other_labels_stay_unknown(known: tuple[str, ...], given: str) -> None:
    assert equal_labels([given], known) == {}
    with pytest.raises(InputError, match="do not occur in the training texts"):
        label_ids(_texts([given]), Labels(known))


WORDS = st.one_of(
    st.sampled_from(["true", "True", "0", "1", "1.0", "01", "-1.", "\u00e9", "e\u0301"]), st.text(max_size=4)
)


@given(known=st.lists(WORDS, min_size=2, max_size=5, unique=True), labels=st.lists(WORDS, min_size=1, max_size=6))
def test_known_labels_stay_and_others_become_known_or_stay(known: list[str], labels: list[str]) -> None:
    texts, changed = spelled_alike(_texts(labels), known)
    for before, after in zip(labels, texts.labels, strict=True):
        assert after == (before if before in known else changed.get(before, before))
        assert after in known or after == before
    assert spelled_alike(texts, known) == (texts, {}), "the second time changes nothing"
    assert all(spelling(spelling(label)) == spelling(label) for label in labels)


def _table(path: Path, labels: list[Any]) -> str:
    rows = [{"text": f"film {i} is {label}", "label": label} for i, label in enumerate(labels)]
    if path.suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    elif path.suffix == ".csv":
        path.write_text("text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in rows), encoding="utf-8")
    else:
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return str(path)


@pytest.mark.parametrize(
    ("train", "labels", "other", "others", "names", "said"),
    [
        ("a.jsonl", [True, False], "b.csv", [True, False], "false true", '"False" as "false", "True" as "true"'),
        ("a.csv", [True, False], "b.jsonl", [True, False], "False True", '"false" as "False", "true" as "True"'),
        ("a.csv", [1, 0], "b.parquet", [1.0, 0.0], "0 1", None),
        ("a.parquet", [1.0, 0.0], "b.csv", [1.0, 0.0], "0 1", '"0.0" as "0", "1.0" as "1"'),
        ("a.jsonl", [1.0, 0], "b.parquet", [True, False], "0 1", '"false" as "0", "true" as "1"'),
        ("a.parquet", [Decimal(2), Decimal(1)], "b.csv", ["2.0", "1"], "1 2", '"2.0" as "2"'),
    ],
)
def test_formats_agree(
    train: str, labels: list[Any], other: str, others: list[Any], names: str, said: str | None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    parts = {"train": _table(tmp_path / train, labels * 10), "validation": _table(tmp_path / other, others)}
    stages: list[str] = []
    config = {"data": {"source": "table", **parts}, "layers": [{"type": "pool"}]}
    prepared = prepare(checked_config(config), stages.append)
    assert list(prepared.labels) == names.split()
    assert prepared.validation is not None
    assert prepared.validation.labels.tolist() == prepared.train.labels.tolist()[:2]
    notes = [stage for stage in stages if "labels are read as" in stage]
    assert notes == (
        [] if said is None else [f"The validation labels are read as the equal ones of the training texts: {said}"]
    )


def test_decimals_and_missing_numbers_are_not_labels(tmp_path: Path) -> None:
    for value, message in ((0.5, "is 0.5, a decimal; a classifier needs labels"), (float("nan"), r"is empty \(NaN\)")):
        path = _table(tmp_path / "t.parquet", [1.0, value])
        with pytest.raises(InputError, match=message):
            TableSource("text", "label").read(path)
    path = _table(tmp_path / "t.jsonl", [1e300, 1.0])
    with pytest.raises(InputError, match="a decimal"):
        TableSource("text", "label").read(path)


def test_one_file_with_two_spellings_is_named() -> None:
    assert alike(["1", "1.0", "2"]) == ["1", "1.0"]
    assert alike_labels_warning(["1", "1.0", "2"]) == (
        'labels that differ only in spelling count as different labels: "1", "1.0"'
    )
    assert alike_labels_warning(["Good", "good "]) == (
        'labels that differ only in case or spaces count as different labels: "Good", "good "'
    )
    assert alike_labels_warning(["1", "2", "true", "yes"]) is None


def test_init_takes_validation_texts_with_equal_labels(tmp_path: Path) -> None:
    _table(tmp_path / "train.csv", [True, False] * 20)
    (tmp_path / "train.csv").rename(tmp_path / "x.csv")
    path = Path(_table(tmp_path / "train.csv", ["TRUE", "FALSE"] * 20))
    _table(tmp_path / "dev.csv", ["true", "false"] * 10)
    assert see(Request(str(path))).data["validation"] == str(tmp_path / "dev.csv")


def test_labels_of_unequal_spelling_are_found_by_number() -> None:
    ids = label_ids(_texts(["10.0", "9", "1.0"]), Labels(("1", "9", "10"))).ids
    assert ids.dtype == np.int32
    assert ids.tolist() == [2, 1, 0]


def test_files_of_one_part_have_one_spelling(tmp_path: Path) -> None:
    names = [("a.csv", [True, False]), ("b.jsonl", [True, False]), ("c.parquet", [1.0, 0.0]), ("d.csv", ["TRUE", "x"])]
    part = part_of([_table(tmp_path / name, labels) for name, labels in names])
    assert TableSource("text", "label").read(part).labels == ["True", "False"] * 3 + ["True", "x"]
    lists = [("1", "2"), ("2.0",), ("1.0", "3", "1"), ()]
    assert spelled_as_before(lists, [0, 1, 2]) == [("1", "2"), ("2",), ("1", "3"), ()]
    assert spelled_as_before(["1", "1.0"], [0]) == ["1", "1.0"], "one file keeps its labels"
