"""``init`` takes columns of prices and decimal commas for numbers, not for texts or labels."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from seqclf.errors import InputError
from seqclf.sources.base import TableColumns
from seqclf.sources.rows.values import labelled_row
from seqclf.sources.texts import LabelledTexts
from seqclf.starter.column_kinds import look_at
from seqclf.starter.columns import choose_columns
from seqclf.starter.separators import have_decimal_commas, separator_in
from seqclf.starter.usable import check_texts

ROWS = 60
DRAW = random.Random(1)
TEXTS = [f"what was said about number {i} here" for i in range(ROWS)]
LABELS = [("good", "bad")[i % 2] for i in range(ROWS)]
SHARES = [DRAW.randint(5, 95) / 100 for _ in range(ROWS)]
TENTHS = [f"{DRAW.randint(5, 40) / 10:g}".replace(".", ",") for _ in range(ROWS)]
PAIRS = [",".join(sorted(DRAW.sample("1234", DRAW.randint(1, 2)))) for _ in range(ROWS)]


@pytest.mark.parametrize(
    "values",
    [
        TENTHS,
        [f"{share:.2f}".replace(".", ",") for share in SHARES],
        [f"$ {share:.2f}" for share in SHARES],
        [f"{100 * share:.0f}%" for share in SHARES],
        [f"{100 * share:.1f} \N{EURO SIGN}".replace(".", ",") for share in SHARES],
        [f"{round(1e6 * share):,}" for share in SHARES],
    ],
)
def test_numbers_with_commas_or_signs_are_no_texts_and_no_labels(values: list[str]) -> None:
    looked = look_at("weight", values)
    assert (looked.kind, looked.not_a_text, looked.not_a_label) == ("amounts", *["numbers with commas or signs"] * 2)
    assert separator_in(values) is None
    chosen = choose_columns("a.csv", {"text": TEXTS, "weight": values, "label": LABELS})
    assert (chosen.text, chosen.label, chosen.notes) == ("text", "label", chosen.notes[:2])


def test_ratings_with_decimal_commas_are_labels() -> None:
    stars = ["4,5", "3", "5", "3,5", "4", "4,0"] * 10
    chosen = choose_columns("a.csv", {"text": TEXTS, "stars": stars}, guess_separator=True)
    assert (chosen.label, chosen.separator) == ("stars", None)


@pytest.mark.parametrize(
    "values", [PAIRS, ["1,2,3", *PAIRS], ["2,1", "1,2", "3"] * 20, ["a,b", "b,c"] * 20, ["1", "2"], []]
)
def test_lists_of_labels_are_no_decimals(values: list[str]) -> None:
    assert not have_decimal_commas(values)


def test_numbers_as_labels_stay_separated() -> None:
    chosen = choose_columns("a.csv", {"text": TEXTS, "tags": PAIRS}, guess_separator=True)
    assert (chosen.label, chosen.separator) == ("tags", ",")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (str, '"p_bad" contains probabilities of one label; --label p_bad --label p_good takes all labels'),
        (lambda share: f"{share:.2f}".replace(".", ","), "have decimal commas; write numbers"),
        (lambda share: f"{100 * share:.0f}%", "sum to 100; write numbers"),
    ],
)
def test_one_column_of_probabilities_is_not_enough(written: Callable[[float], str], message: str) -> None:
    values = {
        "text": TEXTS,
        "p_bad": [written(share) for share in SHARES],
        "p_good": [written(round(1 - share, 2)) for share in SHARES],
        "label": LABELS,
    }
    with pytest.raises(InputError, match=message):
        choose_columns("a.csv", values, label=["p_bad"])
    assert choose_columns("a.csv", values, label=["label"]).label == "label"


def test_probabilities_of_the_label_are_not_proposed_as_input() -> None:
    values = {"text": TEXTS, "label": LABELS, "p_bad": SHARES, "p_good": [1 - share for share in SHARES]}
    for named in ([], ["label"]):
        assert not [note for note in choose_columns("a.csv", values, label=named).notes if "data.extra" in note]


def test_numbers_to_predict_are_named_however_they_are_written() -> None:
    texts = LabelledTexts(TEXTS, [f"{i},25" for i in range(ROWS)], "a.csv")
    with pytest.raises(InputError, match="if they are numbers to predict, group .*; else name another column with"):
        check_texts("a.csv", texts)


@pytest.mark.parametrize(("value", "cure"), [(0.3, True), ("0.7", True), ("2", False), ("yes", False), (None, False)])
def test_probabilities_in_columns_of_0_and_1_are_named(value: Any, cure: bool) -> None:
    row = {"text": "a", "p_bad": value, "p_good": 1}
    with pytest.raises(InputError, match="expected 0 or 1") as caught:
        labelled_row("a.csv:2", row, TableColumns("text", ("p_bad", "p_good")))
    assert str(caught.value).endswith("data.label: {LABEL: p_bad, ...}") is cure
