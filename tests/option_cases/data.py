"""Cases of the options of ``data``, and of the seed of its random splits."""

from __future__ import annotations

from typing import Any

from option_cases import looks
from option_cases.case import Case, Changes

TFDS = {"source": "tfds", "dataset": "tiny", "config": "one", "data_dir": "tfds", "test": None}


def _table(option: str, value: Any) -> Case:
    base = {"source": "table", "train": "a.csv", "validation": 0.2, "test": 0.2}
    return Case(looks.texts_of, {"data": base}, {"data": {**base, option: value}})


def _folder(option: str, value: Any) -> Case:
    base = {"source": "folder", "train": "folder", "validation": 0.2, "test": None}
    return Case(looks.texts_of, {"data": base}, {"data": {**base, option: value}})


def _mixed_folder(option: str, value: Any) -> Case:
    base = {"source": "folder", "train": "folder_mixed", "validation": 0.2}
    return Case(looks.texts_of, {"data": base}, {"data": {**base, option: value}})


def _tfds(option: str, value: Any, **others: Any) -> Case:
    base = {**TFDS, **others}
    return Case(looks.texts_of, {"data": base}, {"data": {**base, option: value}})


def _unlabelled(data: Changes, part: Any) -> Case:
    """A part that nothing uses, which a check would refuse."""
    return Case(looks.unlabelled_of, {"data": data}, {"data": {**data, "unlabelled": part}}, without_labels=True)


def _text(option: str, value: Any, **others: Any) -> Case:
    base = {"source": "text", "train": "texts", "validation": 0.0, **others}
    return Case(looks.documents_of, {"data": base}, {"data": {**base, option: value}}, without_labels=True)


def _unknown_labels(data: Changes) -> Case:
    wrong, drop = ({"data": {**data, "unknown_labels": policy}} for policy in ("wrong", "drop"))
    return Case(looks.texts_with_a_new_label, wrong, drop)


def _fold(data: Changes, option: str) -> Case:
    folds = {"folds": 3, "fold": 1}
    return Case(looks.texts_of, {"data": {**data, **folds}}, {"data": {**data, **folds, option: 2}})


def _split_seed(data: Changes) -> Case:
    return Case(looks.texts_of, {"data": {**data, "split_seed": 3}}, {"data": {**data, "split_seed": 4}})


def _train_on_validation(data: Changes) -> Case:
    return Case(looks.texts_of, {"data": data}, {"data": {**data, "train_on_validation": True}})


