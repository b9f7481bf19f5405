"""``seqclf ensemble``: the mean of probabilities in every form of the model, and a run like any other."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import trained, write_csv
from ensemble_examples import NGRAMS, TEXTS, call, joined, mean_of, refused, several, turned
from extra_examples import offers_config
from report_examples import evidence_of

from seqclf.evaluation.answers_store import own_answers
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.evaluation.evidence.content import SliceAccuracy
from seqclf.evaluation.evidence.store import write_evidence
from seqclf.inference import Classifier
from seqclf.run_calibration import RunCalibration
from seqclf.runs import Run


def test_every_form_gives_the_mean(
    ensemble: tuple[Run, dict[str, Any]], ensemble_pair: list[Run], tmp_path: Path
) -> None:
    import keras
    import tensorflow as tf

    run, printed = ensemble
    assert run.name == printed["run"] == "both-1"
    expected = mean_of(ensemble_pair, [0.75, 0.25], TEXTS)
    assert np.ptp(expected[:, 0]) > 0.01
    for form in ("onnx", "saved_model", "keras"):
        call("export", "--run", str(run.folder), "--format", form, "--to", str(tmp_path / form))
    loaded = tf.saved_model.load(str(tmp_path / "saved_model")).signatures["serving_default"](text=tf.constant(TEXTS))
    classifier = KerasClassifier.load(run)
    every = {
        "keras": classifier.probabilities(TEXTS),
        "run": Classifier.load(run.folder).probabilities(TEXTS),
        "onnx": Classifier.load(tmp_path / "onnx").probabilities(TEXTS),
        "saved_model": loaded["probabilities"].numpy(),
    }
    for form, found in every.items():
        np.testing.assert_allclose(found, expected, atol=1e-5, err_msg=form)
    assert [one.decode() for one in loaded["label"].numpy()] == [run.labels[place] for place in expected.argmax(axis=1)]
    alone = keras.models.load_model(tmp_path / "keras" / "model.keras", compile=False)
    ids = np.array([classifier.tokenizer.encode(TEXTS[0])], np.int32)
    np.testing.assert_allclose(alone(ids).numpy(), expected[:1, 1:], atol=1e-5)


def test_it_is_one_file_that_needs_nothing_else(ensemble: tuple[Run, dict[str, Any]]) -> None:
    import onnx

    run, _ = ensemble
    names = [node.name for node in onnx.load(run.onnx).graph.node]
    assert any(name.startswith("member_1.") for name in names) and any(name.startswith("member_2.") for name in names)
    texts = [path.read_text(encoding="utf-8") for path in run.folder.rglob("*.yaml")]
    assert len(texts) == 3
    assert [one["weight"] for one in run.manifest["ensemble"]["members"]] == [0.75, 0.25]


def test_its_scores_are_those_of_eval(
    ensemble: tuple[Run, dict[str, Any]], ensemble_pair: list[Run], tmp_path: Path
) -> None:
    printed = ensemble[1]
    run = Run(Path(shutil.copytree(ensemble[0].folder, tmp_path / ensemble[0].name)))  # eval changes it
    saved, answers = dict(run.metrics["validation"]), own_answers(run, "validation")
    assert answers is not None and answers[0].right.mean() == saved["accuracy"]
    assert answers[0].losses.mean() == pytest.approx(saved["loss"], rel=1e-4)
    found = json.loads(call("eval", "--run", str(run.folder), "--split", "validation", "--json").stdout)
    assert found["accuracy"] == saved["accuracy"] == printed["validation"]["accuracy"]
    assert found["loss"] == pytest.approx(saved["loss"], abs=1e-5)
    assert saved["baseline"] == ensemble_pair[0].metrics["validation"]["baseline"]
    assert [one["name"] for one in printed["runs"]] == [one.name for one in ensemble_pair]
    assert printed["runs"][0]["loss"] == pytest.approx(ensemble_pair[0].metrics["validation"]["loss"], abs=1e-5)
    shown = call("eval", "--run", str(run.folder), "--against", str(ensemble_pair[0].folder)).stdout
    assert "McNemar" in shown
    rows = tmp_path / "rows.csv"
    call("eval", "--run", str(run.folder), "--predictions", str(rows), "--slice", "label")
    with rows.open(encoding="utf-8") as file:
        texts = list(csv.DictReader(file))
    given = [float(row[f"probability_of_{run.labels[1]}"]) for row in texts]
    np.testing.assert_allclose(
        given, mean_of(ensemble_pair, [0.75, 0.25], [row["text"] for row in texts])[:, 1], atol=1e-4
    )


def test_it_is_a_run_like_any_other(ensemble: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    run = Run(Path(shutil.copytree(ensemble[0].folder, runs / ensemble[0].name)))
    options = ["--runs", str(runs)]
    assert "both-1" in call("runs", "list", *options).stdout
    shown = " ".join(call("runs", "show", "both-1", *options).stdout.split())
    assert "ensemble of small-1 (0.75), turned-1 (0.25)" in shown
    from seqclf.report import write_report

    page = write_report(run).read_text(encoding="utf-8")
    assert "mean of those of these models" in page and "turned-1" in page
    before = Classifier.load(run.folder).probabilities(TEXTS[:2])
    temperature = json.loads(call("calibrate", "--run", "both-1", *options, "--json").stdout)["temperature"]
    scaled = 1 / (1 + ((1 - before[:, 1]) / before[:, 1]) ** (1 / temperature))
    np.testing.assert_allclose(Classifier.load(run.folder).probabilities(TEXTS[:2])[:, 1], scaled, atol=1e-5)
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(TEXTS[:2])[:, 1], scaled, atol=1e-5)
    call("calibrate", "--run", "both-1", *options, "--undo")
    np.testing.assert_allclose(Classifier.load(run.folder).probabilities(TEXTS[:2]), before, atol=1e-6)
    call("find-threshold", "--run", "both-1", *options, "--recall", "0.9", "--save")
    assert run.thresholds is not None and Classifier.load(run.folder).thresholds == run.thresholds
    call("runs", "rename", "both-1", "renamed-1", *options)
    assert KerasClassifier.load(Run(runs / "renamed-1")).ensemble is not None
    call("runs", "rm", "renamed-1", "--yes", *options)
    assert not list(runs.iterdir())


def test_quantized_it_answers_the_same(ensemble: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run, target = ensemble[0], tmp_path / "small"
    call("export", "--run", str(run.folder), "--format", "onnx", "--quantize", "--force", "--to", str(target))
    assert (target / "model.onnx").stat().st_size < run.onnx.stat().st_size
    found, wanted = (Classifier.load(folder).probabilities(TEXTS) for folder in (target, run.folder))
    np.testing.assert_allclose(found, wanted, atol=0.05)


def test_its_card_describes_the_members(ensemble: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run, target = ensemble[0], tmp_path / "card"
    call("export", "--run", str(run.folder), "--format", "onnx", "--to", str(target))
    card = (target / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "an ensemble: the mean of the probabilities of 2 models" in card
    assert "| model 1 | weight 0.750, seed 3: 8 wide embedding - pool and n-grams |" in card
    assert "| model 2 | weight 0.250, seed 4: 8 wide embedding - lstm - dense |" in card
    assert "| trained |" not in card
    pushed = call("push", str(run.folder), "ann/both", "--dry-run").stdout
    assert "members/2/config.yaml" in pushed and "- ensemble" in pushed and "small-1" not in pushed


def test_its_card_says_where_it_is_right_less_often(ensemble: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(ensemble[0].folder, tmp_path / "both-1")))
    assert "right less often" not in call("push", str(run.folder), "ann/both", "--dry-run").stdout
    found = evidence_of(run, run.labels, TEXTS * 3)
    worse = {"length": (SliceAccuracy("1 to 3", 40, 0.0, 0.0, 0.01),)}
    saved = run.metrics["validation"]
    origin = replace(found.origin, data=saved["data"], texts=saved["texts"])
    write_evidence(run, replace(found, origin=origin, slices=worse))
    card = call("push", str(run.folder), "ann/both", "--dry-run").stdout
    assert "  - Texts of 1 to 3 tokens: 0.0 % are right (0.0 to 1.0), against" in card


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_its_words_are_explained(ensemble: tuple[Run, dict[str, Any]], temperature: float) -> None:
    """Completely, by the vectors and n-grams of all members; occlusion explains the same log-odds."""
    from seqclf.explanation.integrated_gradients import integrated_gradients
    from seqclf.explanation.occlusion import occlusion

    classifier = KerasClassifier.load(ensemble[0])
    if temperature != 1:
        classifier = classifier.calibrated(RunCalibration((temperature,), None, 10))
    found = integrated_gradients(classifier, TEXTS[:2], ["positive"])
    for (one,), (other,) in zip(found, occlusion(classifier, TEXTS[:2], ["positive"]), strict=True):
        assert one.output == pytest.approx(other.output, abs=1e-5)
        assert abs(one.remainder) <= 0.01 * abs(one.output - one.baseline) + 2e-4
        assert one.largest > 1e-3
    shown = call("explain", "--run", str(ensemble[0].folder), TEXTS[0]).stdout
    assert "charming" in shown


def test_from_a_hub_it_answers_the_same(
    ensemble: tuple[Run, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``members/`` is downloaded with the rest: the Keras model is rebuilt of it, and eval measures it."""
    from seqclf.cli.shared_folder import Shared, fill
    from seqclf.evaluation import hub_runs
    from seqclf.export.hub_card import Given

    monkeypatch.setattr(hub_runs, "downloaded", lambda name: tmp_path)
    fill(tmp_path, ensemble[0], Shared(("onnx", "keras")), Given("ann/both"))
    found = hub_runs.find_measurable(tmp_path, "hf:ann/both")
    for one in (KerasClassifier.load(found), Classifier.load(tmp_path)):
        np.testing.assert_allclose(
            one.probabilities(TEXTS), Classifier.load(ensemble[0].folder).probabilities(TEXTS), atol=1e-5
        )
    assert found.manifest["ensemble"]["members"] == [{"name": "1", "weight": 0.75}, {"name": "2", "weight": 0.25}]
    labelled = write_csv(tmp_path / "given.csv", [("text", "label"), ("a dull film", "negative"), ("good", "positive")])
    done = call("eval", "--run", "hf:ann/both", "--data", str(labelled), "--json")
    assert json.loads(done.stdout)["texts"] == 2


