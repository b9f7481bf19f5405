"""Every option has an effect: changing it changes an observation."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import small_config
from option_cases import CASES, OPTIONS, Case, Changes

from seqclf.config import Config, checked_config


def _rows(count: int, shift: int) -> list[dict[str, str]]:
    words = "Good good bad Bad film plot the a long longer longest day night story music".split()
    rows = []
    for i in range(count):
        drawn = [words[(i * 7 + shift + j * (i % 5 + 1)) % len(words)] for j in range(4 + i % 9)]
        text = " ".join([*drawn, "fine" if i % 2 else "poor"])
        side = "left" if i % 3 else "right"
        other = f"{text[::-1]} {i % 3}"
        rows.append({"text": text, "other": other, "label": f"{i % 2}", "side": side, "writer": f"{i // 4}"})
    return rows


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, folders and data sets of tensorflow-datasets, under the names that the cases use."""
    root = tmp_path_factory.mktemp("every_option")
    for name, shift in (("a", 0), ("b", 5)):
        rows = _rows(80, shift)
        with (root / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    with (root / "a.tsv").open("w", encoding="utf-8") as file:
        file.write("a,text,label,b\ttext\tlabel\n")  # has the two columns as tsv and as csv
        file.writelines(f"x,{row['text']},{row['label']},y\t{row['text']}\t{row['side']}\n" for row in _rows(80, 0))
    lists = [{"text": row["text"], "label": [row["label"], row["side"]]} for row in _rows(80, 0)]
    (root / "lists.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in lists), encoding="utf-8")
    for name, shift in (("folder", 0), ("folder2", 5)):
        for i, row in enumerate(_rows(60, shift)):
            path = root / name / row["label"] / f"{i}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(row["text"], encoding="utf-8")
    latin = "".join(f"{row['text']} é{row['side']},{row['label']}\n" for row in _rows(80, 0))
    (root / "latin.csv").write_text(f"text,label\n{latin}", encoding="cp1252")
    for i, row in enumerate(_rows(60, 0)):
        path = root / "folder_latin" / row["label"] / f"{i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{row['text']} é", encoding="cp1252")
        path = root / "folder_mixed" / f"kind {i % 3}" / f"{i}.{'md' if i % 4 == 0 else 'txt'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(row["text"], encoding="utf-8")
    (root / "texts").mkdir()
    (root / "texts" / "a.txt").write_text("One.\nTwo.\n\nThree.\n", encoding="utf-8")
    (root / "texts" / "b.md").write_text("Four.\n", encoding="utf-8")
    (root / "latin.txt").write_text("Fünf.\n", encoding="cp1252")
    (root / "vocab.txt").write_text("[UNK]\nGood\nbad\n##d\nfilm\nlong\n##er\n##est\n", encoding="utf-8")
    (root / "text.subwords").write_text("### SubwordTextEncoder\n### Metadata: {}\n'film_'\n", encoding="utf-8")
    (root / "vectors.txt").write_text("".join(f"w{i} {i} 0.5 -1\n" for i in range(20)), encoding="utf-8")
    _write_tfds(root / "tfds", "tiny", "one", 0)
    _write_tfds(root / "tfds", "tiny", "two", 5)
    _write_tfds(root / "tfds", "other", "one", 9)
    _write_tfds(root / "tfds2", "tiny", "one", 12)
    return root


def _write_tfds(folder: Path, name: str, config: str, shift: int) -> None:
    import tensorflow as tf
    import tensorflow_datasets as tfds

    def split(count: int, shift: int) -> Any:
        rows = _rows(count, shift)
        return tf.data.Dataset.from_tensor_slices(
            {
                "text": [row["text"] for row in rows],
                "title": [row["other"] for row in rows],
                "label": [int(row["label"]) for row in rows],
                "side": [row["side"] for row in rows],
                "writer": [int(row["writer"]) for row in rows],
            }
        )

    tfds.dataset_builders.store_as_tfds_dataset(
        name=name,
        version="1.0.0",
        config=config,
        data_dir=folder,
        features=tfds.features.FeaturesDict(
            {
                "text": tfds.features.Text(),
                "title": tfds.features.Text(),
                "label": tfds.features.ClassLabel(names=["zero", "one"]),
                "side": tfds.features.Text(),
                "writer": tfds.features.Scalar(tf.int64),
            }
        ),
        split_datasets={"train": split(60, shift), "test": split(30, shift + 3)},
    )


_SEEN: dict[str, Any] = {}
_REPEATED: set[str] = set()


def _seen(case: Case, changes: Changes, folder: Path) -> Any:
    """The result of ``shown_by`` for a config, cached."""
    config = _config(case, changes)
    key = _key(case, config)
    if key not in _SEEN:
        _SEEN[key] = case.shown_by(config, folder)
    return _SEEN[key]


def _config(case: Case, changes: Changes) -> Config:
    value = small_config(**{"data__train": "a.csv", **changes})
    return Config.model_validate(value) if case.without_labels else checked_config(value)


def _key(case: Case, config: Any) -> str:
    return f"{case.shown_by.__name__} {config!r}"


def test_every_option_has_a_case() -> None:
    assert sorted(CASES) == OPTIONS


@pytest.mark.usefixtures("code_allowed")
@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_does_something(option: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data)
    case = CASES[option]
    assert _seen(case, case.base, tmp_path) != _seen(case, case.changed, tmp_path)
    # Looked at again, the same config shows the same: the difference is the option's.
    again = _config(case, case.base)
    if (key := _key(case, again)) not in _REPEATED:  # many options have the same base
        assert case.shown_by(again, tmp_path / "again") == _seen(case, case.base, tmp_path)
        _REPEATED.add(key)
