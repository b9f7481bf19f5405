"""The forms in which ``seqclf eval`` prints: single numbers, Markdown, and tables that fit a terminal."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from seqclf.cli import cli
from seqclf.cli.eval_form import Form, print_scores
from seqclf.cli.eval_tables import show_metrics
from seqclf.cli.grids import Grid, Report, Values, markdown
from seqclf.errors import InputError
from seqclf.labels import Unknown
from seqclf.metrics.kinds import ClassifierMetrics, score_names
from seqclf.metrics.measured import Measured
from seqclf.tasks.classification.metrics import classification_metrics
from seqclf.tasks.classification.multi_label import multi_label_metrics


def measured(labels: int, *, multi: bool = False, names: list[str] | None = None) -> ClassifierMetrics:
    """All scores of random predictions; no text has the last label."""
    draw = np.random.default_rng(0)
    names = names or [f"label {place}" for place in range(labels)]
    logits = draw.normal(0, 2, (1_200, labels))
    logits[:, -1] -= 99
    if multi:
        truth = draw.random((1_200, labels)) < 0.2
        truth[:, -1] = False
        return multi_label_metrics(logits, truth, names, np.linspace(0.3, 0.6, labels), evaluate=True)
    given = logits[:, 1:] - logits[:, :1] if labels == 2 else logits
    return classification_metrics(given, draw.integers(0, labels - 1, 1_200), names, evaluate=True)


def printed(metrics: ClassifierMetrics, monkeypatch: pytest.MonkeyPatch, *, width: int = 80, md: bool = False) -> str:
    output = io.StringIO()
    made = Console(file=output, width=width, force_terminal=not md, color_system=None, highlight=False)
    monkeypatch.setattr("seqclf.cli.eval_tables.console", lambda: made)
    show_metrics("run-1", "test (data)", Measured("data", metrics), markdown=md)
    return output.getvalue()


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(("labels", "multi"), [(2, False), (7, False), (28, False), (1_000, False), (28, True)])
def test_all_scores_fit_the_terminal(labels: int, multi: bool, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(measured(labels, multi=multi), monkeypatch, width=width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) < 130, "many labels do not flood the screen"
    assert not re.search(r"[\d.,]…|\bnan\b|None", text)
    assert "n/a" in text, "the last label occurs nowhere"
    for words in ("(95 % interval 0.", "Matthews correlation ", "Cohen's kappa ", "Brier score ", "macro average "):
        assert words in text.replace("\n", " ")
    assert ("true \\ predicted" in text) == (labels <= 7 or (labels == 28 and width == 200 and not multi))
    assert ("most often confused" in text) == (not multi and "true \\ predicted" not in text)
    thresholds = [line.split()[0] for line in lines if re.match(r"0\.\d( \*)? ", line)]
    assert len(thresholds) == (9 if multi or labels == 2 else 0)
    assert ("one for each label *" in text) == multi
    assert ("0.5 *" in text) == (labels == 2)


def test_a_score_and_its_value_are_on_one_line() -> None:
    values = Values([("average precision", "0.5000"), ("expected calibration error", "n/a")])
    assert values.terminal(40) == "average precision 0.5000\nexpected calibration error n/a"
    assert values.terminal(None) == "average precision 0.5000   expected calibration error n/a"


# --- Markdown ---------------------------------------------------------------------------------------------------------


def test_the_report_in_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = measured(3, names=["a|b", "<b>*c*</b>", "d\ne"])
    lines = printed(metrics, monkeypatch, md=True).splitlines()
    assert lines[0] == "## run-1 on test (data): 1,200 texts"
    assert lines.count("| score | value |") == 1
    row = next(line for line in lines if line.startswith("| Matthews"))
    assert row == f"| Matthews correlation | {metrics.evaluation.matthews_correlation:.4f} |"  # type: ignore[union-attr]
    assert any(line.startswith("| a\\|b | 0.") for line in lines)
    assert any(line.startswith("| \\<b\\>\\*c\\*\\</b\\> | 0.") for line in lines)
    assert "| d\\\\ne | n/a | n/a | n/a | 0 |" in lines
    for table in re.findall(r"(?:^\|.*\n?)+", "\n".join(lines), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, "columns of each row"


def test_markdown_names_the_labels_that_the_run_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    unknown = Unknown(("odd",), 2, dropped=True)
    text = printed(replace(measured(3), unknown_labels=unknown), monkeypatch, md=True)
    assert '2 given texts with labels that do not occur in the training texts ("odd"): skipped' in text
    with_weights: Any = replace(measured(3), weight=2.5)
    assert "scores weigh each text by data.weight, 2.5 in sum" in printed(with_weights, monkeypatch, md=True)


@given(st.text(alphabet="ab<>|*_`\\[]#\n&~", max_size=12))
def test_markdown_shows_a_text_as_it_is(text: str) -> None:
    """What a reader of Markdown sees: escaped marks, one line."""
    line = markdown(text)
    assert "\n" not in line
    assert re.sub(r"\\(.)", r"\1", line) == text.replace("\n", "\\n")
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>|*_`\[\]#&~]", line)
    assert html.unescape(line) == line


def test_a_grid_escapes_what_rich_takes_for_a_style() -> None:
    console = Console(width=60)
    with console.capture() as shown:
        console.print(Grid(("name", "number"), [["[red]a", "1"], [], ["b", "22"]]))
    lines = [line.rstrip() for line in shown.get().splitlines()]
    assert lines == ["name    number", "[red]a       1", "", "b           22"]
    assert Report("a title", ["", Grid(("name",), [["b"], []])]).markdown() == "## a title\n\n| name |\n| --- |\n| b |"


# --- single numbers ---------------------------------------------------------------------------------------------------


def test_metrics_are_named_as_people_write_them() -> None:
    known = score_names(False)
    assert {"accuracy", "log_loss", "micro_f1", "roc_auc", "accuracy_low", "expected_calibration_error"} <= set(known)
    assert Form(scores=("macro-F1", "ROC AUC", "loss")).among(known).scores == ("macro_f1", "roc_auc", "loss")
    with pytest.raises(InputError, match='there is no metric "acuracy" of this run; did you mean "accuracy"') as caught:
        Form(scores=("acuracy",)).among(known)
    assert ", ".join(known) in str(caught.value)
    with pytest.raises(InputError, match=r'no metric "xyz" of this run\. Its metrics are loss, accuracy'):
        Form(scores=("xyz",)).among(known)
    assert "macro_roc_auc" in score_names(True) and "roc_auc" not in score_names(True)


def test_numbers_are_printed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores(("b", "a", "b"), {"a": 0.1 + 0.2, "b": None})
    assert capsys.readouterr().out == "n/a\n0.30000000000000004\nn/a\n"


def test_only_one_form_is_printed() -> None:
    Form().check()
    Form(scores=("a", "b")).check()
    for form, words in (
        (Form(as_json=True, markdown=True), "--json and --markdown are different forms of the output"),
        (Form(as_json=True, scores=("a",)), "--json and --metric are different forms"),
    ):
        with pytest.raises(click.UsageError, match=words):
            form.check()


def test_forms_are_checked_before_the_run_is_sought(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["eval", "--runs", str(tmp_path), "--json", "--metric", "loss"])
    assert done.exit_code == 2 and "different forms" in done.output


def test_lists_of_runs_know_the_scores() -> None:
    from seqclf.run_catalogue.scores import for_people, scores_in, smaller_is_better

    metrics = measured(3)
    found = scores_in({"test": Measured("data", metrics).to_json()})["test"]
    assert metrics.evaluation is not None
    assert found["roc_auc"] == metrics.evaluation.roc_auc
    assert set(for_people(found)) == {"loss", "accuracy", "macro_f1"}
    assert smaller_is_better("brier_score") and not smaller_is_better("roc_auc")
    undefined = measured(2).to_json()
    assert undefined["roc_auc"] is None and "roc_auc" not in scores_in({"test": undefined})["test"]
