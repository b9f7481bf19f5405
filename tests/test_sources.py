"""Sources of texts: tables, folders, the sample, tensorflow-datasets' folders; and their splits."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.data.label_sets import encode_labels, label_order
from seqclf.data.splits import partition
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.sources import SOURCE_TYPES, RowSource
from seqclf.sources.base import TableColumns
from seqclf.sources.folder.reader import FolderSource
from seqclf.sources.sample import SampleSource
from seqclf.sources.table.reader import TableSource
from seqclf.sources.texts import LabelledTexts, digest, digest_of
from seqclf.sources.tfds import TfdsSource


def _table(folder: Path, content: str | bytes, ending: str = "csv") -> str:
    path = folder / f"table.{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        ("csv", 'label,text\r\npos,"good, ""really"" good\nfilm"\r\n\r\nneg,bad\r\n'),
        ("csv", '\ufefflabel,text\npos,"good, ""really"" good\nfilm"\nneg,bad'),
        ("jsonl", '{"text": "good, \\"really\\" good\\nfilm", "label": "pos"}\n\n{"label": " neg ", "text": "bad"}\n'),
    ],
)
def test_tables_are_read(tmp_path: Path, ending: str, content: str) -> None:
    read = TableSource("text", "label").read(_table(tmp_path, content, ending))
    assert list(read.texts) == ['good, "really" good\nfilm', "bad"]
    assert list(read.labels) == ["pos", "neg"]


def test_tsv_has_no_quoting(tmp_path: Path) -> None:
    read = TableSource("sentence", "label").read(_table(tmp_path, 'sentence\tlabel\n"no\t0\nyes"\t1\n', "tsv"))
    assert list(read.texts) == ['"no', 'yes"']


def test_labels_of_json_may_be_numbers_or_truth_values(tmp_path: Path) -> None:
    content = "\n".join(json.dumps({"text": "x", "label": label}) for label in (1, 0, True))
    assert TableSource("text", "label").read(_table(tmp_path, content, "jsonl")).labels == ["1", "0", "true"]


def test_fields_may_be_long(tmp_path: Path) -> None:
    long = "word " * 100_000
    read = TableSource("text", "label").read(_table(tmp_path, f'text,label\n"{long}",a\n'))
    assert read.texts[0] == long


@pytest.mark.parametrize(
    ("ending", "content", "message"),
    [
        ("csv", "", "contains no rows"),
        ("csv", "text,label\n", "contains no rows"),
        (
            "csv",
            "txt,label\na,b\n",
            ': no column "text"; did you mean "txt"? (columns: txt, label; data.text names it)',
        ),
        ("csv", "text,label\na,b\na\n", ":3: 1 field, but the header has 2"),
        ("csv", "text,label\na,b,c\n", ":2: 3 fields, but the header has 2"),
        ("csv", 'text,label\n"a,b\n', ":2: a quote that starts in this row is never closed"),
        ("tsv", "text;label\na;b\n", '; the fields seem to be separated by ";"'),
        ("csv", "text,text,label\na,b,c\n", '; 2 columns have this name: rename one, or name one of them "text (col'),
        ("csv", "text,label\na,\n", ':2: "label" is empty'),
        ("csv", b"text,label\na,b\n\xff,b\n", ":3: not UTF-8"),
        ("jsonl", '{"text": "a", "label": "b"}\n{"text": \n', ":2: not valid JSON"),
        ("jsonl", "[1]\n", ":1: expected a JSON object"),
        ("jsonl", '{"text": 3, "label": "b"}\n', ':1: "text" is 3, expected a string'),
        (
            "jsonl",
            '{"text": "a", "label": null}\n',
            ':1: "label" is null, expected a label (a string, an integer, true or false) or a list',
        ),
        ("jsonl", '{"text": "a"}\n', ':1: no column "label"'),
        ("jsonl", "[" * 100_000, ":1: not valid JSON"),
        ("dat", "", 'unknown file extension ".dat"'),
        ("xlsx", "", "not a readable spreadsheet"),
        ("numbers", "", "the file is a spreadsheet of Numbers; export it as Excel"),
        ("csv.gz", "text,label\na,b\n", "is not packed; rename it table.csv"),
        ("csv.tar", "", "the file is an archive; unpack it first (`tar xf "),
    ],
)
def test_bad_tables_are_reported_with_their_line(
    tmp_path: Path, ending: str, content: str | bytes, message: str
) -> None:
    path = _table(tmp_path, content, ending)
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        TableSource("text", "label").read(path)
    assert str(caught.value).startswith(path)


def test_rows_of_jsonl_that_miss_a_column_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ['{"id": 1, "lable": "b", "text": "a"}', '{"text": "a", "label": "b"}'] * 30
    source = TableSource("text", "label")
    for first, lines in ((1, rows), (2, rows[1:])):
        path = _table(tmp_path, "\n".join(lines), "jsonl")
        message = (
            f'{path}:{first}: no column "label"; did you mean "lable"? (columns: id, lable, text; data.label names '
            f"it); {31 - first} of {len(lines)} rows lack it, this one first: add it to every row, or remove such rows"
        )
        with pytest.raises(InputError, match=re.escape(message)):
            source.read(path)
        if first == 1:
            with pytest.raises(InputError, match=re.escape(message)):
                source.check(path)
        else:
            source.check(path)  # quick where the first row is right
    path = _table(tmp_path, '{"text": "a"}\n{\n{"label": "b"}\n{"text": "a", "label": ""}\n' + rows[1], "jsonl")
    with pytest.raises(InputError) as caught:
        source.read(path)
    messages = [line.partition(".jsonl:")[2] for line in str(caught.value).splitlines()]
    assert [line[:8] for line in messages] == ["1: no co", "3: no co", "2: not v", '4: "labe']
    assert "; only this one of 5 rows lacks it: " in messages[0]
    monkeypatch.setattr("seqclf.sources.table.reader.ROWS_LOOKED_AT", 10)
    with pytest.raises(InputError, match="5 of the first 10 rows lack it"):
        source.check(_table(tmp_path, "\n".join(rows), "jsonl"))


def test_a_missing_table_is_reported(tmp_path: Path) -> None:
    for call in (TableSource("text", "label").check, TableSource("text", "label").fingerprint):
        with pytest.raises(InputError, match=r"nothing\.csv: (no such file|cannot be read)"):
            call(str(tmp_path / "nothing.csv"))


def test_fingerprints_follow_content_and_columns(tmp_path: Path) -> None:
    path = _table(tmp_path, "text,label,other\na,b,c\n")
    first = TableSource("text", "label").fingerprint(path)
    assert TableSource("text", "label").fingerprint(path) == first
    assert TableSource("other", "label").fingerprint(path) != first
    _table(tmp_path, "text,label,other\na,b,d\n")
    assert TableSource("text", "label").fingerprint(path) != first


def test_folders_are_read(tmp_path: Path) -> None:
    for name, text in {"pos/1.txt": "good", "neg/2.txt": "bad", "neg/1.txt": "\ufeffworse", ".git/x.txt": "no"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    read = FolderSource().read(str(tmp_path))
    assert list(zip(read.texts, read.labels, strict=True)) == [("worse", "neg"), ("bad", "neg"), ("good", "pos")]
    before = FolderSource().fingerprint(str(tmp_path))
    (tmp_path / "pos/1.txt").write_text("fine", encoding="utf-8")
    assert FolderSource().fingerprint(str(tmp_path)) != before


def test_bad_folders_are_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        FolderSource().check(str(tmp_path / "nothing"))
    with pytest.raises(InputError, match="contains no texts; expected files such as"):
        FolderSource().check(str(tmp_path))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.txt").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"1\.txt: not UTF-8 text \(byte 1\)"):
        FolderSource().read(str(tmp_path))


def test_sample_is_balanced_distinct_and_the_same_every_time() -> None:
    train, test = SampleSource("reviews").read("train"), SampleSource("reviews").read("test")
    assert (len(train), len(test)) == (4_000, 1_000)
    assert Counter(train.labels) == {"positive": 2_000, "negative": 2_000}
    assert Counter(test.labels) == {"positive": 500, "negative": 500}
    assert len({*train.texts, *test.texts}) == 5_000
    assert SampleSource("reviews").read("train") == train
    assert "synthetic" in train.origin


def test_tfds_takes_the_newest_prepared_version(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        folder = tmp_path / "reviews" / "plain" / version
        folder.mkdir(parents=True)
        (folder / "dataset_info.json").write_text("{}")
    source = TfdsSource("reviews", None, str(tmp_path), TableColumns("text", "label"))
    source.check("train")
    assert source._prepared_folder() == tmp_path / "reviews" / "plain" / "1.10.0"
    assert (
        TfdsSource("reviews/plain", None, str(tmp_path), TableColumns("text", "label"))._prepared_folder() is not None
    )
    other = tmp_path / "reviews" / "other" / "1.0.0"
    other.mkdir(parents=True)
    (other / "dataset_info.json").write_text("{}")
    with pytest.raises(InputError, match=r"several configurations \(other, plain\); choose one with data.config"):
        source.check("train")


def test_tfds_reports_an_unavailable_data_set_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", unreachable)
    with pytest.raises(InputError, match="is not in .* and cannot be downloaded") as caught:
        TfdsSource("imdb_reviews", None, str(tmp_path), TableColumns("text", "label")).check("train")
    assert "--set data.data_dir=DIR" in str(caught.value)
    with pytest.raises(InputError, match='did you mean "imdb_reviews"'):
        TfdsSource("imdb_reviewz", None, str(tmp_path), TableColumns("text", "label")).check("train")


def _labelled(labels: list[str]) -> LabelledTexts:
    return LabelledTexts(labels, labels, "here")


@given(
    labels=st.lists(st.sampled_from("abc"), min_size=40, max_size=200),
    validation=st.floats(0.1, 0.4),
    test=st.just(0.0) | st.floats(0.1, 0.4),
    seed=st.integers(0, 5),
)
def test_partition_is_a_stratified_partition(labels: list[str], validation: float, test: float, seed: int) -> None:
    texts = _labelled(labels)
    splits = partition(texts, validation=validation, test=test, seed=seed)
    assert sorted(np.concatenate(list(splits.values())).tolist()) == list(range(len(labels)))
    for label, count in Counter(labels).items():
        for name, share in (("validation", validation), ("test", test)):
            assert abs(sum(labels[i] == label for i in splits[name]) - share * count) <= 0.5 + 1e-9
    again = partition(texts, validation=validation, test=test, seed=seed)
    assert all(np.array_equal(splits[name], again[name]) for name in splits)


def test_partition_follows_the_seed() -> None:
    texts = _labelled(["a", "b"] * 50)
    first, second = (partition(texts, validation=0.2, test=0, seed=seed)["validation"] for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_splits_that_cannot_be_are_errors() -> None:
    with pytest.raises(InputError, match="leave no training texts"):
        partition(_labelled(["a", "b"]), validation=0.5, test=0.5, seed=0)
    with pytest.raises(InputError, match="less than one text of each label .labels: 2"):
        partition(_labelled(["a", "b"]), validation=0.1, test=0, seed=0)


def test_labels_have_a_natural_order() -> None:
    assert label_order(["10", "9", "-1", "9"]) == ("-1", "9", "10")
    assert label_order(["b", "10", "a"]) == ("10", "a", "b")
    huge = "9" * 5_000  # Python refuses to read it as an integer
    assert label_order(["10", "9", huge]) == ("10", "9", huge)


@given(st.lists(st.text(st.characters(exclude_categories=())) | st.binary() | st.floats() | st.none(), max_size=5))
def test_digests_are_those_of_the_whole_tuple(parts: list[object]) -> None:
    expected = hashlib.sha256(repr(tuple(parts)).encode("utf-8", "surrogatepass")).hexdigest()
    assert digest(*parts) == digest_of(iter(parts)) == expected


def test_a_folder_is_read_again_only_if_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.sources.folder import reader

    for name in ("a/1.txt", "b/1.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("text", encoding="utf-8")
    read, source = reader._bytes, FolderSource()
    opened: list[Path] = []
    monkeypatch.setattr(reader, "_bytes", lambda path: opened.append(path) or read(path))
    first = source.fingerprint(str(tmp_path))
    assert source.fingerprint(str(tmp_path)) == first and len(opened) == 2
    (tmp_path / "a" / "1.txt").write_text("other", encoding="utf-8")
    changed = source.fingerprint(str(tmp_path))
    assert changed != first and len(opened) == 4
    assert FolderSource().fingerprint(str(tmp_path)) == changed
    assert FolderSource("latin-1").fingerprint(str(tmp_path)) != changed


def test_unknown_labels_are_reported() -> None:
    with pytest.raises(InputError, match=r'x\.csv: contains labels that do not occur in the training texts: "c"'):
        encode_labels(LabelledTexts(["x", "y"], ["a", "c"], "x.csv"), Labels(("a", "b")))


# --- facts of the types -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOURCE_TYPES)
def test_the_facts_of_a_source_type_agree(name: str) -> None:
    kind = SOURCE_TYPES[name]
    required = [option for option, field in kind.model_fields.items() if field.is_required()]
    data = kind.model_validate({**dict.fromkeys(required, "a"), "source": name})
    parts = data.parts()
    assert set(parts) == {"train", "validation", "test"}
    assert isinstance(parts["train"], str)
    assert data.model_copy(update={"folds": 4, "fold": 1}).parts()["validation"] == 0.25
    assert data.describe("validation") == data.describe("train"), "a random fraction of the training texts"
    assert set(kind.path_options) <= kind.model_fields.keys()
    reader = data.open()
    assert all(callable(getattr(reader, method, None)) for method in ("check", "fingerprint", "read"))
    assert isinstance(reader, RowSource) == (data.table_columns is not None)
    assert not list(data.problems())
    shared = ["folds", "fold", "split_seed", "train_on_validation", *(["unknown_labels"] if kind.has_labels else [])]
    assert list(kind.model_fields)[-len(shared) :] == shared, "shared options are the last"
    assert ("unknown_labels" in kind.model_fields) == kind.has_labels == bool(data.columns().labels)


def test_names_of_source_types_in_other_libraries_are_unambiguous() -> None:
    names = [other for kind in SOURCE_TYPES.values() for other in kind.other_names]
    assert len(names) == len({*names, *SOURCE_TYPES}) - len(SOURCE_TYPES)