def test_three_labels_in_another_order(three_labels_csv: Path, tmp_path: Path, no_saved_models: None) -> None:
    first, second = several(tmp_path, three_labels_csv, {"training__epochs": 6}, {"training__epochs": 6})
    second = turned(second, tmp_path / "turned-1")
    run, printed = joined(tmp_path, [first, second])
    texts = ["a goal", "the moon", "bank and price", "said", ""]
    expected = mean_of([first, second], [0.5, 0.5], texts)
    np.testing.assert_allclose(expected.sum(axis=1), 1)
    np.testing.assert_allclose(Classifier.load(run.folder).probabilities(texts), expected, atol=1e-5)
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(texts), expected, atol=1e-5)
    assert [one["weight"] for one in printed["members"]] == [0.5, 0.5]


@pytest.fixture(scope="module")
def tags_csv(three_labels_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with three_labels_csv.open(encoding="utf-8") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    more = [
        (text, f"{label};{rows[place - 1][1]}" if place % 4 == 0 else label) for place, (text, label) in enumerate(rows)
    ]
    return write_csv(tmp_path_factory.mktemp("tags") / "tags.csv", [("text", "label"), *more])


def test_several_labels(tags_csv: Path, tmp_path: Path) -> None:
    import tensorflow as tf

    separator = {"data__label_separator": ";", "training__epochs": 6}
    first, second = several(tmp_path, tags_csv, separator, separator)
    first.write_calibration(RunCalibration((0.7, 1.3, 2.0), (0.4, 0.5, 0.6), 10))
    second = turned(second, tmp_path / "turned-1")
    run, _ = joined(tmp_path, [first, second])
    texts = ["a goal of the bank", "the moon", "match and price", "old star 7", ""]
    expected = mean_of([first, second], [0.5, 0.5], texts)
    classifier = Classifier.load(run.folder)
    np.testing.assert_allclose(classifier.probabilities(texts), expected, atol=1e-5)
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(texts), expected, atol=1e-5)
    found = tf.saved_model.load(str(run.saved_model)).signatures["serving_default"](text=tf.constant(texts))
    np.testing.assert_allclose(found["probabilities"].numpy(), expected, atol=1e-5)
    assert run.thresholds == classifier.thresholds and run.thresholds not in (first.thresholds, second.thresholds)
    np.testing.assert_array_equal(found["decisions"].numpy(), expected > np.array(run.thresholds))


