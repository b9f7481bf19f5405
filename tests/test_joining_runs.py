"""Which runs ``seqclf ensemble`` joins, with which weights, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import small_config
from ensemble_examples import FAST, TEXTS, call, joined, mean_of, refused, several

from seqclf.evaluation.classifier import KerasClassifier
from seqclf.inference import Classifier
from seqclf.run_calibration import RunCalibration
from seqclf.runs import Run


def test_weights_from_the_validation_texts(ensemble_pair: list[Run], tmp_path: Path, no_saved_models: None) -> None:
    _, printed = joined(tmp_path, ensemble_pair, "--weights", "validation")
    losses = [one["loss"] for one in printed["runs"]]
    weights = [one["weight"] for one in printed["members"]]
    assert sum(weights) == pytest.approx(1)
    assert printed["validation"]["loss"] <= min(losses) + 1e-9
    equally = joined(tmp_path, ensemble_pair)[1]
    assert printed["validation"]["loss"] <= equally["validation"]["loss"] + 1e-9
    assert (printed["weights_chosen_on_validation"], equally["weights_chosen_on_validation"]) == (True, False)
    text = call("ensemble", "--runs", str(tmp_path), *(str(one.folder) for one in ensemble_pair)).stdout
    for expected in ("validation texts of", "linear baseline", "most frequent label", "0.500", "seqclf eval"):
        assert expected in text


def test_it_says_which_texts_chose_the_weights(ensemble_pair: list[Run], tmp_path: Path, no_saved_models: None) -> None:
    names = [str(one.folder) for one in ensemble_pair]
    for options, expected in (((), False), (("--weights", "validation"), True)):
        shown = " ".join(call("ensemble", "--runs", str(tmp_path), *names, *options).stdout.split())
        assert ("The weights were chosen on these texts" in shown) is expected


def test_an_ensemble_takes_part_with_its_members(
    ensemble: tuple[Run, dict[str, Any]], ensemble_pair: list[Run], tmp_path: Path, no_saved_models: None
) -> None:
    """Its members have the product of the weights, and their labels, temperatures and answers without known tokens."""
    other = Run(Path(shutil.copytree(ensemble_pair[1].folder, tmp_path / "other-1")))
    run, printed = joined(tmp_path / "runs", [ensemble[0], other], "--weights", "1,3")
    members = [(one["name"], one["weight"]) for one in printed["members"]]
    assert [name for name, _ in members] == ["small-1", "turned-1", "other-1"]
    assert [weight for _, weight in members] == pytest.approx([3 / 16, 1 / 16, 3 / 4])
    expected = mean_of([ensemble[0], other], [1 / 4, 3 / 4], TEXTS)
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(TEXTS), expected, atol=1e-6)
    np.testing.assert_allclose(Classifier.load(run.folder).probabilities(TEXTS), expected, atol=1e-5)
    assert printed["why_not_measured"] is None and [one["name"] for one in printed["runs"]] == [
        name for name, _ in members
    ]
    assert "peak_memory_bytes" not in run.manifest, "that of joining, not of a training"
    assert "expected 2 numbers, one for each run, found 3" in refused(
        "ensemble", "--runs", str(tmp_path), str(ensemble[0].folder), str(other.folder), "--weights", "1,2,3"
    )


def test_the_name_of_a_cross_validation_stands_for_its_folds(
    sample_csv: Path, tmp_path: Path, no_saved_models: None
) -> None:
    config = tmp_path / "c.yaml"
    runs = ("--runs", str(tmp_path / "runs"))
    for kind in ({"type": "byte", "max_tokens": 30}, {"type": "word", "max_tokens": 30}):
        options = small_config(data__train=str(sample_csv), tokenizer=kind, name=kind["type"], **FAST)
        options["training"] |= {"epochs": 1, "baseline": False}
        config.write_text(yaml.safe_dump(options), encoding="utf-8")
        call("train", str(config), "--folds", "2", "--no-report", *runs)
    printed = json.loads(call("ensemble", *runs, "byte-1", "--json").stdout)
    assert [one["name"] for one in printed["members"]] == ["byte-1-fold1", "byte-1-fold2"]
    assert "byte-1-fold1 and" in refused("ensemble", *runs, "byte-1", "byte-1-fold1")
    message = refused("ensemble", *runs, "word-1")
    assert "word-1-fold2: has another tokenizer than word-1-fold1" in message and "tokenizer.type=byte" in message
    assert "data.split_seed=M" in message
    message = refused("ensemble", *runs, "byte-1-fold1", "word-1-fold1")
    assert "its tokenizer.type is word, that of byte-1-fold1 is byte" in message and "split_seed" not in message


def test_tokenizers_of_other_options(ensemble_pair: list[Run], three_label_run: Run, tmp_path: Path) -> None:
    first, other = (Run(Path(shutil.copytree(one.folder, tmp_path / one.name))) for one in ensemble_pair)
    shutil.rmtree(other.tokenizer)
    shutil.copytree(three_label_run.tokenizer, other.tokenizer)
    text = other.config.read_text(encoding="utf-8")
    other.config.write_text(text.replace("vocab_size: 300", "vocab_size: 200"), encoding="utf-8")
    message = refused("ensemble", "--runs", str(tmp_path), first.name, other.name)
    assert "other options (vocab_size: 200 and 300): train both with the same section `tokenizer`" in message


def test_one_name_of_several_runs(ensemble_pair: list[Run], tmp_path: Path) -> None:
    for number in (2, 10):
        shutil.copytree(ensemble_pair[0].folder, tmp_path / f"small-{number}")
    message = refused("ensemble", "--runs", str(tmp_path), "small")
    assert message.endswith("the newest of 2 runs of this name; name each of them to join all: small-2 small-10")


def test_without_shared_validation_texts_nothing_is_measured_on_them(
    sample_csv: Path, tmp_path: Path, no_saved_models: None
) -> None:
    byte = {"tokenizer": {"type": "byte", "max_tokens": 30}}
    first, second = (*several(tmp_path, sample_csv, byte), *several(tmp_path, sample_csv, byte, seed=8))
    done = call("ensemble", "--runs", str(tmp_path), str(first.folder), str(second.folder))
    assert "nothing was measured: the runs have different validation texts" in " ".join(done.stderr.split())
    run = Run(tmp_path / "small-ensemble-1")
    assert run.metrics == {}
    for command in (["calibrate"], ["find-threshold", "--recall", "0.9"]):
        assert "do not share their validation texts" in refused(*command, "--run", str(run.folder))
    assert "--weights validation: the runs have different validation texts" in refused(
        "ensemble", "--runs", str(tmp_path), str(first.folder), str(second.folder), "--weights", "validation"
    )
    warned = call("eval", "--run", str(run.folder), "--split", "validation")
    assert "include 2" in warned.stderr and "training texts of the run" in " ".join(warned.stderr.split())
    assert run.metrics["validation"]["trained_on"] > 20
    call("eval", "--run", str(run.folder))
    assert run.metrics["test"]["texts"] == 40
    for one in (first, second):
        without_test = one.config.read_text(encoding="utf-8").replace("test: 0.2", "test: null")
        one.config.write_text(without_test, encoding="utf-8")
    done = call("ensemble", "--runs", str(tmp_path), str(first.folder), str(second.folder))
    assert "--run small-ensemble-2 --data FILE" in " ".join(done.stdout.split())
    assert "the config has no test texts" in " ".join(done.stderr.split())


def test_what_cannot_be_joined_is_an_error(
    ensemble_pair: list[Run], ensemble: tuple[Run, dict[str, Any]], three_label_run: Run, tmp_path: Path
) -> None:
    first, second = (str(one.folder) for one in ensemble_pair)
    options = ["ensemble", "--runs", str(tmp_path / "runs")]
    assert "expected two runs or more" in refused(*options, first)
    assert "name the same run" in refused(*options, first, first)
    assert "is an ensemble, which has no weights to average; name its runs: small-1 turned-1" in refused(
        *options, first, str(ensemble[0].folder), "--soup"
    )
    alone = Run(Path(shutil.copytree(ensemble[0].folder, tmp_path / "calibrated-1")))
    alone.write_calibration(RunCalibration((1.5,), None, 10))
    assert f"`seqclf calibrate --run {alone.folder} --undo`" in refused(*options, first, str(alone.folder))
    message = refused(*options, first, str(three_label_run.folder))
    assert 'has other labels than small-1: it lacks "negative", "positive" and also has' in message
    assert "has another tokenizer than small-1" in message and "data.split_seed=M" in message
    cut = Run(Path(shutil.copytree(ensemble_pair[0].folder, tmp_path / "cut-1")))
    changed = cut.config.read_text(encoding="utf-8").replace("max_tokens: 12", "max_tokens: 13")
    cut.config.write_text(changed, encoding="utf-8")
    assert "train it again with --set tokenizer.max_tokens=12" in refused(*options, first, str(cut.folder))
    cut.update_manifest(data_fingerprint={"validation": "0"})
    assert "does not say which texts the run was trained on" in refused(*options, first, str(cut.folder))
    cut.model.unlink()
    assert "model.keras: is missing" in refused(*options, first, str(cut.folder))
    assert "expected 2 numbers, one for each run, found 3" in refused(*options, first, second, "--weights", "1,2,3")
    assert "only small-1 has a weight above 0" in refused(*options, first, second, "--weights", "1,0")
    assert "only small-1 has a weight above 0" in refused(*options, first, second, "--weights", "1,1e-320")
    for wrong in ("a", "1,-1", "0,0", "nan,1", "1e308,1e308", ""):
        assert "number of 0 or more for each run" in refused(*options, first, second, "--weights", wrong)
    assert "--name: expected at most 100 letters" in refused(*options, first, second, "--name", "../x")
    assert "--uniform works only with --soup" in refused(*options, first, second, "--uniform")
    assert not (tmp_path / "runs").exists()


def test_a_call_that_fails_leaves_nothing(
    ensemble_pair: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device", "model.onnx")

    monkeypatch.setattr("seqclf.ensembles.new_run.export_onnx", full)
    monkeypatch.setattr("seqclf.ensembles.new_run.export_saved_model", lambda *arguments, **options: None)
    message = refused("ensemble", "--runs", str(tmp_path), *(str(one.folder) for one in ensemble_pair), code=1)
    assert "model.onnx: cannot be written (No space left on device)" in message
    assert not list(tmp_path.iterdir())


def test_malformed_members_are_reported(ensemble: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(ensemble[0].folder, tmp_path / "both-1")))
    for wrong in (3, {"members": 3}, {"members": [{"name": "a"}]}, {"members": [{"name": "a", "weight": 0}]}):
        run.update_manifest(ensemble=wrong)
        assert "does not have members with names and weights" in refused("eval", "--run", str(run.folder))
    run.update_manifest(ensemble=ensemble[0].manifest["ensemble"])
    (run.folder / "members" / "2" / "labels.json").write_text('["a", "b"]', encoding="utf-8")
    assert "not the labels of the ensemble" in refused("eval", "--run", str(run.folder))
