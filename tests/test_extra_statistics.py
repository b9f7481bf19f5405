"""What `seqclf check` says about columns beside the text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import POOLED, write_csv, written_config

from seqclf.cli import cli
from seqclf.data.extra_statistics import CategoryStatistics, NumberStatistics, extra_statistics, extra_warnings
from seqclf.sources.texts import LabelledTexts


def _texts(**extra: list[Any]) -> LabelledTexts:
    values = {
        name: np.array(column, np.float64 if isinstance(column[0], float) else object) for name, column in extra.items()
    }
    count = len(next(iter(extra.values())))
    return LabelledTexts(["a"] * count, ["x"] * count, "here", extra=values)


def _warnings(**splits: LabelledTexts) -> list[str]:
    found = extra_warnings(extra_statistics(splits), len(splits["train"]))
    return [f"{problem.path[-1]}: {problem.message}" for problem in found]


def test_statistics_of_both_kinds() -> None:
    nan = float("nan")
    train = _texts(price=[1.0, nan, 3.0, 8.0], country=["de", "de", "", "fr"])
    test = _texts(price=[nan, nan], country=["it", "de"])
    found = extra_statistics({"train": train, "test": test})
    assert found["price"] == {
        "train": NumberStatistics(0.25, 3, 1.0, 3.0, 8.0),
        "test": NumberStatistics(1.0, 0, None, None, None),
    }
    assert found["country"] == {
        "train": CategoryStatistics(0.25, {"de": 2, "fr": 1}),
        "test": CategoryStatistics(0.0, {"it": 1, "de": 1}, 0.5),
    }
    assert str(found["price"]["train"]) == "1 to 8, median 3" and str(found["country"]["train"]) == "de 2, fr 1"


def test_useful_columns_have_no_warning() -> None:
    assert _warnings(train=_texts(n=[1.0, 2.0] * 10, c=["a", "b"] * 10)) == []


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ([1.0, float("nan"), float("nan")] * 5, "c: 67% of the train texts have no value"),
        (["a"] * 9, "c: all training texts with a value have the same one, so it says nothing; remove the column"),
        (
            [f"id{number}" for number in range(1200)],
            "c: 1,200 different values in 1,200 training texts: only the 0 in at least 5 texts count, the others count "
            "together",
        ),
        (
            ["7"] * 6 + [str(number / 4) for number in range(30)],
            "c: 31 different values in 36 training texts: only the 1 in at least 5 texts count, the others count "
            "together; are they numbers? write number instead of category",
        ),
    ],
)
def test_columns_that_say_little_are_named(values: list[Any], warning: str) -> None:
    assert warning in _warnings(train=_texts(c=values))


def test_categories_in_several_spellings_are_named() -> None:
    warnings = _warnings(train=_texts(c=["de", "DE", "d e", "fr"] * 5))
    assert [one for one in warnings if "differ only in case" in one] == [
        'c: values that differ only in case, spaces or spelling are different: "DE", "d e", "de"'
    ]


def test_equal_texts_contradict_each_other_only_with_equal_values() -> None:
    from seqclf.data.statistics import text_statistics

    values = np.array(["de", "fr", "de", "de"], object)
    data = LabelledTexts(["a", "a", "b", "b"], ["x", "y", "x", "y"], "here", extra={"country": values})
    assert text_statistics(data).contradictory == 1
    assert text_statistics(data).duplicates == 2


def test_new_values_are_counted() -> None:
    warnings = _warnings(train=_texts(c=["a", "b"] * 9), test=_texts(c=["a", "z", "b", "y"]))
    assert warnings == ["c: 50% of the test texts have a value that no training text has"]


def test_check_shows_the_columns_of_each_split(tmp_path: Path) -> None:
    rows = [(f"text {number}", "yn"[number % 2], str(number), "de") for number in range(40)]
    train = write_csv(tmp_path / "t.csv", [("text", "label", "price", "country"), *rows])
    extra = {"price": "number", "country": "category"}
    config = written_config(tmp_path, train, data__extra=extra, data__test=None, layers=POOLED)
    shown = CliRunner().invoke(cli, ["check", str(config)])
    assert shown.exit_code == 0, shown.output
    assert "beside the text  split       missing  different  values" in shown.stdout
    assert "country          train          0.0%          1  de 32" in shown.stdout
    assert "data.extra.country: all training texts with a value have the same one" in shown.output
    report = json.loads(CliRunner().invoke(cli, ["check", str(config), "--json"]).stdout)
    assert report["splits"]["train"]["extra"]["country"]["counts"] == {"de": 32}
