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
import yaml
from conftest import small_config, trained, write_csv
from ensemble_examples import FAST, NGRAMS, call, joined, mean_of, refused, several, turned
from extra_examples import offers_config
from report_examples import evidence_of

from seqclf.evaluation.answers_store import own_answers
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.evaluation.evidence.content import SliceAccuracy
from seqclf.evaluation.evidence.store import write_evidence
from seqclf.inference import Classifier
from seqclf.run_calibration import RunCalibration
from seqclf.runs import Run

LSTM = {"layers": [{"type": "lstm", "units": 4}], "head": [{"type": "dense", "units": 5}]}
TEXTS = ["the film was charming", "a dull story , and a long one", "", "日本", "good bad good bad", "a"]


@pytest.fixture(scope="module")
def pair(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Two runs of different layers on the same splits; the second is calibrated, and calls its labels the other way."""
    runs = tmp_path_factory.mktemp("pair")
    first, second = several(runs, sample_csv, {**NGRAMS, "training__baseline": "auto"}, LSTM)
    second = turned(second, runs / "turned-1")
    second.write_calibration(RunCalibration((1.7,), None, 10))
    return [first, second]


@pytest.fixture(scope="module")
def whole(pair: list[Run], tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    """Their ensemble with the weights 3 and 1; what it was made of is gone. And what the command printed."""
    folder = tmp_path_factory.mktemp("whole")
    copies = [Run(Path(shutil.copytree(one.folder, folder / "members" / one.name))) for one in pair]
    made = joined(folder / "runs", copies, "--weights", "3,1", "--name", "both")
    shutil.rmtree(folder / "members")
    return made


def test_every_form_gives_the_mean(whole: tuple[Run, dict[str, Any]], pair: list[Run], tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    run, printed = whole
    assert run.name == printed["run"] == "both-1"
    expected = mean_of(pair, [0.75, 0.25], TEXTS)
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


def test_it_is_one_file_that_needs_nothing_else(whole: tuple[Run, dict[str, Any]]) -> None:
    import onnx

    run, _ = whole
    names = [node.name for node in onnx.load(run.onnx).graph.node]
    assert any(name.startswith("member_1.") for name in names) and any(name.startswith("member_2.") for name in names)
    texts = [path.read_text(encoding="utf-8") for path in run.folder.rglob("*.yaml")]
    assert len(texts) == 3
    assert [one["weight"] for one in run.manifest["ensemble"]["members"]] == [0.75, 0.25]


def test_its_scores_are_those_of_eval(whole: tuple[Run, dict[str, Any]], pair: list[Run], tmp_path: Path) -> None:
    printed = whole[1]
    run = Run(Path(shutil.copytree(whole[0].folder, tmp_path / whole[0].name)))  # eval changes it
    saved, answers = dict(run.metrics["validation"]), own_answers(run, "validation")
    assert answers is not None and answers[0].right.mean() == saved["accuracy"]
    assert answers[0].losses.mean() == pytest.approx(saved["loss"], rel=1e-4)
    found = json.loads(call("eval", "--run", str(run.folder), "--split", "validation", "--json").stdout)
    assert found["accuracy"] == saved["accuracy"] == printed["validation"]["accuracy"]
    assert found["loss"] == pytest.approx(saved["loss"], abs=1e-5)
    assert saved["baseline"] == pair[0].metrics["validation"]["baseline"]
    assert [one["name"] for one in printed["runs"]] == [one.name for one in pair]
    assert printed["runs"][0]["loss"] == pytest.approx(pair[0].metrics["validation"]["loss"], abs=1e-5)
    shown = call("eval", "--run", str(run.folder), "--against", str(pair[0].folder)).stdout
    assert "McNemar" in shown
    rows = tmp_path / "rows.csv"
    call("eval", "--run", str(run.folder), "--predictions", str(rows), "--slice", "label")
    with rows.open(encoding="utf-8") as file:
        texts = list(csv.DictReader(file))
    given = [float(row[f"probability_of_{run.labels[1]}"]) for row in texts]
    np.testing.assert_allclose(given, mean_of(pair, [0.75, 0.25], [row["text"] for row in texts])[:, 1], atol=1e-4)


def test_it_is_a_run_like_any_other(whole: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    run = Run(Path(shutil.copytree(whole[0].folder, runs / whole[0].name)))
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


def test_quantized_it_answers_the_same(whole: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run, target = whole[0], tmp_path / "small"
    call("export", "--run", str(run.folder), "--format", "onnx", "--quantize", "--force", "--to", str(target))
    assert (target / "model.onnx").stat().st_size < run.onnx.stat().st_size
    found, wanted = (Classifier.load(folder).probabilities(TEXTS) for folder in (target, run.folder))
    np.testing.assert_allclose(found, wanted, atol=0.05)


def test_its_card_describes_the_members(whole: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run, target = whole[0], tmp_path / "card"
    call("export", "--run", str(run.folder), "--format", "onnx", "--to", str(target))
    card = (target / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "an ensemble: the mean of the probabilities of 2 models" in card
    assert "| model 1 | weight 0.750, seed 3: 8 wide embedding - pool and n-grams |" in card
    assert "| model 2 | weight 0.250, seed 4: 8 wide embedding - lstm - dense |" in card
    assert "| trained |" not in card
    pushed = call("push", str(run.folder), "ann/both", "--dry-run").stdout
    assert "members/2/config.yaml" in pushed and "- ensemble" in pushed and "small-1" not in pushed


def test_its_card_says_where_it_is_right_less_often(whole: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(whole[0].folder, tmp_path / "both-1")))
    assert "right less often" not in call("push", str(run.folder), "ann/both", "--dry-run").stdout
    found = evidence_of(run, run.labels, TEXTS * 3)
    worse = {"length": (SliceAccuracy("1 to 3", 40, 0.0, 0.0, 0.01),)}
    saved = run.metrics["validation"]
    origin = replace(found.origin, data=saved["data"], texts=saved["texts"])
    write_evidence(run, replace(found, origin=origin, slices=worse))
    card = call("push", str(run.folder), "ann/both", "--dry-run").stdout
    assert "  - Texts of 1 to 3 tokens: 0.0 % are right (0.0 to 1.0), against" in card


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_its_words_are_explained(whole: tuple[Run, dict[str, Any]], temperature: float) -> None:
    """Completely, by the vectors and n-grams of all members; occlusion explains the same log-odds."""
    from seqclf.explanation.integrated_gradients import integrated_gradients
    from seqclf.explanation.occlusion import occlusion

    classifier = KerasClassifier.load(whole[0])
    if temperature != 1:
        classifier = classifier.calibrated(RunCalibration((temperature,), None, 10))
    found = integrated_gradients(classifier, TEXTS[:2], ["positive"])
    for (one,), (other,) in zip(found, occlusion(classifier, TEXTS[:2], ["positive"]), strict=True):
        assert one.output == pytest.approx(other.output, abs=1e-5)
        assert abs(one.remainder) <= 0.01 * abs(one.output - one.baseline) + 2e-4
        assert one.largest > 1e-3
    shown = call("explain", "--run", str(whole[0].folder), TEXTS[0]).stdout
    assert "charming" in shown


def test_from_a_hub_it_answers_the_same(
    whole: tuple[Run, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``members/`` is downloaded with the rest: the Keras model is rebuilt of it, and eval measures it."""
    from seqclf.cli.shared_folder import Shared, fill
    from seqclf.evaluation import hub_runs
    from seqclf.export.hub_card import Given

    monkeypatch.setattr(hub_runs, "downloaded", lambda name: tmp_path)
    fill(tmp_path, whole[0], Shared(("onnx", "keras")), Given("ann/both"))
    found = hub_runs.find_measurable(tmp_path, "hf:ann/both")
    for one in (KerasClassifier.load(found), Classifier.load(tmp_path)):
        np.testing.assert_allclose(
            one.probabilities(TEXTS), Classifier.load(whole[0].folder).probabilities(TEXTS), atol=1e-5
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


def test_weights_from_the_validation_texts(pair: list[Run], tmp_path: Path, no_saved_models: None) -> None:
    _, printed = joined(tmp_path, pair, "--weights", "validation")
    losses = [one["loss"] for one in printed["runs"]]
    weights = [one["weight"] for one in printed["members"]]
    assert sum(weights) == pytest.approx(1)
    assert printed["validation"]["loss"] <= min(losses) + 1e-9
    equally = joined(tmp_path, pair)[1]
    assert printed["validation"]["loss"] <= equally["validation"]["loss"] + 1e-9
    assert (printed["weights_chosen_on_validation"], equally["weights_chosen_on_validation"]) == (True, False)
    text = call("ensemble", "--runs", str(tmp_path), *(str(one.folder) for one in pair)).stdout
    for expected in ("validation texts of", "linear baseline", "most frequent label", "0.500", "seqclf eval"):
        assert expected in text


def test_it_says_which_texts_chose_the_weights(pair: list[Run], tmp_path: Path, no_saved_models: None) -> None:
    names = [str(one.folder) for one in pair]
    for options, expected in (((), False), (("--weights", "validation"), True)):
        shown = " ".join(call("ensemble", "--runs", str(tmp_path), *names, *options).stdout.split())
        assert ("The weights were chosen on these texts" in shown) is expected


def test_an_ensemble_takes_part_with_its_members(
    whole: tuple[Run, dict[str, Any]], pair: list[Run], tmp_path: Path, no_saved_models: None
) -> None:
    """Its members have the product of the weights, and their labels, temperatures and answers without known tokens."""
    other = Run(Path(shutil.copytree(pair[1].folder, tmp_path / "other-1")))
    run, printed = joined(tmp_path / "runs", [whole[0], other], "--weights", "1,3")
    members = [(one["name"], one["weight"]) for one in printed["members"]]
    assert [name for name, _ in members] == ["small-1", "turned-1", "other-1"]
    assert [weight for _, weight in members] == pytest.approx([3 / 16, 1 / 16, 3 / 4])
    expected = mean_of([whole[0], other], [1 / 4, 3 / 4], TEXTS)
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(TEXTS), expected, atol=1e-6)
    np.testing.assert_allclose(Classifier.load(run.folder).probabilities(TEXTS), expected, atol=1e-5)
    assert printed["why_not_measured"] is None and [one["name"] for one in printed["runs"]] == [
        name for name, _ in members
    ]
    assert "peak_memory_bytes" not in run.manifest, "that of joining, not of a training"
    assert "expected 2 numbers, one for each run, found 3" in refused(
        "ensemble", "--runs", str(tmp_path), str(whole[0].folder), str(other.folder), "--weights", "1,2,3"
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
    pair: list[Run], whole: tuple[Run, dict[str, Any]], three_label_run: Run, tmp_path: Path
) -> None:
    first, second = (str(one.folder) for one in pair)
    options = ["ensemble", "--runs", str(tmp_path / "runs")]
    assert "expected two runs or more" in refused(*options, first)
    assert "name the same run" in refused(*options, first, first)
    assert "is an ensemble, which has no weights to average; name its runs: small-1 turned-1" in refused(
        *options, first, str(whole[0].folder), "--soup"
    )
    alone = Run(Path(shutil.copytree(whole[0].folder, tmp_path / "calibrated-1")))
    alone.write_calibration(RunCalibration((1.5,), None, 10))
    assert f"`seqclf calibrate --run {alone.folder} --undo`" in refused(*options, first, str(alone.folder))
    message = refused(*options, first, str(three_label_run.folder))
    assert 'has other labels than small-1: it lacks "negative", "positive" and also has' in message
    assert "has another tokenizer than small-1" in message and "data.split_seed=M" in message
    cut = Run(Path(shutil.copytree(pair[0].folder, tmp_path / "cut-1")))
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


def test_it_is_not_trained(whole: tuple[Run, dict[str, Any]], config_file: Path) -> None:
    run = whole[0]
    for more in ([], ["--epochs", "5"]):
        message = refused("train", "--resume", str(run.folder), *more)
        assert "is an ensemble, which has no training to resume; train its members further" in message
    message = refused("train", str(run.config))
    assert "is of an ensemble, which no training makes" in message and "members/2/config.yaml" in message
    message = refused("train", str(config_file), "--init-from", str(run.folder))
    assert "is an ensemble, and a model can start from one run; name one of small-1, turned-1" in message


def test_a_call_that_fails_leaves_nothing(pair: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device", "model.onnx")

    monkeypatch.setattr("seqclf.ensembles.new_run.export_onnx", full)
    monkeypatch.setattr("seqclf.ensembles.new_run.export_saved_model", lambda *arguments, **options: None)
    message = refused("ensemble", "--runs", str(tmp_path), *(str(one.folder) for one in pair), code=1)
    assert "model.onnx: cannot be written (No space left on device)" in message
    assert not list(tmp_path.iterdir())


def test_malformed_members_are_reported(whole: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(whole[0].folder, tmp_path / "both-1")))
    for wrong in (3, {"members": 3}, {"members": [{"name": "a"}]}, {"members": [{"name": "a", "weight": 0}]}):
        run.update_manifest(ensemble=wrong)
        assert "does not have members with names and weights" in refused("eval", "--run", str(run.folder))
    run.update_manifest(ensemble=whole[0].manifest["ensemble"])
    (run.folder / "members" / "2" / "labels.json").write_text('["a", "b"]', encoding="utf-8")
    assert "not the labels of the ensemble" in refused("eval", "--run", str(run.folder))
