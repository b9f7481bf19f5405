"""TFRecord files of tf.train.Example, written by TensorFlow and read without it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.errors import InputError
from seqclf.inference.bulk.reader import Reader, Source
from seqclf.sources.parts import part_of
from seqclf.sources.table.reader import TableSource
from seqclf.tables.formats import kind_of
from seqclf.tables.row import ReadingStopped
from seqclf.tables.tfrecord import tfrecord_rows

ROWS = [{"text": "good film", "label": "pos"}, {"text": "tasteless ☕", "label": "neg"}, {"text": "", "label": "neg"}]


def _feature(value: Any) -> tf.train.Feature:
    values = value if isinstance(value, list) else [value]
    if all(isinstance(one, int) for one in values) and values:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    if all(isinstance(one, float) for one in values) and values:
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    encoded = [one.encode() if isinstance(one, str) else one for one in values]
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=encoded))


def _written(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    with tf.io.TFRecordWriter(str(path)) as writer:
        for row in rows:
            features = tf.train.Features(feature={name: _feature(value) for name, value in row.items()})
            writer.write(tf.train.Example(features=features).SerializeToString())
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return _written(tmp_path / "a.tfrecord", ROWS)


def _read(*paths: Path, **options: Any) -> list[tuple[str, Any]]:
    texts = TableSource("text", "label", **options).read(part_of([str(path) for path in paths]))
    return list(zip(texts.texts, texts.labels, strict=True))


def test_rows_are_those_of_jsonl(file: Path, tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    assert _read(file) == _read(lines)
    TableSource("text", "label").check(str(file))
    assert TableSource("text", "label").kind(str(file)) == "jsonl"
    read = list(Reader(Source.of(str(file), None, "text")))
    assert [(one.where, one.text) for one in read if not isinstance(one, InputError)] == [
        (f"{file}:{number}", row["text"]) for number, row in enumerate(ROWS, 1)
    ]


VALUES = st.one_of(
    st.text(max_size=20),
    st.lists(st.text(max_size=5), min_size=2, max_size=4),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(width=32, allow_nan=False),
    st.just([]),
)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.dictionaries(st.text(max_size=8), VALUES, max_size=4), min_size=1, max_size=4))
def test_values_of_all_types_are_read(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    valid = [{_valid(name): _valid(value) for name, value in row.items()} for row in rows]
    path = _written(tmp_path_factory.mktemp("any") / "a.tfrecord", valid)
    assert list(tfrecord_rows(path)) == list(enumerate(valid, 1))


def _valid(value: Any) -> Any:
    if isinstance(value, list):
        return [_valid(one) for one in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def test_shards_of_tensorflow_are_known_by_their_names(file: Path, tmp_path: Path) -> None:
    shards = [_written(tmp_path / f"train.tfrecord-0000{i}-of-00003", [row]) for i, row in enumerate(ROWS)]
    assert _read(*shards) == _read(file)
    packed = tmp_path / "train.tfrecords.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert _read(packed) == _read(file)
    assert kind_of(Path("a.csv-00-of-10")) == "csv" and kind_of(Path("a.csv-0-of-10")) is None


def test_several_labels_are_lists_or_have_a_separator(tmp_path: Path) -> None:
    rows = [{"text": "a", "label": ["x", "y"]}, {"text": "b", "label": "x"}, {"text": "c", "label": []}]
    path = _written(tmp_path / "a.tfrecord", rows)
    assert _read(path, separator=";") == [("a", ("x", "y")), ("b", ("x",)), ("c", ())]
    with pytest.raises(InputError, match=r'a.tfrecord:2: "label" is "x", one label; the rows before have lists'):
        _read(path)


def test_bytes_that_are_no_text_matter_only_where_they_are_read(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.tfrecord", [{"text": "a", "label": "x", "image": b"\xff\xd8"}])
    assert _read(path) == [("a", "x")]
    with pytest.raises(InputError, match=r'a.tfrecord:1: "image" is .*, expected a string'):
        TableSource("image", "label").read(str(path))


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (lambda content: content[:-3], ReadingStopped, "a.tfrecord:3: ends within a record; get the complete file"),
        (lambda content: content[:5], ReadingStopped, "a.tfrecord:1: ends within a record; get the complete file"),
        (lambda content: b"text,label\na,b\nlonger", InputError, "a.tfrecord: looks like text, not a TFRecord file"),
        (gzip.compress, InputError, "a.tfrecord: is a gzip file, whatever its extension says; rename it a.tfrecord.gz"),
        (lambda content: b"\0" * 40, InputError, "a.tfrecord: not a TFRecord file"),
    ],
)
def test_damaged_and_foreign_files(file: Path, change: Any, kind: type[InputError], message: str) -> None:
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(InputError) as caught:
        list(tfrecord_rows(file))
    assert str(caught.value).endswith(message) or message in str(caught.value)
    assert isinstance(caught.value, kind)


def test_a_damaged_length_in_the_middle_names_its_record(file: Path) -> None:
    content = bytearray(file.read_bytes())
    second = 12 + int.from_bytes(content[:8], "little") + 4
    content[second] ^= 1
    file.write_bytes(content)
    with pytest.raises(ReadingStopped, match="a.tfrecord:2: the record is damaged; get the file again"):
        list(tfrecord_rows(file))


def test_records_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"\xff\xff")
    with pytest.raises(InputError, match=r"a.tfrecord: its first record is no tf.train.Example"):
        list(tfrecord_rows(path))
    with tf.io.TFRecordWriter(str(path)) as writer:
        for message in (tf.train.Example().SerializeToString(), b"\xff\xff"):
            writer.write(message)
    assert str(list(tfrecord_rows(path))[1]).endswith(
        "a.tfrecord:2: the record is no tf.train.Example, the only kind of record that is read"
    )


def test_reading_needs_no_tensorflow(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from seqclf.tables.tfrecord import tfrecord_rows\n"
        "assert len(list(tfrecord_rows(Path(sys.argv[1])))) == 3 and 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(file)], check=True)
