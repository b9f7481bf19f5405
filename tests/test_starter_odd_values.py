"""A few values of another type in a column: ``init`` names their lines, as reading does."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.errors import InputError
from seqclf.starter.column_kinds import look_at
from seqclf.starter.make import starter
from seqclf.starter.request import Request

ODD: list[Any] = [["a", "b"], {"de": "gut"}, 3.5, []]


def _rows() -> list[dict[str, Any]]:
    draw = random.Random(3)
    words = [f"word{i}" for i in range(99)]
    return [{"body": " ".join(draw.sample(words, 9)), "stars": draw.choice(["one", "two"])} for _ in range(100)]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("odd", ODD)
def test_one_odd_text_is_named_with_its_line(tmp_path: Path, odd: Any, named: bool) -> None:
    rows = _rows()
    rows[12]["body"] = odd
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match=r't.jsonl:13: "body" is .*, expected a string; correct or remove the row'):
        starter(Request(str(path), text=("body",) if named else ()))


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_label_is_named_with_its_line(tmp_path: Path, odd: Any) -> None:
    rows = _rows()
    rows[12]["stars"] = odd
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match=r't.jsonl:13: "stars" is '):
        starter(Request(str(path)))


def test_a_column_of_lists_is_still_no_text(tmp_path: Path) -> None:
    rows = [{**row, "body": row["body"].split()} for row in _rows()]
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match='"body" contains lists; name another with --text'):
        starter(Request(str(path), text=("body",)))


@given(st.lists(st.sampled_from(["a b", "c d e", "f"]), min_size=3), st.sampled_from(ODD), st.integers(0, 99))
def test_one_odd_value_changes_no_kind(words: list[str], odd: Any, place: int) -> None:
    before = look_at("x", words)
    after = look_at("x", [*words[:place], odd, *words[place:]])
    assert (after.kind, after.distinct, after.words, after.label_types) == (
        before.kind,
        before.distinct,
        before.words,
        before.label_types,
    )
