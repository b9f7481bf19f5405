"""Nothing of a JSON file vanishes: repeated keys and columns, and numbers that Python cannot hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.errors import InputError
from seqclf.tables.json_decoder import Decoder, repeated_key
from seqclf.tables.json_rows import json_rows
from seqclf.tables.json_writer import as_json

LONG = "9" * 5_000


def _read(folder: Path, content: str) -> list[Any]:
    path = folder / "a.json"
    path.write_text(content, encoding="utf-8")
    return [row if isinstance(row, InputError) else row[1] for row in json_rows(path)]


@pytest.mark.parametrize(
    "row",
    [
        '{"text": "a", "id": 1, "id": 2}',
        '{"text": "a", "id" : 1, "id" : 2}',
        '{"text": "a", "id"\t: 1, "id"  :2}',
        '{"text": "a: b", "meta": {"id": 1, "id": 1}}',
        '{"text": "a", "meta": [[{"id": 1, "id": 1}]]}',
    ],
)
@pytest.mark.parametrize("form", ["%s\n%s\n", "[%s,\n%s]", '{"rows": [%s, %s]}'])
def test_a_repeated_key_is_an_error_of_its_row(row: str, form: str, tmp_path: Path) -> None:
    good, bad = _read(tmp_path, form % ('{"text": "b"}', row))
    assert good == {"text": "b"}
    assert 'a.json:2: the key "id" is repeated in one object' in str(bad)


def test_repeated_columns_of_a_table_are_told_apart(tmp_path: Path) -> None:
    table = {"columns": ["text", "label", "label", ""], "data": [["good", "pos", "X", 1]]}
    expected = {"text": "good", "label (column 2)": "pos", "label (column 3)": "X", "column_4": 1}
    assert _read(tmp_path, json.dumps(table)) == [expected]
    for content in ('{"text": ["a"], "text": ["b"]}', '{"text": {"0": "a", "0": "b"}}'):
        with pytest.raises(InputError, match="is repeated in one object"):
            _read(tmp_path, content)


@pytest.mark.parametrize("form", ["%s\n", "[%s]", '{"rows": [%s]}'])
def test_numbers_that_python_cannot_hold_stay_strings(form: str, tmp_path: Path) -> None:
    row = f'{{"text": "b", "x": 1e400, "y": -1E999, "n": {LONG}, "inner": {{"x": 1e400}}, "all": [1e400, 2, [{LONG}]]}}'
    inner: dict[str, Any] = {"inner": {"x": "1e400"}, "all": ["1e400", 2, [LONG]]}
    expected = {"text": "b", "x": "1e400", "y": "-1E999", "n": LONG, **inner}
    assert _read(tmp_path, form % row) == [expected]


def test_a_number_that_python_cannot_hold_is_kept_alone_too(tmp_path: Path) -> None:
    assert _read(tmp_path, '{"text": "b", "x": 1e400}\n{"text": "c", "x": 2.5}\n') == [
        {"text": "b", "x": "1e400"},
        {"text": "c", "x": 2.5},
    ]


def test_a_number_in_a_list_is_kept_like_a_plain_one(tmp_path: Path) -> None:
    assert _read(tmp_path, '{"x": [-1e400, 2.5]}\n{"x": [[1e400]]}\n') == [{"x": ["-1e400", 2.5]}, {"x": [["1e400"]]}]


@pytest.mark.parametrize(
    "line", ['{"a": 1} x', '{"a": 1}\xa0\n', '{"a": 1}, \n', '\xa0{"a": 1}', "{'a': 1}", "", "01\n"]
)
def test_a_malformed_line_gives_the_error_of_python(line: str) -> None:
    with pytest.raises(ValueError) as expected:
        json.loads(line)
    with pytest.raises(ValueError) as found:
        Decoder().decode(line)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("line", [' {"a": 1} ', '\t{"a": 1}\r\n', '{"a": 1}', '{"a": 1} \n\n'])
def test_blanks_around_a_value_do_not_matter(line: str) -> None:
    assert Decoder().decode(line) == {"a": 1}


def test_the_first_repeated_key_is_named() -> None:
    assert repeated_key(Decoder().decode('{"a": 1, "a": 2, "b": 1, "b": 2, "b": 3}')) == "a"


def test_written_json_is_valid() -> None:
    infinite = float("inf")
    written = as_json({"x": infinite, "y": [-infinite, {"z": float("nan")}], "n": 1.5})
    assert json.loads(written, parse_constant=pytest.fail) == {
        "x": "Infinity",
        "y": ["-Infinity", {"z": "NaN"}],
        "n": 1.5,
    }


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(':" a', max_size=2), inner, max_size=3),
)


@given(VALUES, st.sampled_from([":", ": ", " :", "\t: "]))
def test_the_decoder_agrees_with_python(value: Any, colon: str) -> None:
    decoder, text = Decoder(), json.dumps(value, separators=(",", colon))
    assert decoder.decode(text) == decoder.raw_decode(text, 0)[0] == value
    assert not decoder.found_repeated and repeated_key(value) is None