def test_columns_beside_the_text(offers_csv: Path, offers_run: Run, tmp_path: Path, no_saved_models: None) -> None:
    other = trained(offers_config(offers_csv, seed=9, data__split_seed=3, layers=[], **NGRAMS), tmp_path)
    members = [offers_run, other]
    run, _ = joined(tmp_path, members)
    texts, extra = ["some words", "no use", "xyz"], {"price": [1.0, None, None], "country": ["de", "fr", None]}
    expected = mean_of(members, [0.5, 0.5], texts, extra)
    for one in (Classifier.load(run.folder), KerasClassifier.load(run)):
        np.testing.assert_allclose(one.probabilities(texts, extra), expected, atol=1e-5)


def test_extreme_answers_keep_their_odds(sample_csv: Path) -> None:
    """In ONNX as in Keras, where a mean of float32 probabilities would be 1 exactly."""
    import keras
    import onnxruntime

    from seqclf.ensembles.mixing import mixed_logits
    from seqclf.labels import Labels
    from seqclf.layers import MixedLogits

    for labels, logits in (
        (Labels(("a", "b")), [[[40.0], [-60.0], [0.0]], [[50.0], [-30.0], [3.0]]]),
        (Labels(("a", "b", "c")), [[[90.0, 0, -90], [0, 0, 0]], [[80.0, 1, -70], [3, 1, 2]]]),
    ):
        units, arrays = labels.units, [np.array(one, np.float32) for one in logits]
        exact = mixed_logits(arrays, [0.25, 0.75], labels)
        assert np.isfinite(exact).all() and np.abs(exact).max() > 30
        layer = MixedLogits([0.25, 0.75], [[1.0]] * 2, [list(range(units))] * 2, softmax=units > 1)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(arrays)), exact, rtol=1e-5, atol=1e-5)
        again = MixedLogits.from_config(layer.get_config())
        np.testing.assert_array_equal(again(arrays), layer(arrays))
        np.testing.assert_allclose(_by_onnx(arrays, labels, onnxruntime), exact, rtol=1e-5, atol=1e-5)


