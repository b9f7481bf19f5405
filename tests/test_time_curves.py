"""Curves of ``benchmarks/time_to_accuracy.py``: levels, files, the histories of runs, and the stock models."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import time_models
from made_curves import made_curve
from run_folders import epoch_line, made_run
from time_curves import Curve, Point, path_of, points_of_file, points_of_run, seconds_before
from time_models import STOCK, KerasTutorial, Texts

from seqclf.runs import Run

ENDED = "2026-01-02T03:04:05+00:00"
_WORDS = ("sad", "good", "odd")


def _texts(labels: int) -> Texts:
    """20 texts of each label, which one word decides; half of them for validation."""
    ids = np.arange(10 * labels) % labels
    train, validation = (
        [f"the {_WORDS[label]} film of {year + number}" for number, label in enumerate(ids)] for year in (1900, 1980)
    )
    return Texts(train, ids, validation, ids, labels)


class TestCurves:
    def test_the_first_epoch_that_reaches_a_level_counts(self) -> None:
        curve = made_curve((60, 0.8), (120, 0.9), (180, 0.85), (240, 0.95))
        levels = {70: 1.0, 80: 1.0, 80.1: 2.0, 90: 2.0, 91: 4.0, 96: None}
        assert {level: curve.minutes_until(level) for level in levels} == levels
        assert curve.best == Point(240, 0.95)
        assert [point.accuracy for point in curve.best_so_far] == [0.8, 0.9, 0.9, 0.95]

    def test_a_rounded_fraction_reaches_its_level(self) -> None:
        assert made_curve((60, 0.1 + 0.2)).minutes_until(30) == 1.0
        assert made_curve((60, 437 / 500)).minutes_until(87.4) == 1.0
        assert made_curve((60, 436 / 500)).minutes_until(87.4) is None

    def test_trainings_before_are_added(self) -> None:
        curve = made_curve((60, 0.8), before=600.0)
        assert (curve.minutes_until(80), curve.best) == (11.0, Point(660, 0.8))
        assert [point.seconds for point in curve.best_so_far] == [660]

    def test_files_keep_everything(self, tmp_path: Path) -> None:
        curve = made_curve((1.5, 0.1), (2.25, 1 / 3), before=2.0, others=0.3, stopped=True)
        path = path_of(tmp_path / "new", "sst2", "a")
        assert Curve.read(path) is None
        curve.write(path)
        assert Curve.read(path) == curve
        assert [file.name for file in path.parent.iterdir()] == ["sst2-a.json"]

    def test_a_file_of_another_format_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text('{"format": 0, "other": 1}')
        assert Curve.read(tmp_path / "a.json") is None

    @pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": 2}', '{"format": 2, "points": [{"x": 1}]}'])
    def test_a_malformed_file_is_named(self, content: str, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(SystemExit, match=r"a\.json: is no measurement .*; delete it and measure again"):
            Curve.read(tmp_path / "a.json")


class TestHistories:
    def test_times_start_with_the_process(self, tmp_path: Path) -> None:
        """The training took 100 seconds and ended 110 after the process started: 10 passed before."""
        run = made_run(tmp_path, "a-1", ended=ENDED, wall_seconds=100.0)
        lines = [epoch_line(1, 0.5, wall_seconds=30.0), epoch_line(2, 0.75, wall_seconds=60.5)]
        run.history.write_text(json.dumps({"type": "steps"}) + "\n" + "".join(lines) + '{"type": "baseline"}\n')
        began = datetime.fromisoformat(ENDED).timestamp() - 110.0
        assert points_of_run(run, began) == (Point(40.0, 0.5), Point(70.5, 0.75))

    def test_a_run_has_them(self, binary_run: Run) -> None:
        manifest = binary_run.manifest
        began = datetime.fromisoformat(manifest["ended"]).timestamp() - manifest["wall_seconds"] - 5.0
        points = points_of_run(binary_run, began)
        assert len(points) == manifest["epochs"]
        assert 5.0 < points[0].seconds < points[-1].seconds < 5.0 + manifest["wall_seconds"]
        assert points[manifest["best_epoch"] - 1].accuracy == binary_run.metrics["validation"]["accuracy"]

    def test_a_resumed_run_has_no_times(self, tmp_path: Path) -> None:
        run = made_run(tmp_path, "a-1", ended=ENDED, wall_seconds=100.0, resumed=[ENDED])
        with pytest.raises(SystemExit, match="a-1: was resumed"):
            points_of_run(run, 0.0)

    def test_a_run_of_an_earlier_version_has_no_times(self, tmp_path: Path) -> None:
        run = made_run(tmp_path, "a-1", ended=ENDED, wall_seconds=100.0)
        run.history.write_text(json.dumps({"type": "epoch", "val_accuracy": 0.5}) + "\n")
        with pytest.raises(SystemExit, match=r"history\.jsonl: is of an earlier version"):
            points_of_run(run, 0.0)

    def test_all_earlier_trainings_count(self, tmp_path: Path) -> None:
        first = made_run(tmp_path, "first-1", wall_seconds=1000.0)
        second, third = (
            made_run(tmp_path, name, wall_seconds=seconds, initialize={"runs": [{"folder": str(before.folder)}]})
            for name, seconds, before in (("second-1", 100.0, first), ("third-1", 10.0, first))
        )
        both = {"runs": [{"folder": str(run.folder)} for run in (second, third)]}
        assert seconds_before(made_run(tmp_path, "last-1", wall_seconds=1.0, initialize=both)) == 2110.0
        assert seconds_before(first) == 0.0

    def test_half_a_line_is_ignored(self, tmp_path: Path) -> None:
        path = tmp_path / "points.jsonl"
        assert points_of_file(path, 0.0) == ({}, ())
        path.write_text('{"texts": {"train": "a"}}\n{"time": 107.5, "accuracy": 0.5}\n{"time": 109, "acc')
        assert points_of_file(path, 100.0) == ({"train": "a"}, (Point(7.5, 0.5),))


class TestModels:
    @pytest.mark.parametrize("name", ["tfidf", "naive_bayes_ngrams"])
    @pytest.mark.parametrize("labels", [2, 3])
    def test_scikit_learn_finds_the_word_that_decides(self, labels: int, name: str) -> None:
        assert list(STOCK[name].fit(_texts(labels))) == [1.0]

    @pytest.mark.parametrize("labels", [2, 3])
    def test_keras_learns_it(self, labels: int) -> None:
        import keras

        keras.utils.set_random_seed(1)
        accuracies = list(KerasTutorial(words=50, rate=0.02, epochs=6)(_texts(labels)))
        assert len(accuracies) == 6 and accuracies[-1] > 0.9

    def test_the_tutorial_s_settings(self) -> None:
        fit = STOCK["keras_tutorial"].fit
        assert isinstance(fit, KerasTutorial) and (fit.words, fit.rate, fit.epochs) == (1000, 1e-4, 10)

    def test_it_reads_the_texts_of_a_run(self, binary_run: Run, tmp_path: Path) -> None:
        time_models.main("tfidf", str(binary_run.config), str(tmp_path / "points.jsonl"))
        texts, points = points_of_file(tmp_path / "points.jsonl", 0.0)
        assert texts == binary_run.manifest["data_fingerprint"]
        (point,) = points
        whole = point.accuracy * binary_run.metrics["validation"]["texts"]
        assert point.accuracy > 0.5 and whole == pytest.approx(round(whole))
