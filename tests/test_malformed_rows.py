"""What ``seqclf predict`` says about malformed rows, and about files that it does not write."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqclf.cli.malformed_rows import MalformedRows
from seqclf.errors import InputError
from seqclf.tables.formats import not_written


def said(capsys: pytest.CaptureFixture[str], *errors: str, at_once: bool = False) -> tuple[list[str], int]:
    """The lines for errors of the file ``a:1: b.csv``, and how many rows they name."""
    with MalformedRows("a:1: b.csv", at_once=at_once) as bad:
        for error in errors:
            bad(InputError(f"a:1: b.csv:{error}"))
    return [line.removeprefix("warning: a:1: b.csv:") for line in capsys.readouterr().err.splitlines()], bad.named


@pytest.mark.parametrize(
    "what",
    [
        "3 fields, but the header has 2 (text, n)",
        '"price" is "a{}: b", expected a number',
        '"price" is "cut off within a quot{}, expected a number',
        "not valid JSON (Expecting value: line 1 column {} (char 3))",
    ],
)
def test_rows_of_one_kind_take_one_line(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    errors = [f"{10 * number}: {what.format(number)}" for number in range(1, 9)]
    first = f"10: {what.format(1)}"
    assert said(capsys, *errors[:1]) == ([first], 1)
    assert said(capsys, *errors[:2]) == ([f"{first}; 1 more row like this: 20"], 2)
    assert said(capsys, *errors[:5]) == ([f"{first}; 4 more rows like this: 20, 30, 40, 50"], 5)
    assert said(capsys, *errors) == ([f"{first}; 7 more rows like this: 20, 30, 40, 50, ..."], 5)


def test_kinds_are_told_apart_by_column_and_by_missing_values(capsys: pytest.CaptureFixture[str]) -> None:
    errors = (
        '2: "a" is null, expected a string',
        '3: "a" is 7, expected a string',
        '4: "b" is 7, expected a string',
        '5: "a" is [1, "x"], expected a string',
        '6: "a" is null, expected a string',
    )
    lines, named = said(capsys, *errors)
    assert lines == [
        f"{errors[0]}; 1 more row like this: 6",
        f"{errors[1]}; 1 more row like this: 5",
        errors[2],
    ]
    assert named == 5


def test_rows_with_another_number_of_fields_are_not_like_this(capsys: pytest.CaptureFixture[str]) -> None:
    counts = {4: 5, 5: 7, 6: 5, 7: 1, 8: 7}
    errors = [
        f"{line}: {count} field{'s' if count > 1 else ''}, but the header has 6 (a, b)"
        for line, count in counts.items()
    ]
    lines, named = said(capsys, *errors)
    assert lines == [f"{errors[0]}; 1 more row like this: 6", f"{errors[1]}; 1 more row like this: 8", errors[3]]
    assert named == 5


def test_advice_that_only_the_first_row_has_makes_no_kind(capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = said(capsys, "2: not UTF-8 text; perhaps --encoding cp1252", "3: not UTF-8 text")
    assert lines == ["2: not UTF-8 text; perhaps --encoding cp1252; 1 more row like this: 3"]


def test_many_kinds_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    lines, named = said(capsys, *(f'{number}: "{chr(96 + number)}" is 7, expected a string' for number in range(1, 13)))
    assert lines == [f'{number}: "{chr(96 + number)}" is 7, expected a string' for number in range(1, 11)] + [
        "warning: 2 more rows with other errors"
    ]
    assert named == 10


def test_the_first_row_of_a_stream_is_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with MalformedRows("standard input", at_once=True) as bad:
        bad(InputError("standard input:2: 1 field"))
        assert capsys.readouterr().err == "warning: standard input:2: 1 field\n"
        bad(InputError("standard input:5: 1 field"))
        assert capsys.readouterr().err == ""
    assert capsys.readouterr().err == "warning: standard input:2: 1 more row like this: 5\n"


def test_errors_are_printed_though_the_prediction_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), MalformedRows("b.csv") as bad:
        bad(InputError("b.csv:2: 1 field"))
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "warning: b.csv:2: 1 field\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("d/out.json", "JSON is written as lines, an object each; name it d/out.jsonl, or add --as jsonl"),
        ("out.JSON.gz", "JSON is written as lines, an object each; name it out.jsonl.gz, or add --as jsonl"),
        ("my out.xls", "spreadsheets are read, not written; name it 'my out.csv', or add --as csv"),
        ("out.txt", "name it out.csv, or add --as csv"),
        ("out.v2.zip", "name it out.v2.csv.zip, or add --as csv"),
        ("out", 'unknown file extension "" (known: .csv, .tsv, .jsonl, .parquet, also packed, such as .csv.gz); name'),
    ],
)
def test_files_that_are_not_written_have_another_name(name: str, message: str) -> None:
    assert message in not_written(Path(name), "--as")
    assert "--as" not in not_written(Path(name))
