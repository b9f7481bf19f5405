"""Output within 80 columns: epochs, matrices, messages."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_examples import metrics_with
from rich.console import Console

from seqclf.cli.epoch_table import EpochTable, TimeLeft
from seqclf.cli.eval_tables import confused_pairs, confusion_grid, show_metrics
from seqclf.cli.wrap import styled_wrapped, wrapped
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.confusion import Confusion
from seqclf.metrics.kinds import scores_type
from seqclf.metrics.measured import Measured
from seqclf.quantities import duration
from seqclf.training.events import EpochDone, EpochStarted, StepDone, TrainingStarted

SCORES = st.floats(0, 1)
MESSAGES = st.text(alphabet="ab é/'\n:-", max_size=300)


def started(epochs: int = 10, validation_texts: int = 5, multi_label: bool = False) -> TrainingStarted:
    scores = scores_type(multi_label).monitored()
    return TrainingStarted("data", epochs, 100, validation_texts, 1_000, not multi_label, scores=scores)


def epoch(number: int = 1, **changes: Any) -> EpochDone:
    validation = metrics_with(0.75, macro_f1=0.7)
    values: dict[str, Any] = {
        "loss": 0.6, "accuracy": 0.625, "validation": validation, "best": True, "tokens": 1_000, "seconds": 2.0,
        "validation_seconds": 0.5,
    }  # fmt: skip
    return EpochDone(number, **(values | changes))


def test_rows_stand_under_their_headings() -> None:
    table = EpochTable(started())
    groups, heads = table.header()
    row = table.row(epoch(3))
    assert heads.split() == ["epoch", "loss", "accuracy", "loss", "accuracy", "macro", "F1", "tokens/s", "time", "best"]
    assert row.split() == ["3/10", "0.6000", "0.6250", "0.5000", "0.7500", "0.7000", "500", "2.5", "s", "*"]
    ends = [match.end() for match in re.finditer(r"epoch|loss|accuracy|macro F1|tokens/s|time|best", heads)]
    assert ends == [match.end() for match in re.finditer(r"\d+/\d+|[\d.]+( s)?|\*", row)]
    assert groups.index("validation") > heads.index("loss")


def test_columns_follow_from_the_training() -> None:
    (heads,) = EpochTable(started(validation_texts=0)).header()
    assert heads.split() == ["epoch", "loss", "accuracy", "tokens/s", "time", "best"]
    _, heads = EpochTable(started(multi_label=True)).header()
    assert heads.split("accuracy")[1].split()[:4] == ["micro", "F1", "macro", "F1"]


@given(
    epochs=st.integers(1, 9_999),
    loss=st.floats(0, 1e6),
    scores=SCORES,
    tokens=st.integers(1, 10**7),
    seconds=st.floats(0.1, 300_000),
    multi=st.booleans(),
    texts=st.integers(0, 1),
)
def test_no_row_is_wider_than_80_columns(
    epochs: int, loss: float, scores: float, tokens: int, seconds: float, multi: bool, texts: int
) -> None:
    table = EpochTable(started(epochs, texts, multi))
    validation = metrics_with(scores, multi=multi, loss=scores) if texts else None
    row = table.row(epoch(epochs, loss=loss, validation=validation, tokens=tokens, seconds=seconds))
    assert max(map(len, [*table.header(), row])) <= 80


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.04, "0.0 s"), (9.96, "10 s"), (99.4, "99 s"), (100, "1m 40s"), (3599.7, "1h 00m"), (3_900, "1h 05m")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_the_time_left_is_that_of_all_epochs() -> None:
    left = TimeLeft()
    for event in (started(epochs=3), EpochStarted(1, 10, traces=True), StepDone(1, 1, 0.5, 1, 2, 3, 9.0, 1e-3)):
        left.update(event)
    assert str(left) == "", "the first step is traced"
    left.update(StepDone(1, 2, 0.5, 1, 2, 3, 1.0, 1e-3))
    assert left.seconds() == 8 + 2 * 10
    left.update(epoch(1, seconds=19.0, validation_seconds=2.0))
    left.update(EpochStarted(2, steps=10))
    left.update(StepDone(2, 1, 0.5, 1, 2, 3, 1.0, 1e-3))
    assert left.seconds() == 9 + (10 + 2)
    left.update(EpochStarted(3, steps=10, traces=True))  # one group of layers more
    left.update(StepDone(3, 1, 0.5, 1, 2, 3, 9.0, 1e-3))
    assert left.seconds() is None


def printed(
    metrics: ClassificationMetrics, width: int, monkeypatch: pytest.MonkeyPatch, *, terminal: bool = True
) -> str:
    output = io.StringIO()
    monkeypatch.setattr(
        "seqclf.cli.eval_tables.console",
        lambda: Console(file=output, width=width, force_terminal=terminal, color_system=None, highlight=False),
    )
    show_metrics("run-1", "test (data)", Measured("data", metrics))
    return output.getvalue()


def metrics_of(confusion: list[list[int]], labels: list[str]) -> ClassificationMetrics:
    import numpy as np

    from seqclf.tasks.classification.metrics import classification_metrics

    truth, predicted = [], []
    for true, row in enumerate(confusion):
        for other, count in enumerate(row):
            truth += [true] * count
            predicted += [other] * count
    logits = np.eye(len(labels))[predicted] * 9
    return classification_metrics(
        logits[:, 1:] - logits[:, :1] if len(labels) == 2 else logits, np.array(truth), labels
    )


@pytest.mark.parametrize("labels", [2, 7, 28])
@pytest.mark.parametrize("width", [60, 80, 200])
def test_numbers_are_complete_at_every_width(labels: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    confusion = [[626 if i == j else (i * j) % 4 for j in range(labels)] for i in range(labels)]
    names = [f"a_label_of_some_length_{number}" for number in range(labels)]
    text = printed(metrics_of(confusion, names), width, monkeypatch)
    assert max(map(len, text.splitlines())) <= width
    assert not re.search(r"[\d.,]…", text), "labels may be cut on a narrow terminal, numbers never"
    matrix = "true \\ predicted" in text
    assert matrix or "most often confused" in text
    assert not matrix or "626" in text


def test_a_wide_matrix_is_not_written_into_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for labels, is_shown in ((7, True), (28, False)):
        confusion = [[626 if i == j else (i * j) % 4 for j in range(labels)] for i in range(labels)]
        metrics = metrics_of(confusion, [f"label {number}" for number in range(labels)])
        text = printed(metrics, 200, monkeypatch, terminal=False)
        assert ("true \\ predicted" in text, "most often confused" in text) == (is_shown, not is_shown)
        assert "true \\ predicted" in printed(metrics, 200, monkeypatch)


def test_a_matrix_of_long_labels_has_numbers_for_columns() -> None:
    names = ["a label of many words", "another label of many words", "c"]
    confusion = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]

    def lines(width: int) -> list[str]:
        console = Console(width=width)
        with console.capture() as shown:
            console.print(confusion_grid(confusion, names, width))
        return shown.get().splitlines()

    assert lines(60)[0].split()[-3:] == ["1", "2", "3"]
    assert lines(60)[2].split() == ["2", "another", "label", "of", "many", "words", "4", "5", "6"]
    assert "another label of many words" in lines(200)[0].replace("  ", " ")


def test_the_most_confused_pairs_if_the_matrix_does_not_fit() -> None:
    labels = [f"label {number}" for number in range(28)]
    confusion = [[100 if i == j else 0 for j in range(28)] for i in range(28)]
    confusion[3][5], confusion[7][2] = 40, 60
    assert confusion_grid(confusion, labels, 80) is None
    table = confused_pairs(Confusion.of_rows(confusion), labels)
    assert table is not None
    assert list(table.rows) == [["label 7", "label 2", "60", "37.5%"], ["label 3", "label 5", "40", "28.6%"]]
    assert confused_pairs(Confusion.of_rows([[3, 0], [0, 3]]), ["a", "b"]) is None


def test_labels_are_sorted_by_f1_if_the_matrix_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    confusion = [[100 if i == j else 0 for j in range(28)] for i in range(28)]
    confusion[3][5], confusion[7][2] = 40, 60
    names = [f"label_{number:02}" for number in range(28)]
    lines = printed(metrics_of(confusion, names), 80, monkeypatch).splitlines()
    shown = [line.split()[0] for line in lines if line.startswith("label_") and line.count(".") == 3]
    assert (shown[0], shown[-1], len(shown)) == ("label_00", "label_02", 28)


@given(text=MESSAGES, width=st.integers(20, 100))
def test_wrapping_changes_blanks_alone(text: str, width: int) -> None:
    broken = wrapped(text, width)
    assert broken.split() == text.split()
    assert wrapped(text, None) == text
    longest = max((len(word) for word in text.split()), default=0)
    assert all(len(line) <= max(width, longest + 2) for line in broken.split("\n") if len(line.split()) > 1)


@given(parts=st.lists(MESSAGES, max_size=5), width=st.integers(20, 100))
def test_colours_do_not_change_where_lines_end(parts: list[str], width: int) -> None:
    marked = styled_wrapped([(part, f"<{part}>") for part in parts], width)
    assert re.sub("[<>]", "", marked) == wrapped("".join(parts), width)


@pytest.mark.parametrize("column", [1, 60, 150, 200])
def test_a_quoted_line_of_a_config_fits_the_terminal(column: int) -> None:
    from seqclf.config.problems import Place

    text = "".join(str(number % 10) for number in range(1, 201))
    line, mark = Place("c.yaml", 3, column, text).quote(72).split("\n")
    assert max(len(line), len(mark)) <= 80
    assert line[mark.index("^")] == text[column - 1]
