"""Multi-label data, from a file to a run and its predictions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, trained, write_csv
from test_multi_label import WORDS, call, rows_of, write_jsonl

from seqclf.decisions import Decider
from seqclf.runs import Run
from seqclf.tasks.classification.multi_label import (
    per_label_thresholds,
    sigmoid,
)


def _config(train: Path, **changes: Any) -> dict[str, Any]:
    options = {
        "layers": [{"type": "pool", "method": "max"}],
        "head": [],
        "training__epochs": 8,
        "training__optimizer": {"type": "adam", "learning_rate": 0.02},
        "training__early_stopping": {"monitor": "val_micro_f1", "patience": 8},
    }
    return small_config(**{"data__train": str(train), **options, **changes})


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("lists3")
    return trained(_config(write_jsonl(folder / "three.jsonl", rows_of(200, list(WORDS)))), folder)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """From a csv with joined labels; two labels are two sigmoids."""
    folder = tmp_path_factory.mktemp("lists2")
    rows = [(text, " ; ".join(names)) for text, names in rows_of(200, ["sport", "money"])]
    path = write_csv(folder / "two.csv", [("text", "label"), *rows])
    return trained(_config(path, data__label_separator=";", training__thresholds="shared"), folder)  # type: ignore[no-any-return]


@pytest.mark.parametrize("which", ["two", "three"])
def test_every_side_answers_the_same(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.export.saved_model import export_saved_model

    run: Run = request.getfixturevalue(which)
    labels = run.labels
    assert (labels.multi, len(labels)) == (True, {"two": 2, "three": 3}[which])
    texts = ["", "a goal of the bank", "the moon", "match and price and star", "said 日本"]
    classifier = KerasClassifier.load(run)
    probabilities = classifier.probabilities(texts)
    alone = np.concatenate([classifier.probabilities([text]) for text in texts])
    np.testing.assert_allclose(probabilities, alone, atol=1e-6)
    decisions = probabilities > np.array(run.thresholds)
    folders = [run.saved_model]
    if which == "two":
        folders.append(tmp_path / "again")
        export_saved_model(
            classifier.model,
            classifier.config,
            classifier.tokenizer,
            labels,
            folders[-1],
            thresholds=classifier.thresholds,
            prior=classifier.prior,
        )
    for folder in folders:
        loaded = tf.saved_model.load(str(folder))
        answer = loaded.signatures["serving_default"](text=tf.constant(texts))
        assert set(answer) == {"probabilities", "decisions"}
        np.testing.assert_allclose(answer["probabilities"], probabilities, atol=1e-5)
        assert np.array_equal(answer["decisions"], decisions)
        empty = loaded.signatures["serving_default"](text=tf.constant([], tf.string))
        assert empty["decisions"].shape == (0, len(labels))
        named = loaded.signatures["labels"]()
        assert [name.decode() for name in named["labels"].numpy()] == list(labels)
        np.testing.assert_allclose(named["thresholds"], run.thresholds, rtol=1e-6)
    for row, chosen, p in zip(
        Decider(classifier.labels, classifier.thresholds)(probabilities), decisions, probabilities, strict=True
    ):
        assert set(row) == {labels[i] for i in np.flatnonzero(chosen)}
        places = [labels.index(name) for name in row]
        assert places == sorted(places, key=lambda i: -p[i]), "the most probable first"
    assert decisions.any(), "some label must apply"
    assert not decisions.all(), "and some not"


@pytest.mark.parametrize("which", ["two", "three"])
def test_it_trains_and_eval_shows_it(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    original: Run = request.getfixturevalue(which)
    run = Run(tmp_path / "copy-1")
    shutil.copytree(original.folder, run.folder)
    shown = call("eval", "--run", str(run.folder))
    assert shown.exit_code == 0, shown.output
    for word in ("micro F1", "macro F1", "Hamming loss", "threshold", "the fraction of texts with all labels correct"):
        assert word in shown.stdout
    assert "predicted" not in shown.stdout
    test = run.metrics["test"]
    assert test["micro_f1"] > 0.85
    assert [test["labels"][name]["threshold"] for name in run.labels] == list(run.thresholds or ())
    as_json = json.loads(call("eval", "--run", str(run.folder), "--json").stdout)
    assert set(as_json.pop("slices")) == {"length", "label"}
    assert as_json == {
        "run": run.name,
        "split": "test",
        **test,
    }
    history = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    epochs = [line for line in history if line["type"] == "epoch"]
    best = max(line["val_micro_f1"] for line in epochs)
    assert epochs[run.manifest["best_epoch"] - 1]["val_micro_f1"] == best == run.metrics["validation"]["micro_f1"]
    if which == "two":
        assert len(set(run.thresholds or ())) == 1, "shared"


@pytest.mark.usefixtures("no_saved_models")
def test_thresholds_come_from_validation_alone(three: Run, tmp_path: Path) -> None:
    """They depend on the validation texts only: other test texts give the same thresholds."""
    from seqclf.data.prepare import prepare_split
    from seqclf.evaluation.classifier import KerasClassifier

    classifier = KerasClassifier.load(three)
    validation = prepare_split(
        classifier.config, "validation", classifier.tokenizer, classifier.labels, three.manifest["data_fingerprint"]
    )
    again = per_label_thresholds(sigmoid(classifier.logits(validation)), validation.labels)
    np.testing.assert_allclose(three.thresholds or (), again, atol=1e-5)
    assert len(set(three.thresholds or ())) == 3
    rows = rows_of(200, list(WORDS))
    files = [write_jsonl(tmp_path / f"{name}.jsonl", part) for name, part in (("t", rows[:120]), ("v", rows[120:160]))]
    runs = []
    for name, part in (("one", rows[160:]), ("other", [(text, ["sport"]) for text, _ in rows[:9]])):
        test = write_jsonl(tmp_path / f"{name}.jsonl", part)
        config = _config(files[0], data__validation=str(files[1]), data__test=str(test), training__epochs=1)
        runs.append(trained(config, tmp_path / "runs"))
        test.unlink()
    assert runs[0].thresholds == runs[1].thresholds
    assert set(runs[0].metrics) == {"validation"}


@pytest.mark.usefixtures("no_saved_models")
def test_thresholds_without_validation_and_fixed_ones(three: Run, tmp_path: Path) -> None:
    base = {"layers": [{"type": "pool"}], "training__epochs": 1, "training__early_stopping": None}
    for changes, expected in (
        ({"data__validation": 0}, 0.5),
        ({"data__validation": 0, "training__thresholds": 0.2}, 0.2),
        ({"training__thresholds": 0.3}, 0.3),
    ):
        run = trained(_config(Path(three.manifest["data"]), **base, **changes), tmp_path)
        assert run.thresholds == (expected,) * 3


def test_predict_lists_labels(three: Run) -> None:
    run = ["--run", str(three.folder)]
    texts = ["a goal of the bank", "the old said"]
    rows = [json.loads(line) for line in call("predict", *texts, *run, "--json").stdout.splitlines()]
    assert [set(row["labels"]) for row in rows] == [{"sport", "money"}, set()]
    assert list(rows[0]["probabilities"]) == list(three.labels)
    first, second = call("predict", *texts, *run).stdout.splitlines()
    ordered = [f"{label} {rows[0]['probabilities'][label]:.4f}" for label in rows[0]["labels"]]
    assert first == f"{', '.join(ordered)}  {texts[0]}"
    assert second == f"-  {texts[1]}"


def test_eval_reads_files_of_either_form(three: Run, tmp_path: Path) -> None:
    rows = rows_of(20, list(WORDS), seed=8)
    lists = write_jsonl(tmp_path / "x.jsonl", rows)
    joined = write_csv(tmp_path / "x.csv", [("text", "label"), *((text, ",".join(names)) for text, names in rows)])
    run = ["--run", str(three.folder), "--json"]
    one = json.loads(call("eval", *run, "--data", str(lists)).stdout)
    other = json.loads(call("eval", *run, "--data", str(joined), "--label-separator", ",").stdout)
    assert one["texts"] == 20
    assert {**one, "data": ""} == {**other, "data": ""}
    refused = call("eval", *run, "--data", str(write_csv(tmp_path / "y.csv", [("text", "label"), ("x", "sport")])))
    assert refused.exit_code == 2
    assert "has one label per text, but the training texts have several labels per text" in refused.stderr


def _written(tmp_path: Path, config: dict[str, Any]) -> str:
    import yaml

    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(path)


def test_check_counts_labels(tmp_path: Path) -> None:
    rows = [*rows_of(60, list(WORDS)), ("twice", ["sport"]), ("twice", ["sport", "money"])]
    config = _config(write_jsonl(tmp_path / "a.jsonl", rows), data__test=None)
    done = call("check", _written(tmp_path, config))
    assert done.exit_code == 0, done.stderr
    for word in ("labels a text", "without label", "conflicting labels", "money"):
        assert word in done.stdout
    report = json.loads(call("check", _written(tmp_path, config), "--json").stdout)
    train = report["splits"]["train"]
    assert train["multi"]
    counted = [names for _, names in rows]
    splits = [report["splits"][name] for name in ("train", "validation")]
    assert sum(split["unlabelled"] for split in splits) == sum(not names for names in counted)
    for name in WORDS:
        assert sum(split["labels"][name] for split in splits) == sum(name in names for names in counted)
    assert report["layers"][-1]["output_shape"] == [None, 3]


@pytest.mark.parametrize(
    ("rows", "changes", "message"),
    [
        ([("x", [])] * 30, {}, "no text has a label"),
        ([("x", ["a", "b"])] * 30, {}, "every text has the same labels (a, b)"),
        ([("x", ["a"]), ("y", "b")] * 30, {}, '"label" is "b", one label; the rows before have lists'),
        (
            [(f"x{i}", "ab"[i % 2]) for i in range(60)],
            {"training__thresholds": 0.3},
            ": training.thresholds: is 0.3, but each text gets one label",
        ),
    ],
)
def test_data_that_cannot_be_trained_on_is_rejected(
    tmp_path: Path, rows: list[tuple[str, Any]], changes: dict[str, Any], message: str
) -> None:
    config = small_config(data__train=str(write_jsonl(tmp_path / "a.jsonl", rows)), **changes)
    done = call("train", _written(tmp_path, config), "--runs", str(tmp_path / "runs"))
    assert done.exit_code == 2, done.output
    assert message in done.stderr
    assert call("check", _written(tmp_path, config)).exit_code in (1, 2)


def test_splits_of_another_kind_are_refused(tmp_path: Path) -> None:
    train = write_jsonl(tmp_path / "a.jsonl", rows_of(40, list(WORDS)))
    single = write_jsonl(tmp_path / "b.jsonl", [("x", "sport"), ("y", "money")])
    config = _written(tmp_path, small_config(data__train=str(train), data__validation=str(single), data__test=None))
    done = call("train", config, "--runs", str(tmp_path / "runs"))
    assert done.exit_code == 2
    assert "b.jsonl: has one label per text, but the training texts have several labels per text" in done.stderr
    checked = call("check", config)
    assert checked.exit_code == 1
    assert (
        "data.validation: has one label per text, but the training texts have several labels per text" in checked.stderr
    )


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
@pytest.mark.usefixtures("no_saved_models")
def test_init_sees_lists(tmp_path: Path, ending: str) -> None:
    rows = rows_of(40, list(WORDS))
    options: list[str] = []
    if ending == "jsonl":
        path = write_jsonl(tmp_path / "a.jsonl", rows)
    else:
        path = write_csv(tmp_path / "a.csv", [("text", "label"), *((text, "|".join(names)) for text, names in rows)])
        options = ["--label-separator", "|"]
    made = call("init", "--from", str(path), *options, "-o", str(tmp_path / "c.yaml"))
    assert made.exit_code == 0, made.stderr
    assert "40 multi-label texts with 3 labels" in made.stderr
    changes = ("--set", "training.epochs=1", "--set", "layers=[{type: pool}]")
    done = call("train", str(tmp_path / "c.yaml"), "--runs", str(tmp_path / "r"), *changes)
    assert done.exit_code == 0, done.stderr
    assert "accuracy counts texts with all labels correct" in done.stderr
    assert "micro F1" in done.stdout


def test_init_finds_a_column_of_lists_by_its_content(tmp_path: Path) -> None:
    rows = [json.dumps({"what": f"{text} and more", "feel": names}) for text, names in rows_of(40, list(WORDS))]
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    made = call("init", "--from", str(tmp_path / "a.jsonl"))
    assert 'labels in "feel"' in made.stderr


def test_broken_thresholds_are_reported(three: Run, tmp_path: Path) -> None:
    shutil.copytree(three.folder, tmp_path / "copy")
    for content in ("{}", "[0.5]", "no json", '{"sport": "x"}'):
        (tmp_path / "copy" / "thresholds.json").write_text(content, encoding="utf-8")
        refused = call("eval", "--run", str(tmp_path / "copy"))
        assert refused.exit_code == 2, refused.output
        assert "thresholds.json: " in refused.stderr
