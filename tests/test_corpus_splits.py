"""Random splits of a user's table, and what a run records about them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, write_csv

from seqclf.config import checked_config
from seqclf.data.corpus import Corpus
from seqclf.data.leaks import DigestedTexts, leak
from seqclf.data.prepare import prepare, prepare_split
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts, digest

NAMES = ("train", "validation", "test")


def _corpus(table: Path, **data: Any) -> Corpus:
    return Corpus(checked_config(small_config(data={"source": "table", "train": str(table), **data})))


def _leaked_rows(splits: dict[str, LabelledTexts]) -> list[int]:
    """How many texts of the validation and the test split are also in a split before them."""
    train, validation, test = (DigestedTexts.of(splits[name]) for name in NAMES)
    return [leak([train], validation).rows, leak([train, validation], test).rows]


def _table(path: Path, rows: list[tuple[str, ...]], *columns: str) -> Path:
    return write_csv(path, [("text", "label", *columns), *rows])


def test_the_fingerprint_changes_only_where_the_split_does(tmp_path: Path) -> None:
    rows = [(f"text {i}", "ab"[i % 2], f"{i // 4}", f"{i}") for i in range(100)]
    table = _table(tmp_path / "t.csv", rows, "author", "id")
    shares = {"validation": 0.2, "test": 0.1}
    plain = _corpus(table, **shares)
    source = plain._drawn_from.fingerprint(str(table))
    for split in NAMES:
        assert plain.fingerprint(split) == digest(source, split, 0.2, 0.1, 3), "as before equal texts were searched for"
        assert _corpus(table, **shares, group="id").fingerprint(split) == plain.fingerprint(split)
        assert _corpus(table, **shares, group="author").fingerprint(split) != plain.fingerprint(split)
    repeated = _table(tmp_path / "r.csv", [*rows, ("TEXT  7", "b", "x", "y")], "author", "id")
    other = _corpus(repeated, **shares)
    assert other.fingerprint("train") != digest(other._drawn_from.fingerprint(str(repeated)), "train", 0.2, 0.1, 3)
    given = _corpus(repeated, validation=str(table))
    assert given.fingerprint("train") == digest(other._drawn_from.fingerprint(str(repeated)))


def test_the_splits_have_a_seed_of_their_own(tmp_path: Path) -> None:
    table = _table(tmp_path / "t.csv", [(f"text {i}", "ab"[i % 2]) for i in range(60)])

    def texts(seed: int, **data: Any) -> list[tuple[str, list[str]]]:
        values = {"source": "table", "train": str(table), "validation": 0.2, "test": 0.1, **data}
        corpus = Corpus(checked_config(small_config(data=values, seed=seed)))
        return [(corpus.fingerprint(split), list(corpus.texts(split).texts)) for split in NAMES]

    for more in ({}, {"folds": 3, "fold": 2}):
        assert texts(1, **more) == texts(2, **more, split_seed=1) == texts(1, **more, split_seed=1) != texts(2, **more)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_table_with_repeated_texts_and_groups(kind: str, tmp_path: Path) -> None:
    import json

    draw = np.random.default_rng(0)
    rows = [(f"text {draw.integers(150)}", f"{draw.integers(2)}", f"{draw.integers(80)}") for _ in range(300)]
    rows += [(f"alone {i}", "1", "") for i in range(30)]
    table = _table(tmp_path / "t.csv", rows, "author")
    if kind == "jsonl":
        table = tmp_path / "t.jsonl"
        lines = [{"text": text, "label": label, "author": author or None} for text, label, author in rows]
        table.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    for group in (None, "author"):
        try:
            corpus = _corpus(table, validation=0.2, test=0.2, group=group)
            splits = {name: corpus.texts(name) for name in NAMES}
        except InputError as error:
            assert group == "author" and "texts of one data.group stay together (sets: " in str(error)
            continue
        assert sum(map(len, splits.values())) == 330
        assert _leaked_rows(splits) == [0, 0]


def test_groups_of_a_table_stay_in_one_split(tmp_path: Path) -> None:
    rows = [(f"text {i}", "ab"[i % 2], f"author {i % 25}") for i in range(200)]
    rows[3] = ("text 0", "b", "author 3")  # links two authors
    corpus = _corpus(_table(tmp_path / "t.csv", rows, "author"), validation=0.2, test=0.2, group="author")
    author = dict.fromkeys(text for text, _, _ in rows)
    author.update({text: name for text, _, name in reversed(rows)})
    sides = [{author[text] for text in corpus.texts(name).texts} for name in NAMES]
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
    assert [len(corpus.texts(name)) for name in NAMES] == pytest.approx([120, 40, 40], abs=8)


@pytest.mark.parametrize("kind", ["distinct", "repeated", "grouped", "multi-label"])
def test_training_on_validation_texts_leaves_the_test_texts_alone(kind: str, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    texts = [f"text {draw.integers(90) if kind == 'repeated' else i}" for i in range(200)]
    labels = [" ".join("abc"[: 1 + i % 3]) if kind == "multi-label" else "ab"[i % 2] for i in range(200)]
    rows = [(text, label, f"author {i % 40}") for i, (text, label) in enumerate(zip(texts, labels, strict=True))]
    table = _table(tmp_path / "t.csv", rows, "author")
    options: dict[str, Any] = {"validation": 0.2, "test": 0.2}
    options |= {"group": "author"} if kind == "grouped" else {}
    options |= {"label_separator": " "} if kind == "multi-label" else {}
    before, joined = _corpus(table, **options), _corpus(table, **options, train_on_validation=True)
    assert joined.fingerprint("test") == before.fingerprint("test")
    assert np.array_equal(joined.places("test"), before.places("test"))
    together = np.union1d(before.places("train"), before.places("validation"))
    assert np.array_equal(joined.places("train"), together)
    assert list(joined.texts("train").texts) == [texts[place] for place in together]
    assert before.has("validation") and not joined.has("validation")
    assert joined.fingerprint("train") not in {before.fingerprint(split) for split in NAMES}
    without = _corpus(table, **options | {"validation": 0})
    assert joined.fingerprint("train") != without.fingerprint("train")
    if kind != "distinct":  # why this is an option, and not another fraction
        assert not np.array_equal(without.places("test"), before.places("test"))


def test_a_missing_group_column_is_reported_and_needed_only_for_random_splits(tmp_path: Path) -> None:
    table = _table(tmp_path / "t.csv", [(f"text {i}", "ab"[i % 2], f"{i // 2}") for i in range(40)], "author")
    plain = _table(tmp_path / "v.csv", [(f"other {i}", "ab"[i % 2]) for i in range(10)])
    with pytest.raises(InputError, match='no column "autor"; did you mean "author"'):
        _corpus(table, group="autor").check("train")
    corpus = _corpus(table, validation=str(plain), test=0.2, group="author")
    corpus.check("validation")
    assert len(corpus.texts("validation")) == 10
    assert len(_corpus(table, validation=str(plain), test=str(plain), group="author").texts("train")) == 40


def test_a_split_sampled_text_by_text_is_rejected_by_name(tmp_path: Path) -> None:
    rows = [(f"text {i % 40}", "ab"[i % 2]) for i in range(80)]
    config = checked_config(small_config(data__train=str(_table(tmp_path / "t.csv", rows)), tokenizer={}))
    data = prepare(config)
    for split in NAMES:
        prepare_split(config, split, data.tokenizer, data.labels, data.fingerprints)
    source = Corpus(config)._drawn_from.fingerprint(config.data.train)  # type: ignore[union-attr]
    before = {split: digest(source, split, 0.2, 0.2, 3) for split in ("train", "validation")}
    for split in NAMES:
        with pytest.raises(InputError, match="an earlier version, which could put equal texts into different splits"):
            prepare_split(config, split, data.tokenizer, data.labels, before)
    with pytest.raises(InputError, match="has changed since the run was trained"):
        prepare_split(config, "test", data.tokenizer, data.labels, {"train": "0" * 64, "validation": "0" * 64})


def test_texts_are_not_read_again_for_what_is_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"text {i % 40}", "ab"[i % 2]) for i in range(80)]
    config = checked_config(small_config(data__train=str(_table(tmp_path / "t.csv", rows)), tokenizer={}))
    first = prepare(config)
    monkeypatch.setattr("seqclf.sources.table.reader.TableSource.read", lambda *_: pytest.fail("read again"))
    assert prepare(config).fingerprints == first.fingerprints


def test_rows_are_read_as_they_stand(tmp_path: Path) -> None:
    """Texts are normalised for comparison but not for training."""
    table = _table(
        tmp_path / "t.csv", [("Some  Text", "a"), ("some text", "b"), *[(f"x{i}", "ab"[i % 2]) for i in range(20)]]
    )
    corpus = _corpus(table, validation=0.2)
    texts = [text for name in ("train", "validation") for text in corpus.texts(name).texts]
    with table.open(encoding="utf-8", newline="") as file:
        assert sorted(texts) == sorted(row["text"] for row in csv.DictReader(file))


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "text", "label"),
    [
        ("trec/train.csv", "text", "label"),
        ("snips/train.jsonl", "text", "intent"),
        ("goemotions/train.jsonl", "text", "labels"),
    ],
)
def test_no_text_of_real_data_is_on_two_sides(file: str, text: str, label: str, real_data: Path) -> None:
    corpus = _corpus(real_data / "data" / file, text=text, label=label, validation=0.1, test=0.1)
    splits = {name: corpus.texts(name) for name in NAMES}
    assert _leaked_rows(splits) == [0, 0]
    counts = {name: Counter(label for names in texts.label_sets for label in names) for name, texts in splits.items()}
    total = sum(counts.values(), Counter())
    for name in ("validation", "test"):
        for each, count in total.items():
            assert abs(counts[name][each] - 0.1 * count) <= max(3, 0.02 * count)
