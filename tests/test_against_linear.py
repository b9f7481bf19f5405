"""A network compared with the linear model text by text: intervals, tests, what is kept, and what is said."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from baseline_examples import TEXTS, request_for
from calibrating import call
from conftest import POOLED, small_config, trained, write_csv
from hypothesis import given
from hypothesis import strategies as st
from metric_examples import baseline_with
from paired_examples import made_answers
from test_run_answers import kept

from seqclf.baseline.job import BaselineJob
from seqclf.evaluation.against_linear import LINEAR, keep_linear, linear_answers, paired_with
from seqclf.evaluation.answers_store import own_answers, read_answers
from seqclf.evaluation.comparison import compared
from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.intervals import difference, paired_difference, wilson
from seqclf.metrics.paired import BOOTSTRAP, MID_P
from seqclf.report import write_report
from seqclf.run_answers import Bound, KeptAnswers, answers_file
from seqclf.runs import Run
from seqclf.sources.texts import LabelledTexts

COUNTS = st.tuples(*[st.integers(0, 300)] * 4).filter(any)

# --- the interval -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        ((1, 1, 7, 12), -0.507, -0.026),  # Fagerland, Lydersen and Laake 2014, airway hyper-responsiveness
        ((36, 12, 2, 0), 0.0569, 0.3404),  # Newcombe 1998, table II
    ],
)
def test_the_interval_is_the_published_one(cells: tuple[int, int, int, int], low: float, high: float) -> None:
    found = paired_difference(*cells)
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


@given(COUNTS)
def test_the_interval_holds_the_difference_and_turns_with_it(cells: tuple[int, int, int, int]) -> None:
    both, first, second, neither = cells
    found, turned = paired_difference(*cells), paired_difference(both, second, first, neither)
    assert -1 <= found.low <= (first - second) / sum(cells) + 1e-12 and found.high <= 1
    assert (first - second) / sum(cells) <= found.high + 1e-12
    assert (found.low, found.high) == (pytest.approx(-turned.high), pytest.approx(-turned.low))


def test_models_that_agree_have_a_narrower_interval_than_independent_ones() -> None:
    both, first, second, neither = 850, 40, 20, 90
    values = [(share, wilson(share, 1_000)) for share in (0.89, 0.87)]
    apart, paired = difference(values[0], values[1]), paired_difference(both, first, second, neither)
    assert paired.high - paired.low < 0.6 * (apart.high - apart.low)
    assert paired.low > 0 > apart.low


# --- from the answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("multi", "labels"), [(False, 2), (False, 4), (True, 3)])
def test_it_agrees_with_the_comparison_of_two_runs(multi: bool, labels: int, weighted: bool) -> None:
    first, second = made_answers(4, 400, labels, multi=multi, weighted=weighted, skill=0.2)
    found = paired_with(*(_kept_of(one) for one in (first, second)))
    names = ("micro_f1", "accuracy", "macro_f1") if multi else ("accuracy", "macro_f1")
    expected = compared(first, second, names, label_names=[str(place) for place in range(labels)])
    assert found is not None and set(found.scores) == set(names)
    assert (found.only_network_right, found.only_linear_right) == (expected.only_first, expected.only_second)
    for name in names:
        one, other = found.scores[name], expected.scores[name]
        assert (one.network, one.linear) == (pytest.approx(other.first), pytest.approx(other.second))
        assert one.test == other.test
        assert one.low is not None and one.high is not None and one.p_value is not None
        assert other.spread.low is not None and other.spread.high is not None and other.spread.p_value is not None
        width = other.spread.high - other.spread.low
        assert one.low == pytest.approx(other.spread.low, abs=0.15 * width)
        assert one.high == pytest.approx(other.spread.high, abs=0.15 * width)
        exact = name == "accuracy" and not weighted
        assert one.p_value == pytest.approx(other.spread.p_value, abs=1e-9 if exact else 0.02)


def _kept_of(answers: Any) -> KeptAnswers:
    weights = None if answers.weights is None else answers.weights.astype(np.float32)
    losses = np.zeros(len(answers), np.float32)
    more = tuple(f"more {place}" for place in range(answers.width - len(answers.labels)))
    return KeptAnswers(answers.labels, answers.ids, answers.predicted, losses, weights=weights, more_labels=more)


def test_a_sample_is_compared_on_its_texts_and_texts_of_weight_0_do_not_count() -> None:
    network = kept(1, 60, 3, weighted=True)
    assert network.weights is not None
    network.weights[::5] = 0
    places = np.arange(1, 60, 2)
    linear = replace(network, predicted=(network.predicted + 1) % 3).chosen(places)
    found = paired_with(network, linear)
    assert found is not None and found.texts == sum(place % 5 != 0 for place in places.tolist())
    counted = [place for place in places.tolist() if place % 5]
    right = network.right[counted]
    assert found.only_network_right == right.sum()
    assert found.scores["accuracy"].network == pytest.approx(np.average(right, weights=network.weights[counted]))
    assert found.scores["accuracy"].test == BOOTSTRAP


def test_answers_to_other_texts_are_not_compared() -> None:
    network = kept(1, 50, 3)
    assert paired_with(network, network) is not None
    others = [
        kept(2, 50, 3),  # other labels in another order
        kept(1, 51, 3),
        kept(1, 50, 4),
        kept(1, 50, 3, multi=True),
        replace(network, places=np.arange(50) + 1),
        network.chosen(np.array([], np.int64)),
    ]
    assert [paired_with(network, other) for other in others] == [None] * len(others)


def test_few_texts_have_no_interval_of_f1() -> None:
    found = paired_with(kept(1, 6, 3), kept(1, 6, 3, skill=0.0))
    assert found is not None and found.scores["macro_f1"] == replace(
        found.scores["macro_f1"], low=None, high=None, p_value=None, test=None
    )
    assert found.scores["accuracy"].test == MID_P


@pytest.mark.parametrize("multi", [False, True])
def test_the_json_is_read_back_and_that_of_earlier_versions_too(multi: bool) -> None:
    paired = paired_with(kept(1, 40, 3, multi=multi), kept(1, 40, 3, multi=multi, skill=0.0))
    assert paired is not None
    scores = replace(baseline_with(0.9), paired=paired)
    saved = json.loads(json.dumps(scores.to_json()))
    assert BaselineScores.from_json(saved, multi=False) == scores
    assert saved["paired"]["scores"]["accuracy"]["difference"] == pytest.approx(paired.scores["accuracy"].difference)
    del saved["paired"]
    assert BaselineScores.from_json(saved, multi=False).paired is None
    assert "paired" not in baseline_with(0.9).to_json()


@pytest.mark.parametrize("broken", [3, {}, {"texts": 3}, {"scores": {"accuracy": {"network": "x"}}}])
def test_malformed_json_is_refused(broken: Any) -> None:
    with pytest.raises(ValueError, match="is missing or not|expected a JSON"):
        BaselineScores.from_json(baseline_with(0.9).to_json() | {"paired": broken}, multi=False)


# --- the answers of the linear model ----------------------------------------------------------------------------------


@pytest.mark.parametrize("unknown", ["wrong", "drop"])
def test_the_process_says_which_texts_it_answered(unknown: Any, own_cache: Path) -> None:
    """Without texts of weight 0; places are those of the network, which reads them."""
    weights = np.array([1, 0, 2, 1, 0, 1, 1], np.float32)
    labels = ["pos", "odd", "pos", "neg", "neg", "odd", "neg"]

    def read(split: str) -> LabelledTexts:
        if split == "train":
            return LabelledTexts(TEXTS, ["pos", "neg", "pos", "neg", "neg", "pos", "neg"], split)
        return LabelledTexts(TEXTS, labels, split, weights=weights)

    request = replace(request_for(read, train="t", validation="v"), unknown_labels=unknown)
    with BaselineJob(request) as job:
        scores = job.result()
        answers = job.answers
    assert scores is not None and answers is not None, job.problem
    found, bound = answers
    assert bound == Bound("v", request.model_key)
    # The network reads all texts, or with "drop" those whose labels it knows: 0, 2, 3, 4 and 6.
    assert found.where.tolist() == ([0, 2, 3, 5, 6] if unknown == "wrong" else [0, 1, 2, 4])
    assert [found.labels[one] if one < 2 else "odd" for one in found.ids.tolist()] == [
        label
        for label, weight in zip(labels, weights, strict=True)
        if weight and (unknown == "wrong" or label != "odd")
    ]
    assert found.weights is not None
    assert np.average(found.right, weights=found.weights) == pytest.approx(scores.linear.accuracy)


# --- runs -------------------------------------------------------------------------------------------------------------


def _said(text: str) -> str:
    return " ".join(text.split())


def test_a_training_keeps_them_and_compares(binary_run: Run) -> None:
    measured = binary_run.measured("validation")["validation"]
    assert measured.baseline is not None and (paired := measured.baseline.paired) is not None
    own, linear = own_answers(binary_run, "validation"), read_answers(binary_run, "validation", LINEAR)
    assert own is not None and linear is not None and linear[1].texts == own[1].texts
    assert paired == paired_with(own[0], linear[0])
    assert paired.scores["accuracy"].network == pytest.approx(measured.metrics.accuracy)
    assert paired.scores["accuracy"].linear == pytest.approx(measured.baseline.linear.accuracy)
    assert paired.scores["macro_f1"].linear == pytest.approx(measured.baseline.linear.macro_f1)
    assert (binary_run.answers / "validation.linear.npz").stat().st_size < 10_000


def test_several_labels_are_compared_by_micro_f1(tmp_path: Path, no_saved_models: None) -> None:
    from test_multi_label import WORDS, rows_of, write_jsonl

    path = write_jsonl(tmp_path / "several.jsonl", rows_of(120, list(WORDS)))
    run = trained(small_config(data__train=str(path), layers=POOLED, training__baseline="auto"), tmp_path / "runs")
    measured = run.measured("validation")["validation"]
    assert measured.baseline is not None and measured.baseline.paired is not None
    one = measured.baseline.paired.scores["micro_f1"]
    assert one.network == pytest.approx(measured.metrics.value("micro_f1"))
    assert one.linear == pytest.approx(measured.baseline.linear.value("micro_f1"))
    assert one.test == BOOTSTRAP


@pytest.fixture
def loser(tmp_path: Path, no_saved_models: None, real_reports: None) -> tuple[Run, str]:
    """A network that is barely trained, and what the command printed."""
    draw = np.random.default_rng(0)
    rows = [(f"{word} film {number % 7}", word) for number, word in enumerate(draw.choice(["bad", "good"], 400))]
    for name, part in (("train", rows[:200]), ("validation", rows[200:300]), ("test", rows[300:])):
        write_csv(tmp_path / f"{name}.csv", [("text", "label"), *part])
    parts = {f"data__{name}": str(tmp_path / f"{name}.csv") for name in ("train", "validation", "test")}
    rate = {"training__optimizer": {"type": "adam", "learning_rate": 1e-9}, "training__epochs": 1}
    (tmp_path / "config.yaml").write_text(
        json.dumps(small_config(training__baseline="auto", **parts, **rate)), encoding="utf-8"
    )
    done = call("train", str(tmp_path / "config.yaml"), "--runs", str(tmp_path / "runs"))
    return Run(tmp_path / "runs" / "small-1"), _said(done.output)


def test_a_network_that_loses_is_said_to_lose(loser: tuple[Run, str]) -> None:
    run, trained_says = loser
    assert "Baseline this run is" in trained_says
    assert "points behind, more than chance explains (95 % interval" in trained_says
    printed = _said(call("eval", "--run", str(run.folder)).output)
    assert "points behind, more than chance explains (95 % interval" in printed and "p < 0.0001)" in printed
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "The network loses" in page and "which is trained in seconds (95 % interval" in page
    assert "Both models answered the same 100 texts" in page and "takes the two models for independent" not in page
    assert {path.name for path in run.answers.iterdir()} == {
        f"{split}{name}.npz" for split in ("validation", "test") for name in ("", ".linear")
    }
    found = json.loads(call("eval", "--run", str(run.folder), "--json").stdout)["baseline"]["paired"]
    assert found["texts"] == 100 and found["scores"]["accuracy"]["difference"] < -0.2
    assert found["scores"]["accuracy"]["test"] == MID_P
    _of_changed_texts(run)


def _of_changed_texts(run: Run) -> None:
    """Answers to a test file that has changed are compared anew; texts of ``--data`` are compared, and not kept."""
    path = Path(run.folder.parent.parent) / "test.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:61]) + "\n", encoding="utf-8")
    before = read_answers(run, "test", LINEAR)
    found = json.loads(call("eval", "--run", str(run.folder), "--json").stdout)
    assert found["texts"] == found["baseline"]["paired"]["texts"] == 60
    after, own = read_answers(run, "test", LINEAR), own_answers(run, "test")
    assert before is not None and after is not None and own is not None
    assert len(after[0]) == 60 and after[1].texts == own[1].texts != before[1].texts
    kept_files = {path: path.read_bytes() for path in run.answers.iterdir()}
    found = json.loads(call("eval", "--run", str(run.folder), "--data", str(path), "--json").stdout)
    assert found["baseline"]["paired"]["texts"] == 60
    assert {path: path.read_bytes() for path in run.answers.iterdir()} == kept_files


def test_answers_of_the_linear_model_to_other_texts_are_removed(binary_run: Run, tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "small-1")))
    own = read_answers(run, "validation")
    assert own is not None and linear_answers([run], "validation", own[0]) is not None
    path = answers_file(run.answers, "validation", LINEAR)
    other = kept(5, len(own[0]), 2)
    other.write(path, Bound("texts", "model"))
    assert linear_answers([run], "validation", own[0]) is None
    keep_linear(run, "validation", (other, Bound("texts", "model")))
    assert not path.exists()
    path.write_bytes(b"not an archive")
    assert linear_answers([run], "validation", own[0]) is None
    keep_linear(run, "validation", None)
    assert not path.exists()


def test_a_run_of_an_earlier_version_has_the_words_of_today(binary_run: Run, tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "small-1")))
    entry = run.metrics["validation"]
    del entry["baseline"]["paired"]
    run.write_metrics("validation", entry)
    page = write_report(run).read_text(encoding="utf-8")
    assert "takes the two models for independent" in page and "Both models answered" not in page
