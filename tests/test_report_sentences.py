"""``report.html``: what it says where something is missing, the same everywhere, or of other texts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_examples import HOSTILE, Page, evidence_of, full_run, measured

from seqclf.evaluation.evidence.content import Duplicates
from seqclf.evaluation.evidence.store import write_evidence
from seqclf.labels import Labels
from seqclf.report import write_report
from seqclf.report.facts import read_facts
from seqclf.report.sections.data import data
from seqclf.report.sections.result import result
from seqclf.run_calibration import Abstention, RunCalibration
from seqclf.runs import Run

TWO = Labels(("neg", "pos"))


def page_of(run: Run) -> Page:
    return Page(write_report(run).read_text(encoding="utf-8"))


def test_a_split_without_a_baseline_is_not_said_to_be_the_only_one(tmp_path: Path) -> None:
    """`seqclf calibrate --split test` measures the test texts without a linear model."""
    run = full_run(tmp_path, TWO)
    run.write_metrics("test", replace(measured(TWO, seed=3), baseline=None).to_json())
    page = page_of(run)
    assert "it was not compared with a simple model" not in page.words
    assert "On the validation texts, the network adds" in page.words
    assert "seqclf eval --split test" in page.words
    assert "Accuracy on the validation texts, with 95 % intervals." in page.words
    assert "on 60 test texts" in page.words and "The linear model is a logistic regression" in page.words


def test_a_run_that_abstains_says_how_often_and_how_well(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    run.write_calibration(RunCalibration((1.5,), None, 60, Abstention(0.1, 0.8, 0.05, 0.75)))
    words = page_of(run).words
    assert "calibrated: temperature scaling on 60 validation texts" in words
    assert "Below a confidence of 0.8, no label is given. 75.0\u202f% of the validation" in words
    assert "texts are answered, and 5.0\u202f% of the answers are wrong." in words


def test_each_score_is_listed_once_with_its_interval(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    section = result(read_facts(run))
    assert section is not None
    names = [name for name, _ in section.values["all_scores"]]
    assert len(names) == len(set(names)) and "log loss" not in names and "micro F1" not in names
    assert not [name for name in names if name.endswith((" low", " high"))]
    accuracy = dict(section.values["all_scores"])["accuracy"]
    assert re.fullmatch(r"0\.\d{4} \(0\.\d{4} to [01]\.\d{4}\)", accuracy)


def test_a_constant_learning_rate_is_a_sentence(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    assert "Learning rate of the optimizer." in page_of(run).words
    changed = re.sub('"learning_rate": [0-9.]+', '"learning_rate": 0.002', run.history.read_text(encoding="utf-8"))
    run.history.write_text(changed, encoding="utf-8")
    words = page_of(run).words
    assert "The learning rate of the optimizer was 0.002 throughout." in words
    assert "Learning rate of the optimizer." not in words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Duplicates(0, 0, 0), ["No test text is equal to another one, or to a training text."]),
        (Duplicates(0, 0, None), ["No test text is equal to another one."]),
        (
            Duplicates(2, 0, 0),
            ["2 test texts are equal to earlier test texts.", "No test text is equal to a training text."],
        ),
        (Duplicates(0, 0, 1), ["1 test text is equal to a training text: scores on them say nothing about new texts."]),
    ],
)
def test_equal_texts(tmp_path: Path, found: Duplicates, words: list[str]) -> None:
    run = full_run(tmp_path, TWO)
    write_evidence(run, replace(evidence_of(run, TWO, HOSTILE, "test"), duplicates=found, lengths=None))
    section = data(read_facts(run))
    assert section is not None and section.values["sentences"] == [("test", words)]


def test_a_column_of_training_texts_is_there_if_they_are_known(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    header = '<th scope="col">training texts</th>'
    assert header in write_report(run).read_text(encoding="utf-8")
    evidence = evidence_of(run, TWO, HOSTILE, "test")
    write_evidence(run, replace(evidence, labels=tuple(replace(one, training_texts=None) for one in evidence.labels)))
    assert header not in write_report(run).read_text(encoding="utf-8")


def test_the_key_of_coloured_words_says_what_they_are_scored_for(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    assert "that a text names after" not in page_of(run).words
    evidence = evidence_of(run, TWO, HOSTILE, "test")
    write_evidence(run, replace(evidence, wrong=tuple(replace(one, predicted=()) for one in evidence.wrong)))
    assert "or towards the label that a text names after “words towards”" in page_of(run).words