CASES: dict[str, Case] = {
    "Config.seed": Case(looks.texts_of, {"seed": 3}, {"seed": 4}),
    "Config.data": _table("train", "b.csv"),
    "SampleData.source": Case(
        looks.texts_of, {"data": {"source": "sample"}}, {"data": {"source": "folder", "train": "folder"}}
    ),
    "SampleData.dataset": Case(
        looks.texts_of, {"data": {"source": "sample"}}, {"data": {"source": "sample", "dataset": "dna"}}
    ),
    "SampleData.validation": Case(
        looks.texts_of, {"data": {"source": "sample"}}, {"data": {"source": "sample", "validation": 0.3}}
    ),
    "SampleData.folds": _fold({"source": "sample"}, "folds"),
    "SampleData.fold": _fold({"source": "sample"}, "fold"),
    "SampleData.unknown_labels": _unknown_labels({"source": "sample"}),
    "SampleData.split_seed": _split_seed({"source": "sample"}),
    "TableData.split_seed": _split_seed({"source": "table", "train": "a.csv"}),
    "FolderData.split_seed": _split_seed({"source": "folder", "train": "folder"}),
    "TfdsData.split_seed": _split_seed(TFDS),
    "SampleData.train_on_validation": _train_on_validation({"source": "sample"}),
    "TableData.train_on_validation": _train_on_validation({"source": "table", "train": "a.csv"}),
    "FolderData.train_on_validation": _train_on_validation({"source": "folder", "train": "folder"}),
    "TfdsData.train_on_validation": _train_on_validation(TFDS),
    "TextData.train_on_validation": _text("train_on_validation", True, documents="line", validation=0.5),
    "TableData.unknown_labels": _unknown_labels({"source": "table", "train": "a.csv"}),
    "FolderData.unknown_labels": _unknown_labels({"source": "folder", "train": "folder"}),
    "TfdsData.unknown_labels": _unknown_labels(TFDS),
    "TableData.folds": _fold({"source": "table", "train": "a.csv"}, "folds"),
    "TableData.fold": _fold({"source": "table", "train": "a.csv"}, "fold"),
    "FolderData.folds": _fold({"source": "folder", "train": "folder"}, "folds"),
    "FolderData.fold": _fold({"source": "folder", "train": "folder"}, "fold"),
    "TfdsData.folds": _fold(TFDS, "folds"),
    "TfdsData.fold": _fold(TFDS, "fold"),
    "TableData.source": Case(
        looks.texts_of, {"data": {"source": "table", "train": "a.csv"}}, {"data": {"source": "sample"}}
    ),
    "TableData.train": _table("train", "b.csv"),
    "TableData.validation": _table("validation", "b.csv"),
    "TableData.test": _table("test", "b.csv"),
    "TableData.unlabelled": _unlabelled({"source": "table", "train": "a.csv"}, "b.csv"),
    "FolderData.unlabelled": _unlabelled({"source": "folder", "train": "folder"}, "folder2"),
    "TfdsData.unlabelled": _unlabelled(TFDS, "test"),
    "TableData.text": _table("text", "other"),
    "TableData.label": _table("label", "side"),
    "TableData.group": _table("group", "writer"),
    "TableData.weight": _table("weight", "writer"),
    "TableData.extra": _table("extra", {"writer": "number"}),
    "TableData.label_separator": _table("label_separator", ";"),
    "TableData.header": _table("header", ["text", "second", "label", "side", "writer"]),
    "TableData.format": Case(
        looks.texts_of,
        {"data": {"source": "table", "train": "a.tsv", "format": "auto"}},
        {"data": {"source": "table", "train": "a.tsv", "format": "csv"}},
    ),
    "TableData.encoding": Case(
        looks.texts_of,
        {"data": {"source": "table", "train": "latin.csv", "encoding": "cp1252"}},
        {"data": {"source": "table", "train": "latin.csv", "encoding": "cp437"}},
    ),
    "FolderData.encoding": Case(
        looks.texts_of,
        {"data": {"source": "folder", "train": "folder_latin", "encoding": "cp1252"}},
        {"data": {"source": "folder", "train": "folder_latin", "encoding": "cp437"}},
    ),
    "FolderData.source": Case(
        looks.texts_of, {"data": {"source": "folder", "train": "folder"}}, {"data": {"source": "sample"}}
    ),
    "FolderData.train": _folder("train", "folder2"),
    "FolderData.validation": _folder("validation", "folder2"),
    "FolderData.test": _folder("test", "folder2"),
    "FolderData.labels": _mixed_folder("labels", ["kind 0", "kind 1"]),
    "FolderData.exclude": _mixed_folder("exclude", ["kind 2"]),
    "FolderData.extensions": _mixed_folder("extensions", [".txt", ".md"]),
    "TfdsData.source": Case(
        looks.texts_of,
        {"data": {"source": "tfds", "dataset": "tiny", "config": "one", "data_dir": "tfds", "test": None}},
        {"data": {"source": "sample"}},
    ),
    "TfdsData.dataset": _tfds("dataset", "other"),
    "TfdsData.config": _tfds("config", "two"),
    "TfdsData.data_dir": _tfds("data_dir", "tfds2"),
    "TfdsData.train": _tfds("train", "test"),
    "TfdsData.validation": _tfds("validation", "test"),
    "TfdsData.test": _tfds("test", "test"),
    "TfdsData.text": _tfds("text", "title"),
    "TfdsData.label": _tfds("label", "side"),
    "TfdsData.group": _tfds("group", "writer"),
    "TfdsData.weight": _tfds("weight", "writer"),
    "TextData.source": Case(
        looks.documents_of,
        {"data": {"source": "text", "train": "texts/a.txt", "validation": 0.0}},
        {"data": {"source": "sample"}},
        without_labels=True,
    ),
    "TextData.train": _text("train", "texts/b.md"),
    "TextData.validation": _text("validation", 0.5, documents="line"),
    "TextData.test": _text("test", "texts/b.md"),
    "TextData.documents": _text("documents", "line"),
    "TextData.extensions": _text("extensions", [".txt", ".md"]),
    "TextData.encoding": _text("encoding", "cp437", train="latin.txt", encoding="cp1252"),
    "TextData.folds": _text("folds", 2, documents="line", folds=3, fold=1),
    "TextData.split_seed": _text("split_seed", 4, documents="line", folds=2, fold=1, split_seed=3),
    "TextData.fold": _text("fold", 2, documents="line", folds=2, fold=1),
    "TfdsData.extra": _tfds("extra", {"writer": "number"}),
}
