"""``seqclf eval --against``: two runs on the same texts."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, small_config, trained, write_csv
from extra_examples import offers_config
from run_folders import made_run
from trainings import without_saved_models

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.errors import InputError
from seqclf.evaluation.against import Opponent, find_opponent
from seqclf.metrics.paired import mcnemar
from seqclf.runs import Run

FAST: dict[str, Any] = {"layers": POOLED, "training__epochs": 1}


def _eval(run: Run, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["eval", "--runs", str(run.folder.parent), "--run", run.name, *arguments])


def _compared(run: Run, other: Run, *arguments: str) -> dict[str, Any]:
    done = _eval(run, "--against", str(other.folder), "--json", *arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _correct(run: Run, path: Path) -> list[bool]:
    """Which texts a run classifies correctly, by ``--predictions``."""
    done = _eval(run, "--predictions", str(path), "--json")
    assert done.exit_code == 0, done.output
    with path.open(encoding="utf-8", newline="") as file:
        return [row["correct"] == "true" for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def pooled_run(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Another model of the texts of ``binary_run``."""
    with without_saved_models():
        rate = {"training__optimizer": {"type": "adam", "learning_rate": 0.02}}
        run: Run = trained(
            small_config(data__train=str(sample_csv), **FAST, **rate, name="pooled"), tmp_path_factory.mktemp("runs")
        )
    return run


@pytest.fixture(scope="module")
def lists_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    folder = tmp_path_factory.mktemp("lists")
    rows = [{"text": f"word{i % 7} {i}", "label": ["a"] if i % 2 else ["b", "c"] if i % 3 else []} for i in range(90)]
    (folder / "t.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    data = {"source": "table", "train": str(folder / "t.jsonl"), "validation": 0.2, "test": 0.3}
    with without_saved_models():
        return [trained(small_config(data=data, **FAST, embedding__dim=dim), folder / "runs") for dim in (4, 8)]


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_both_runs(binary_run: Run, pooled_run: Run, tmp_path: Path) -> None:
    found = _compared(binary_run, pooled_run)
    right = [np.array(_correct(run, tmp_path / f"{run.name}.csv")) for run in (binary_run, pooled_run)]
    only = [int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())]
    assert [found["right"][name] for name in ("only_run", "only_against")] == only
    assert sum(found["right"].values()) == found["texts"] == len(right[0])
    assert found["mcnemar"]["p_value"] == mcnemar(*only).p_value == found["scores"]["accuracy"]["p_value"]
    for run, side in ((binary_run, "run"), (pooled_run, "against")):
        metrics = json.loads(_eval(run, "--json").stdout)
        for name, score in found["scores"].items():
            assert score[side] == pytest.approx(metrics[name], abs=1e-6), (side, name)
    for score in found["scores"].values():
        assert score["difference"] == score["run"] - score["against"]
        assert score["low"] <= score["difference"] <= score["high"]
    assert (found["run"], found["against"], found["split"]) == (binary_run.name, pooled_run.name, "test")
    differing = found["differing"]
    assert [one["right"] for one in differing].count("run") == only[0]
    assert all(one["run"]["prediction"] != one["against"]["prediction"] for one in differing)
    assert {one["place"] for one in differing} == set(np.flatnonzero(right[0] != right[1]))
    assert found["seen"]["against"] == {"trained_on": 0, "validated_on": 0, "known_to_teachers": 0}


def test_the_other_way_round_is_the_opposite(binary_run: Run, pooled_run: Run) -> None:
    names = ["--metric", "roc-auc", "--metric", "micro_f1"]
    one, other = _compared(binary_run, pooled_run, *names), _compared(pooled_run, binary_run, *names)
    assert list(one["scores"]) == ["roc_auc", "micro_f1"]
    for name, score in one["scores"].items():
        assert score["difference"] == pytest.approx(-other["scores"][name]["difference"], abs=1e-9)
    assert one["mcnemar"] == other["mcnemar"]


def test_a_copy_of_the_run_predicts_the_same(pooled_run: Run, tmp_path: Path) -> None:
    copy = Run(tmp_path / "copy-1")
    shutil.copytree(pooled_run.folder, copy.folder)
    found = _compared(pooled_run, copy)
    assert found["mcnemar"]["p_value"] == 1 and found["differing"] == []
    assert {(one["low"], one["high"], one["p_value"]) for one in found["scores"].values()} == {(0, 0, 1)}
    assert found["conclusion"] == f"{pooled_run.name} and copy-1 predict the same labels for every text."


def test_one_text_is_too_few(binary_run: Run, pooled_run: Run, tmp_path: Path) -> None:
    given = write_csv(tmp_path / "g.csv", [("text", "label"), ("a moving film", "positive")])
    found = _compared(binary_run, pooled_run, "--data", str(given))
    expected = mcnemar(found["right"]["only_run"], found["right"]["only_against"]).p_value
    assert found["texts"] == 1 and found["mcnemar"] == {"p_value": expected, "test": "mid-p McNemar"}
    assert expected >= 0.5
    assert all(one["low"] is None for one in found["scores"].values())
    assert found["data"] == str(given) and "split" not in found


