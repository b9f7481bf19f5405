"""Labels that do not occur in the training texts: rejected, counted as errors, or dropped with their texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import POOLED, small_config, trained, write_csv
from hypothesis import given
from hypothesis import strategies as st
from trainings import without_saved_models

from seqclf.cli import cli
from seqclf.config import checked_config
from seqclf.data.label_sets import label_ids
from seqclf.data.prepare import prepare
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.sources.texts import LabelledTexts
from seqclf.tasks.classification.metrics import classification_metrics
from seqclf.tasks.classification.multi_label import multi_label_metrics


def _texts(labels: list[Any], multi: bool = False) -> LabelledTexts:
    return LabelledTexts([f"text {i}" for i in range(len(labels))], labels, "here", multi=multi)


# --- ids --------------------------------------------------------------------------------------------------------------


def test_ids_of_unknown_labels_come_after_the_known_ones() -> None:
    found = label_ids(_texts(["b", "z", "a", "x", "z"]), Labels(("a", "b")), "wrong")
    assert found.ids.tolist() == [1, 3, 0, 2, 3]
    assert found.ids.dtype == np.int32
    assert found.unknown is not None
    assert (found.unknown.labels, found.unknown.texts, found.unknown.dropped) == (("x", "z"), 3, False)
    lists = label_ids(_texts([("a", "z"), (), ("z",)], multi=True), Labels(("a", "b"), multi=True), "wrong")
    assert lists.ids.tolist() == [[True, False, True], [False, False, False], [False, False, True]]


def test_texts_with_unknown_labels_are_dropped() -> None:
    found = label_ids(_texts(["b", "z", "a"]), Labels(("a", "b")), "drop")
    assert found.ids.tolist() == [1, 0]
    assert found.kept is not None and found.kept.tolist() == [0, 2]
    lists = label_ids(_texts([("a", "z"), (), ("b",)], multi=True), Labels(("a", "b"), multi=True), "drop")
    assert lists.ids.tolist() == [[False, False], [False, True]]


def test_the_error_suggests_alternatives() -> None:
    with pytest.raises(
        InputError,
        match=r'do not occur in the training texts: "z" .*data.unknown_labels to wrong .* or to drop to skip them',
    ):
        label_ids(_texts(["b", "z"]), Labels(("a", "b")))
    for policy in ("wrong", "drop"):
        with pytest.raises(InputError, match="every text has a label that does not occur in the training texts"):
            label_ids(_texts(["x", "z"]), Labels(("a", "b")), policy)  # type: ignore[arg-type]


def test_texts_without_unknown_labels_are_encoded_in_the_same_way() -> None:
    for policy in ("error", "wrong", "drop"):
        found = label_ids(_texts(["b", "a"]), Labels(("a", "b")), policy)  # type: ignore[arg-type]
        assert (found.ids.tolist(), found.kept, found.unknown) == ([1, 0], None, None)


# --- metrics, against scikit-learn ------------------------------------------------------------------------------------


@given(
    truth=st.lists(st.integers(0, 5), min_size=1, max_size=30),
    labels=st.integers(2, 4),
    seed=st.integers(0, 999),
)
def test_scores_are_those_of_scikit_learn(truth: list[int], labels: int, seed: int) -> None:
    """The model knows the first 2 to 4 of the labels 0 to 5."""
    from sklearn.metrics import accuracy_score, f1_score, log_loss

    logits = np.random.default_rng(seed).normal(size=(len(truth), 1 if labels == 2 else labels))
    known = np.array(truth) < labels
    if not known.any():
        return
    more = [f"l{i}" for i in range(labels, 6)]
    metrics = classification_metrics(logits, np.array(truth), [f"l{i}" for i in range(labels)], more)
    scores = np.concatenate([np.zeros_like(logits), logits], axis=1) if labels == 2 else logits
    predicted = scores.argmax(axis=1)
    assert metrics.macro_f1 == pytest.approx(f1_score(truth, predicted, average="macro", zero_division=0))
    assert metrics.macro_f1_occurring_labels == metrics.macro_f1
    every = f1_score(truth, predicted, labels=list(range(6)), average="macro", zero_division=0)
    assert metrics.macro_f1_all_labels == pytest.approx(every)
    assert metrics.accuracy == pytest.approx(accuracy_score(truth, predicted))
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = log_loss(np.array(truth)[known], probabilities[known], labels=list(range(labels)))
    assert metrics.loss == pytest.approx(expected)
    assert [len(row) for row in metrics.confusion] == [6] * 6
    for number in range(labels, 6):
        row = metrics.labels[f"l{number}"]
        occurs = 0 if number in truth else None
        assert (row.precision, row.recall, row.f1, row.support) == (None, occurs, occurs, truth.count(number))
        assert sum(metrics.confusion[number]) == truth.count(number)


@given(rows=st.integers(1, 20), more=st.integers(0, 2), seed=st.integers(0, 999))
def test_multi_label_scores_are_those_of_scikit_learn(rows: int, more: int, seed: int) -> None:
    from sklearn.metrics import f1_score

    draw = np.random.default_rng(seed)
    logits, truth = draw.normal(size=(rows, 3)), draw.random((rows, 3 + more)) < 0.3
    metrics = multi_label_metrics(logits, truth, ["a", "b", "c"], [0.5] * 3, ["x", "y"][:more])
    predicted = np.hstack([logits > 0, np.zeros((rows, more), bool)])
    occurs = (truth | predicted).any(axis=0)
    score = {"average": "macro", "zero_division": 0}
    assert metrics.macro_f1 == pytest.approx(f1_score(truth, predicted, **score))
    assert metrics.macro_f1_all_labels == metrics.macro_f1
    if occurs.any():
        expected = f1_score(truth, predicted, labels=np.flatnonzero(occurs), **score)
        assert metrics.macro_f1_occurring_labels == pytest.approx(expected)
    assert metrics.micro_f1 == pytest.approx(f1_score(truth, predicted, average="micro", zero_division=0))
    assert metrics.accuracy == pytest.approx((truth == predicted).all(axis=1).mean())
    alone = multi_label_metrics(logits, truth[:, :3], ["a", "b", "c"], [0.5] * 3)
    assert metrics.loss == pytest.approx(alone.loss), "the loss is over the labels that the model has"


# --- in a run ---------------------------------------------------------------------------------------------------------


def _files(folder: Path) -> dict[str, str]:
    train = [(f"good film {i}", "pos") if i % 2 else (f"bad film {i}", "neg") for i in range(60)]
    other = [(f"a good one {i}", "pos") for i in range(6)] + [(f"so so {i}", "mixed") for i in range(4)]
    return {
        "train": str(write_csv(folder / "train.csv", [("text", "label"), *train])),
        "validation": str(write_csv(folder / "validation.csv", [("text", "label"), *other])),
        "test": str(write_csv(folder / "test.csv", [("text", "label"), *other[2:]])),
    }


def _config(folder: Path, policy: str) -> dict[str, Any]:
    data = {"source": "table", "unknown_labels": policy, **_files(folder)}
    return small_config(data=data, layers=POOLED, training__epochs=1)


@pytest.fixture(scope="module")
def wrong_run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("unknown")
    with without_saved_models():
        return trained(_config(folder, "wrong"), folder / "runs")


def _eval(run: Any, *arguments: str) -> dict[str, Any]:
    called = ["eval", "--runs", str(run.folder.parent), "--run", run.name, "--json", *arguments]
    done = CliRunner().invoke(cli, called)
    assert done.exit_code == 0, done.output
    return {**json.loads(done.stdout), "stderr": done.stderr}


def test_training_stops_at_unknown_labels_unless_told_otherwise(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='do not occur in the training texts: "mixed"'):
        prepare(checked_config(_config(tmp_path, "error")))
    messages: list[str] = []
    for policy, texts, words in (("wrong", 10, "counted as errors"), ("drop", 6, "skipped")):
        for _ in range(2):  # the second time from the cache
            data = prepare(checked_config(_config(tmp_path, policy)), messages.append)
            assert data.validation is not None
            assert len(data.validation) == texts
            assert messages[-1].startswith(
                '4 validation texts with labels that do not occur in the training texts ("mixed")'
            )
            assert words in messages[-1]


def test_unknown_labels_count_as_wrong_in_a_run(wrong_run: Any) -> None:
    validation = wrong_run.metrics["validation"]
    assert validation["unknown_labels"] == {"labels": ["mixed"], "texts": 4, "dropped": False}
    assert validation["texts"] == 10
    assert validation["accuracy"] <= 0.6
    assert list(validation["labels"]) == ["neg", "pos", "mixed"]
    assert validation["labels"]["mixed"] == {"precision": None, "recall": 0.0, "f1": 0.0, "support": 4}
    assert np.isfinite(validation["loss"])
    assert len(wrong_run.labels) == 2
    found = _eval(wrong_run)
    assert (found["texts"], found["unknown_labels"]["texts"]) == (8, 4)
    assert "4 test texts with labels" in found["stderr"]
    shown = CliRunner().invoke(cli, ["eval", "--runs", str(wrong_run.folder.parent)])
    assert shown.exit_code == 0
    assert "mixed" in shown.stdout


def test_the_policy_is_changed_for_an_evaluation(wrong_run: Any) -> None:
    dropped = _eval(wrong_run, "--set", "data.unknown_labels=drop")
    assert (dropped["texts"], list(dropped["labels"])) == (4, ["neg", "pos"])
    assert dropped["unknown_labels"]["dropped"]
    test = str(wrong_run.folder.parents[1] / "test.csv")
    for policy, texts in (("wrong", 8), ("drop", 4)):
        found = _eval(wrong_run, "--data", test, "--set", f"data.unknown_labels={policy}")
        assert found["texts"] == texts
    called = ["eval", "--runs", str(wrong_run.folder.parent), "--data", test, "--set", "data.unknown_labels=error"]
    refused = CliRunner().invoke(cli, called)
    assert refused.exit_code == 2
    assert "data.unknown_labels to wrong" in " ".join(refused.stderr.split())


def test_check_warns_about_harmless_problems(tmp_path: Path) -> None:
    from seqclf.data.statistics import label_problems, text_statistics, text_warnings

    splits = {"train": text_statistics(_texts(["a", "b"])), "test": text_statistics(_texts(["a", "c"]))}
    (problem,) = label_problems(splits)
    assert "data.unknown_labels" in str(problem)
    for policy, words in (("wrong", "are counted as errors"), ("drop", "are skipped")):
        assert label_problems(splits, policy) == []  # type: ignore[arg-type]
        warnings = text_warnings(splits, {}, policy)  # type: ignore[arg-type]
        assert any(words in str(warning) and '"c"' in str(warning) for warning in warnings)


@pytest.mark.usefixtures("no_saved_models")
def test_lists_with_unknown_labels_in_a_run(tmp_path: Path) -> None:
    def written(name: str, rows: list[tuple[str, list[str]]]) -> str:
        path = tmp_path / name
        lines = [json.dumps({"text": text, "label": labels}) for text, labels in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    train = written("train.jsonl", [(f"word{i % 7} {i}", ["a"] if i % 2 else ["b", "c"]) for i in range(60)])
    other = written("other.jsonl", [(f"word {i}", ["a", "new"] if i % 3 else ["b"]) for i in range(12)])
    data = {"source": "table", "train": train, "validation": other, "test": other, "unknown_labels": "wrong"}
    run = trained(small_config(data=data, layers=POOLED, training__epochs=1), tmp_path / "runs")
    validation = run.metrics["validation"]
    assert validation["labels"]["new"] | {"precision": 0.0} == {
        "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 8, "threshold": None
    }  # fmt: skip
    assert validation["accuracy"] <= 4 / 12
    assert run.thresholds is not None and len(run.thresholds) == 3
    assert _eval(run)["accuracy"] == validation["accuracy"]
    shown = CliRunner().invoke(cli, ["eval", "--runs", str(tmp_path / "runs")])
    assert shown.exit_code == 0, shown.output