def _by_onnx(arrays: list[Any], labels: Any, onnxruntime: Any) -> Any:
    """The logits that the ONNX operators mix."""
    from types import SimpleNamespace

    from seqclf.ensemble_recipe import Ensemble, Member
    from seqclf.export.onnx_ensemble import ensemble_logits
    from seqclf.export.onnx_file import finished, float_info
    from seqclf.onnx_writer.graph import Graph

    config: Any = None
    graph, given = Graph(lambda name: []), iter(arrays)
    ensemble = Ensemble((Member(config, 0.25, labels), Member(config, 0.75, labels)))
    model: Any = SimpleNamespace(get_layer=lambda name: None)
    out = ensemble_logits(graph, model, ensemble, labels, lambda part, one: part.constant(next(given)))
    made = finished(graph, [], [float_info(out, None, labels.units)], {})
    return onnxruntime.InferenceSession(made.SerializeToString()).run(None, {})[0]


def test_it_is_not_trained(ensemble: tuple[Run, dict[str, Any]], config_file: Path) -> None:
    run = ensemble[0]
    for more in ([], ["--epochs", "5"]):
        message = refused("train", "--resume", str(run.folder), *more)
        assert "is an ensemble, which has no training to resume; train its members further" in message
    message = refused("train", str(run.config))
    assert "is of an ensemble, which no training makes" in message and "members/2/config.yaml" in message
    message = refused("train", str(config_file), "--init-from", str(run.folder))
    assert "is an ensemble, and a model can start from one run; name one of small-1, turned-1" in message