def test_several_labels_per_text(lists_runs: list[Run]) -> None:
    found = _compared(*lists_runs)
    assert list(found["scores"]) == ["micro_f1", "macro_f1", "accuracy", "loss"]
    assert found["scores"]["micro_f1"]["test"] in ("paired bootstrap", None)
    assert "McNemar" in found["scores"]["accuracy"]["test"]
    assert list(found["labels"]) == ["a", "b", "c"]
    for one in found["differing"]:
        assert one["run"]["predictions"] != one["against"]["predictions"]
    for name, one in found["labels"].items():
        metrics = [json.loads(_eval(run, "--json").stdout)["labels"][name]["f1"] for run in lists_runs]
        assert [one["f1"]["run"], one["f1"]["against"]] == [pytest.approx(value) for value in metrics]


# --- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_saved_models")
def test_a_warning_if_the_other_run_was_trained_on_the_texts(sample_csv: Path, pooled_run: Run, tmp_path: Path) -> None:
    other = trained(small_config(data__train=str(sample_csv), **FAST, seed=8), tmp_path)
    done = _eval(pooled_run, "--against", str(other.folder), "--json")
    seen = json.loads(done.stdout)["seen"]
    assert seen["run"] == {"trained_on": 0, "validated_on": 0, "known_to_teachers": 0}
    assert seen["against"]["trained_on"] > 10
    words = " ".join(done.stderr.split())
    assert f"warning: {other.name} was trained on {seen['against']['trained_on']} and validated on" in words
    assert "of these 40 texts, so the comparison favours it" in words
    both = _eval(pooled_run, "--against", str(other.folder), "--json", "--split", "train")
    assert " ".join(both.stderr.split()).count("the comparison says little about new texts") == 2


@pytest.mark.usefixtures("no_saved_models")
def test_each_run_reads_its_own_columns(offers_run: Run, offers_csv: Path, tmp_path: Path) -> None:
    config = offers_config(offers_csv)
    del config["data"]["extra"]
    alone = trained(config, tmp_path / "runs")
    for run, other in ((offers_run, alone), (alone, offers_run)):
        found = _compared(run, other)
        for one, side in ((run, "run"), (other, "against")):
            accuracy = json.loads(_eval(one, "--json").stdout)["accuracy"]
            assert found["scores"]["accuracy"][side] == pytest.approx(accuracy)
    with offers_csv.open(encoding="utf-8", newline="") as file:
        label = next(csv.DictReader(file))["label"]
    bare = write_csv(tmp_path / "bare.csv", [("text", "label"), ("an offer", label)])
    done = _eval(alone, "--against", str(offers_run.folder), "--data", str(bare))
    assert done.exit_code == 2
    assert 'reads columns "price", "country", which these texts do not have' in " ".join(done.output.split())


def test_the_order_of_labels_may_differ(pooled_run: Run) -> None:
    config = load_config(pooled_run.config)
    swapped = Opponent(pooled_run, config, (1, 0))
    assert swapped.in_order(np.array([[2.0], [-1.0]])).tolist() == [[-2.0], [1.0]]
    assert Opponent(pooled_run, config, (0, 1)).in_order(np.array([[2.0]])).tolist() == [[2.0]]
    several = Opponent(pooled_run, config, (2, 0, 1))
    assert several.in_order(np.array([[1.0, 2.0, 3.0]])).tolist() == [[3.0, 1.0, 2.0]]


def test_the_threshold_of_two_labels_follows_their_order(pooled_run: Run, tmp_path: Path) -> None:
    copy = Run(tmp_path / "copy-1")
    shutil.copytree(pooled_run.folder, copy.folder)
    config = load_config(copy.config)
    assert Opponent(copy, config, (1, 0)).thresholds is None
    copy.write_thresholds([0.3])
    assert Opponent(copy, config, (0, 1)).thresholds == (0.3,)
    assert Opponent(copy, config, (1, 0)).thresholds == (0.7,)


# --- errors -----------------------------------------------------------------------------------------------------------


def test_runs_that_cannot_be_compared(
    pooled_run: Run, three_label_run: Run, lists_runs: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqclf.tensorflow_startup.start_tensorflow", lambda *_: pytest.fail("too late"))
    language_model = made_run(tmp_path, "lm-1", task="language_model")
    for other, words in (
        (pooled_run, "is the run that is evaluated; name another one"),
        (three_label_run, 'it lacks "negative", "positive" and also has "money", "space", "sport"'),
        (lists_runs[0], "has several labels per text, the evaluated run one label per text"),
        (language_model, "is a language model, which predicts no labels; name a classifier"),
    ):
        done = _eval(pooled_run, "--against", str(other.folder))
        assert done.exit_code == 2
        assert words in " ".join(done.output.split()), done.output
        assert f"--against {other.folder}" in "".join(done.output.split("\n"))
    with pytest.raises(InputError, match="no run absent"):
        find_opponent(tmp_path, "absent", pooled_run)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--predictions", "x.csv"], "--predictions is about one run, --against about two"),
        (["--metric", "accuracy_low"], "is an end of an interval, which is not compared"),
        (["--json", "--markdown"], "different forms of the output"),
    ],
)
def test_options_that_do_not_go_with_it(arguments: list[str], words: str, pooled_run: Run, binary_run: Run) -> None:
    done = _eval(pooled_run, "--against", str(binary_run.folder), *arguments)
    assert done.exit_code == 2 and words in " ".join(done.output.split())
