"""``seqclf eval`` of a hub's models, and against them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from calibrating import copied
from hub_calls import TEXT, call, on_one_line, push
from hub_server import Hub
from run_folders import made_run

from seqclf.runs import Run

REVIEWS = "hf:ann/reviews"


@pytest.fixture
def labelled(sample_csv: Path, tmp_path: Path) -> Path:
    """A file of labelled texts."""
    path = tmp_path / "labelled.csv"
    path.write_text("".join(sample_csv.read_text(encoding="utf-8").splitlines(keepends=True)[:61]), encoding="utf-8")
    return path


def measured(name: str, *options: str) -> dict[str, Any]:
    done = call("eval", "--run", name, "--json", *options)
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def contents(hub_cache: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(hub_cache.rglob("*")) if path.is_file()}


def test_a_model_of_a_hub_has_the_scores_of_its_run(hub: Hub, binary_run: Run, labelled: Path, tmp_path: Path) -> None:
    push(binary_run)
    call("predict", "--run", REVIEWS, TEXT)
    before = contents(tmp_path / "hub")
    written = tmp_path / "predictions.csv"
    given = ["--data", str(labelled), "--slice", "length"]
    theirs, own = measured(REVIEWS, "--data", str(labelled)), measured(str(binary_run.folder), "--data", str(labelled))
    assert (theirs["run"], own["run"]) == (REVIEWS, binary_run.name)
    for name in ("accuracy", "loss", "macro_f1", "roc_auc", "brier_score"):
        assert theirs[name] == pytest.approx(own[name], abs=1e-5)
    assert theirs["trained_on"] is not None or theirs["validated_on"] is None
    shown = call("eval", "--run", REVIEWS, *given, "--predictions", str(written))
    assert shown.exit_code == 0 and REVIEWS in shown.stdout and "Accuracy by tokens" in shown.stdout, shown.output
    with written.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["correct"] == "true" for row in rows) / len(rows) == pytest.approx(own["accuracy"])
    assert contents(tmp_path / "hub") == before, "nothing is written to the cache"


def test_its_own_splits_need_its_own_files(
    hub: Hub, binary_run: Run, sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(binary_run)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.csv").write_text("text,label\nx,positive\ny,negative\n", encoding="utf-8")
    refused = call("eval", "--run", REVIEWS)
    assert refused.exit_code == 2, refused.output
    assert "the hub has the model, not its texts (data.train is reviews.csv" in on_one_line(refused.stderr)
    assert f"--run {REVIEWS} --data FILE" in on_one_line(refused.stderr)
    given = measured(REVIEWS, "--set", f"data.train={sample_csv}")
    assert given["accuracy"] == pytest.approx(measured(str(copied(binary_run, tmp_path).folder))["accuracy"])
    other = call("eval", "--run", REVIEWS, "--set", "data.train=reviews.csv")
    assert other.exit_code == 2 and "changed" in on_one_line(other.stderr), other.output


def test_a_split_of_published_texts_is_measured(hub: Hub, tmp_path: Path, no_saved_models: None) -> None:
    from conftest import POOLED, small_config, trained

    run = trained(small_config(data={"source": "sample"}, layers=POOLED, head=[], training__epochs=1), tmp_path)
    push(run)
    theirs = measured(REVIEWS)
    assert run.metrics.get("test") is None and theirs["split"] == "test"
    assert theirs["accuracy"] == pytest.approx(measured(str(run.folder))["accuracy"])


def test_against_a_model_of_a_hub(
    hub: Hub, binary_run: Run, several_label_run: Run, labelled: Path, tmp_path: Path
) -> None:
    push(binary_run)
    with_threshold = copied(binary_run, tmp_path)
    with_threshold.write_thresholds([0.9])
    options = ["--data", str(labelled), "--json"]
    for own, other in ((str(with_threshold.folder), REVIEWS), (REVIEWS, str(with_threshold.folder))):
        done = call("eval", "--run", own, "--against", other, *options)
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        expected = [measured(name, "--data", str(labelled))["accuracy"] for name in (own, other)]
        accuracy = found["scores"]["accuracy"]
        assert [accuracy["run"], accuracy["against"]] == pytest.approx(expected)
    push(several_label_run, name="ann/lists")
    refused = call("eval", "--run", str(binary_run.folder), "--against", "hf:ann/lists")
    assert refused.exit_code == 2 and "--against hf:ann/lists: the run has" in on_one_line(refused.stderr)


def test_several_labels(hub: Hub, several_label_run: Run, tmp_path: Path) -> None:
    push(several_label_run, name="ann/lists")
    path = tmp_path / "given.jsonl"
    path.write_text('{"text": "a goal", "label": ["sport"]}\n{"text": "the", "label": []}\n', encoding="utf-8")
    own, theirs = (measured(name, "--data", str(path)) for name in (str(several_label_run.folder), "hf:ann/lists@main"))
    assert theirs["labels"].keys() == own["labels"].keys() == {"sport", "money", "space"}
    assert theirs["micro_f1"] == pytest.approx(own["micro_f1"]) and theirs["loss"] == pytest.approx(own["loss"])


def test_a_keras_model_of_a_hub(hub: Hub, binary_run: Run, labelled: Path) -> None:
    push(binary_run, "--format", "keras")
    own, theirs = (measured(name, "--data", str(labelled)) for name in (str(binary_run.folder), REVIEWS))
    assert theirs["loss"] == pytest.approx(own["loss"])


def test_what_cannot_be_measured(hub: Hub, binary_run: Run, tmp_path: Path) -> None:
    push(binary_run)
    repository = hub.repositories["ann/reviews"]
    repository.commit("main", {name: file for name, file in repository.files.items() if name != "config.yaml"})
    lacking = call("eval", "--run", REVIEWS)
    assert lacking.exit_code == 2 and "has no config.yaml, which eval reads" in on_one_line(lacking.stderr)
    missing = call("eval", "--run", "hf:ann/none")
    assert missing.exit_code == 2 and "no such model" in on_one_line(missing.stderr)
    malformed = call("eval", "--run", str(binary_run.folder), "--against", "hf:ann")
    assert malformed.exit_code == 2 and "expected USER/NAME" in on_one_line(malformed.stderr)
    exported = call("export", "--run", REVIEWS, "--format", "onnx")
    assert exported.exit_code == 2 and "this command needs a run of yours" in on_one_line(exported.stderr)


def test_a_config_of_a_hub_is_checked(hub: Hub, binary_run: Run, labelled: Path) -> None:
    """It is a stranger's file. The ONNX model needs no code; a Keras model does."""
    push(binary_run, "--format", "keras")
    repository = hub.repositories["ann/reviews"]
    config = yaml.safe_load(repository.files["config.yaml"])
    config["layers"] = [{"type": "hostile:Layer"}, {"type": "pool"}]
    repository.commit("main", repository.files | {"config.yaml": yaml.safe_dump(config).encode()})
    refused = call("eval", "--run", REVIEWS, "--data", str(labelled))
    assert refused.exit_code == 2 and "--allow-code" in refused.stderr, refused.output


def test_language_models_are_measured_by_score(hub: Hub, binary_run: Run, tmp_path: Path) -> None:
    push(binary_run)
    repository = hub.repositories["ann/reviews"]
    manifest = json.loads(repository.files["manifest.json"]) | {"task": "language_model"}
    repository.commit("main", repository.files | {"manifest.json": json.dumps(manifest).encode()})
    refused = call("eval", "--run", REVIEWS, "--data", str(made_run(tmp_path, "x-1").config))
    assert refused.exit_code == 2 and f"seqclf predict --score --run {REVIEWS}" in on_one_line(refused.stderr)
