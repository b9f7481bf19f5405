"""Any content of a file is read, rejected with its line, or counted in a warning; nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_tables import CASES, GOOD, Case, written

from seqclf.config import checked_config
from seqclf.data.corpus import Corpus
from seqclf.data.leaks import DigestedTexts, leak
from seqclf.data.prepare import preparation_problems, prepare
from seqclf.data.statistics import label_problems, text_statistics, text_warnings
from seqclf.errors import InputError
from seqclf.sources.table.reader import TableSource


def _read(folder: Path, case: Case, split: str) -> tuple[int, list[str]]:
    """Process texts like ``check`` and ``train``; return rows and warnings. Raises ``InputError``."""
    bad = folder / f"table.{case.ending}"
    bad.write_bytes(case.content() if callable(case.content) else case.content)
    train = bad
    if split == "test":
        train = folder / "train.csv"
        train.write_bytes(written(GOOD, "csv"))
    test = str(bad) if split == "test" else None
    data = {"source": "table", "train": str(train), "test": test, "validation": 0.2, **dict(case.options)}
    config = checked_config({"data": data, "tokenizer": {"vocab_size": 300}, "layers": [{"type": "pool"}]})
    if problems := preparation_problems(config):
        raise InputError("\n".join(map(str, problems)))
    corpus = Corpus(config)
    names = ["train", "validation", *(["test"] if test else [])]
    texts = {name: corpus.texts(name) for name in names}
    splits = {name: text_statistics(texts[name]) for name in names}
    if found := label_problems(splits):
        raise InputError("\n".join(map(str, found)))
    leaks = {name: leak([DigestedTexts.of(texts["train"])], DigestedTexts.of(texts[name])) for name in names[1:]}
    warnings = [str(warning) for warning in text_warnings(splits, leaks)]
    if split == "test":
        return len(texts["test"]), warnings
    prepared = prepare(config)
    rows = len(prepared.train) + (len(prepared.validation) if prepared.validation else 0)
    assert rows == len(texts["train"]) + len(texts["validation"])
    return rows, warnings


def test_there_are_two_hundred_cases() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.ending}-{case.name}")
def test_it_is_read_refused_or_counted(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    if case.refused is not None:
        with pytest.raises(InputError) as caught:
            _read(tmp_path, case, "train")
        assert case.refused in str(caught.value)
        assert str(tmp_path) in str(caught.value) or "data." in str(caught.value), "the place"
        return
    rows, warnings = _read(tmp_path, case, "train")
    assert rows == case.rows
    if case.warning is not None:
        assert any(case.warning in warning for warning in warnings), warnings


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "t.csv"
    path.write_bytes(written(GOOD, "csv"))
    config = checked_config({"data": {"source": "table", "train": str(path)}, "layers": [{"type": "pool"}]})
    texts: Callable[..., Any] = Corpus.texts

    def growing(self: Corpus, split: str) -> Any:
        found = texts(self, split)
        with path.open("a", encoding="utf-8") as file:
            file.write("one more,n\n")
        return found

    monkeypatch.setattr(Corpus, "texts", growing)
    with pytest.raises(InputError, match=r"t\.csv: changed while it was read"):
        prepare(config)
    monkeypatch.undo()
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    prepared = prepare(config)
    assert len(prepared.train) > 20, "nothing half-read is in the cache"


FOLDERS: dict[str, tuple[dict[str, bytes], str | None]] = {
    "good": ({f"{'np'[i % 2]}/{i}.txt": b"a film %d" % i for i in range(24)}, None),
    "nothing": ({}, "contains no texts"),
    "texts without labels": ({f"{i}.txt": b"a" for i in range(24)}, "contains no texts"),
    "labels too deep": ({f"x/{'np'[i % 2]}/{i}.txt": b"a" for i in range(24)}, "did you mean"),
    "one label": ({f"n/{i}.txt": b"%d" % i for i in range(24)}, "a classifier needs at least two"),
    "other endings": ({f"{'np'[i % 2]}/{i}.md": b"a" for i in range(24)}, "contains no texts"),
    "hidden folders": ({f".{'np'[i % 2]}/{i}.txt": b"a" for i in range(24)}, "contains no texts"),
    "latin-1": ({**{f"{'np'[i % 2]}/{i}.txt": b"a" for i in range(24)}, "n/x.txt": b"\xe9t\xe9"}, "x.txt: not UTF-8"),
    "empty files": (
        {f"{'np'[i % 2]}/{i}.txt": b"" for i in range(24)},
        "different texts: 1, the most frequent one 24 times",
    ),
    "a label with one text": ({**{f"n/{i}.txt": b"%d" % i for i in range(24)}, "p/1.txt": b"b"}, None),
    "a text a label": ({f"l{i}/{i}.txt": b"%d" % i for i in range(24)}, "less than one text"),
    "a label that is a file": ({**{f"n/{i}.txt": b"%d" % i for i in range(24)}, "p": b"b"}, "at least two"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_folders(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    files, refused = FOLDERS[name]
    root = tmp_path / "texts"
    root.mkdir()
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    config = checked_config(
        {"data": {"source": "folder", "train": str(root), "validation": 0.2}, "layers": [{"type": "pool"}]}
    )
    if refused is None:
        data = prepare(config)
        assert data.validation is not None
        assert len(data.train) + len(data.validation) == len(files)
        return
    with pytest.raises(InputError, match=refused):
        if problems := preparation_problems(config):
            raise InputError("\n".join(map(str, problems)))
        prepare(config)


def test_a_column_of_parquet_that_occurs_twice_is_refused_if_it_is_used(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "t.parquet"
    columns = [["one", "two"], ["a", "b"], ["three", "four"]]
    table = pyarrow.Table.from_arrays([pyarrow.array(column) for column in columns], names=["text", "label", "text"])
    pyarrow.parquet.write_table(table, path)
    for read in (TableSource.check, TableSource.read):
        with pytest.raises(InputError, match=r'no column "text"; 2 columns have this name'):
            read(TableSource("text", "label"), str(path))
    assert list(TableSource("text (column 3)", "label").read(str(path)).texts) == ["three", "four"]


def test_semicolons_separate_fields_of_csv_whose_header_has_no_comma(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('text;label\nfirst, second;a\n"third; fourth";b\n', encoding="utf-8")
    assert list(TableSource("text", "label").read(str(path)).texts) == ["first, second", "third; fourth"]
