"""One text in place of several, values of ``--field``, and texts predicted without the other columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from extra_examples import fitted

from seqclf.cli.given_fields import given_fields
from seqclf.errors import InputError
from seqclf.export.card_calls import how_to_call
from seqclf.extra_columns import ExtraColumns
from seqclf.inference.text_classifier import stream
from seqclf.runs import Run


def test_one_text_is_no_list(three_label_run: Run) -> None:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    light, heavy = Classifier.load(three_label_run.folder), KerasClassifier.load(three_label_run)
    calls: list[Callable[[Any], object]] = [
        light.predict,
        light.stream,
        light.probabilities,
        heavy.probabilities,
        lambda texts: list(stream(heavy, texts)),
    ]
    for call in calls:
        for text in ("I found", "", b"I found"):
            with pytest.raises(InputError, match=r"is a string, expected a list of texts; for one text write \[text\]"):
                call(text)
        with pytest.raises(InputError, match="values by column, expected a list"):
            call({"title": "a"})
    for value in (None, 3, np.nan):
        with pytest.raises(InputError, match="expected a string"):
            light.predict(["a", cast(str, value)])


def _given(values: list[str], columns: tuple[str, ...] = (), extra: ExtraColumns | None = None) -> Any:
    return given_fields(values, columns, extra)


def test_columns_without_a_value_are_named_with_the_option() -> None:
    several = ("title", "body text", "notes")
    assert _given([]).note() is None
    note = _given(["notes=x"], several, fitted()).note()
    assert '"body text", "price", "country", "age"' in note and "--field 'body text=...'" in note
    assert "title" not in note and "notes" not in note
    assert _given(["body text=", "notes=x"], several).note() is None
    many = _given([], tuple(f"c{i}" for i in range(10))).note()
    assert '"c5" and 4 more' in many


@pytest.mark.parametrize(("value", "cure"), [("12,50", "a decimal point"), ("cheap", None)])
def test_a_value_of_another_kind_names_the_option(value: str, cure: str | None) -> None:
    with pytest.raises(InputError) as caught:
        _given([f"price={value}"], extra=fitted())
    message = str(caught.value)
    assert message.startswith(f"--field price={value}: ") and "expected a number" in message
    assert cure is None or cure in message


def test_the_card_gives_every_column_on_the_command_line() -> None:
    lines = list(how_to_call(("title", "body text"), "onnx", multi=False, extra={"price": "number"}))
    full = next(line for line in lines if line.startswith("seqclf predict") and "price" in line)
    assert "--field 'body text=a text' --field price=" in full
