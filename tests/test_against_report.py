"""What ``seqclf eval --against`` prints: it fits a terminal, and its conclusion says what the numbers say."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paired_examples import made_answers
from rich.console import Console

from seqclf.cli.against_found import Found
from seqclf.cli.against_json import as_json
from seqclf.cli.against_report import show_comparison
from seqclf.data.seen import Seen
from seqclf.evaluation.comparison import compared, usual_scores
from seqclf.evaluation.paired_words import conclusion, p_of
from seqclf.metrics.paired import Spread
from seqclf.sources.texts import LabelledTexts
from seqclf.tasks.classification import resamples


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed does not depend on their number."""
    monkeypatch.setattr(resamples, "RESAMPLES", 300)
    monkeypatch.setattr(resamples, "RESAMPLES_OF_RANKINGS", 60)


def found(texts: int, labels: int, *, names: tuple[str, ...] = (), **options: Any) -> Found:
    first, second = made_answers(2, texts, labels, **options)
    multi = first.labels.multi
    more = [f"more {place}" for place in range(first.width - labels)]
    every = [*first.labels, *more]
    sets = [tuple(every[i] for i in np.flatnonzero(row)) for row in first.ids] if multi else first.ids
    given = LabelledTexts(
        [f"text {place} " + "word [red] " * (place % 30) for place in range(texts)],
        sets if multi else [every[i] for i in first.ids],
        "given",
        multi=multi,
    )
    comparison = compared(first, second, names or usual_scores(multi), label_names=every)
    runs = ("a-long-name-of-a-run-12", "another-3")
    return Found(runs, "test (d.csv)", given, np.arange(texts), (), (first, second), comparison, (None, None))


def printed(one: Found, monkeypatch: pytest.MonkeyPatch, *, md: bool = False) -> str:
    output = io.StringIO()
    made = Console(file=output, width=80, force_terminal=not md, color_system=None, highlight=False)
    monkeypatch.setattr("seqclf.cli.against_report.console", lambda: made)
    show_comparison(one, markdown=md)
    return output.getvalue()


@pytest.mark.parametrize(
    ("labels", "options"),
    [
        (2, {}),
        (40, {}),
        (28, {"multi": True}),
        (3, {"weighted": True}),
        (3, {"more": 1}),
        (2, {"names": ("expected_calibration_error", "roc_auc", "loss")}),
    ],
)
def test_the_report_fits_a_terminal(labels: int, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    one = found(300, labels, **options)
    text = printed(one, monkeypatch)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) < 60
    assert not re.search(r"[\d.,]…|\bnan\b|None", text)
    assert lines[0].startswith("a-long-name-of-a-run-12 (A) against another-3 (B) on test (d.csv): 300 texts"[:70])
    flat = " ".join(text.split())
    comparison = one.comparison
    assert f"only A right {comparison.only_first} only B right {comparison.only_second}" in flat
    assert ("Only A is right" in flat) == (comparison.only_first > 0)
    assert ("Only B is right" in flat) == (comparison.only_second > 0)
    assert ("Neither is right" in flat) == (comparison.only_first + comparison.only_second == 0)
    assert "[red]" in text, "marks of rich are text"
    assert ("does not apply" in flat) == bool(options.get("weighted"))
    assert ("exactly the labels" in flat) == bool(options.get("multi"))
    md = printed(one, monkeypatch, md=True)
    assert md.startswith("## a-long-name-of-a-run-12 (A) against another-3 (B)")
    assert "| A | B | difference | 95 % interval | p |" in md


def test_examples_without_a_right_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    one = found(300, 28, multi=True, skill=-1.0)
    assert one.comparison.only_first + one.comparison.only_second == 0
    assert "Neither is right, and they differ; --json has all 300:" in printed(one, monkeypatch)


def test_the_conclusion_follows_the_first_score() -> None:
    better = found(400, 2)
    assert conclusion(better).startswith(
        "a-long-name-of-a-run-12 is better than another-3 on texts like these: its accuracy is higher by 0."
    )
    by_loss = found(400, 2, names=("log_loss",))
    assert "its log loss is lower by 0." in conclusion(by_loss)
    small = found(30, 2, skill=0.0)
    assert conclusion(small).startswith("Neither run is shown to be better: the difference of 0.")
    name, score = next(iter(small.comparison.scores.items()))
    close = replace(score, spread=Spread(0.001, 0.2, 0.0512))
    borderline = replace(small, comparison=replace(small.comparison, scores={name: close}))
    assert conclusion(borderline).endswith("is borderline (p = 0.0512).")
    assert conclusion(found(5, 2, names=("macro_f1",))) == "5 texts are too few to say which run is better."
    seen = replace(better, seen=(Seen(400, 100, 0), None))
    assert "on these texts, some of which are its own training texts: its accuracy" in conclusion(seen)
    validated = replace(better, seen=(Seen(400, 0, 400), None))
    assert "on these texts, all of which are its own validation texts: its accuracy" in conclusion(validated)
    one_class = replace(better, comparison=_one_class(better))
    assert "ROC AUC, which is not defined for these texts" in conclusion(one_class)


def _one_class(one: Found) -> Any:
    answers = [replace(each, truth=np.zeros(len(each), int)) for each in one.answers]
    return compared(answers[0], answers[1], ["roc_auc"], label_names=list(answers[0].labels))


def test_labels_are_compared_by_hand() -> None:
    one = found(200, 3)
    first, second = one.answers
    for place, (name, label) in enumerate(one.comparison.labels.items()):
        of_label = first.truth == place
        right = [(each.predicted == first.truth)[of_label] for each in (first, second)]
        assert name == first.labels[place] and label.texts == of_label.sum()
        assert label.only_first == np.count_nonzero(right[0] & ~right[1])
        assert label.only_second == np.count_nonzero(right[1] & ~right[0])
        assert label.p_value <= label.adjusted <= 1


def test_texts_of_several_columns_have_them_in_json() -> None:
    one = found(50, 2)
    texts = replace(one.texts, texts=[f"{text}\x1fbody" for text in one.texts.texts])
    row = as_json(replace(one, texts=texts, fields=("title", "body")), "test")["differing"][0]
    assert row["text"]["body"] == "body" and row["text"]["title"].startswith("text ")
    assert row["right"] in ("run", "against")


def test_p_values_as_people_write_them() -> None:
    assert [p_of(value) for value in (None, 0.00001, 0.0312, 1.0)] == ["n/a", "< 0.0001", "0.0312", "1.0000"]
